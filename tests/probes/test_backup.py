"""Backups that are whole, old, gone, changed or never finished."""

import time
from pathlib import Path

import pytest

from probes.backup import DIRECTORY, PROBE, Backup
from probes.command import Output
from tests.probes.here import HOST, SHELLS, ask, brief

DAY_S = 86400
DONE = "size=3 digest=x made={now} complete=yes"


def now() -> int:
    return int(time.time())


def asked(tmp_path: Path, record: str, shell: str = "/bin/sh") -> object:
    (tmp_path / "records").mkdir(exist_ok=True)
    (tmp_path / "records" / "mysql").write_text(record)
    facts = [Backup(host=HOST, what=what) for what in ("mysql", "src")]
    found = ask(PROBE, facts, shell=shell, instead={DIRECTORY: str(tmp_path / "records")})
    assert brief(found[1]) == "absent"
    return brief(found[0])


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("age_s", "wanted"),
    [(0, "fresh"), (DAY_S - 60, "fresh"), (DAY_S + 60, "stale"), (-3600, "fresh"), (-2 * DAY_S, "stale")],
)
def test_age_is_by_the_host_s_clock(tmp_path: Path, age_s: int, wanted: str, shell: str) -> None:
    (tmp_path / "dump.sql").write_text("abc")
    record = f"path={tmp_path}/dump.sql {DONE.format(now=now() - age_s)}\n"
    assert asked(tmp_path, record, shell) == wanted
    assert asked(tmp_path, record.replace(" ", "\n"), shell) == wanted


@pytest.mark.parametrize("shell", SHELLS)
def test_a_directory_counts_its_files(tmp_path: Path, shell: str) -> None:
    (tmp_path / "bak" / "sub").mkdir(parents=True)
    for name in ("a", "b\nc", "sub/d"):
        (tmp_path / "bak" / name).write_text("x")
    record = f"path={tmp_path}/bak {DONE.format(now=now())}"
    assert asked(tmp_path, record, shell) == "fresh"
    (tmp_path / "bak" / "a").unlink()
    assert asked(tmp_path, record, shell) == "broken"


@pytest.mark.parametrize(
    "record",
    [
        "path={there} size=4 made={now} complete=yes",
        "path={there} size=3 made={now} complete=no",
        "path={there} size=3 made={now}",
        "path={there} size=3 made=soon complete=yes",
        "path={there} size= made={now} complete=yes",
        "path={there}.gone size=3 made={now} complete=yes",
        "path=-x size=3 made={now} complete=yes",
        "path=$(touch${IFS}pwned) size=3 made={now} complete=yes",
        "size=3 made={now} complete=yes",
        "",
    ],
)
def test_what_is_not_whole_is_broken(tmp_path: Path, record: str) -> None:
    (tmp_path / "dump.sql").write_text("abc")
    filled = record.replace("{there}", f"{tmp_path}/dump.sql").replace("{now}", str(now()))
    assert asked(tmp_path, filled) == "broken"
    assert not Path("pwned").exists()


def test_a_name_that_leads_elsewhere_is_never_asked() -> None:
    fact = Backup(host=HOST, what="../x")
    assert brief(PROBE.parse([fact], Output(stdout=""))[fact]) == "unknown: name-not-supported"
