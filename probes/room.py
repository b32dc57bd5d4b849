"""Disk space for backups: does a dump or copy fit where it is written?

A dump lies on the database's own disk as often as not, and a full one stops the database. So each is measured: MySQL by
the server's own count of data and indexes, or twice the data where that is more (blobs are dumped as hexadecimal
digits), MongoDB by the directory that mongod.conf names (the dump is packed at least
as tightly), a tree by the size of its files. Where a server has its data elsewhere its size is not known here, and only
the margin is required; the action checks again before it begins. Source: df(1), du(1); information_schema.tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, LiteralString

from probes.command import Command, Output
from probes.fact import AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import ROOT_HOME, Row, rows_of
from probes.probe import Probe
from specs.reason import reason

MARGIN_KB = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRoom(Fact[str]):
    """ "enough", or the megabytes it needs and those that are free: "5120 MB > 800 MB"."""

    what: Literal["mysql", "mongodb", "install"]
    path: str
    """The directory that takes it, or is going to be made."""
    source: str
    """The login path, mongod.conf, the tree."""
    kind: Literal["room.backup"] = "room.backup"


COUNTED: LiteralString = r"""counted() {
  echo "select cast(ifnull(greatest(2 * sum(data_length), sum(data_length + index_length)), 0) / 1024 as unsigned)
    from information_schema.tables where table_schema not in ('information_schema', 'performance_schema', 'sys')" |
    timeout 20 mysql --no-defaults --login-path="$1" -Ns 2>/dev/null
}
"""

SCRIPT: LiteralString = (
    ROOT_HOME
    + r"""
available() {
  there=$1
  while [ ! -e "$there" ] && [ "${there%/*}" != "$there" ]; do there=${there%/*}; [ "$there" ] || there=/; done
  df -P -k -- "$there" 2>/dev/null | awk 'NR == 2 && match($0, /[0-9]+ +[0-9]+ +-?[0-9]+ +[0-9]+%/) {
    split(substr($0, RSTART), column, / +/); print (column[3] > 0 ? column[3] : 0) }'
}
"""
    + COUNTED
    + r"""taken() { du -sk -- "$1" 2>/dev/null | awk '{ print $1 }'; }
i=0
while [ $# -ge 3 ]; do
  case $1 in
    mysql) kb=$(counted "$3") ;;
    mongodb)
      data=$([ ! -r "$3" ] || awk '$1 == "dbPath:" { gsub(/["\047]/, "", $2); print $2; exit }' "$3")
      if [ -d "${data:-/nonexistent}" ]; then kb=$(taken "$data"); else kb=0; fi ;;
    *) kb=$(taken "$3") ;;
  esac
  printf '%s\troom\t%s\t%s\n' "$i" "$kb" "$(available "$2")"
  shift 3
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[BackupRoom]) -> Command:
    args = tuple(word for fact in facts for word in (fact.what, fact.path, fact.source))
    return Command(script=SCRIPT, args=args, timeout_s=120.0)


def parse(facts: Sequence[BackupRoom], output: Output) -> Readings:
    rows = rows_of(output, count=len(facts))
    readings: dict[AnyFact, Reading[str]] = {}
    for fact, row in zip(facts, rows, strict=True):
        readings[fact] = _read(fact, row)
    return readings


def _read(fact: BackupRoom, row: Row) -> Reading[str]:
    match row:
        case ("room", needed, free) if needed.isdecimal() and free.isdecimal():
            kb = int(needed) + MARGIN_KB
            enough = int(free) >= kb
            return Known("enough" if enough else f"{-(-kb // 1024)} MB > {int(free) // 1024} MB")
        case ("room", "", _):
            return Unknown(reason("space-not-measured", source=fact.source))
        case ("room", _, ""):
            return Unknown(reason("path-unreadable", path=fact.path))
        case _:
            raise ValueError("the answer about room is not understood")


FACTS: tuple[type[AnyFact], ...] = (BackupRoom,)
PROBE = Probe(family="room", facts=FACTS, command=command, parse=parse)
