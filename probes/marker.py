"""Markers: the record that bkrec writes of work without a trace of its own.

A marker is a file of one line under /var/lib/bkrec/markers; its content is defined by the action. An empty or
longer one was truncated while it was written and reads as Unknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import MISSING, SAFE_NAME, Row, rows_of
from probes.probe import Probe
from specs.reason import reason

DIRECTORY = "/var/lib/bkrec/markers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker(Fact[str]):
    name: str
    kind: Literal["marker"] = "marker"


SCRIPT = (
    MISSING
    + r"""
directory=$1 i=0
shift
for name do
  file=$directory/$name line= more=
  if [ -f "$file" ] && [ -r "$file" ]; then
    { IFS= read -r line && ! IFS= read -r more; } <"$file"
    if [ $? = 0 ] && [ -n "$line" ] && [ -z "$more" ]; then printf '%s\tis\t%s\n' "$i" "$line"
    else printf '%s\tbroken\n' "$i"; fi
  elif [ ! -e "$file" ] && missing "$file"; then printf '%s\tabsent\n' "$i"
  else printf '%s\tunreadable\n' "$i"; fi
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[Marker]) -> Command:
    return Command(script=SCRIPT, args=(DIRECTORY, *(fact.name for fact in _askable(facts))))


def _askable(facts: Sequence[Marker]) -> tuple[Marker, ...]:
    """A name becomes part of a path, so only plain names are probed."""
    return tuple(fact for fact in facts if SAFE_NAME.fullmatch(fact.name))


def parse(facts: Sequence[Marker], output: Output) -> Readings:
    askable = _askable(facts)
    rows = dict(zip(askable, rows_of(output, count=len(askable)), strict=True))
    return {fact: _read(fact, rows.get(fact)) for fact in facts}


def _read(fact: Marker, row: Row | None) -> Reading[str]:
    match row:
        case None:
            return Unknown(reason("name-not-supported", name=fact.name))
        case ("is", *words) if words:
            return Known("\t".join(words))
        case ("absent",):
            return Absent()
        case ("broken",):
            return Unknown(reason("marker-broken", name=fact.name))
        case ("unreadable",):
            return Unknown(reason("path-unreadable", path=f"{DIRECTORY}/{fact.name}"))
        case _:
            raise ValueError("the answer about a marker is not understood")


FACTS: tuple[type[AnyFact], ...] = (Marker,)
PROBE = Probe(family="marker", facts=FACTS, command=command, parse=parse)
