"""Python scripts: is a downloaded script complete, and the intended one?

Some scripts of the guide are in no package: a person downloads them, and the file may be an error page, an incomplete
download or another product's script (guide 7.6: `curl` without -f, and no checksum). The script is parsed by the
interpreter that will run it and never run; the sentences to find have to be among its string constants, so a comment
does not count. As its last string is among them, a truncated script is found wherever it ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, LiteralString

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import MISSING, Row, groups_of
from probes.probe import Probe
from specs.reason import reason

LONGEST = 4096
SYNTAX = "no Python that parses"
"""The defect of a page of HTML, of an empty file, and of most that is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptDefects(Fact[tuple[str, ...]]):
    """Of `sentences`, those in none of its strings; (`SYNTAX`,) where it does not parse; () for a complete script."""

    path: str
    python: str
    """The interpreter, by its full path: its version decides what parses."""
    sentences: tuple[str, ...]
    kind: Literal["python.defects"] = "python.defects"


PARSE: LiteralString = r"""
import ast, sys
with open(sys.argv[1], "rb") as file:
    source = file.read()
try:
    tree = ast.parse(source)
except (SyntaxError, ValueError):
    print("syntax")
    sys.exit()
words = [getattr(node, "value", getattr(node, "s", None)) for node in ast.walk(tree)]
text = [word for word in words if isinstance(word, str)]
for number, sentence in enumerate(sys.argv[2].splitlines()):
    if not any(sentence in word for word in text):
        print("missing\t%d" % number)
print("end")
"""

SCRIPT = (
    MISSING
    + r"""
defects() { # PATH PYTHON SENTENCES
  if [ ! -e "$1" ]; then
    if missing "$1"; then echo absent; else echo unreadable; fi
  elif [ ! -f "$1" ] || [ ! -r "$1" ]; then echo unreadable
  elif [ ! -s "$1" ]; then echo syntax
  elif [ ! -x "$2" ]; then echo no-python
  else timeout 20 "$2" -B -I -c "$parse" "$1" "$3" 2>/dev/null || echo failed; fi
}
parse=$1 i=0
shift
while [ $# -gt 0 ]; do
  defects "$1" "$2" "$3" | awk -v i="$i" '{ print i "\t" $0 }'
  shift 3
  i=$((i + 1))
done
"""
)


def _askable(fact: ScriptDefects) -> bool:
    """Sentences travel as the lines of one argument."""
    text = "".join((fact.path, fact.python, *fact.sentences))
    return text.isprintable() and len(text) <= LONGEST


def command(facts: Sequence[ScriptDefects]) -> Command:
    askable = (fact for fact in facts if _askable(fact))
    words = (word for fact in askable for word in (fact.path, fact.python, "\n".join(fact.sentences)))
    return Command(script=SCRIPT, args=(PARSE, *words))


def parse(facts: Sequence[ScriptDefects], output: Output) -> Readings:
    askable = [fact for fact in facts if _askable(fact)]
    groups = groups_of(output, count=len(askable))
    readings: dict[AnyFact, AnyReading] = {fact: _read(fact, groups[index]) for index, fact in enumerate(askable)}
    return {fact: readings.get(fact, Unknown(reason("name-not-supported", name=fact.path))) for fact in facts}


def _read(fact: ScriptDefects, rows: Sequence[Row]) -> Reading[tuple[str, ...]]:
    match rows:
        case [("absent",)]:
            return Absent()
        case [("unreadable",)]:
            return Unknown(reason("path-unreadable", path=fact.path))
        case [("no-python",)]:
            return Unknown(reason("tool-missing", tool=fact.python))
        case [("syntax",)]:
            return Known((SYNTAX,))
        case [*missing, ("end",)] if all(row[0] == "missing" and len(row) == 2 for row in missing):
            return Known(tuple(fact.sentences[int(row[1])] for row in missing))
        case _:
            raise ValueError("what was found in a script is not understood")


FACTS: tuple[type[AnyFact], ...] = (ScriptDefects,)
PROBE = Probe(family="python", facts=FACTS, command=command, parse=parse)
