"""A unit is current if it was started after its file changed; what cannot be compared is not guessed."""

import os
from pathlib import Path

import pytest

from probes.command import Output
from probes.current import PROBE, UnitCurrent, UnitStartedSince
from probes.fact import Absent, AnyReading, Known, Unknown
from tests.probes.here import HOST, SHELLS, run, tool

FACT = UnitCurrent(host="10.0.0.1", unit="a.service", file="/f")
CLOCK = "1\tclock\t1000.5\t500.5\n"
"""Booted at 500."""
BEGAN = "200000000\tThu 1970-01-01 00:11:40 UTC"
"""200 s after the boot, at 700 by the clock of then: it is the clock of today."""
BEHIND = "200000000\tThu 1970-01-01 00:05:00 UTC"
"""At 300 by the clock of then, which was set forward by 400 s since."""
AHEAD = "200000000\tThu 1970-01-01 00:30:00 UTC"
"""At 1800 by the clock of then, which was set back by 1100 s since."""


def read(row: str) -> AnyReading:
    return PROBE.parse([FACT], Output(stdout=f"{CLOCK}0\t{row}\n"))[FACT]


@pytest.mark.condition("v14-restarted")
@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (f"is\t600\t{BEGAN}", Known(True)),
        (f"is\t900\t{BEGAN}", Known(False)),
        (f"is\t702\t{BEGAN}", Known(True)),
        ("is\t600\t\t", Absent()),
        ("absent", Absent()),
    ],
    ids=["later", "earlier", "within-the-clocks-grain", "not-running", "no-file"],
)
def test_age_is_compared(row: str, wanted: object) -> None:
    assert read(row) == wanted


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (f"is\t200\t{BEHIND}", True),
        (f"is\t900\t{BEHIND}", False),
        (f"is\t600\t{AHEAD}", True),
        (f"is\t1700\t{AHEAD}", True),
        (f"is\t1900\t{AHEAD}", False),
    ],
    ids=["long-before", "long-after", "before-it-was-set-back", "both-before-it-was-set-back", "just-after-the-start"],
)
def test_a_clock_that_was_set_since_changes_nothing_where_both_readings_agree(row: str, wanted: bool) -> None:
    assert read(row) == Known(wanted)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (f"is\t500\t{BEHIND}", "clock-was-set"),
        (f"is\t900\t{AHEAD}", "clock-was-set"),
        (f"is\t1700\t{BEGAN}", "changed-in-future"),
    ],
    ids=["between-the-two-forward", "between-the-two-back", "after-now"],
)
def test_what_a_clock_that_was_set_leaves_open_is_unknown(row: str, code: str) -> None:
    reading = read(row)
    assert isinstance(reading, Unknown)
    assert getattr(reading.why, "code", "") == code


def test_an_unreadable_file_is_unknown() -> None:
    assert isinstance(read("unreadable"), Unknown)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0\tis\t1\t1\n",
        f"{CLOCK}0\tis\t1\t1\tyesterday\n",
        f"{CLOCK}0\tis\t1\t1\tThu 1970-01-01 00:11:40 CST\n",
        f"{CLOCK}0\tis\tx\t{BEGAN}\n",
        "1\tclock\tx\t1\n0\tabsent\n",
    ],
)
def test_noise_is_refused(text: str) -> None:
    with pytest.raises((LookupError, ValueError)):
        PROBE.parse([FACT], Output(stdout=text))


SYSTEMCTL = """echo called >>{log}
while [ "$1" != -- ]; do shift; done
shift
between=
for unit; do
  [ "$unit" != "{refused}" ] || {{ echo "Unit name $unit is not valid." >&2; exit 1; }}
  printf "$between"
  between='\\n'
  case $unit in
    on*) printf 'ActiveState=active\\nActiveEnterTimestamp=%s\\nActiveEnterTimestampMonotonic=%s\\n' \\
      'Thu 1970-01-01 00:11:40 UTC' "${{unit#on}}" ;;
    *) printf 'ActiveState=inactive\\nActiveEnterTimestamp=\\nActiveEnterTimestampMonotonic=0\\n' ;;
  esac
done
"""


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("refused", ["none", "on3"])
def test_all_units_are_asked_at_once_and_one_by_one_only_where_that_fails(
    tmp_path: Path, refused: str, shell: str
) -> None:
    """One refused ends systemctl's answer: then nobody can say whose the rest is, and each is asked for itself."""
    there, newer = tmp_path / "VERSION", tmp_path / "NEWER"
    for file, seconds in ((there, 100), (newer, 200)):
        file.write_text("x")
        os.utime(file, (seconds, seconds))
    tools = tool(tmp_path / "tools", "systemctl", SYSTEMCTL.format(log=tmp_path / "calls", refused=refused))
    tool(tools, "stat", STAT)
    asked = [("on1", there), ("off", newer), ("on2", tmp_path / "none"), ("on3", newer), ("on4", there)]
    facts = [UnitCurrent(host=HOST, unit=unit, file=str(file)) for unit, file in asked]
    told = run(PROBE.command(facts), tools=tools, shell=shell).stdout.splitlines()
    entered = "\tThu 1970-01-01 00:11:40 UTC"
    third = "\t\t" if refused == "on3" else f"\t3{entered}"
    assert told[0].startswith("5\tclock\t")
    assert told[1:] == [
        f"0\tis\t100\t1{entered}", "1\tis\t200\t\t", "2\tabsent", f"3\tis\t200{third}", f"4\tis\t100\t4{entered}",
    ]  # fmt: skip
    calls = (tmp_path / "calls").read_text().count("called")
    assert calls == (1 if refused == "none" else 6)


STAT = """while [ "$1" != -- ]; do shift; done
shift
/usr/bin/stat -L -c %Y -- "$@"
"""
"""The change time cannot be set: the modification time stands for it."""


@pytest.mark.condition("v5-gse-ports")
@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (f"is\t600\t{BEGAN}", Known(True)),
        (f"is\t900\t{BEGAN}", Known(False)),
        ("is\t600\t\t", Absent()),
        ("absent", Known(True)),
    ],
    ids=["started-since", "started-before", "not-running", "nothing-was-retired"],
)
def test_where_nothing_was_retired_nothing_has_to_start_again(row: str, wanted: object) -> None:
    fact = UnitStartedSince(host="10.0.0.1", unit="a.service", mark="/f")
    assert PROBE.parse([fact], Output(stdout=f"{CLOCK}0\t{row}\n"))[fact] == wanted
