"""Versions of the verified package, recorded once on the controller and bound to the package's MD5.

Expected facts depend on them, so they are read with install.config, before anything is expected
(`probes/lib/controller.py`), and again in every round: the run that unpacks a package learns its versions on the way.
A record is complete or absent: it is renamed into place. One that was edited and is invalid reads as Unknown, never as
a version.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, cast, get_args

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import MISSING, groups_of
from probes.path import normalise_version
from probes.probe import Probe
from specs.package_versions import PackageVersion, Refused
from specs.reason import reason

DIRECTORY = "/var/lib/bkrec/package-versions"
PLAIN = re.compile(r"[vV]?[0-9][A-Za-z0-9._+ -]{0,63}")
"""A version as packages spell it; whatever else stood in a VERSION was refused when it was written down."""
NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageVersions(Fact[tuple[str, ...]]):
    """ "product bkauth 0.0.13", "saas bk_iam 1.10.9", "product job !empty", in the order of the query; Absent without a
    record."""

    md5: str
    """Of the package: another package's record does not count."""
    kind: Literal["package-versions.recorded"] = "package-versions.recorded"
    decides: ClassVar[bool] = True


SCRIPT = (
    MISSING
    + r"""
directory=$1 i=0
shift
for md5 do
  file=$directory/$md5
  if [ -f "$file" ] && [ -r "$file" ]; then
    printf '%s\tkept\n' "$i"
    head -c 65536 -- "$file" | awk -v i="$i" '{ print i "\tsays\t" $0 }'
  elif [ ! -e "$file" ] && missing "$file"; then printf '%s\tabsent\n' "$i"
  else printf '%s\tunreadable\n' "$i"; fi
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[PackageVersions]) -> Command:
    return Command(script=SCRIPT, args=(DIRECTORY, *(fact.md5 for fact in _askable(facts))))


def _askable(facts: Sequence[PackageVersions]) -> tuple[PackageVersions, ...]:
    """An MD5 becomes part of a path, so only a plain one is probed."""
    return tuple(fact for fact in facts if MD5.fullmatch(fact.md5))


def parse(facts: Sequence[PackageVersions], output: Output) -> Readings:
    askable = _askable(facts)
    groups = groups_of(output, count=len(askable))
    rows = {fact: groups[index] for index, fact in enumerate(askable)}
    return {fact: _read(fact, rows.get(fact)) for fact in facts}


def _read(fact: PackageVersions, rows: Sequence[tuple[str, ...]] | None) -> Reading[tuple[str, ...]]:
    match rows:
        case None:
            return Unknown(reason("name-not-supported", name=fact.md5))
        case [("absent",)]:
            return Absent()
        case [("unreadable",)]:
            return Unknown(reason("path-unreadable", path=f"{DIRECTORY}/{fact.md5}"))
        case [("kept",), *version]:
            try:
                return Known(tuple(str(line) for line in record(fact.md5, (_line(row) for row in version))))
            except ValueError:
                return Unknown(reason("package-versions-incomplete", path=f"{DIRECTORY}/{fact.md5}"))
        case _:
            raise ValueError("the answer about a package's versions is not understood")


def _line(row: tuple[str, ...]) -> str:
    match row:
        case ("says", *words):
            return "\t".join(words)
        case _:
            raise ValueError("a line about a package's versions is not understood")


def record(md5: str, lines: Iterable[str]) -> tuple[PackageVersion, ...]:
    """Versions of a record. Raises ValueError for one that is incomplete, of another package, or not a record."""
    head, *body = tuple(lines) or ("",)
    if head != f"md5 {md5}" or not body or body[-1] != "end":
        raise ValueError("not a whole record of this package's versions")
    versions = tuple(_version(line) for line in body[:-1])
    if len({(version.kind, version.name) for version in versions}) != len(versions):
        raise ValueError("a version is written down twice")
    return versions


def of_reading(value: Iterable[str]) -> tuple[PackageVersion, ...]:
    """Back from what a fact reads. Raises ValueError."""
    return tuple(_version(line) for line in value)


def _version(line: str) -> PackageVersion:
    match line.split(" ", 2):
        case [("product" | "saas") as bearer, name, version] if NAME.fullmatch(name):
            if version.startswith("!") and version[1:] in get_args(Refused)[1:]:
                return PackageVersion(kind=bearer, name=name, rejected=cast("Refused", version[1:]))
            if PLAIN.fullmatch(version):
                return PackageVersion(kind=bearer, name=name, version=normalise_version(version))
        case _:
            pass
    raise ValueError("a line of the record is not understood")


FACTS: tuple[type[AnyFact], ...] = (PackageVersions,)
PROBE = Probe(family="package_versions", facts=FACTS, command=command, parse=parse)
