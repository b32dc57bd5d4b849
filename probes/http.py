"""HTTP: which status does a URL answer with, asked from the host itself?

A refused connection is Absent: nobody serves there. A name that does not resolve, or silence, is Unknown, unless just
that was the question (`HttpServed`). Redirections
are not followed, proxies not used, and no scheme but http and https is, so a URL cannot read a file. Source: curl(1),
EXIT CODES.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.probe import Probe
from probes.rows import Row, rows_of
from probes.shell import Command, Output
from specs.reason import coded


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOk(Fact[str]):
    """The status, as text: "200"."""

    url: str
    kind: Literal["http.ok"] = "http.ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpServed(Fact[str]):
    """What is at the URL, whoever asks: "served" where something behind it answers, be it with the way to its login;
    else the status that the entrance gave in its stead ("502", "404"), or "silent". Absent where the name leads to
    nobody: then consul knows no entrance that works."""

    url: str
    kind: Literal["http.served"] = "http.served"


HttpFact = HttpOk | HttpServed

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
    return Command(script=SCRIPT, args=tuple(fact.url for fact in facts), timeout_s=10.0 + 6.0 * len(facts))


def parse(facts: Sequence[HttpFact], output: Output) -> Readings:
    rows = rows_of(output, count=len(facts))
    return {fact: _read(fact, row) for fact, row in zip(facts, rows, strict=True)}


def _read(fact: HttpFact, row: Row) -> Reading[str]:
    match row:
        case ("curl", "0", status) if re.fullmatch("[1-9][0-9]{2}", status):
            there = isinstance(fact, HttpServed) and status < "500" and status != "404"
            return Known("served" if there else status)
        case ("curl", "7", _):
            return Absent()
        case ("curl", "6", _) if isinstance(fact, HttpServed):
            return Absent()
        case ("curl", "28" | "52" | "56", _) if isinstance(fact, HttpServed):
            return Known("silent")
        case ("curl", code, _):
            return Unknown(coded("http-no-answer", url=fact.url, exit=code))
        case ("no-curl",):
            return Unknown(coded("tool-missing", tool="curl"))
        case _:
            raise ValueError("the answer of curl is not understood")


FACTS: tuple[type[AnyFact], ...] = (HttpOk, HttpServed)
PROBE = Probe(family="http", facts=FACTS, command=command, parse=parse)
