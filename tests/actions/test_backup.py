"""The copy of /data/install: whole or none, behind links too, and brought back by the commands that are shown.

The dumps of the databases have files of their own: lib/test_mysql_dump.py, lib/test_mongodb_dump.py.
"""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from actions.action import Action
from actions.backup import BackupCmdb, BackupInstall, BackupMongodb, BackupMysql
from actions.lib import mongodb_dump, mysql_dump
from actions.lib.restore import DIGEST_OF_TREE
from probes import cmdb
from probes.backup import DIRECTORY, PROBE, Backup
from probes.fact import Known
from reconciler.core.identity import step_id
from specs.reason import reason
from tests.probes.here import ask, brief, tool
from tests.support.broken_backups import WAYS
from tests.support.broken_backups import broken as way
from tests.support.shell import perform

HOST = "10.0.0.1"
TOOLS = Path(__file__).parents[1] / "support/tools"


@dataclass(frozen=True, slots=True)
class Here:
    home: Path

    @property
    def install(self) -> Path:
        return self.home / "install"

    @property
    def action(self) -> BackupInstall:
        return BackupInstall(host=HOST, path=str(self.install))

    @property
    def records(self) -> Path:
        return self.home / "var-lib/bkrec/backups"

    def back_up(self, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        world = {
            "PATH": f"{self.home / 'own'}:{TOOLS}:{os.environ['PATH']}",
            "SEED": "1",
            "CLOCK": str(self.home / "clock"),
        }
        return perform(self.action.command(), self.home, shell="dash", env={**world, **(env or {})})

    def reads(self) -> Any:
        (reading,) = ask(PROBE, [Backup(host=HOST, what="install")], instead={DIRECTORY: str(self.records)})
        return brief(reading)

    def record(self) -> dict[str, str]:
        text = (self.records / "install").read_text()
        return dict(line.split("=", 1) for line in text.splitlines())

    @property
    def copy(self) -> Path:
        return Path(self.record()["path"])

    def copies(self) -> set[str]:
        return {path.name for path in self.home.glob("install_*")}


@pytest.fixture
def here(tmp_path: Path) -> Here:
    here = Here(tmp_path)
    (here.install / "bin/04-final").mkdir(parents=True)
    for name in ("bkcli", "install.config", "bin/04-final/paas.env", ".path", "odd name\\蓝"):
        (here.install / name).write_text(f"{name}\n")
    (here.install / "empty").mkdir()
    (here.install / "bin/same.env").symlink_to("04-final/paas.env")
    return here


def tree(root: Path) -> dict[str, str]:
    found = {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}
    return {**found, **{str(path.relative_to(root)): "/" for path in root.rglob("*") if path.is_dir()}}


def test_the_copy_comes_back_by_the_commands_that_are_shown(here: Here) -> None:
    here.install.chmod(0o755)
    before = tree(here.install)
    assert (here.back_up().returncode, here.reads()) == (0, "fresh")
    assert (here.copy.stat().st_mode & 0o777, here.record()["run"]) == (0o700, "")
    (here.install / "bkcli").write_text("of 6.2\n")
    (here.install / "of_6_2").write_text("new\n")
    text = "\n".join(here.action.restore_commands()).replace(DIRECTORY, str(here.records))
    subprocess.run(["bash", "-ec", text], check=True)
    assert tree(here.install) == before
    assert here.install.stat().st_mode & 0o777 == 0o755
    assert (here.home / "install.replaced/of_6_2").exists()
    assert here.reads() == "fresh", "and the copy is still there"


@pytest.mark.parametrize(
    ("name", "empty"),
    [("bkcli", False), ("bkcli", True), ("install.config", True), ("bin/04-final/paas.env", False)],
    ids=["no-bkcli", "empty-bkcli", "empty-install.config", "no-env"],
)
def test_scripts_that_are_none_are_not_copied(here: Here, name: str, *, empty: bool) -> None:
    assert here.back_up().returncode == 0
    there = here.copies()
    (here.install / name).unlink()
    if empty:
        (here.install / name).touch()
    assert here.back_up().returncode != 0
    assert (here.copies(), here.reads()) == (there, "fresh"), "the copy before it is as it was"


FILE, DIRECTORY_GONE, ROWS, DIES = WAYS[2], WAYS[3], WAYS[4], WAYS[6]
TO = 'cp "$@"; for to; do :; done;'
BROKEN = {
    "cut-stream": ("cut stream", f'{TO} [ ! -f "$to/bkcli" ] || echo cut > "$to/bkcli"'),
    "missing-file": (FILE, f'{TO} rm -f "$to/.path"'),
    "missing-directory": (DIRECTORY_GONE, f'{TO} rm -rf "$to/empty"'),
    "shorter-file": (ROWS, f'{TO} head -n 1 "$to/install.config" > "$to/x"; mv "$to/x" "$to/install.config"'),
    "zero": ("zero bytes", 'for to; do :; done; mkdir -p "$to"'),
    "dies": (DIES, 'cp "$@"; kill -9 $PPID'),
    "denied": ("access denied to one table", 'cp "$@"; echo "cp: Permission denied" >&2; exit 1'),
    "link": ("a link instead", 'for to; do :; done; ln -s "$INSTALL" "$to"'),
}


@pytest.mark.parametrize(
    "script", [pytest.param(script, id=name, marks=way("install", why)) for name, (why, script) in BROKEN.items()]
)
def test_a_broken_copy_is_no_backup(here: Here, script: str) -> None:
    (here.install / "install.config").write_text("two\nlines\n")
    tool(here.home / "own", "cp", f"PATH=/usr/bin:/bin\n{script}")
    assert here.back_up({"INSTALL": str(here.install)}).returncode != 0
    assert here.reads() == "absent"
    (here.home / "own/cp").unlink()
    assert here.back_up().returncode == 0
    assert not [name for name in here.copies() if ".part" in name], "and what was left of it goes before the next"


@way("install", "disk full")
def test_a_full_disk_breaks_the_copy(here: Here) -> None:
    small = here.home / "small"
    script = f"mkdir -p {small}; mount -t tmpfs -o size=64k none {small}; /bin/cp -a {here.install} {small}/install"
    (here.install / "big").write_bytes(os.urandom(30_000))
    action = BackupInstall(host=HOST, path=f"{small}/install")
    command = action.command()
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", f'{script}; exec dash -c "$@"', "sh", command.script, "sh", *command.args],
        env={"PATH": f"{TOOLS}:{os.environ['PATH']}", "CLOCK": str(here.home / "clock"), "FREE_KB": "99999999"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "No space left on device" in done.stderr
    assert not (here.records / "install").exists()


def test_a_copy_without_room_is_not_begun(here: Here) -> None:
    (here.install / "big").write_bytes(b"x" * 5_000_000)
    done = here.back_up({"FREE_KB": "3000"})
    assert done.returncode != 0
    assert "needs" in done.stderr
    assert "MB free" in done.stderr
    assert here.copies() == set()


def meanwhile(here: Here, changes: str) -> None:
    """Once, right after the tree was copied and before it is compared, this happens in it."""
    once = f'[ -e "$to/bkcli" ] && [ ! -e {here.home}/once ] || exit 0; touch {here.home}/once; cd {here.install}'
    tool(here.home / "own", "cp", f"PATH=/usr/bin:/bin\n{TO} {once}\n{changes}")


@way("install", "created during the dump")
def test_what_is_written_meanwhile_does_not_fail_the_copy_and_is_in_it_as_it_is_now(here: Here) -> None:
    """hosts.env is written anew at each call of bkcli."""
    (here.install / "empty/x").write_text("goes meanwhile\n")
    meanwhile(here, "echo newer > .path; echo new > made; rm empty/x")
    done = here.back_up()
    assert (done.returncode, done.stderr) == (0, "")
    assert [(here.copy / name).read_text() for name in (".path", "made")] == ["newer\n", "new\n"]
    assert here.reads() == "fresh"


def test_what_goes_while_the_copy_is_compared_does_not_fail_it(here: Here) -> None:
    (here.install / "empty/x").write_text("goes meanwhile\n")
    meanwhile(here, "echo other > empty/x")
    tool(here.home / "own", "find", f'/usr/bin/find "$@"; [ "$*" != . ] || rm -f {here.install}/empty/x')
    done = here.back_up()
    assert (done.returncode, done.stderr, here.reads()) == (0, "", "fresh")


@pytest.mark.parametrize("spoilt", ["longer", "same-size", "gone", "swapped", "link", "relinked"])
def test_a_copy_that_was_touched_since_is_broken(here: Here, spoilt: str) -> None:
    assert here.back_up().returncode == 0
    copy, file = here.copy, here.copy / "bkcli"
    match spoilt:
        case "longer":
            file.write_text("bkcli, longer\n")
        case "same-size":
            file.write_text("BKCLI\n")
        case "gone":
            file.unlink()
        case "swapped":
            file.unlink()
            (copy / "bkcl1").write_text("bkcli\n")
        case "relinked":
            (copy / "bin/same.env").unlink()
            (copy / "bin/same.env").symlink_to("../bkcli")
        case _:
            copy.rename(here.home / "elsewhere")
            copy.symlink_to("elsewhere")
    assert here.reads() == "broken"


def test_what_a_killed_copy_left_goes_before_the_next(here: Here) -> None:
    (here.home / "install_20251231000000.part").mkdir()
    (here.home / "install_20251231000000.part.names").touch()
    assert here.back_up().returncode == 0
    assert not [name for name in here.copies() if ".part" in name]


@pytest.mark.condition("v18-links")
def test_a_tree_behind_a_link_is_copied_with_all_it_leads_to(here: Here) -> None:
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
    assert here.back_up().returncode == 0
    copy = here.copy
    subprocess.run(["rm", "-rf", real, outside], check=True)
    assert not copy.is_symlink()
    assert (copy / "bkcli").read_text() == "bkcli\n"
    assert (copy / "bin/04-final/job.env").read_text() == "JOB=1\n"
    assert (copy / "bin/03-userdef/gse.env").read_text() == "GSE=1\n"
    assert (copy / "bin/same.env").readlink() == Path("04-final/paas.env")
    assert here.reads() == "fresh"


MYSQL = BackupMysql(host=HOST, directory="/data/dbbak", since=7)
MONGODB = BackupMongodb(host=HOST, directory="/data/dbbak", install="/data/install", since=7)
INSTALL = BackupInstall(host=HOST, path="/data/install")
CMDB = BackupCmdb(host=HOST, install="/data/install")
BACKUPS = {"mysql": MYSQL, "mongodb": MONGODB, "install": INSTALL, "cmdb": CMDB}


@pytest.mark.parametrize(("what", "action"), BACKUPS.items(), ids=BACKUPS.keys())
def test_a_backup_ensures_a_fresh_one_of_its_own_and_changes_nothing_that_was_there(
    what: str, action: BackupMysql | BackupMongodb | BackupInstall | BackupCmdb
) -> None:
    (expected,) = action.ensures()
    fact = expected.fact
    assert isinstance(fact, Backup)
    assert (fact, expected.reading) == (Backup(host=HOST, what=what), Known("fresh"))
    assert (expected.because, action.undo) == (reason("backup-complete"), "no-change")
    assert expected.source.startswith("guide ")
    assert action.kind == f"backup.{what}"


@pytest.mark.parametrize("action", [MYSQL, MONGODB], ids=["mysql", "mongodb"])
def test_a_dump_is_one_of_this_run_though_a_plan_of_any_run_asks_for_the_same(
    action: BackupMysql | BackupMongodb,
) -> None:
    later = replace(action, since=8)
    for run, since in ((action, 7), (later, 8)):
        fact = run.ensures()[0].fact
        assert isinstance(fact, Backup)
        assert fact.since == since
    assert (later, step_id(later)) == (action, step_id(action))
    unknown = (BackupMysql(host=HOST, directory="/"), BackupMongodb(host=HOST, directory="/", install="/"))
    assert {each.since for each in unknown} == {0}


@pytest.mark.parametrize("action", [MYSQL, MONGODB], ids=["mysql", "mongodb"])
def test_a_dump_runs_in_a_login_and_is_given_hours_though_minutes_are_expected(action: Action) -> None:
    """The tools and the login path are those of root's login; data grow."""
    assert action.login_shell
    assert not INSTALL.login_shell
    assert 60 <= action.estimate_s <= 1800
    assert action.deadline_s >= 3600


def test_what_is_to_be_saved_is_handed_to_the_script() -> None:
    assert (MYSQL.command().script, MYSQL.command().args) == (mysql_dump.DUMP, ("/data/dbbak",))
    assert MONGODB.command().script == mongodb_dump.DUMP
    assert MONGODB.command().args == ("/data/dbbak", "/data/install", HOST, "/etc/mongod.conf")
    assert INSTALL.command().args == ("/data/install",)
    asked, *_ = CMDB.command().args
    assert int(asked) == len(cmdb.everything("/data/install"))


def test_two_trees_on_a_host_are_two_backups_and_a_server_is_one_wherever_its_dumps_go() -> None:
    assert step_id(BackupInstall(host=HOST, path="/a")) != step_id(BackupInstall(host=HOST, path="/b"))
    assert step_id(BackupMysql(host=HOST, directory="/a")) == step_id(BackupMysql(host=HOST, directory="/b"))
    one, other = (BackupMongodb(host=HOST, directory=name, install=name) for name in ("/a", "/b"))
    assert step_id(one) == step_id(other)
    assert step_id(BackupCmdb(host=HOST, install="/a")) == step_id(BackupCmdb(host=HOST, install="/b"))


def test_a_copy_is_on_disk_before_it_takes_its_name_and_nobody_else_reads_its_record(here: Here) -> None:
    tool(here.home / "own", "sync", f"echo sync >> {here.home}/calls")
    tool(here.home / "own", "mv", f'echo "mv $*" >> {here.home}/calls\nexec /bin/mv "$@"')
    assert here.back_up().returncode == 0
    copy = here.home / "install_20260101000001"
    assert (here.home / "calls").read_text().splitlines()[:2] == ["sync", f"mv -T -- {copy}.part {copy}"]
    assert {path.stat().st_mode & 0o077 for path in (*here.records.iterdir(), here.records)} == {0}
    assert here.copies() == {copy.name}


def test_nothing_is_copied_over_what_has_the_name_already(here: Here) -> None:
    there = here.home / "install_20260101000001"
    there.mkdir()
    done = here.back_up()
    assert (done.returncode, done.stderr) == (1, f"{there} is there already\n")
    assert (list(there.iterdir()), here.copies(), here.reads()) == ([], {there.name}, "absent")


def test_scripts_that_are_not_there_are_said_not_to_be(here: Here) -> None:
    here.install.rename(here.home / "elsewhere")
    done = here.back_up()
    assert (done.returncode, done.stderr) == (1, f"no {here.install}\n")


SPOILT = {
    "another-target": ('ln -sfn bkcli "$to/bin/same.env"', "./bin/same.env"),
    "file-for-a-link": ('rm "$to/bin/same.env"; echo x > "$to/bin/same.env"', "./bin/same.env"),
    "link-gone": ('rm "$to/bin/same.env"', "./bin/same.env"),
    "file-for-a-directory": ('rmdir "$to/empty"; echo x > "$to/empty"', "./empty"),
    "file-gone": ('rm "$to/.path"', "./.path"),
    "other-text": ('echo y > "$to/.path"', "./.path"),
}


@pytest.mark.parametrize(("script", "name"), SPOILT.values(), ids=SPOILT.keys())
def test_whatever_is_in_the_copy_otherwise_than_in_the_tree_is_named(here: Here, script: str, name: str) -> None:
    tool(here.home / "own", "cp", f'PATH=/usr/bin:/bin\n{TO} [ -e "$to/bkcli" ] || exit 0\n{script}')
    done = here.back_up()
    assert (done.returncode, done.stderr) == (1, f"{name} is not in the copy as it is in {here.install}\n")
    assert here.copies() == set()


def test_what_was_written_meanwhile_is_copied_once_more_whatever_it_is_now(here: Here) -> None:
    """A file, a link that leads elsewhere, and a directory that has become a file."""
    meanwhile(here, "echo newer > .path; ln -sfn ../bkcli bin/same.env; rmdir empty; echo file > empty")
    done = here.back_up()
    assert done.returncode == 0, done.stderr
    assert [(here.copy / name).read_text() for name in (".path", "empty")] == ["newer\n", "file\n"]
    assert (here.copy / "bin/same.env").readlink() == Path("../bkcli")
    assert here.reads() == "fresh"


def test_only_what_leads_out_of_the_tree_and_only_files_outside_of_bin_are_copied_in_a_link_s_place(here: Here) -> None:
    outside = here.home / "etc"
    outside.mkdir()
    (outside / "a").write_text("outside\n")
    links = {"file": outside / "a", "folder": outside, "bin/folder": outside, "broken": Path("nowhere")}
    links |= {"inside": here.install / "bkcli", "relative": Path("bkcli"), "up": Path("../etc/a")}
    for name, target in links.items():
        (here.install / name).symlink_to(target)
    assert here.back_up().returncode == 0
    still = {name for name in links if (here.copy / name).is_symlink()}
    assert still == {"folder", "broken", "relative"}
    for name in ("file", "up", "bin/folder/a"):
        assert (here.copy / name).read_text() == "outside\n"
    assert (here.copy / "inside").read_text() == "bkcli\n"


def test_the_digest_of_a_copy_is_that_of_its_files_in_the_order_of_their_names(here: Here) -> None:
    """As the commands that bring it back compute it."""
    assert here.back_up().returncode == 0
    digest = subprocess.run(["sh", "-c", DIGEST_OF_TREE], cwd=here.copy, capture_output=True, text=True, check=True)
    assert digest.stdout.split()[0] == here.record()["digest"]
