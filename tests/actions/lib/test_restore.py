"""The commands that bring a backup back: what was recorded, when it is as it was recorded, and into its own place."""

import hashlib
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from actions.lib import restore
from tests.probes.here import tool


@dataclass(frozen=True, slots=True)
class Here:
    home: Path

    def record(self, what: str, path: Path, digest: str) -> None:
        records = self.home / "records"
        records.mkdir(exist_ok=True)
        text = f"path={path}\ndigest={digest}\nmade=1\nrun=path=/elsewhere\ncomplete=yes\nsum=x\n"
        (records / what).write_text(text)
        (records / f"{what}.20260101000000").write_text(text.replace(str(path), "/nonexistent"))

    def paste(self, commands: Sequence[str]) -> int:
        """Into one shell, as the operator does, line by line."""
        text = "\n".join(commands).replace(restore.RECORDS, str(self.home / "records"))
        env = {"PATH": f"{self.home / 'tools'}:{os.environ['PATH']}", "CALLS": str(self.home / "calls"), "LC_ALL": "C"}
        return subprocess.run(["bash", "-c", text], env=env, cwd=self.home, capture_output=True, check=False).returncode

    def calls(self) -> list[str]:
        path = self.home / "calls"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def here(tmp_path: Path) -> Here:
    for name in ("mysql", "mongorestore"):
        tool(tmp_path / "tools", name, 'printf "%s\\n" "${0##*/} $*" >> "$CALLS"; cat >> "$CALLS"')
    return Here(tmp_path)


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def digest_of(tree: Path) -> str:
    """As `md5sum` prints the files of a directory, in the order of their names."""
    files = sorted(f"./{path.relative_to(tree)}" for path in tree.rglob("*") if path.is_file())
    return md5("".join(f"{md5((tree / name).read_bytes())}  {name}\n" for name in files).encode())


def test_a_dump_of_mysql_goes_to_the_server_of_the_login_path_byte_by_byte(here: Here) -> None:
    dump = here.home / "a dump.sql"
    dump.write_text("insert 1;\ninsert 2;\n")
    here.record("mysql", dump, md5(dump.read_bytes()))
    assert here.paste(restore.mysql()) == 0
    options = (
        "--no-defaults --login-path=default-root --default-character-set=utf8mb4 --max-allowed-packet=1G --binary-mode"
    )
    assert here.calls() == [f"mysql {options}", "insert 1;", "insert 2;"]


def test_a_dump_of_mysql_that_is_not_as_it_was_recorded_reaches_no_server(here: Here) -> None:
    dump = here.home / "dump.sql"
    dump.write_text("insert 1;\n")
    here.record("mysql", dump, md5(b"insert 2;\n"))
    assert here.paste(restore.mysql()) != 0
    assert here.calls() == []


def mongodb_dump(here: Here) -> tuple[Path, tuple[str, ...]]:
    dump, install = here.home / "a dump", here.home / "install"
    for name in ("cmdb/b.bson.gz", "cmdb/a.bson.gz", "oplog.bson"):
        (dump / name).parent.mkdir(parents=True, exist_ok=True)
        (dump / name).write_text(name)
    env = install / "bin/01-generate/dbadmin.env"
    env.parent.mkdir(parents=True)
    env.write_text("BK_MONGODB_ADMIN_USER=root\nBK_MONGODB_ADMIN_PASSWORD='a b$x'\n")
    here.record("mongodb", dump, digest_of(dump))
    return dump, restore.mongodb("10.0.0.1", str(install))


def test_a_dump_of_mongodb_goes_to_its_host_with_the_password_as_input(here: Here) -> None:
    dump, commands = mongodb_dump(here)
    assert here.paste(commands) == 0
    options = "--authenticationDatabase admin --drop --oplogReplay --gzip --host 10.0.0.1 -u root"
    assert here.calls() == [f"mongorestore {options} {dump}", "a b$x"]


@pytest.mark.parametrize("change", ["changed", "renamed", "one-more", "gone"])
def test_a_dump_of_mongodb_that_is_not_as_it_was_recorded_reaches_no_server(here: Here, change: str) -> None:
    dump, commands = mongodb_dump(here)
    match change:
        case "changed":
            (dump / "cmdb/a.bson.gz").write_text("another")
        case "renamed":
            (dump / "cmdb/a.bson.gz").rename(dump / "cmdb/c.bson.gz")
        case "one-more":
            (dump / "cmdb/c.bson.gz").touch()
        case _:
            dump.rename(here.home / "elsewhere")
    assert here.paste(commands) != 0
    assert here.calls() == []


def test_the_copy_of_the_scripts_takes_their_place_and_mode_and_they_are_moved_aside(here: Here) -> None:
    live, copy = here.home / "install", here.home / "install_1"
    for tree, text in ((live, "new"), (copy, "old")):
        tree.mkdir()
        (tree / "bkcli").write_text(text)
    live.chmod(0o755)
    copy.chmod(0o700)
    here.record("install", copy, digest_of(copy))
    assert here.paste(restore.install(str(live))) == 0
    assert [(tree / "bkcli").read_text() for tree in (live, copy, here.home / "install.replaced")] == [
        "old",
        "old",
        "new",
    ]
    assert live.stat().st_mode & 0o777 == 0o755


def test_a_copy_of_the_scripts_that_is_not_as_it_was_recorded_replaces_nothing(here: Here) -> None:
    live, copy = here.home / "install", here.home / "install_1"
    for tree in (live, copy):
        tree.mkdir()
        (tree / "bkcli").write_text(tree.name)
    here.record("install", copy, md5(b""))
    assert here.paste(restore.install(str(live))) != 0
    assert (live / "bkcli").read_text() == "install"
    assert not (here.home / "install.replaced").exists()


@pytest.mark.parametrize("version", ["6.1.2", ""], ids=["whole", "without-its-version"])
def test_the_packages_before_are_moved_back_only_where_they_name_their_version(here: Here, version: str) -> None:
    live, before = here.home / "src", here.home / "src.bak"
    for tree, text in ((live, "6.2.2"), (before, version)):
        tree.mkdir()
        (tree / "VERSION").write_text(text)
    here.record("src", before, "")
    assert (here.paste(restore.src(str(live))) == 0) == bool(version)
    assert (live / "VERSION").read_text() == (version or "6.2.2")
    assert before.exists() != bool(version)
    assert (here.home / "src.replaced").exists() == bool(version)
