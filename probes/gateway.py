"""API gateways (网关) that products register with the gateway service: is one released on a stage?

Products call each other by `/api/NAME/STAGE/…`, which leads somewhere only where the gateway and its stage are active
and a version of its resources is released there. The vendor registers GSE's by a container whose exit code is lost
behind `docker logs -f`, and the gateway's own by a script whose failures stop nothing, so the tables of the gateway are
what tells. Source: bin/init_gse_apigw_data.sh:77-92; bin/install_bkapigw.sh, at its end;
`probes/lib/gateway_tables.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, LiteralString

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.gateway_tables import GATEWAY_TABLES
from probes.lib.login_paths import LOGIN_PATHS
from probes.lib.rows import ROOT_HOME, Row, groups_of, unescape
from probes.mysql import DENIED
from probes.probe import Probe
from specs.reason import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayReleased(Fact[bool]):
    """Absent where it is not, or there is no such login path: before the gateway is installed there is neither."""

    login_path: str
    gateway: str
    stage: str
    kind: Literal["gateway.released"] = "gateway.released"


QUERY: LiteralString = r"""
gateways() { # the rows of the last query alone, and the numbers of errors
  command -v mysql >/dev/null 2>&1 || { printf '%s\tno-client\n' "$i"; return; }
  known "$1"
  case $? in
    1) printf '%s\tno-path\n' "$i"; return ;;
    2) printf '%s\tcannot-tell\n' "$i"; return ;;
  esac
  { echo "select 'on';"; gateway_query "''released'', g.name, s.name"; echo "select 'off';"; } |
    timeout 20 mysql --no-defaults --login-path="$1" --connect-timeout=5 --batch --skip-column-names 2>&1 |
    awk -v i="$i" '
      /^(on$|off$|released\t)/ { print i "\trow\t" $0 }
      /^ERROR [0-9]+ / { print i "\terror\t" $2 }
      END { print i "\tend" }'
}
[ "$(id -u)" = 0 ] || { echo 'only root has the login paths' >&2; exit 1; }
i=0
for login do
  gateways "$login"
  i=$((i + 1))
done
"""

SCRIPT = ROOT_HOME + LOGIN_PATHS + GATEWAY_TABLES + QUERY


def command(facts: Sequence[GatewayReleased]) -> Command:
    return Command(script=SCRIPT, args=_paths(facts), timeout_s=60.0)


def _paths(facts: Sequence[GatewayReleased]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact.login_path for fact in facts))


def parse(facts: Sequence[GatewayReleased], output: Output) -> Readings:
    paths = _paths(facts)
    groups = groups_of(output, count=len(paths))
    rows = {path: groups[index] for index, path in enumerate(paths)}
    return {fact: _read(fact, rows[fact.login_path]) for fact in facts}


def _read(fact: GatewayReleased, rows: Sequence[Row]) -> Reading[bool]:
    match rows:
        case [("no-client",)]:
            return Unknown(reason("tool-missing", tool="mysql"))
        case [("no-path",)]:
            return Absent()
        case [("cannot-tell",)]:
            return Unknown(reason("mysql-login-path-unread", login_path=fact.login_path))
        case [*answer, ("end",)]:
            return _connected(fact, answer)
        case _:
            raise ValueError("the answer about gateways is cut")


def _connected(fact: GatewayReleased, answer: Sequence[Row]) -> Reading[bool]:
    number = next((row[1] for row in answer if row[0] == "error" and len(row) == 2), "?")
    if ("row", "on") not in answer:
        code = "mysql-denied" if number in DENIED else "mysql-unreachable"
        return Unknown(reason(code, login_path=fact.login_path, error=number))
    if ("row", "off") not in answer:
        return Unknown(reason("mysql-query-failed", login_path=fact.login_path, error=number))
    released = {tuple(map(unescape, row[2:])) for row in answer if row[:2] == ("row", "released")}
    return Known(True) if (fact.gateway, fact.stage) in released else Absent()


FACTS: tuple[type[AnyFact], ...] = (GatewayReleased,)
PROBE = Probe(family="gateway", facts=FACTS, command=command, parse=parse)
