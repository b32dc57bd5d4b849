"""Consul, as this host's own agent sees it: is a service of this host passing, and is its definition written?

The agent's HTTP status is the whole answer: 200 passing, 429 warning, 503 critical, 404 unknown to this agent; the
worst one where a name has several instances. A definition of size 0 is left by a failed `reg_consul_svc`: the
redirection truncates the file before the program runs. Source: Consul 1.7 HTTP API, agent/health/service/name;
ce/tools.sh:68-87.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Readings, Unknown
from probes.lib.rows import MISSING, SAFE_NAME, Row, rows_of
from probes.probe import Probe
from specs.reason import reason

Health = Literal["passing", "warning", "critical"]
Definition = Literal["written", "empty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsulPassing(Fact[Health]):
    """Absent where the host's agent does not know the service."""

    service: str
    kind: Literal["consul.passing"] = "consul.passing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsulDefinition(Fact[Definition]):
    """/etc/consul.d/service/<service>.json"""

    service: str
    """The file's name without .json: "bkauth", or name and tag, "bkmonitorv3-grafana"."""
    kind: Literal["consul.definition"] = "consul.definition"


ConsulFact = ConsulPassing | ConsulDefinition

DIRECTORY = "/etc/consul.d/service"

SCRIPT = (
    MISSING
    + r"""
statuses() { # KIND NAME ...: of each service that is asked for its health, by one curl
  n=$#
  while [ "$n" -gt 0 ]; do
    [ "$1" != passing ] || set -- "$@" -o /dev/null "http://127.0.0.1:8500/v1/agent/health/service/name/$2"
    shift 2
    n=$((n - 2))
  done
  [ $# -eq 0 ] || curl -s -m 5 --noproxy '*' -w '%{http_code}\n' "$@" 2>/dev/null
}
passing() {
  command -v curl >/dev/null 2>&1 || { printf '%s\tno-curl\n' "$i"; return; }
  printf '%s\tstatus\t%s\n' "$i" "${health%%"$newline"*}"
  health=${health#*"$newline"}
}
definition() {
  file=$directory/$1.json
  if [ -s "$file" ]; then printf '%s\twritten\n' "$i"
  elif [ -e "$file" ]; then printf '%s\tempty\n' "$i"
  elif missing "$file"; then printf '%s\tabsent\n' "$i"
  else printf '%s\tunreadable\n' "$i"; fi
}
newline='
'
directory=$1 i=0
shift
health=$(statuses "$@")$newline
while [ $# -gt 0 ]; do
  case $1 in
    passing) passing "$2" ;;
    definition) definition "$2" ;;
  esac
  shift 2
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[ConsulFact]) -> Command:
    args = tuple(word for fact in _askable(facts) for word in (fact.kind.removeprefix("consul."), fact.service))
    return Command(script=SCRIPT, args=(DIRECTORY, *args), timeout_s=60.0)


def _askable(facts: Sequence[ConsulFact]) -> tuple[ConsulFact, ...]:
    """A name becomes part of a URL or a path, so only plain names are probed."""
    return tuple(fact for fact in facts if SAFE_NAME.fullmatch(fact.service))


def parse(facts: Sequence[ConsulFact], output: Output) -> Readings:
    askable = _askable(facts)
    rows = dict(zip(askable, rows_of(output, count=len(askable)), strict=True))
    return {fact: _read(fact, rows.get(fact)) for fact in facts}


def _read(fact: ConsulFact, row: Row | None) -> AnyReading:
    if row is None:
        return Unknown(reason("name-not-supported", name=fact.service))
    match fact:
        case ConsulPassing():
            return _health(fact, row)
        case ConsulDefinition():
            return _definition(fact, row)


def _health(fact: ConsulPassing, row: Row) -> AnyReading:
    match row:
        case ("status", "200"):
            return Known("passing")
        case ("status", "429"):
            return Known("warning")
        case ("status", "503"):
            return Known("critical")
        case ("status", "404"):
            return Absent()
        case ("status", status):
            return Unknown(reason("consul-not-answering", service=fact.service, status=status))
        case ("no-curl",):
            return Unknown(reason("tool-missing", tool="curl"))
        case _:
            raise ValueError("the answer about consul is not understood")


def _definition(fact: ConsulDefinition, row: Row) -> AnyReading:
    match row:
        case (("written" | "empty") as state,):
            return Known(state)
        case ("absent",):
            return Absent()
        case ("unreadable",):
            return Unknown(reason("path-unreadable", path=f"{DIRECTORY}/{fact.service}.json"))
        case _:
            raise ValueError("the answer about a consul definition is not understood")


FACTS: tuple[type[AnyFact], ...] = (ConsulPassing, ConsulDefinition)
PROBE = Probe(family="consul", facts=FACTS, command=command, parse=parse)
