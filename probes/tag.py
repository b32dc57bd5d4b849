"""Tags: is the file there that keeps the vendor from regenerating a module's secrets?

`install bkenv` runs the generator of each module whose ~/.tag/MODULE.env is missing, and redirects what it prints into
01-generate/MODULE.env. The generator prints only what has no value yet, so the secrets that were there are truncated
away, the merge after it blanks them, and the next call invents others. So a missing tag matters where there are secrets
to lose, and only there. Values are compared on the host and never leave it. Source: ce/install.sh:139-151,
functions:503.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import MISSING, SAFE_NAME, Row, rows_of
from probes.probe import Probe
from specs.reason import reason

TagState = Literal["kept", "tag-missing", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsTag(Fact[TagState]):
    """Does the next `install bkenv` preserve this module's generated secrets?

    "kept": its tag is there, or nothing was ever generated. "tag-missing": the secrets are there, their tag is not.
    "lost": only the merged file still has them; what generated it and the tag are gone.
    """

    module: str
    """As its env files are called: "bkiam"."""
    root: str
    """Where the tags are: "/root/.tag"."""
    env: str
    """/data/install/bin, which has the layers."""
    kind: Literal["tag.state"] = "tag.state"


SCRIPT = (
    MISSING
    + r"""
filled() { # does any line give a value?
  [ -f "$1" ] && grep -qE '^[[:space:]]*(export[[:space:]]+)?[A-Z][A-Z0-9_]*=["'\'']?[^"'\''[:space:]#]' "$1"
}
i=0
while [ $# -gt 0 ]; do
  tag=$1/$3.env made=$2/01-generate/$3.env merged=$2/04-final/$3.env
  if [ -f "$tag" ]; then say=kept
  elif [ -e "$tag" ] || ! missing "$tag"; then say=unreadable
  elif filled "$made"; then say=tag-missing
  elif [ -f "$merged" ]; then say=lost
  elif missing "$merged"; then say=kept
  else say=unreadable; fi
  printf '%s\t%s\n' "$i" "$say"
  shift 3
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[SecretsTag]) -> Command:
    return Command(script=SCRIPT, args=tuple(word for f in _askable(facts) for word in (f.root, f.env, f.module)))


def _askable(facts: Sequence[SecretsTag]) -> tuple[SecretsTag, ...]:
    """A name becomes part of a path, so only plain names are probed."""
    return tuple(fact for fact in facts if SAFE_NAME.fullmatch(fact.module))


def parse(facts: Sequence[SecretsTag], output: Output) -> Readings:
    askable = _askable(facts)
    rows = dict(zip(askable, rows_of(output, count=len(askable)), strict=True))
    return {fact: _read(fact, rows.get(fact)) for fact in facts}


def _read(fact: SecretsTag, row: Row | None) -> Reading[TagState]:
    match row:
        case None:
            return Unknown(reason("name-not-supported", name=fact.module))
        case (("kept" | "tag-missing" | "lost") as state,):
            return Known(state)
        case ("unreadable",):
            return Unknown(reason("path-unreadable", path=f"{fact.root}/{fact.module}.env"))
        case _:
            raise ValueError("the answer about a tag is not understood")


FACTS: tuple[type[AnyFact], ...] = (SecretsTag,)
PROBE = Probe(family="tag", facts=FACTS, command=command, parse=parse)
