"""Package: is the file the one that was published?

A family of its own, apart from other digests, because the digest of several gigabytes takes minutes and needs a
deadline of its own. Source: md5sum(1); the guide, section 4, names the package and its MD5.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import MISSING, Row, rows_of
from probes.probe import Probe
from specs.reason import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageDigest(Fact[str]):
    """MD5 in hex; Absent where there is no such file."""

    path: str
    kind: Literal["package.digest"] = "package.digest"


SCRIPT = (
    MISSING
    + r"""
i=0
for path do
  if [ -f "$path" ] && sum=$(md5sum 2>/dev/null <"$path"); then printf '%s\tis\t%s\n' "$i" "${sum%% *}"
  elif [ ! -e "$path" ] && missing "$path"; then printf '%s\tabsent\n' "$i"
  else printf '%s\tunreadable\n' "$i"; fi
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[PackageDigest]) -> Command:
    return Command(script=SCRIPT, args=tuple(fact.path for fact in facts), timeout_s=600.0)


def parse(facts: Sequence[PackageDigest], output: Output) -> Readings:
    rows = rows_of(output, count=len(facts))
    return {fact: _read(fact, row) for fact, row in zip(facts, rows, strict=True)}


def _read(fact: PackageDigest, row: Row) -> Reading[str]:
    match row:
        case ("is", digest) if re.fullmatch("[0-9a-f]{32}", digest):
            return Known(digest)
        case ("absent",):
            return Absent()
        case ("unreadable",):
            return Unknown(reason("path-unreadable", path=fact.path))
        case _:
            raise ValueError("the answer about the package is not understood")


FACTS: tuple[type[AnyFact], ...] = (PackageDigest,)
PROBE = Probe(family="package", facts=FACTS, command=command, parse=parse)
