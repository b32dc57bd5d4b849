"""Certificates: which end soon, the vendor's licence (platform.cert) among them, which are damaged, and whether that of
the ingress is for the names that it serves.

A directory is read at once, since its files are the vendor's to name. What is not a certificate (a key, a stand-in) is
passed over: whether it must be there is another fact's question. A file that begins as a certificate and is none, an
empty one, and one that cannot be read are damaged. Names are those of the virtual hosts of nginx that speak TLS, as
they are rendered; those below .consul are called from within, without TLS. Source: openssl-x509(1), -checkend, -text;
RFC 6125, 6.4 (subjectAltName first, one label for `*`); support-files/templates/nginx/bk.ssl; guide 3.
"""

import re
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatesDamaged(Fact[tuple[str, ...]]):
    """Files of a directory that cannot be read as the certificate that they were: "etcd0.pem"."""

    directory: str
    kind: Literal["certificate.damaged"] = "certificate.damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerNamesMissing(Fact[tuple[str, ...]]):
    """Names of virtual hosts that speak TLS and that the certificate is not for; () where none does."""

    certificate: str
    virtual_hosts: str
    """Directory with *.conf: /usr/local/openresty/nginx/conf/conf.d"""
    kind: Literal["certificate.names"] = "certificate.names"


CertificateFact = CertificatesEnding | CertificatesDamaged | ServerNamesMissing

SCRIPT = r"""
say() { printf '%s\t%s\t%s\n' "$i" "$1" "$2"; }
certificates() { # DIRECTORY SECONDS
  for file in "$1"/*.crt "$1"/*.cert "$1"/*.pem; do
    [ -f "$file" ] || continue
    if [ ! -s "$file" ] || [ ! -r "$file" ]; then say damaged "${file##*/}"; continue; fi
    begun=
    while [ ! "$begun" ] && IFS= read -r line; do
      case $line in *'BEGIN CERTIFICATE'*) begun=yes ;; esac
    done <"$file"
    [ "$begun" ] || continue
    end=$(openssl x509 -noout -enddate -checkend "$2" -in "$file" 2>/dev/null) && continue
    case $end in
      *notAfter=*)
        end=${end#*notAfter=}
        day=$(date -u -d "${end%%"$newline"*}" +%Y-%m-%d 2>/dev/null)
        say ends "${file##*/} $day" ;;
      *) say damaged "${file##*/}" ;;
    esac
  done
}
served() { # DIRECTORY: names of the virtual hosts in it that speak TLS
  set -- "$1"/*.conf
  [ -f "$1" ] || return 0
  awk '
    function out(  n) { if (tls) for (n in names) print n; tls = 0; split("", names) }
    FNR == 1 { out() }
    { sub(/#.*/, "") }
    /(^|[ \t;{])(include[ \t][^;]*bk[.]ssl|ssl_certificate[ \t]|listen[ \t][^;]*[ \t]ssl)/ { tls = 1 }
    /(^|[ \t;{])server_name[ \t]/ {
      sub(/.*server_name[ \t]+/, ""); sub(/;.*/, "")
      count = split($0, word, /[ \t]+/)
      for (k = 1; k <= count; k++)
        if (word[k] ~ /^[A-Za-z0-9.-]+$/ && word[k] !~ /([.]consul|^localhost|[.][0-9]+)$/) names[word[k]]
    }
    END { out() }' "$@" 2>/dev/null | sort -u
}
names() { # CERTIFICATE DIRECTORY
  tls_names=$(served "$2")
  for name in $tls_names; do say name "$name"; done
  [ "$tls_names" ] || return 0
  if [ ! -f "$1" ]; then say no-certificate ''; return; fi
  openssl x509 -noout -text -in "$1" 2>/dev/null | sed -n 's/^ *DNS:/DNS:/p; s/^ *Subject:/Subject:/p' |
    while IFS= read -r line; do say for "$line"; done
}
newline='
'
i=0
while [ $# -ge 3 ]; do
  if ! command -v openssl >/dev/null 2>&1; then say no-openssl ''
  else
    case $1 in
      certificates) certificates "$2" "$3" ;;
      names) names "$2" "$3" ;;
    esac
    say end ''
  fi
  shift 3
  i=$((i + 1))
done
"""

Request = tuple[str, str, str]


def command(facts: Sequence[CertificateFact]) -> Command:
    return Command(script=SCRIPT, args=tuple(word for request in _requests(facts) for word in request))


def _requests(facts: Sequence[CertificateFact]) -> tuple[Request, ...]:
    return tuple(dict.fromkeys(_request(fact, facts) for fact in facts))


def _request(fact: CertificateFact, facts: Sequence[CertificateFact]) -> Request:
    """A directory is read once, for what ends and for what is damaged."""
    match fact:
        case CertificatesEnding():
            return "certificates", fact.directory, str(fact.days * 86400)
        case CertificatesDamaged():
            ending = (other for other in facts if isinstance(other, CertificatesEnding))
            days = next((other.days for other in ending if other.directory == fact.directory), 0)
            return "certificates", fact.directory, str(days * 86400)
        case ServerNamesMissing():
            return "names", fact.certificate, fact.virtual_hosts


def parse(facts: Sequence[CertificateFact], output: Output) -> Readings:
    requests = _requests(facts)
    groups = groups_of(output, count=len(requests))
    rows = {request: groups[index] for index, request in enumerate(requests)}
    readings: dict[AnyFact, Reading[tuple[str, ...]]] = {}
    for fact in facts:
        readings[fact] = _read(fact, rows[_request(fact, facts)])
    return readings


WORDS = ("ends", "damaged", "name", "for", "no-certificate")


def _read(fact: CertificateFact, rows: Sequence[Row]) -> Reading[tuple[str, ...]]:
    match rows:
        case [("no-openssl", "")]:
            return Unknown(reason("tool-missing", tool="openssl"))
        case [*results, ("end", "")] if all(len(row) == 2 and row[0] in WORDS for row in results):
            if isinstance(fact, ServerNamesMissing):
                return _names(fact, results)
            word = "ends" if isinstance(fact, CertificatesEnding) else "damaged"
            return Known(tuple(row[1] for row in results if row[0] == word))
        case _:
            raise ValueError("the list of certificates is cut")


def _names(fact: ServerNamesMissing, rows: Sequence[Row]) -> Reading[tuple[str, ...]]:
    served = [row[1] for row in rows if row[0] == "name"]
    if ("no-certificate", "") in rows:
        return Known(tuple(served))
    lines = [row[1] for row in rows if row[0] == "for"]
    if served and not lines:
        return Unknown(reason("path-unreadable", path=fact.certificate))
    alternative = [name for line in lines for name in re.findall(r"DNS:([^,\s]+)", line)]
    common = [name for line in lines for name in re.findall(r"CN ?= ?([^,/\s]+)", line)]
    return Known(tuple(name for name in served if not any(_covers(own, name) for own in alternative or common)))


def _covers(own: str, name: str) -> bool:
    """`*` is one label, the first."""
    own, name = own.lower(), name.lower()
    if own.startswith("*."):
        return "." in name and name.partition(".")[2] == own[2:]
    return own == name


FACTS: tuple[type[AnyFact], ...] = (CertificatesEnding, CertificatesDamaged, ServerNamesMissing)
PROBE = Probe(family="certificate", facts=FACTS, command=command, parse=parse)
