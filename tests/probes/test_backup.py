"""Backups that are whole, old, older than the run, gone, changed or never finished."""

import hashlib
import os
import subprocess
import time
from pathlib import Path

import pytest

from probes.backup import DIRECTORY, PROBE, Backup, MigratingRuns
from probes.command import Output
from probes.fact import Unknown, kind_of
from probes.job import STATE_ROOT
from probes.lib.inventory import INVENTORY
from specs.reason import reason
from tests.probes.here import HOST, SHELLS, ask, brief, tool
from tests.support.broken_backups import broken as way

DAY_S = 86400
BOOT = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
OTHER_BOOT = "00000000-0000-0000-0000-000000000000"


def now() -> int:
    return int(time.time())


def uptime() -> int:
    return int(float(Path("/proc/uptime").read_text().split()[0]))


def inventory(path: Path) -> str:
    text = f'{INVENTORY}\ninventory "$1"'
    done = subprocess.run(["sh", "-c", text, "sh", path], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def record(of: Path, **other: object) -> str:
    """As the action writes it (`actions/lib/backup_shell.py`)."""
    files, size, digest = inventory(of).split()
    fields = {
        "path": of,
        "files": files,
        "size": size,
        "inventory": digest,
        "digest": "x",
        "made": now(),
        "uptime": uptime(),
        "boot": BOOT,
        "run": "",
        "complete": "yes",
        **other,
    }
    text = "".join(f"{key}={value}\n" for key, value in fields.items() if value is not None)
    return f"{text}sum={hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}\n"


def asked(tmp_path: Path, text: str, shell: str = "/bin/sh", since: int = 0, tools: Path | None = None) -> object:
    (tmp_path / "records").mkdir(exist_ok=True)
    (tmp_path / "records" / "mysql").write_text(text)
    facts = [Backup(host=HOST, what="mysql", since=since), Backup(host=HOST, what="src")]
    found = ask(PROBE, facts, shell=shell, instead={DIRECTORY: str(tmp_path / "records")}, tools=tools)
    assert brief(found[1]) == "absent"
    return brief(found[0])


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    (tmp_path / "dump.sql").write_text("abc")
    return tmp_path / "dump.sql"


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("age_s", "wanted"),
    [
        (0, "fresh"),
        (DAY_S - 60, "fresh"),
        (DAY_S + 60, "stale"),
        (-60, "fresh"),
        (-3600, "stale"),
        (-2 * DAY_S, "stale"),
    ],
)
def test_age_is_by_the_host_s_clock_and_nothing_counts_in_the_future(
    tmp_path: Path, dump: Path, age_s: int, wanted: str, shell: str
) -> None:
    assert asked(tmp_path, record(dump, made=now() - age_s, boot=OTHER_BOOT), shell) == wanted


@way("install", "older than the run")
@way("src", "older than the run")
def test_a_clock_that_was_set_back_makes_nothing_younger(tmp_path: Path, dump: Path) -> None:
    """By the clock an hour old, by the host's uptime more than a day."""
    old = {"made": now() - 3600, "uptime": uptime() - DAY_S - 60}
    if old["uptime"] < 0:  # a machine just booted: its uptime cannot tell more than it is
        (tmp_path / "tools").mkdir()
        tool(tmp_path / "tools", "cut", f'case "$*" in *uptime*) echo {2 * DAY_S} ;; *) exec /usr/bin/cut "$@" ;; esac')
        old["uptime"] = 1000
    tools = tmp_path / "tools" if (tmp_path / "tools").exists() else None
    assert asked(tmp_path, record(dump, **old), tools=tools) == "stale"
    assert asked(tmp_path, record(dump, **old, boot=OTHER_BOOT), tools=tools) == "fresh", "another boot says nothing"


@way("mysql", "older than the run")
@way("mongodb", "older than the run")
@pytest.mark.parametrize(("since_s", "wanted"), [(-10, "fresh"), (10, "stale")])
def test_what_was_made_before_the_run_does_not_count_for_it(
    tmp_path: Path, dump: Path, since_s: int, wanted: str
) -> None:
    assert asked(tmp_path, record(dump), since=now() + since_s) == wanted


@pytest.mark.parametrize("shell", SHELLS)
def test_of_a_directory_each_file_counts(tmp_path: Path, shell: str) -> None:
    bak = tmp_path / "bak"
    (bak / "sub").mkdir(parents=True)
    for name in ("a", "b\nc", "sub/d", "tab\there"):
        (bak / name).write_text("x")
    (tmp_path / "beside").write_text("x")
    text = record(bak)
    assert " 4 " not in inventory(tmp_path), "the directory alone is counted"
    assert inventory(bak).startswith("4 4 ")
    assert asked(tmp_path, text, shell) == "fresh"
    (bak / "a").write_text("xy")
    assert asked(tmp_path, text, shell) == "broken"
    assert asked(tmp_path, record(bak), shell) == "fresh"
    (bak / "a").unlink()
    assert asked(tmp_path, text, shell) == "broken"


