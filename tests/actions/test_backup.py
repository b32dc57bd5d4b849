"""Backups that break: none is recorded, none reads fresh, nothing torn stays, and the one before it stays as it was."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actions.action import Action
from actions.backup import MONGOD_CONF, BackupInstall, BackupMongodb, BackupMysql
from probes.backup import DIRECTORY, PROBE, Backup
from tests.probes.here import ask, brief
from tests.support.shell import perform

HOST = "10.0.0.1"
TOOLS = Path(__file__).parents[1] / "support/tools"
TABLES = "bkiam expression 12\ncmdb cc_empty 0\ncmdb cc_lost 3\ncmdb cc_many 4000\nlost one 1\n"
COLLECTIONS = "admin system.users\ncmdb cc_HostBase\ncmdb cc_lost\nlost one\n"
PASSWORD = """p"a\\s's $x"""


class Here:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.server = home / "server"
        self.dumps = home / "dumps"
        self.install = home / "install"
        (self.install / "bin/01-generate").mkdir(parents=True)
        (self.install / "bin/04-final").mkdir()
        for name in ("bkcli", "install.config", "bin/04-final/paas.env", ".path"):
            (self.install / name).write_text(f"{name}\n")
        (self.install / "bin/01-generate/dbadmin.env").write_text(
            "BK_MONGODB_ADMIN_USER=root\nBK_MONGODB_ADMIN_PASSWORD='p\"a\\s'\\''s $x'\n"
        )

    def back_up(self, what: str, broken: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        self.server.write_text(TABLES if what == "mysql" else COLLECTIONS)
        action = self.action(what)
        as_text = PASSWORD.replace("\\", "\\\\").replace('"', '\\"')
        world = {
            "PATH": f"{TOOLS}:{os.environ['PATH']}",
            "SEED": "1",
            "SERVER": str(self.server),
            "CLOCK": str(self.home / "clock"),
            "BREAK": broken,
            "PASSWORD": PASSWORD,
            "PASSWORD_AS_TEXT": as_text,
        }
        command = action.command()
        args = tuple(str(self.home / "mongod.conf") if word == MONGOD_CONF else word for word in command.args)
        shell = "bash" if action.login_shell else "dash"
        return perform(replace(command, args=args), self.home, shell=shell, env={**world, **env})

    def action(self, what: str) -> Action:
        match what:
            case "mysql":
                return BackupMysql(host=HOST, directory=str(self.dumps))
            case "mongodb":
                return BackupMongodb(host=HOST, directory=str(self.dumps), install=str(self.install))
            case _:
                return BackupInstall(host=HOST, path=str(self.home / "install"))

    def reads(self, what: str) -> Any:
        kept = str(self.home / "var-lib/bkrec/backups")
        (reading,) = ask(PROBE, [Backup(host=HOST, what=what)], instead={DIRECTORY: kept})
        return brief(reading)

    def record(self, what: str) -> dict[str, str]:
        text = (self.home / f"var-lib/bkrec/backups/{what}").read_text()
        return dict(line.split("=", 1) for line in text.splitlines())

    def copies(self) -> set[str]:
        paths = [*self.dumps.rglob("*"), *self.home.glob("install_*")]
        return {str(path.relative_to(self.home)) for path in paths}


@pytest.fixture
def here(tmp_path: Path) -> Here:
    return Here(tmp_path)


MYSQL = ("garbage", "zero", "cut", "missing-table", "missing-database", "no-rows", "disk-full", "dies", "denied")
MONGODB = ("garbage", "zero", "no-metadata", "cut-gzip", "empty-file", "missing-collection", "missing-database")
BROKEN = (
    *(("mysql", each) for each in (*MYSQL, "no-server")),
    *(("mongodb", each) for each in (*MONGODB, "disk-full", "dies", "denied", "no-oplog")),
)


@pytest.mark.parametrize(("what", "broken"), BROKEN, ids=lambda word: word)
@pytest.mark.parametrize("before", [True, False], ids=["one-before", "none-before"])
def test_a_broken_backup_is_no_backup(here: Here, what: str, broken: str, *, before: bool) -> None:
    if before:
        first = here.back_up(what)
        assert first.returncode == 0, first.stderr
        assert here.reads(what) == "fresh"
    there = here.copies()
    limit = here.home / "limit"
    limit.write_text("ulimit -f 1000\n")
    done = here.back_up(what, broken, **({"BASH_ENV": str(limit)} if broken == "disk-full" else {}))
    assert done.returncode != 0
    assert here.copies() == there
    assert here.reads(what) == ("fresh" if before else "absent")
    assert here.back_up(what).returncode == 0, "and the next one is made"


@pytest.mark.parametrize(("broken", "text"), [("missing-table", "`cmdb`.`cc_lost`"), ("missing-database", "`lost`")])
def test_what_a_dump_lacks_is_named(here: Here, broken: str, text: str) -> None:
    assert f"{text} is not in the dump" in here.back_up("mysql", broken).stderr


def test_a_table_that_the_dump_only_mentions_is_missed(here: Here) -> None:
    """Text within a row looks like a statement; only what begins a line is one."""
    assert "cc_lost" in here.back_up("mysql", "missing-table").stderr


def test_the_dump_of_mongodb_is_whole_in_itself_where_no_client_lists(here: Here) -> None:
    done = here.back_up("mongodb", "client-mute")
    assert (done.returncode, here.reads("mongodb")) == (0, "fresh")
    assert "was not compared with the server" in done.stdout


@pytest.mark.parametrize("what", ["mysql", "mongodb", "install"])
def test_a_copy_without_room_is_not_begun(here: Here, what: str) -> None:
    data = here.home / "data"
    data.mkdir()
    (data / "WiredTiger").write_bytes(b"x" * 5_000_000)
    (here.home / "mongod.conf").write_text(f"storage:\n  dbPath: {data}\n")
    (here.install / "big").write_bytes(b"x" * 5_000_000)
    done = here.back_up(what, "disk-full", FREE_KB="3000", DATA_BYTES="50000000")
    assert done.returncode != 0
    assert "MB free" in done.stderr
    assert " needs " in done.stderr
    assert here.copies() == set()


def test_what_a_killed_dump_left_goes_before_the_next(here: Here) -> None:
    """A database that fills its own disk with torn dumps stops."""
    torn = here.dumps / "bkrec-20251231000000/bk_mysql_alldata.sql.part"
    torn.parent.mkdir(parents=True)
    torn.write_text("half")
    (here.dumps / "bkrec-mongodb-20251231000000.part").mkdir()
    (here.dumps / "bk_mysql_alldata.sql").write_text("the guide's own")
    (here.home / "install_20251231000000.part").mkdir()
    for what in ("mysql", "mongodb", "install"):
        done = here.back_up(what)
        assert (done.returncode, here.reads(what)) == (0, "fresh"), done.stderr
    assert not [path for path in here.copies() if "20251231" in path or path.endswith(".part")]
    assert (here.dumps / "bk_mysql_alldata.sql").exists()


@pytest.mark.parametrize(
    ("name", "empty"),
    [("bkcli", False), ("bkcli", True), ("install.config", True), ("bin/04-final/paas.env", False)],
    ids=["no-bkcli", "empty-bkcli", "empty-install.config", "no-env"],
)
def test_scripts_that_are_none_are_not_kept(here: Here, name: str, *, empty: bool) -> None:
    assert here.back_up("install").returncode == 0
    there = here.copies()
    (here.install / name).unlink()
    if empty:
        (here.install / name).touch()
    assert here.back_up("install").returncode != 0
    assert here.copies() == there


def test_a_tree_behind_a_link_is_kept_with_all_it_leads_to(here: Here) -> None:
    real, outside = here.home / "disk2/install", here.home / "etc"
    real.parent.mkdir()
    here.install.rename(real)
    here.install.symlink_to(real)
    outside.mkdir()
    (outside / "userdef").mkdir()
    (outside / "userdef/gse.env").write_text("GSE=1\n")
    (outside / "job.env").write_text("JOB=1\n")
    (real / "bin/03-userdef").symlink_to(outside / "userdef")
    (real / "bin/04-final/job.env").symlink_to(outside / "job.env")
    (real / "bin/same.env").symlink_to("04-final/paas.env")
    assert here.back_up("install").returncode == 0
    copy = Path(here.record("install")["path"])
    subprocess.run(["rm", "-rf", real, outside], check=True)
    assert not copy.is_symlink()
    assert (copy / "bkcli").read_text() == "bkcli\n"
    assert (copy / "bin/04-final/job.env").read_text() == "JOB=1\n"
    assert (copy / "bin/03-userdef/gse.env").read_text() == "GSE=1\n"
    assert (copy / "bin/same.env").readlink() == Path("04-final/paas.env")
    assert here.reads("install") == "fresh"


def test_the_password_is_on_no_command_line_and_in_no_output(here: Here) -> None:
    done = here.back_up("mongodb")
    assert PASSWORD not in done.stdout + done.stderr
    assert PASSWORD not in " ".join(here.action("mongodb").command().args)
