"""What every backup does: room is asked for beforehand, and what was verified is recorded, whole and under its date."""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import pytest

from actions.lib.backup_shell import RECORD, ROOM
from probes.backup import DIRECTORY, PROBE, Backup
from probes.command import Command
from tests.probes.here import ask, brief, tool
from tests.support.shell import perform

HOST = "10.0.0.1"
SUPPORT = Path(__file__).parents[2] / "support"
DF = "Filesystem 1024-blocks Used Available Capacity Mounted on\n"
ROOM_SCRIPT: LiteralString = "set -eu\n" + ROOM + 'room "$1" "$2" "the dump"\necho goes on\n'
RECORD_SCRIPT: LiteralString = "set -eu\n" + RECORD + 'record "$@"\necho goes on\n'


NO_NUMBER = "not known whether the dump has room in /data: it needs"
ROOMS = {
    "just": ("/dev/sda1 99999 1 4096 1% /\n", "4096", ""),
    "one-short": ("/dev/sda1 99999 1 4096 1% /\n", "4097", "the dump needs 5 MB, /data has 4 MB free"),
    "rounded": ("/dev/sda1 99999 1 4096 1% /\n", "5120", "the dump needs 5 MB, /data has 4 MB free"),
    "blanks": ("/dev/mapper/a b 7 99999 1 4096 1% /mnt/c 8 9 9 2%\n", "4096", ""),
    "blanks-short": ("/dev/a b 7 99999 1 4096 1% /c 8 9 9 2%\n", "4097", "the dump needs 5 MB, /data has 4 MB free"),
    "overfull": ("/dev/sda1 99999 99999 -20 100% /\n", "1", "the dump needs 1 MB, /data has 0 MB free"),
    "overfull-for-nothing": ("/dev/sda1 99999 99999 -20 100% /\n", "0", ""),
    "two-lines": ("/dev/sda1 99999 1 4096 1% /\n/dev/sda2 1 1 1 1% /x\n", "4096", ""),
    "no-number": ("fuse - - - - /\n", "1", f'{NO_NUMBER} "1" KB, "" KB are free'),
    "no-answer": ("", "1", f'{NO_NUMBER} "1" KB, "" KB are free'),
    "size-unknown": ("/dev/sda1 99999 1 4096 1% /\n", "", f'{NO_NUMBER} "" KB, "4096" KB are free'),
    "size-no-number": ("/dev/sda1 99999 1 4096 1% /\n", "1e3", f'{NO_NUMBER} "1e3" KB, "4096" KB are free'),
}


def room(tmp_path: Path, df: str, needed: str) -> subprocess.CompletedProcess[str]:
    """Asks for so many KB where df answers so."""
    (tmp_path / "answer").write_text(df)
    tools = tool(tmp_path / "tools", "df", f'echo "$*" > {tmp_path}/asked\ncat {tmp_path}/answer')
    words = ["sh", "-c", ROOM_SCRIPT, "sh", "/data", needed]
    env = {"PATH": f"{tools}:{os.environ['PATH']}", "LC_ALL": "C"}
    return subprocess.run(words, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("line", "needed", "says"), ROOMS.values(), ids=ROOMS.keys())
def test_a_backup_goes_on_where_there_is_room_and_else_says_both_numbers(
    tmp_path: Path, line: str, needed: str, says: str
) -> None:
    done = room(tmp_path, DF + line, needed)
    assert (tmp_path / "asked").read_text() == "-P -k -- /data\n"
    if says:
        assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{says}\n")
    else:
        assert (done.returncode, done.stdout, done.stderr) == (0, "goes on\n", "")


@dataclass(frozen=True, slots=True)
class Here:
    home: Path

    @property
    def records(self) -> Path:
        return self.home / "var-lib/bkrec/backups"

    def record(self, path: Path, digest: str = "d1g3st", **env: str) -> subprocess.CompletedProcess[str]:
        command = Command(script=RECORD_SCRIPT, args=("mysql", str(path), digest))
        world = {
            "PATH": f"{self.home / 'tools'}:{SUPPORT / 'tools'}:{os.environ['PATH']}",
            "CLOCK": str(self.home / "clock"),
            "SEED": "1",
        }
        return perform(command, self.home, shell="dash", env={**world, **env})

    def reads(self) -> object:
        (reading,) = ask(PROBE, [Backup(host=HOST, what="mysql")], instead={DIRECTORY: str(self.records)})
        return brief(reading)


@pytest.fixture
def here(tmp_path: Path) -> Here:
    (tmp_path / "dump").mkdir()
    (tmp_path / "dump/a").write_text("abc")
    (tmp_path / "dump/b").write_text("de")
    return Here(tmp_path)


def fields(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines())


def test_a_record_says_what_lies_where_who_made_it_and_that_it_is_complete(here: Here) -> None:
    done = here.record(here.home / "dump", BKREC_UNDO="/var/lib/bkrec/undo/run-1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "goes on\n", "")
    told = fields(here.records / "mysql")
    assert list(told) == [
        *("path", "digest", "made", "uptime", "boot", "run", "files", "size", "inventory", "complete", "sum"),
    ]
    assert (told["path"], told["digest"], told["run"]) == (str(here.home / "dump"), "d1g3st", "run-1")
    assert (told["files"], told["size"], told["complete"]) == ("2", "5", "yes")
    assert told["boot"] == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert abs(int(told["uptime"]) - float(Path("/proc/uptime").read_text().split()[0])) < 60
    body, _, last = (here.records / "mysql").read_text().rpartition("sum=")
    assert last.strip() == hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
    assert here.reads() == "fresh"


def test_each_record_stays_under_its_date_and_the_newest_under_its_name(here: Here) -> None:
    assert here.record(here.home / "dump", "one").returncode == 0
    assert here.record(here.home / "dump", "two").returncode == 0
    names = sorted(path.name for path in here.records.iterdir())
    assert names == ["mysql", "mysql.20260101000001", "mysql.20260101000002"]
    assert [fields(here.records / name)["digest"] for name in names] == ["two", "one", "two"]
    assert (here.records / names[2]).read_text() == (here.records / "mysql").read_text()
    assert here.records.stat().st_mode & 0o777 == 0o700


def test_what_cannot_be_listed_is_not_recorded_and_the_record_before_it_stays(here: Here) -> None:
    assert here.record(here.home / "dump").returncode == 0
    before = {path.name: path.read_text() for path in here.records.iterdir()}
    (here.home / "link").symlink_to("dump")
    for path in (here.home / "gone", here.home / "link"):
        done = here.record(path)
        assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{path} cannot be listed\n")
    assert {path.name: path.read_text() for path in here.records.iterdir()} == before


def test_a_record_is_on_disk_before_it_takes_its_name(here: Here) -> None:
    for name in ("dd", "mv", "cp"):
        tool(here.home / "tools", name, f'echo {name} "$*" >> {here.home}/calls\nexec {shutil.which(name)} "$@"')
    assert here.record(here.home / "dump").returncode == 0
    calls = (here.home / "calls").read_text().replace(f"{DIRECTORY}/", "").splitlines()
    assert [call for call in calls if not call.startswith("cp -a")] == [
        "cp -- mysql.part mysql.20260101000001",
        "dd if=mysql.part of=mysql.synced conv=fsync",
        "mv -T -- mysql.synced mysql",
    ]


def test_a_record_that_cannot_be_written_stops_the_backup(here: Here) -> None:
    tool(here.home / "tools", "dd", "exit 1")
    done = here.record(here.home / "dump")
    assert done.returncode != 0
    assert done.stdout == ""
    assert not (here.records / "mysql").exists()
