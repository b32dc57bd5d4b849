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
began() { # UNIT FILE ...: of each unit its start by both clocks; a tab alone for one that is not active
  n=$#
  while [ "$n" -gt 0 ]; do
    set -- "$@" "$1"
    shift 2
    n=$((n - 2))
  done
  TZ=UTC0 systemctl show --property=ActiveState,ActiveEnterTimestamp,ActiveEnterTimestampMonotonic -- "$@" 2>/dev/null |
    awk -F = '
      function print_one() {
        if (state == "active") print us "\t" then
        else if (state != "") print "\t"
        state = us = then = ""
      }
      $0 == "" { print_one() }
      $1 == "ActiveState" { state = $2 }
      $1 == "ActiveEnterTimestamp" { then = $2 }
      $1 == "ActiveEnterTimestampMonotonic" { us = $2 }
      END { print_one() }'
}
changed() { # UNIT FILE ...: of each file that is there, when it changed
  n=$#
  while [ "$n" -gt 0 ]; do
    [ ! -e "$2" ] || set -- "$@" "$2"
    shift 2
    n=$((n - 2))
  done
  [ $# -eq 0 ] || stat -L -c %Z -- "$@" 2>/dev/null
}
answer() { # NUMBER-OF-THE-FIRST UNIT FILE ...: nothing, and 1, where an answer of several does not show whose it is
  first=$1 states=
  shift
  n=$#
  while [ "$n" -gt 0 ]; do
    if [ -e "$2" ]; then states=${states}e; elif missing "$2"; then states=${states}a; else states=${states}u; fi
    set -- "$@" "$1" "$2"
    shift 2
    n=$((n - 2))
  done
  { began "$@"; echo files; changed "$@"; } | awk -v first="$first" -v states="$states" '
    $0 == "files" { files = 1; next }
    files { changed[++c] = $0; next }
    { began[++b] = $0 }
    END {
      count = length(states)
      there = gsub(/e/, "e", states)
      if (count > 1 && (b != count || c != there)) exit 1
      for (i = 1; i <= count; i++) {
        state = substr(states, i, 1)
        if (state == "e") there = changed[++at]
        if (state == "a") print first "\tabsent"
        else if (state == "u" || there == "") print first "\tunreadable"
        else print first "\tis\t" there "\t" (began[i] == "" ? "\t" : began[i])
        first++
      }
    }'
}
read -r up idle </proc/uptime
printf '%s\tclock\t%s\t%s\n' "$(($# / 2))" "$(date +%s.%N)" "$up"
i=0
[ $# -eq 0 ] || answer 0 "$@" || while [ $# -gt 0 ]; do
  answer "$i" "$1" "$2"
  shift 2
  i=$((i + 1))
done
"""
)
"""All units and all files at once: one by one, as where that fails, they are a fifth of what a look costs a host."""


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
