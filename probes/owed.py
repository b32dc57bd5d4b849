"""Work that is owed: what an upgrade has to be followed by and what leaves no trace of its own.

Before a product is upgraded, a note is left on the host where such work will be done; the work takes the note away
when its proof was seen. So a run that was killed in between still knows, and a cluster that was installed fresh owes
nothing. What somebody did or left out by hand before bkrec came cannot be seen here: no note, nothing owed.
`WorkNoted` asks the other way round, for the step that leaves the note.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.fact import AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.probe import Probe
from probes.rows import MISSING, SAFE_NAME, Row, rows_of
from probes.shell import Command, Output
from specs.reason import coded

DIRECTORY = "/var/lib/bkrec/owed"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOwed(Fact[bool]):
    work: str
    kind: Literal["owed.work"] = "owed.work"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkNoted(Fact[bool]):
    """The same note, asked for by what must not begin before it is there."""

    work: str
    kind: Literal["owed.noted"] = "owed.noted"


OwedFact = WorkOwed | WorkNoted

SCRIPT = (
    MISSING
    + r"""
directory=$1 i=0
shift
for name do
  file=$directory/$name
  if [ -f "$file" ]; then printf '%s\tnoted\n' "$i"
  elif [ ! -e "$file" ] && missing "$file"; then printf '%s\tnothing\n' "$i"
  else printf '%s\tunreadable\n' "$i"; fi
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[OwedFact]) -> Command:
    return Command(script=SCRIPT, args=(DIRECTORY, *_names(facts)))


def _names(facts: Sequence[OwedFact]) -> tuple[str, ...]:
    """A name becomes part of a path, so only what is plainly a name is asked."""
    return tuple(dict.fromkeys(fact.work for fact in facts if SAFE_NAME.fullmatch(fact.work)))


def parse(facts: Sequence[OwedFact], output: Output) -> Readings:
    names = _names(facts)
    rows = dict(zip(names, rows_of(output, count=len(names)), strict=True))
    return {fact: _read(fact, rows.get(fact.work)) for fact in facts}


def _read(fact: OwedFact, row: Row | None) -> Reading[bool]:
    match row:
        case None:
            return Unknown(coded("name-not-askable", name=fact.work))
        case ("noted",):
            return Known(True)
        case ("nothing",):
            return Known(False)
        case ("unreadable",):
            return Unknown(coded("path-unreadable", path=f"{DIRECTORY}/{fact.work}"))
        case _:
            raise ValueError("the answer about owed work is not understood")


FACTS: tuple[type[AnyFact], ...] = (WorkOwed, WorkNoted)
PROBE = Probe(family="owed", facts=FACTS, command=command, parse=parse)
