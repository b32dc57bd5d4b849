"""Files and directories: their kind, version, lines and digest.

A path is Absent only on ENOENT or ENOTDIR: "permission denied" or a stale NFS handle is
Unknown. Symbolic links are followed, but by `PathKind`. Source: stat(1), md5sum(1), find(1) of coreutils 8.22 and
findutils 4.5.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Readings, Unknown
from probes.lib.rows import MISSING, Row, rows_of
from probes.probe import Probe
from specs.reason import reason

Kind = Literal["file", "directory", "link", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathKind(Fact[Kind]):
    path: str
    kind: Literal["path.kind"] = "path.kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDigest(Fact[str]):
    """MD5 in hex; what the release itself compares files by."""

    path: str
    hollow: ClassVar[frozenset[str]] = frozenset({"d41d8cd98f00b204e9800998ecf8427e"})
    """An empty file's."""
    kind: Literal["path.digest"] = "path.digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionText(Fact[str]):
    """The first line of a VERSION file, as `normalise_version` writes it."""

    path: str
    kind: Literal["path.version"] = "path.version"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineInFile(Fact[bool]):
    """True if one whole line of the file is exactly `line`; Absent if not, or without the file."""

    path: str
    line: str
    kind: Literal["path.line"] = "path.line"


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeDigest(Fact[str]):
    """One MD5 over the names and digests of all regular files below `root`: equal on two hosts if their trees are."""

    root: str
    exclude: tuple[str, ...] = ()
    """Relative to root, with all below: "bin/02-dynamic", "*.pyc"; as find's -path, `*` matches a slash too."""
    hollow: ClassVar[frozenset[str]] = frozenset({"68b329da9893e34099c7d8ad5cb9c940"})
    """That of a tree without any file: the script sums up one empty line."""
    kind: Literal["path.tree"] = "path.tree"


PathFact = PathKind | FileDigest | VersionText | LineInFile | TreeDigest

