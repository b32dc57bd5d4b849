"""Undo: what a run saved before it changed it, which steps it ran, and the state of each saved item now.

Every job records its run and step (`reconciler/engine/jobs/scripts.py`); one whose change can be undone saves the old
state first (`actions/lib/undo_shell.py`). Digests are compared on the host: none travels, since
an env file holds passwords. A path that is neither as before nor as that run left it was
changed by someone else, and reads so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, LiteralString, get_args

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Readings, Unknown
from probes.job import STATE_ROOT
from probes.lib.rows import SAFE_NAME, Row, groups_of
from probes.probe import Probe
from specs.reason import reason

What = Literal["file", "unit", "service", "directory"]
ItemState = Literal["back", "ours", "later", "changed", "lost"]
"""back: as it was before the run. ours: as the run left it. later: as another run left it. changed: somebody else's.
lost: its copy is damaged."""

DIGEST: LiteralString = r"""
place_of() { printf '%s' "$1" | sha256sum | cut -c 1-32; }
digest_of() {
    if [ -f "$1" ]; then sha256sum <"$1" | cut -c 1-64; elif [ -e "$1" ]; then echo other; else echo absent; fi
}
"""
"""Where a path's entry lies within a run's directory, and what a file's content comes to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRuns(Fact[tuple[str, ...]]):
    """Runs that started a job on this host, each as `EPOCH RUN`; undo runs are not among them. Where the
    jobs were deleted, the saved items of such a run are still there: its epoch is 0 then."""

    kind: Literal["undo.runs"] = "undo.runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoSteps(Fact[tuple[str, ...]]):
    """The steps that a run started on this host, each as `STEP WHAT-AN-UNDO-MAKES-OF-IT`."""

    run: str
    kind: Literal["undo.steps"] = "undo.steps"


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoEntries(Fact[tuple[str, ...]]):
    """The items that a run saved on this host: parse one with `entry`."""

    run: str
    kind: Literal["undo.entries"] = "undo.entries"


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoItemState(Fact[ItemState]):
    """State of this path compared with the saved item; Absent where the run saved nothing of it."""

    run: str
    path: str
    kind: Literal["undo.item-state"] = "undo.item-state"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterRuns(Fact[tuple[str, ...]]):
    """The runs whose result is at this path now."""

    path: str
    kind: Literal["undo.file-after"] = "undo.file-after"


UndoFact = UndoRuns | UndoSteps | UndoEntries | UndoItemState | LaterRuns


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item that a run saved."""

    what: What
    path: str
    unit: str = ""
    """The unit whose file it is, or the service whose definition."""
    active: bool = False
    """Whether the unit ran before."""
    boot: bool = False
    """Whether it was enabled."""


def entry(text: str) -> Entry:
    """Raises ValueError."""
    what, path, unit, active, boot = text.split("\t")
    known: dict[str, What] = {word: word for word in get_args(What)}
    if what not in known or not path.startswith("/"):
        raise ValueError("what was kept is not understood")
    return Entry(what=known[what], path=path, unit=unit, active=active == "active", boot=boot == "enabled")


SCRIPT: LiteralString = (
    DIGEST
    + r"""
root=$1
shift
if [ -e "$root" ] && ! [ -x "$root" ]; then echo "no access to $root" >&2; exit 13; fi
say() { printf '%s\t%s\n' "$i" "$1"; }
kept() { for run in "$root"/undo/*/; do [ ! -d "$run" ] || printf '0 %s - -\n' "$(basename -- "$run")"; done; }
noted() { for note in "$root"/jobs/*/origin; do [ ! -f "$note" ] || awk 1 "$note"; done; }
line() { [ ! -f "$1" ] || head -n 1 -- "$1"; }
entries() {
    for kept in "$root/undo/$1"/*/what; do
        kept=${kept%/what}
        case $kept in *.new | *'*') continue ;; esac
        printf '%s\tkept\t%s\t%s\t%s\t%s\t%s\n' "$i" "$(line "$kept/what")" "$(line "$kept/path")" \
            "$(line "$kept/unit")" "$(line "$kept/active")" "$(line "$kept/boot")"
    done
}
standing() {
    place=$(place_of "$2")
    kept=$root/undo/$1/$place
    case $(line "$kept/what") in
        '') say absent ;;
        directory) moved "$2" "$(line "$kept/aside")" ;;
        *) written "$2" "$(line "$kept/digest")" ;;
    esac
}
moved() {
    if [ -d "$2" ] && [ ! -e "$1" ]; then say ours
    elif [ -d "$1.bkrec-part" ] && [ ! -e "$1" ]; then say ours
    elif [ -d "$1" ] && [ ! -e "$2" ]; then say back
    elif [ -e "$1" ]; then say changed
    else say lost; fi
}
written() {
    now=$(digest_of "$1")
    if [ "$now" = "$2" ]; then say back
    elif [ "$2" != absent ] && [ "$(digest_of "$kept/before")" != "$2" ]; then say lost
    elif left_by "$kept"; then say ours
    elif [ -n "$(leavers)" ]; then say later
    else say changed; fi
}
left_by() { grep -qxF -e "$now" -- "$1/left" 2>/dev/null; }
leavers() {
    for other in "$root"/undo/*/"$place"; do
        ! left_by "$other" || { other=${other%/*} && printf '%s\trun\t%s\n' "$i" "${other##*/}"; }
    done
}
left() {
    place=$(place_of "$1") now=$(digest_of "$1")
    leavers
}
i=0
while [ $# -gt 0 ]; do
    case $1 in
        runs) { noted; kept; } | awk -v i="$i" '$4 != "undo" && !seen[$2]++ { print i "\trun\t" $1 " " $2 }' ;;
        steps) noted | awk -v i="$i" -v run="$2" '$2 == run { print i "\tstep\t" $3 " " $4 }' ;;
        entries) entries "$2" ;;
        standing) standing "$2" "$3" ;;
        left) left "$3" ;;
    esac
    case $1 in standing) ;; *) say end ;; esac
    shift 3
    i=$((i + 1))
