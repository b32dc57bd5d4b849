"""One scalar of a YAML file of block mappings, by its path: `job.features.gseV2.enabled`.

Hosts bring no YAML reader, and `yq` only comes with the upgrade, so awk follows the indentation. It understands
nested mappings and no more: a path that passes through a list or braces reads as Absent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import MISSING, Row, rows_of
from probes.probe import Probe
from specs.reason import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlValue(Fact[str]):
    """Unquoted, without a comment: "false". Absent where the file or the path is not there."""

    file: str
    path: str
    kind: Literal["yaml.value"] = "yaml.value"


SCRIPT = (
    MISSING
    + r"""
i=0
while [ $# -gt 0 ]; do
  if [ -f "$1" ] && [ -r "$1" ]; then
    awk -v i="$i" -v path="$2" '
      /^[ \t]*(#|$)/ || /^(---|\.\.\.)/ { next }
      {
        sub(/\r$/, "")
        match($0, /^ */); depth = RLENGTH; line = substr($0, depth + 1)
        if (!match(line, /^[A-Za-z0-9_."\047-]+:([ \t]|$)/)) next
        name = substr(line, 1, index(line, ":") - 1); gsub(/["\047]/, "", name)
        rest = substr(line, index(line, ":") + 1); sub(/^[ \t]+/, "", rest); sub(/[ \t]+#.*$/, "", rest)
        sub(/[ \t]+$/, "", rest)
        while (deep > 0 && at[deep] >= depth) deep--
        at[++deep] = depth; key[deep] = name
        full = key[1]
        for (k = 2; k <= deep; k++) full = full "." key[k]
        if (full == path && rest != "") { value = rest; seen = 1 }
      }
      END {
        if (value ~ /^".*"$/ || value ~ /^\047.*\047$/) value = substr(value, 2, length(value) - 2)
        if (seen) print i "\tis\t" value; else print i "\tabsent"
      }' <"$1"
  elif [ ! -e "$1" ] && missing "$1"; then printf '%s\tabsent\n' "$i"
  else printf '%s\tunreadable\n' "$i"; fi
  shift 2
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[YamlValue]) -> Command:
    return Command(script=SCRIPT, args=tuple(word for fact in facts for word in (fact.file, fact.path)))


def parse(facts: Sequence[YamlValue], output: Output) -> Readings:
    rows = rows_of(output, count=len(facts))
    return {fact: _read(fact, row) for fact, row in zip(facts, rows, strict=True)}


def _read(fact: YamlValue, row: Row) -> Reading[str]:
    match row:
        case ("is", *words) if words:
            return Known("\t".join(words))
        case ("absent",):
            return Absent()
        case ("unreadable",):
            return Unknown(reason("path-unreadable", path=fact.file))
        case _:
            raise ValueError("the answer about a YAML file is not understood")


FACTS: tuple[type[AnyFact], ...] = (YamlValue,)
PROBE = Probe(family="yaml", facts=FACTS, command=command, parse=parse)
