"""Up to date: is a unit's process younger than the files it runs? A file replaced under it does nothing until a
restart.

A file's change time is the wall clock's, which rsync cannot set (it sets the modification time, to the package's).
The unit's start time is read twice: by the clock of that moment, and in time since boot, like /proc/uptime, hence by
the clock of today. Where the two differ, the clock was set in between, before or after the file was changed: a result
on which both agree is Known, the rest is Unknown. Seconds are allowed
for the clocks' grain. Source: systemctl(1), show; proc(5), uptime; stat(1), %Z.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import MISSING, Row, decimal, rows_of
from probes.probe import Probe
from specs.reason import reason

GRAIN_S = 2.0
SAME_S = 3.0
"""Two tellings of one moment that lie closer are one: one of them has whole seconds."""
ENTERED = "%Y-%m-%d %H:%M:%S UTC"
"""systemd's way to write a time, without its day of the week, where TZ is UTC0: other zones' names are ambiguous."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCurrent(Fact[bool]):
    """Absent where the unit does not run or the file is not there."""

    unit: str
    file: str
    """Replaced with whatever the unit runs: the product's VERSION."""
    kind: Literal["current.unit"] = "current.unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitStartedSince(Fact[bool]):
    """Was the unit started after this mark was written? True where there is no mark; Absent where the unit does not
    run. A unit that could not take a port while an older process held it has to start again once that is gone."""

    unit: str
    mark: str
    kind: Literal["current.since"] = "current.since"


CurrentFact = UnitCurrent | UnitStartedSince

SCRIPT = (
    MISSING
    + r"""
up=$(cut -d ' ' -f 1 /proc/uptime) now=$(date +%s.%N) i=0
printf '%s\tclock\t%s\t%s\n' "$(($# / 2))" "$now" "$up"
while [ $# -gt 0 ]; do
  began=$(TZ=UTC0 systemctl show --property=ActiveState,ActiveEnterTimestamp,ActiveEnterTimestampMonotonic -- "$1" \
    2>/dev/null | awk -F = '$1 == "ActiveState" { state = $2 } $1 == "ActiveEnterTimestamp" { then = $2 }
      $1 == "ActiveEnterTimestampMonotonic" { us = $2 }
      END { if (state == "active") printf "%s\t%s", us, then; else printf "\t" }')
  if changed=$(stat -L -c %Z -- "$2" 2>/dev/null); then printf '%s\tis\t%s\t%s\n' "$i" "$changed" "$began"
  elif missing "$2"; then printf '%s\tabsent\n' "$i"
  else printf '%s\tunreadable\n' "$i"; fi
  shift 2
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[CurrentFact]) -> Command:
    args = tuple(word for fact in facts for word in (fact.unit, _path_of(fact)))
    return Command(script=SCRIPT, args=args, timeout_s=60.0)


def _path_of(fact: CurrentFact) -> str:
    return fact.file if isinstance(fact, UnitCurrent) else fact.mark


def parse(facts: Sequence[CurrentFact], output: Output) -> Readings:
    *rows, clock = rows_of(output, count=len(facts) + 1)
    match clock:
        case ("clock", now, up):
            reported = decimal(now), decimal(up)
        case _:
            raise ValueError("the answer has no clock")
    return {fact: _read(fact, row, *reported) for fact, row in zip(facts, rows, strict=True)}


def _read(fact: CurrentFact, row: Row, now: float, up: float) -> Reading[bool]:
    match row:
        case ("absent",) if isinstance(fact, UnitStartedSince):
            return Known(True)
        case ("is", _, "", _) | ("absent",):
            return Absent()
        case ("is", changed, began, entered):
            return _compared(fact, decimal(changed), now, now - up + decimal(began) / 1e6, moment(entered))
        case ("unreadable",):
            return Unknown(reason("path-unreadable", path=_path_of(fact)))
        case _:
            raise ValueError("the answer about a unit's age is not understood")


def _compared(fact: CurrentFact, changed: float, now: float, started: float, reported: float) -> Reading[bool]:
    """`started` by the present clock, `reported` by the clock of that moment."""
    younger, younger_then = (moment + GRAIN_S >= changed for moment in (started, reported))
    was_set = round(started - reported) if abs(started - reported) > SAME_S else 0
    if changed > now + GRAIN_S:
        # by a clock that was ahead, as it was at the start if it was set back since
        return (
            Known(younger_then)
            if was_set
            else Unknown(reason("changed-in-future", path=_path_of(fact), unit=fact.unit))
        )
    if was_set and younger != younger_then:
        return Unknown(reason("clock-was-set", path=_path_of(fact), unit=fact.unit, seconds=was_set))
    return Known(younger)


def moment(text: str) -> float:
    """Raises ValueError for text that is not a time of `ENTERED`."""
    return datetime.strptime(text.partition(" ")[2], ENTERED).replace(tzinfo=UTC).timestamp()


FACTS: tuple[type[AnyFact], ...] = (UnitCurrent, UnitStartedSince)
PROBE = Probe(family="current", facts=FACTS, command=command, parse=parse)
