"""Certificates: which ones end soon, the vendor's licence (platform.cert) among them?

A directory is read at once, since its files are the vendor's to name. What is not a certificate (a key, a stand-in) is
passed over: whether it must be there is another fact's question. Source: openssl-x509(1), -checkend; guide 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import Row, groups_of
from probes.probe import Probe
from specs.reason import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatesEnding(Fact[tuple[str, ...]]):
    """Certificates of a directory that end within so many days: "platform.cert 2026-12-03"."""

    directory: str
    days: int
    kind: Literal["certificate.ending"] = "certificate.ending"


SCRIPT = r"""
i=0
while [ $# -ge 2 ]; do
  if command -v openssl >/dev/null 2>&1; then
    for file in "$1"/*.crt "$1"/*.cert "$1"/*.pem; do
      [ -f "$file" ] && grep -q 'BEGIN CERTIFICATE' -- "$file" 2>/dev/null || continue
      end=$(openssl x509 -noout -enddate -in "$file" 2>/dev/null) || continue
      openssl x509 -noout -checkend "$2" -in "$file" >/dev/null 2>&1 && continue
      printf '%s\tends\t%s %s\n' "$i" "${file##*/}" "$(date -u -d "${end#*=}" +%Y-%m-%d 2>/dev/null)"
    done
    printf '%s\tend\n' "$i"
  else printf '%s\tno-openssl\n' "$i"; fi
  shift 2
  i=$((i + 1))
done
"""


def command(facts: Sequence[CertificatesEnding]) -> Command:
    args = tuple(word for fact in facts for word in (fact.directory, str(fact.days * 86400)))
    return Command(script=SCRIPT, args=args)


def parse(facts: Sequence[CertificatesEnding], output: Output) -> Readings:
    groups = groups_of(output, count=len(facts))
    readings: dict[AnyFact, Reading[tuple[str, ...]]] = {}
    for index, fact in enumerate(facts):
        readings[fact] = _read(groups[index])
    return readings


def _read(rows: Sequence[Row]) -> Reading[tuple[str, ...]]:
    match rows:
        case [("no-openssl",)]:
            return Unknown(reason("tool-missing", tool="openssl"))
        case [*ending, ("end",)] if all(len(row) == 2 and row[0] == "ends" for row in ending):
            return Known(tuple(row[1] for row in ending))
        case _:
            raise ValueError("the list of certificates is cut")


FACTS: tuple[type[AnyFact], ...] = (CertificatesEnding,)
PROBE = Probe(family="certificate", facts=FACTS, command=command, parse=parse)