def test_a_file_swapped_for_one_of_its_size_is_seen(tmp_path: Path, dump: Path) -> None:
    text = record(dump)
    dump.unlink()
    dump.write_text("xyz")
    assert asked(tmp_path, text) == "broken"


def test_names_swapped_among_files_are_seen(tmp_path: Path) -> None:
    bak = tmp_path / "bak"
    bak.mkdir()
    for name in ("a", "b"):
        (bak / name).write_text(name)
        os.utime(bak / name, (1, 1))
    text = record(bak)
    (bak / "b").rename(bak / "c")
    assert asked(tmp_path, text) == "broken"


@pytest.mark.parametrize(
    "change",
    [
        {"size": "4"},
        {"files": "2"},
        {"files": None, "size": None, "inventory": None},
        {"inventory": ""},
        {"inventory": None},
        {"complete": "no"},
        {"complete": None},
        {"made": "soon"},
        {"path": "/nonexistent/dump.sql"},
        {"path": "-x"},
        {"path": "$(touch${IFS}pwned)"},
        {"path": None},
    ],
    ids=str,
)
def test_what_is_not_whole_is_broken(tmp_path: Path, dump: Path, change: dict[str, str | None]) -> None:
    assert asked(tmp_path, record(dump, **change)) == "broken"
    assert not Path("pwned").exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [("made=", "made=9"), ("run=\n", "run=another\n"), ("sum=", "total="), ("path=", "path=/x\npath="), ("", "x\n")],
    ids=["made", "run", "no-sum", "two-paths", "longer"],
)
def test_a_changed_record_is_none(tmp_path: Path, dump: Path, old: str, new: str) -> None:
    assert asked(tmp_path, record(dump).replace(old, new, 1)) == "broken"


