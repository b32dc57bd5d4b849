"""The seal of a finished platform: what has changed on a host since its manifest was written.

A run that converges writes the manifest, and `bkrec seal`; here it is only compared, on the host, and nothing but what
differs comes back. The manifest says itself what it covers. A change is one word for each thing that differs:
"content", "mode", "owner", "content+mode", "type"; "gone"; "new". What could not be read is Unknown, never the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Readings, Unknown
from probes.lib.rows import MISSING, lines_of
from probes.lib.seal_shell import JUDGE, LISTED, MANIFEST
from probes.probe import Probe
from specs.reason import reason

SealChange = Literal[
    "unchanged", "content", "mode", "owner", "content+mode", "content+owner", "mode+owner", "content+mode+owner",
    "type", "gone", "new", "many",
]  # fmt: skip
Change = tuple[str, str, str]
"""What has changed, the part of the platform, and the name. After "rendered": the module's word in `bkcli render WORD`,
which wrote just what was sealed under that name."""
RENDERED = "rendered"
UNCHANGED = "unchanged"
REGISTRATIONS = "registrations"
"""The part that MySQL holds."""
REST = "*"
"""The name that stands for what a part has beyond the first fifty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealChanges(Fact[tuple[str, ...]]):
    """ "content configuration /data/bkce/etc/x" for each change, or "many programs 1234"; besides "rendered bkauth
    /data/bkce/etc/x" where the vendor's call wrote what was sealed; Absent without a seal."""

    kind: Literal["seal.changes"] = "seal.changes"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile(Fact[SealChange]):
    """One file, container's property, kernel's value or row of MySQL: "unchanged", or the change. `path` "*": those not
    listed."""

    part: str
    path: str
    kind: Literal["seal.file"] = "seal.file"


SealFact = SealChanges | SealedFile

SCRIPT = (
    MISSING
    + LISTED
    + JUDGE
    + r"""
manifest=$1
rendered() { # of $changed, what the vendor's call wrote when it was sealed, and would write again
  printf '%s\n=\n%s\n' "$scope" "$changed" | awk -F '\t' '
    $0 == "=" { changed = 1; next }
    !changed { if ($1 == "@rendered") word[$3] = $2; next }
    ($1 ~ /content/ || $1 == "gone") && $3 in word { print "rendered\t" word[$3] "\t" $3 }'
}
if missing "$manifest"; then echo absent
elif [ ! -r "$manifest" ]; then echo unreadable
elif ! whole; then echo damaged
else
  scope=$(sed -n '/^@/p' "$manifest")
  now=$(list)
  moved=$(feed "" | judge digest)
  sums=
  if [ -n "$moved" ]; then sums=$(for twice in 1 2; do printf '%s\n' "$moved" | digests; done); fi
  changed=$(feed "$sums" | judge compare) &&
    { if [ -n "$changed" ]; then printf '%s\n' "$changed"; rendered; fi; } && echo end
fi
"""
)


def command(facts: Sequence[SealFact]) -> Command:
    return Command(script=SCRIPT, args=(MANIFEST,), timeout_s=120.0)


def parse(facts: Sequence[SealFact], output: Output) -> Readings:
    read = _changes(output)
    if not isinstance(read, tuple):
        return dict.fromkeys(facts, read)
    return {fact: _all(read) if isinstance(fact, SealChanges) else _of(fact, read) for fact in facts}


def _changes(output: Output) -> tuple[Change, ...] | Absent | Unknown:
    match lines_of(output):
        case ["absent"]:
            return Absent()
        case ["unreadable"]:
            return Unknown(reason("path-unreadable", path=MANIFEST))
        case ["damaged"]:
            return Unknown(reason("seal-damaged", path=MANIFEST))
        case [*rows, "end"]:
            return tuple(_change(row) for row in sorted(rows))
        case _:
            raise ValueError("the answer about the seal is cut")


def _change(row: str) -> Change:
    change, part, path = row.split("\t")
    return change, part, path


def _all(changes: tuple[Change, ...]) -> AnyReading:
    return Known(tuple(" ".join(change) for change in changes))


def _of(fact: SealedFile, changes: tuple[Change, ...]) -> AnyReading:
    for change, part, path in changes:
        if part == fact.part and (path == fact.path or (change == "many" and fact.path == REST)):
            if change != "unread":
                return Known(change)
            unread = reason("seal-part-unread", part=part) if part == REGISTRATIONS else None
            return Unknown(unread or reason("path-unreadable", path=path))
    if any(change == "unread" and part == fact.part for change, part, _ in changes):
        return Unknown(reason("seal-part-unread", part=fact.part))
    return Known(UNCHANGED)


def changes_in(value: Sequence[str]) -> tuple[Change, ...]:
    """The changes of a reading of SealChanges."""
    rows = (_change("\t".join(line.split(" ", 2))) for line in value)
    return tuple(row for row in rows if row[0] != RENDERED)


def calls_in(value: Sequence[str]) -> dict[str, str]:
    """By name, the word of the vendor's call that wrote what was sealed."""
    rows = (_change("\t".join(line.split(" ", 2))) for line in value)
    return {name: word for change, word, name in rows if change == RENDERED}


def of_changes(changes: SealChanges, value: Sequence[str]) -> dict[SealedFile, AnyReading]:
    """What this answer says of each file that it names, as if that had been asked. `value`: its lines."""
    rows = changes_in(value)
    names = ((part, REST if change == "many" else path) for change, part, path in rows)
    facts = (SealedFile(host=changes.host, part=part, path=path) for part, path in names)
    return {fact: _of(fact, rows) for fact in facts}


FACTS: tuple[type[AnyFact], ...] = (SealChanges, SealedFile)
PROBE = Probe(family="seal", facts=FACTS, command=command, parse=parse)