done
"""
)


def command(facts: Sequence[UndoFact]) -> Command:
    args = tuple(word for fact in _askable(facts) for word in _query(fact))
    return Command(script=SCRIPT, args=(STATE_ROOT, *args))


def _askable(facts: Sequence[UndoFact]) -> tuple[UndoFact, ...]:
    """A run becomes part of a path, so only plain names are probed."""
    return tuple(fact for fact in facts if isinstance(fact, UndoRuns | LaterRuns) or SAFE_NAME.fullmatch(fact.run))


def _query(fact: UndoFact) -> tuple[str, str, str]:
    match fact:
        case UndoRuns():
            return ("runs", "", "")
        case UndoSteps():
            return ("steps", fact.run, "")
        case UndoEntries():
            return ("entries", fact.run, "")
        case UndoItemState():
            return ("standing", fact.run, fact.path)
        case LaterRuns():
            return ("left", "", fact.path)


def parse(facts: Sequence[UndoFact], output: Output) -> Readings:
    if output.exit_status != 0:
        raise ValueError(f"exit status {output.exit_status}: {output.stderr.strip()[:200]}")
    askable = _askable(facts)
    groups = groups_of(output, count=len(askable))
    readings: dict[AnyFact, AnyReading] = {fact: _read(fact, groups[index]) for index, fact in enumerate(askable)}
    return {fact: readings.get(fact) or _not_askable(fact) for fact in facts}


def _not_askable(fact: UndoFact) -> Unknown:
    return Unknown(reason("name-not-supported", name=getattr(fact, "run", "")))


def _read(fact: UndoFact, rows: Sequence[Row]) -> AnyReading:
    match fact:
        case UndoItemState():
            return _item_state(rows)
        case UndoRuns():
            return Known(tuple(_words(row, "run", r"\d+ \S+") for row in _ended(rows)))
        case UndoSteps():
            return Known(tuple(dict.fromkeys(_words(row, "step", r"\S+ [a-z-]+") for row in _ended(rows))))
        case UndoEntries():
            return Known(tuple(sorted(_saved_item(row) for row in _ended(rows))))
        case LaterRuns():
            return Known(tuple(_words(row, "run", r"\S+") for row in _ended(rows)))


def _ended(rows: Sequence[Row]) -> Sequence[Row]:
    *states, end = rows
    if end != ("end",):
        raise ValueError("the answer about a run is cut")
    return states


def _words(row: Row, tag: str, shape: str) -> str:
    match row:
        case (word, text) if word == tag and re.fullmatch(shape, text):
            return text
        case _:
            raise ValueError("the answer about a run is not understood")


def _saved_item(row: Row) -> str:
    match row:
        case ("kept", *words):
            text = "\t".join(words)
            entry(text)
            return text
        case _:
            raise ValueError("the answer about what a run kept is not understood")


def _item_state(rows: Sequence[Row]) -> AnyReading:
    match rows:
        case [("absent",)]:
            return Absent()
        case [("back" | "ours" | "later" | "changed" | "lost" as word,)]:
            return Known(word)
        case _:
            raise ValueError("the answer about what a run kept is not understood")


FACTS: tuple[type[AnyFact], ...] = (UndoRuns, UndoSteps, UndoEntries, UndoItemState, LaterRuns)
PROBE = Probe(family="undo", facts=FACTS, command=command, parse=parse)