SCRIPT = (
    MISSING
    + r"""
say() { printf '%s\t%s\n' "$i" "$1${2:+	$2}"; }
absent() { if missing "$1"; then say absent; else say unreadable; fi; }
kind() {
  if [ -L "$1" ]; then say is link; elif [ -d "$1" ]; then say is directory
  elif [ -f "$1" ]; then say is file; elif [ -e "$1" ]; then say is other; else absent "$1"; fi
}
regular() {
  [ -f "$1" ] && return 0
  if [ -e "$1" ]; then say not-a-file; else absent "$1"; fi
  return 1
}
digest() {
  regular "$1" || return 0
  if sum=$(md5sum 2>/dev/null <"$1"); then say is "${sum%% *}"; else say unreadable; fi
}
no_text() { [ "$(head -q -c 300 -- "$@" 2>/dev/null | tr -dc '\000' | wc -c)" -ne 0 ]; }
version() {
  regular "$1" || return 0
  if [ "$nul" ] && no_text "$1"; then say no-text; return; fi
  line=
  { IFS= read -r line || [ -n "$line" ]; } 2>/dev/null <"$1"
  case $? in
    0) printf '%s\tis\t%.200s\n' "$i" "$line" ;;
    *) if [ -r "$1" ]; then say empty; else say unreadable; fi ;;
  esac
}
line() {
  regular "$1" || return 0
  case $2 in
    *"
"*) say absent; return ;; # grep would take it for two patterns
  esac
  grep -Fxq -e "$2" -- "$1" 2>/dev/null
  case $? in 0) say is there ;; 1) say absent ;; *) say unreadable ;; esac
}
tree() (
  left=$(($1 - 1)) root=$2
  shift 2
  others=$(($# - left))
  [ -d "$root" ] || { if [ -e "$root" ]; then say not-a-directory; else absent "$root"; fi; return; }
  while [ "$left" -gt 0 ]; do
    name=$1
    shift
    set -- "$@" -o -path "./$name"
    left=$((left - 1))
  done
  shift "$others"
  cd -- "$root" 2>/dev/null || { say unreadable; return; }
  sums=$(find . \( -false "$@" \) -prune -o -type f -exec md5sum -- {} + 2>/dev/null) || { say unreadable; return; }
  sum=$(printf '%s\n' "$sums" | sort | md5sum)
  say is "${sum%% *}"
)
versions() { # KIND COUNT WORD ...: does any of the VERSION files hold a NUL?
  words=$#
  while [ "$words" -gt 0 ]; do
    count=$2
    [ "$1" != version ] || [ ! -f "$3" ] || set -- "$@" "$3"
    shift "$((count + 2))"
    words=$((words - count - 2))
  done
  [ $# -gt 0 ] && no_text "$@"
}
# `read` passes over a NUL, or stops at it (bash 4.2): one look at all files beforehand, since hardly any ever has one
if versions "$@"; then nul=yes; else nul=; fi
i=0
while [ $# -gt 0 ]; do
  ask=$1 count=$2
  shift 2
  case $ask in
    kind) kind "$1" ;;
    digest) digest "$1" ;;
    version) version "$1" ;;
    line) line "$1" "$2" ;;
    tree) tree "$count" "$@" ;;
  esac
  shift "$count"
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[PathFact]) -> Command:
    requested = (_query(fact) for fact in facts)
    args = tuple(word for ask, *words in requested for word in (ask, str(len(words)), *words))
    return Command(script=SCRIPT, args=args, timeout_s=60.0)


def _query(fact: PathFact) -> tuple[str, ...]:
    match fact:
        case PathKind():
            return ("kind", fact.path)
        case FileDigest():
            return ("digest", fact.path)
        case VersionText():
            return ("version", fact.path)
        case LineInFile():
            return ("line", fact.path, fact.line)
        case TreeDigest():
            return ("tree", fact.root, *fact.exclude)


def parse(facts: Sequence[PathFact], output: Output) -> Readings:
    rows = rows_of(output, count=len(facts))
    return {fact: _read(fact, row) for fact, row in zip(facts, rows, strict=True)}


def _read(fact: PathFact, row: Row) -> AnyReading:
    path = fact.root if isinstance(fact, TreeDigest) else fact.path
    match row:
        case ("is", *words) if words:
            return _known(fact, "\t".join(words))
        case ("absent",):
            return Absent()
        case ("unreadable",):
            return Unknown(reason("path-unreadable", path=path))
        case ("not-a-file",):
            return Unknown(reason("path-not-a-file", path=path))
        case ("not-a-directory",):
            return Unknown(reason("path-not-a-directory", path=path))
        case ("empty",):
            return Unknown(reason("path-empty", path=path))
        case ("no-text",):
            return Unknown(reason("path-not-text", path=path))
        case _:
            raise ValueError("an answer about a path is not understood")


def _known(fact: PathFact, text: str) -> AnyReading:
    match fact:
        case PathKind():
            return _kind(text)
        case FileDigest() | TreeDigest():
            return Known(_digest(text))
        case VersionText():
            version = normalise_version(text)
            return Known(version) if version else Unknown(reason("path-empty", path=fact.path))
        case LineInFile():
            return Known(True)


def _kind(text: str) -> Known[Kind]:
    match text:
        case "file" | "directory" | "link" | "other":
            return Known(text)
        case _:
            raise ValueError("no kind of path is called that")


def _digest(text: str) -> str:
    if not re.fullmatch("[0-9a-f]{32}", text):
        raise ValueError("not an MD5")
    return text


def normalise_version(text: str) -> str:
    """One spelling for a version: "v3.5.4" → "3.5.4", "V2.1.3_beta11" → "2.1.3-beta.11".

    The exact text in the packages was never documented, so what differs only in a leading v, in case or in separators
    counts as equal. Text of any other shape is only stripped.
    """
    plain = text.strip()
    if not re.fullmatch(r"[vV]?[0-9][A-Za-z0-9._+ -]*", plain):
        return plain
    tokens: list[str] = re.findall(r"[0-9]+|[a-z]+", plain.lower().removeprefix("v"))
    words = (f"-{token}" if token.isalpha() else f".{token}" for token in tokens)
    return "".join(words).removeprefix(".")


FACTS: tuple[type[AnyFact], ...] = (PathKind, FileDigest, VersionText, LineInFile, TreeDigest)
PROBE = Probe(family="path", facts=FACTS, command=command, parse=parse)
