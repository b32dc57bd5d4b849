"""HTTP: which status does a URL answer with, asked from the host itself?

A refused connection is Absent: nothing listens there. A name that does not resolve, or silence, is Unknown, unless just
that was the question (`PagesUnserved`). Redirections are not followed, proxies not used, and no scheme but http and
https is, so a URL cannot read a file. Pages of SaaS are requested where the products themselves ask PaaS: its port is
the operator's, so it is read from the env file on the host. Source: curl(1), EXIT CODES.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, LiteralString

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Reading, Readings, Unknown
from probes.lib.esb import ENV_STRING, PAAS_ADDRESS
from probes.lib.rows import Row, rows_of
from probes.probe import Probe
from specs.reason import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOk(Fact[str]):
    """The status, as text: "200"."""

    url: str
    kind: Literal["http.ok"] = "http.ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesUnserved(Fact[tuple[str, ...]]):
    """Of these pages of PaaS, those that nothing serves (a redirect to the login counts as served), each with the
    status instead.

    "/o/bk_iam/ 502": the ingress' own status, or "silent". Where the ingress itself is unreachable, it is listed
    once, not for each page: "http://paas.service.consul unresolved", or "refused".
    """

    env: str
    """/data/install/bin/04-final/paas.env, whose BK_PAAS_PRIVATE_ADDR says where they are requested; where it does not
    say, at port 80 of paas.service.consul."""
    pages: tuple[str, ...]
    """ "/o/bk_iam/"."""
    kind: Literal["http.unserved"] = "http.unserved"


HttpFact = HttpOk | PagesUnserved

SCRIPT: LiteralString = (
    ENV_STRING
    + r"""
command -v curl >/dev/null 2>&1 || have=no
i=0 opened=
while [ $# -ge 2 ]; do
  url=$2 origin=
  if [ -n "$1" ]; then
    if [ "$opened" != "$1" ]; then
      opened=$1
      """
    + PAAS_ADDRESS
    + r"""    fi
    origin=http://${address%:80}
    url=$origin$2
  fi
  if [ "${have:-yes}" = no ]; then printf '%s\tno-curl\n' "$i"
  else
    status=$(curl -s -g -o /dev/null -m 5 --noproxy '*' --proto '=http,https' -w '%{http_code}' --url "$url")
    printf '%s\tcurl\t%s\t%s\t%s\n' "$i" "$?" "$status" "$origin"
  fi
  i=$((i + 1))
  shift 2
done
"""
)


def command(facts: Sequence[HttpFact]) -> Command:
    """curl 7.29 takes twice its `-m` where the name's server is silent."""
    requests = _requests(facts)
    args = tuple(word for request in requests for word in request)
    return Command(script=SCRIPT, args=args, timeout_s=10.0 + 11.0 * len(requests))


Request = tuple[str, str]
"""Env file and page of PaaS; or "" and a URL."""


def _requests(facts: Sequence[HttpFact]) -> tuple[Request, ...]:
    return tuple(dict.fromkeys(request for fact in facts for request in _of(fact)))


def _of(fact: HttpFact) -> tuple[Request, ...]:
    if isinstance(fact, PagesUnserved):
        return tuple((fact.env, page) for page in fact.pages)
    return (("", fact.url),)


def parse(facts: Sequence[HttpFact], output: Output) -> Readings:
    requests = _requests(facts)
    rows = dict(zip(requests, rows_of(output, count=len(requests)), strict=True))
    return {fact: _read(fact, rows) for fact in facts}


def _read(fact: HttpFact, rows: Mapping[Request, Row]) -> AnyReading:
    if isinstance(fact, PagesUnserved):
        return _unserved([_page(page, rows[fact.env, page]) for page in fact.pages])
    return _status(fact.url, rows["", fact.url])


def _status(url: str, row: Row) -> Reading[str]:
    match row:
        case ("curl", "0", status, _) if re.fullmatch("[1-9][0-9]{2}", status):
            return Known(status)
        case ("curl", "7", _, _):
            return Absent()
        case ("curl", code, _, _):
            return Unknown(reason("http-no-answer", url=url, exit=code))
        case ("no-curl",):
            return Unknown(reason("tool-missing", tool="curl"))
        case _:
            raise ValueError("the answer of curl is not understood")


def _page(page: str, row: Row) -> Reading[str]:
    """The status instead of a served page; Absent where it is served."""
    match row:
        case ("curl", "0", status, _) if "200" <= status < "500" and status != "404":
            return Absent()
        case ("curl", "6", _, origin):
            return Known(f"{origin} unresolved")
        case ("curl", "7", _, origin):
            return Known(f"{origin} refused")
        case ("curl", "28" | "52" | "56", _, _):
            return Known(f"{page} silent")
        case _:
            reading = _status(page, row)
            return Known(f"{page} {reading.value}") if isinstance(reading, Known) else reading


def _unserved(pages: Sequence[Reading[str]]) -> Reading[tuple[str, ...]]:
    unread = next((reading for reading in pages if isinstance(reading, Unknown)), None)
    return unread or Known(tuple(dict.fromkeys(page.value for page in pages if isinstance(page, Known))))


FACTS: tuple[type[AnyFact], ...] = (HttpOk, PagesUnserved)
PROBE = Probe(family="http", facts=FACTS, command=command, parse=parse)