def test_a_record_of_a_place_that_depends_on_where_one_is_is_none(
    tmp_path: Path, dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert inventory(Path(dump.name)) == inventory(dump)
    assert asked(tmp_path, record(Path(dump.name))) == "broken"


def test_an_empty_record_is_none(tmp_path: Path) -> None:
    assert asked(tmp_path, "") == "broken"


def test_a_link_is_no_backup(tmp_path: Path, dump: Path) -> None:
    (tmp_path / "link").symlink_to(dump)
    text = record(dump).replace(f"path={dump}", f"path={tmp_path}/link").rpartition("sum=")[0]
    text += f"sum={hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}\n"
    assert asked(tmp_path, text) == "broken"


def test_a_name_that_leads_elsewhere_is_never_asked() -> None:
    fact = Backup(host=HOST, what="../x")
    assert brief(PROBE.parse([fact], Output(stdout=""))[fact]) == "unknown: name-not-supported"


@pytest.mark.parametrize("shell", SHELLS)
def test_runs_that_migrate_are_known_by_the_records_of_their_jobs(tmp_path: Path, shell: str) -> None:
    for number, text in enumerate(("3 run-b step migrated", "3 run-b step-2 migrated", "2 run-a step restored", "")):
        (tmp_path / f"jobs/job-{number}").mkdir(parents=True)
        (tmp_path / f"jobs/job-{number}/origin").write_text(f"{text}\n")
    facts = [MigratingRuns(host=HOST), Backup(host=HOST, what="mysql")]
    found = ask(PROBE, facts, shell=shell, instead={STATE_ROOT: str(tmp_path), DIRECTORY: str(tmp_path)})
    assert [brief(each) for each in found] == [("run-b",), "absent"]


def test_no_content_is_read(tmp_path: Path) -> None:
    """A dump of gigabytes would make every probe slow. A terabyte with nothing in it is looked at in no time."""
    with (tmp_path / "dump.sql").open("wb") as dump:
        dump.truncate(1 << 40)
    began = time.monotonic()
    assert asked(tmp_path, record(tmp_path / "dump.sql")) == "fresh"
    assert time.monotonic() - began < 10


MYSQL, RUNS = Backup(host=HOST, what="mysql", since=1000), MigratingRuns(host=HOST)


def answered(*row: str, fact: Backup = MYSQL) -> object:
    return brief(PROBE.parse([fact], Output(stdout="\t".join(("0", *row)) + "\n", exit_status=0))[fact])


def recorded(
    complete: str = "yes",
    sealed: str = "same",
    there: str = "1 2 x",
    made: str = "2000",
    now: str = "2000",
    booted: str = "",
    uptime: str = "",
) -> object:
    return answered("record", complete, sealed, "1 2 x", there, made, now, booted, uptime)


@pytest.mark.parametrize(
    ("made", "now", "booted", "uptime", "wanted"),
    [
        ("2000", "2000", "", "", "fresh"),
        ("1000", "1000", "", "", "fresh"),
        ("999", "1000", "", "", "stale"),
        ("2000", "88399", "", "", "fresh"),
        ("2000", "88400", "", "", "stale"),
        ("2120", "2000", "", "", "fresh"),
        ("2121", "2000", "", "", "stale"),
        ("2000", "2000", "5", "86404", "fresh"),
        ("2000", "2000", "5", "86405", "stale"),
        ("2000", "2000", "125", "5", "fresh"),
        ("2000", "2000", "126", "5", "stale"),
        ("2000", "88400", "5", "5", "stale"),
        ("2000", "2000", "", "86405", "fresh"),
        ("2000", "2000", "5", "", "fresh"),
        ("2000", "2000", "x", "86405", "fresh"),
    ],
)
def test_of_the_clocks_age_and_the_uptimes_the_one_that_makes_it_older_counts(
    made: str, now: str, booted: str, uptime: str, wanted: str
) -> None:
    assert recorded(made=made, now=now, booted=booted, uptime=uptime) == wanted


@pytest.mark.parametrize(
    "change",
    [{"complete": ""}, {"sealed": ""}, {"there": "1 3 x"}, {"there": ""}, {"made": "x"}, {"made": ""}, {"made": "-1"}],
    ids=str,
)
def test_a_record_with_one_flaw_is_broken_before_its_age_is_asked_for(change: dict[str, str]) -> None:
    assert recorded(**change) == "broken"


def test_what_is_not_there_is_absent_and_what_cannot_be_read_is_unknown_with_its_place() -> None:
    assert answered("absent") == "absent"
    (reading,) = PROBE.parse([MYSQL], Output(stdout="0\tunreadable\n", exit_status=0)).values()
    assert reading == Unknown(reason("path-unreadable", path=f"{DIRECTORY}/mysql"))


@pytest.mark.parametrize("row", [("record", "yes"), ("absent", "x"), ("unreadable", "x"), ("gone",), ("",)], ids=str)
def test_an_answer_about_a_backup_that_is_none_is_refused(row: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="^the answer about a backup is not understood$"):
        answered(*row)


def runs(*rows: str) -> object:
    return brief(PROBE.parse([RUNS], Output(stdout="".join(f"0\t{row}\n" for row in rows), exit_status=0))[RUNS])


def test_runs_are_told_in_order_and_none_where_there_is_none() -> None:
    assert runs("run\tb", "run\ta", "end") == ("a", "b")
    assert runs("end") == ()


@pytest.mark.parametrize(
    "rows",
    [("run\ta",), ("end", "run\ta"), ("run\ta\tb", "end"), ("ran\ta", "end"), ("run", "end"), ("end\tx",)],
    ids=str,
)
def test_an_answer_about_runs_that_is_not_whole_is_refused(rows: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="^the answer about runs is not understood$"):
        runs(*rows)


def test_only_what_is_asked_is_answered_and_each_in_its_own_place() -> None:
    """A name that leads elsewhere is not sent; what stands behind it in the list is not taken for its answer."""
    odd, last = Backup(host=HOST, what="../x"), Backup(host=HOST, what="src")
    facts = [MYSQL, odd, RUNS, last]
    command = PROBE.command(facts)
    assert command.args == (DIRECTORY, STATE_ROOT, "mysql", "=", "src")
    assert command.timeout_s >= 60, "an inventory of a large tree takes its time"
    readings = PROBE.parse(facts, Output(stdout="0\tabsent\n1\trun\ta\n1\tend\n2\tunreadable\n", exit_status=0))
    told = [brief(readings[fact]) for fact in facts]
    assert told == ["absent", "unknown: name-not-supported", ("a",), "unknown: path-unreadable"]
    assert readings[odd] == Unknown(reason("name-not-supported", name="../x"))


def test_a_backup_is_the_same_question_for_whichever_run_it_is_asked() -> None:
    assert Backup(host=HOST, what="mysql", since=5) == Backup(host=HOST, what="mysql")
    assert Backup(host=HOST, what="mysql").since == 0
    assert {kind_of(fact) for fact in (MYSQL, RUNS)} == {"backup", "backup.migrating-runs"}
    assert (PROBE.family, set(PROBE.facts)) == ("backup", {Backup, MigratingRuns})


@pytest.mark.parametrize("shell", SHELLS)
def test_a_record_that_cannot_be_read_is_not_said_to_be_absent(tmp_path: Path, shell: str) -> None:
    (tmp_path / "mysql").mkdir()
    (tmp_path / "src").symlink_to("src")
    facts = [Backup(host=HOST, what=what) for what in ("mysql", "src", "install")]
    found = ask(PROBE, facts, shell=shell, instead={DIRECTORY: str(tmp_path)})
    assert [brief(each) for each in found] == ["unknown: path-unreadable", "unknown: path-unreadable", "absent"]
