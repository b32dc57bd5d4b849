"""Is a unit's process younger than the files it runs? A file replaced under it does nothing until a restart.

`ActiveEnterTimestampMonotonic` counts from boot, as /proc/uptime does; a file's change time is the wall clock's, which
rsync cannot set (it sets the modification time, to the package's). Two seconds are allowed for the clocks' grain.
Source: systemctl(1), show; proc(5), uptime; stat(1), %Z.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.probe import Probe
from probes.rows import MISSING, Row, rows_of
from probes.shell import Command, Output
from specs.reason import coded

GRAIN_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCurrent(Fact[bool]):
    """Absent where the unit does not run or the file is not there."""

    unit: str
    file: str
    """Replaced with whatever the unit runs: the product's VERSION."""
    kind: Literal["current.unit"] = "current.unit"


SCRIPT = (
    MISSING
    + r"""
up=$(cut -d ' ' -f 1 /proc/uptime) now=$(date +%s.%N) i=0
printf '%s\tclock\t%s\t%s\n' "$(($# / 2))" "$now" "$up"
while [ $# -gt 0 ]; do
  began=$(systemctl show --property=ActiveState,ActiveEnterTimestampMonotonic -- "$1" 2>/dev/null |
    awk -F = '$1 == "ActiveState" { state = $2 } $1 == "ActiveEnterTimestampMonotonic" { us = $2 }
      END { if (state == "active") print us }')
  if changed=$(stat -L -c %Z -- "$2" 2>/dev/null); then printf '%s\tis\t%s\t%s\n' "$i" "$changed" "$began"
  elif missing "$2"; then printf '%s\tabsent\n' "$i"
  else printf '%s\tunreadable\n' "$i"; fi
  shift 2
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[UnitCurrent]) -> Command:
    return Command(script=SCRIPT, args=tuple(word for fact in facts for word in (fact.unit, fact.file)), timeout_s=60.0)


def parse(facts: Sequence[UnitCurrent], output: Output) -> Readings:
    *rows, clock = rows_of(output, count=len(facts) + 1)
    match clock:
        case ("clock", now, up):
            booted = _number(now) - _number(up)
        case _:
            raise ValueError("the clock was not told")
    return {fact: _read(fact, row, booted) for fact, row in zip(facts, rows, strict=True)}


def _read(fact: UnitCurrent, row: Row, booted: float) -> Reading[bool]:
    match row:
        case ("is", _, "") | ("absent",):
            return Absent()
        case ("is", changed, began):
            return Known(booted + _number(began) / 1e6 + GRAIN_S >= _number(changed))
        case ("unreadable",):
            return Unknown(coded("path-unreadable", path=fact.file))
        case _:
            raise ValueError("the answer about a unit's age is not understood")


def _number(text: str) -> float:
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text, re.ASCII):
        raise ValueError("not a time")
    return float(text)


FACTS: tuple[type[AnyFact], ...] = (UnitCurrent,)
PROBE = Probe(family="current", facts=FACTS, command=command, parse=parse)
