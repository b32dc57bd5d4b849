"""HTTP: which status does a URL answer with, asked from the host itself?

A refused connection is Absent: nothing listens there. A name that does not resolve, or silence, is Unknown, unless just
that was the question (`PagesUnserved`). Redirections are not followed, proxies not used, and no scheme but http and
https is, so a URL cannot read a file. Source: curl(1), EXIT CODES.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Reading, Readings, Unknown
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
    """Of these pages, those that nothing serves (a redirect to the login counts as served), each with the status
    instead.

    "/o/bk_iam/ 502": the ingress' own status, or "silent". Where the ingress itself is unreachable, it is listed
    once, not for each page: "http://paas.service.consul unresolved", or "refused".
    """

    urls: tuple[str, ...]
    kind: Literal["http.unserved"] = "http.unserved"


HttpFact = HttpOk | PagesUnserved

SCRIPT = r"""
command -v curl >/dev/null 2>&1 || have=no
i=0
for url do
  if [ "${have:-yes}" = no ]; then printf '%s\tno-curl\n' "$i"
  else
    status=$(curl -s -g -o /dev/null -m 5 --noproxy '*' --proto '=http,https' -w '%{http_code}' --url "$url")
    printf '%s\tcurl\t%s\t%s\n' "$i" "$?" "$status"
  fi
  i=$((i + 1))
done
"""


def command(facts: Sequence[HttpFact]) -> Command:
    """curl 7.29 takes twice its `-m` where the name's server is silent."""
    urls = _urls(facts)
    return Command(script=SCRIPT, args=urls, timeout_s=10.0 + 11.0 * len(urls))


def _urls(facts: Sequence[HttpFact]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(url for fact in facts for url in _query(fact)))


def _query(fact: HttpFact) -> tuple[str, ...]:
    return fact.urls if isinstance(fact, PagesUnserved) else (fact.url,)


def parse(facts: Sequence[HttpFact], output: Output) -> Readings:
    urls = _urls(facts)
    rows = dict(zip(urls, rows_of(output, count=len(urls)), strict=True))
    return {fact: _read(fact, rows) for fact in facts}


def _read(fact: HttpFact, rows: Mapping[str, Row]) -> AnyReading:
    if isinstance(fact, PagesUnserved):
        return _unserved([_page(url, rows[url]) for url in fact.urls])
    return _status(fact.url, rows[fact.url])


def _status(url: str, row: Row) -> Reading[str]:
    match row:
        case ("curl", "0", status) if re.fullmatch("[1-9][0-9]{2}", status):
            return Known(status)
        case ("curl", "7", _):
            return Absent()
        case ("curl", code, _):
            return Unknown(reason("http-no-answer", url=url, exit=code))
        case ("no-curl",):
            return Unknown(reason("tool-missing", tool="curl"))
        case _:
            raise ValueError("the answer of curl is not understood")


def _page(url: str, row: Row) -> Reading[str]:
    """The status instead of a served page; Absent where it is served."""
    match row:
        case ("curl", "0", status) if "200" <= status < "500" and status != "404":
            return Absent()
        case ("curl", "6", _):
            return Known(f"{_origin(url)} unresolved")
        case ("curl", "7", _):
            return Known(f"{_origin(url)} refused")
        case ("curl", "28" | "52" | "56", _):
            return Known(f"{url.removeprefix(_origin(url))} silent")
        case _:
            reading = _status(url, row)
            return Known(f"{url.removeprefix(_origin(url))} {reading.value}") if isinstance(reading, Known) else reading


def _origin(url: str) -> str:
    """ "http://paas.service.consul" of any page there."""
    return "/".join(url.split("/")[:3])


def _unserved(pages: Sequence[Reading[str]]) -> Reading[tuple[str, ...]]:
    unread = next((reading for reading in pages if isinstance(reading, Unknown)), None)
    return unread or Known(tuple(dict.fromkeys(page.value for page in pages if isinstance(page, Known))))


FACTS: tuple[type[AnyFact], ...] = (HttpOk, PagesUnserved)
PROBE = Probe(family="http", facts=FACTS, command=command, parse=parse)
