"""Text files: does a file mention the value of a variable? JOB's start page has to contain JOB's own address.

The variable is read on the host as bash would read it, so its value never leaves it.
Source: bin/release_job_frontend.sh.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.env_awk import ENV_AWK
from probes.lib.rows import Row, rows_of
from probes.probe import Probe
from specs.reason import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMentions(Fact[bool]):
    """Absent where the file is not there; Unknown where the variable cannot be read."""

    file: str
    env: str
    key: str
    kind: Literal["text.mentions"] = "text.mentions"


SCRIPT = (
    "exec awk -- '"
    + ENV_AWK
    + r"""
function shown(path,  line, got, all) {
  while ((got = (getline line < path)) > 0) all = all line "\n"
  close(path)
  if (got < 0) return "absent"
  return index(all, VALUE) ? "yes" : "no"
}
BEGIN {
  prepare()
  for (a = 1; a < ARGC; a += 3) {
    if (!((ARGV[a + 1]) in STATE)) { STATE[ARGV[a + 1]] = "r"; load(ARGV[a + 1], ARGV[a + 1]) }
    look(ARGV[a + 1], ARGV[a + 2])
    if (SEEN != "value" || VALUE == "") print (a - 1) / 3 "\tno-value"
    else print (a - 1) / 3 "\t" shown(ARGV[a])
  }
}
' "$@"
"""
)


def command(facts: Sequence[FileMentions]) -> Command:
    return Command(script=SCRIPT, args=tuple(word for fact in facts for word in (fact.file, fact.env, fact.key)))


def parse(facts: Sequence[FileMentions], output: Output) -> Readings:
    rows = rows_of(output, count=len(facts))
    return {fact: _read(fact, row) for fact, row in zip(facts, rows, strict=True)}


def _read(fact: FileMentions, row: Row) -> Reading[bool]:
    match row:
        case (("yes" | "no") as reply,):
            return Known(reply == "yes")
        case ("absent",):
            return Absent()
        case ("no-value",):
            return Unknown(reason("variable-unread", key=fact.key, file=fact.env))
        case _:
            raise ValueError("the answer about a text is not understood")


FACTS: tuple[type[AnyFact], ...] = (FileMentions,)
PROBE = Probe(family="text", facts=FACTS, command=command, parse=parse)
