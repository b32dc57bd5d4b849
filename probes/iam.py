"""IAM (权限中心): which permission models of a product have not been handed to it?

The vendor's script marks each model by its file's name in ~/.migrate once IAM has taken it, as its sibling does SQL.
A product that brings no models has none to hand over. Source: bin/bkiam_migrate.sh:149-174; ce/tools.sh:97-109.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import MISSING, Row, groups_of
from probes.probe import Probe
from specs.reason import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsPending(Fact[tuple[str, ...]]):
    """Names of the *.json in `directory` without a mark of that name in `marks`, sorted; () without `directory`."""

    directory: str
    marks: str
    kind: Literal["iam.pending"] = "iam.pending"


SCRIPT = (
    MISSING
    + r"""
pending() { # DIRECTORY MARKS
  [ -e "$1" ] || { if missing "$1"; then echo end; else echo unreadable; fi; return; }
  [ -d "$1" ] && [ -r "$1" ] && [ -x "$1" ] || { echo unreadable; return; }
  for file in "$1"/*.json; do
    [ -f "$file" ] && [ ! -e "$2/${file##*/}" ] || continue
    case ${file##*/} in
      *[![:graph:]]*) echo odd-name ;;
      *) printf 'pending\t%s\n' "${file##*/}" ;;
    esac
  done
  echo end
}
[ "$(id -u)" = 0 ] || { echo 'only root sees the marks' >&2; exit 1; }
i=0
while [ $# -gt 0 ]; do
  pending "$1" "$2" | awk -v i="$i" '{ print i "\t" $0 }'
  shift 2
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[ModelsPending]) -> Command:
    return Command(script=SCRIPT, args=tuple(word for fact in facts for word in (fact.directory, fact.marks)))


def parse(facts: Sequence[ModelsPending], output: Output) -> Readings:
    groups = groups_of(output, count=len(facts))
    return {fact: _read(fact, groups[index]) for index, fact in enumerate(facts)}


def _read(fact: ModelsPending, rows: Sequence[Row]) -> Reading[tuple[str, ...]]:
    match rows:
        case [("unreadable",)]:
            return Unknown(reason("path-unreadable", path=fact.directory))
        case [*names, ("end",)] if ("odd-name",) in names:
            return Unknown(reason("path-name-unsupported", path=fact.directory))
        case [*names, ("end",)] if all(row[0] == "pending" and len(row) == 2 for row in names):
            return Known(tuple(sorted(row[1] for row in names)))
        case _:
            raise ValueError("the list of permission models is not understood")


FACTS: tuple[type[AnyFact], ...] = (ModelsPending,)
PROBE = Probe(family="iam", facts=FACTS, command=command, parse=parse)
