"""Backups: is the one that bkrec recorded still there, whole, and young enough to go on with?

The record, /var/lib/bkrec/backups/<what>, is written by the action that made the backup, after it was checked:
`path=… size=… digest=… made=… complete=yes`, parted by blanks or newlines. The size is bytes for a file, the number of
files for a directory. The digest is not computed again: a dump of gigabytes would make every look slow. Ages are taken
by the host's own clock, which made the record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import MISSING, SAFE_NAME, Row, rows_of
from probes.probe import Probe
from specs.reason import reason

Condition = Literal["fresh", "stale", "broken"]
DIRECTORY = "/var/lib/bkrec/backups"
FRESH_S = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup(Fact[Condition]):
    """Stale: whole, but made a day ago or more, or in the future. Broken: never completed, gone, or changed."""

    what: str
    """mysql, mongodb, install or src."""
    kind: Literal["backup"] = "backup"


SCRIPT = (
    MISSING
    + r"""
field() { printf '%s\n' "$record" | tr -s ' \t\r' '\n' | sed -n "s/^$1=//p" | tail -n 1; }
size_of() {
  if [ -d "$1" ]; then find "$1" -type f -printf . | wc -c
  elif [ -f "$1" ]; then stat -L -c %s -- "$1"
  else echo gone; fi
}
directory=$1 i=0
shift
for what do
  file=$directory/$what
  if [ -f "$file" ] && record=$(cat -- "$file" 2>/dev/null); then
    path=$(field path)
    printf '%s\trecord\t%s\t%s\t%s\t%s\t%s\n' "$i" \
      "$(field complete)" "$(field size)" "$(size_of "$path" 2>/dev/null)" "$(field made)" "$(date +%s)"
  elif [ ! -e "$file" ] && missing "$file"; then printf '%s\tabsent\n' "$i"
  else printf '%s\tunreadable\n' "$i"; fi
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[Backup]) -> Command:
    return Command(script=SCRIPT, args=(DIRECTORY, *(fact.what for fact in _askable(facts))), timeout_s=120.0)


def _askable(facts: Sequence[Backup]) -> tuple[Backup, ...]:
    """A name becomes part of a path, so only what is plainly a name is asked."""
    return tuple(fact for fact in facts if SAFE_NAME.fullmatch(fact.what))


def parse(facts: Sequence[Backup], output: Output) -> Readings:
    lines = _askable(facts)
    rows = dict(zip(lines, rows_of(output, count=len(lines)), strict=True))
    return {fact: _read(fact, rows.get(fact)) for fact in facts}


def _read(fact: Backup, row: Row | None) -> Reading[Condition]:
    match row:
        case None:
            return Unknown(reason("name-not-supported", name=fact.what))
        case ("record", complete, size, actual, made, now):
            whole = complete == "yes" and size.isdecimal() and size == actual.strip() and made.isdecimal()
            return Known(_age(int(now) - int(made)) if whole else "broken")
        case ("absent",):
            return Absent()
        case ("unreadable",):
            return Unknown(reason("path-unreadable", path=f"{DIRECTORY}/{fact.what}"))
        case _:
            raise ValueError("the answer about a backup is not understood")


def _age(age_s: int) -> Condition:
    return "fresh" if -FRESH_S < age_s < FRESH_S else "stale"


FACTS: tuple[type[AnyFact], ...] = (Backup,)
PROBE = Probe(family="backup", facts=FACTS, command=command, parse=parse)
