"""Health of base services, in their own words: a process that runs and a port that is open say nothing of a leader.

Each is asked what its own monitoring asks: ZooKeeper `srvr` (`ruok` says yes without a quorum, and from 3.5 on it is
off), Redis and Sentinel PING and their roles, MongoDB isMaster, Kafka its brokers and controller, consul leader and
peers, Elasticsearch its cluster's health, RabbitMQ nodes and alarms, InfluxDB /ping, etcd whether it has a leader: in
its metrics, since /health of 3.4 and earlier goes through the log of raft, which is a write. MySQL is not asked so:
connections without a login count as errors of the host, which it blocks after a hundred; `probes/mysql.py` logs in.

One bash for all services of a host, which opens /dev/tcp itself, as the vendor's bin/zk4lw.sh does; curl is called for
etcd alone, whose port speaks TLS. Passwords are read on the host and stay in bash: they are in no argument, file or
environment. Source: ZooKeeper administrator's guide, The Four Letter Words; redis.io, PING, INFO, Sentinel; MongoDB
wire protocol, OP_MSG; Kafka protocol, Metadata v1; Consul 1.7 HTTP API, status; Elasticsearch 7.16, cluster health;
RabbitMQ 3.8, management API; etcd 3.5, op-guide/monitoring; bin/install_influxdb.sh.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, LiteralString, cast

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import Row, rows_of
from probes.probe import Probe
from probes.redis import SECRET
from specs.module import HealthService
from specs.reason import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHealth(Fact[str]):
    """ "ok", or what the service reports in its place: "no leader", "red", "nodes 2/3". Absent where its port is
    closed. One of UNJUDGED where it says nothing of its health: that is no fault yet, and no health either."""

    service: HealthService
    port: int
    members: int
    """How many of them are to be together: servers, nodes, brokers. More are no fault."""
    env: str
    """Directory of the environment layers, /data/install/bin: its dbadmin.env has the passwords."""
    kind: Literal["health.service"] = "health.service"


SECRETS: Mapping[HealthService, tuple[str, str]] = {
    "elasticsearch": ("BK_ES7_ADMIN_PASSWORD", "elastic"),
    "rabbitmq": ("BK_RABBITMQ_ADMIN_PASSWORD", "BK_RABBITMQ_ADMIN_USER"),
    "redis": ("BK_REDIS_ADMIN_PASSWORD", ""),
    "sentinel": ("BK_REDIS_SENTINEL_PASSWORD", ""),
}
"""Variable with the password; the user, or the variable with its name (bin/setup_es_auth.sh, install_rabbitmq.sh)."""
OPTIONAL_SECRETS = ("sentinel",)
"""Which the vendor leaves without a password by default."""

PROGRAM: LiteralString = (
    SECRET
    + r"""
say() { printf '%s\t%s\t%s\n' "$i" "$1" "$2"; }
variable() { # NAME: of the first layer that has it
  secret "$env/03-userdef/dbadmin.env" "$1" || secret "$env/01-generate/dbadmin.env" "$1"
}
connect() { # to PORT of the host, as descriptor 3; says itself why not
  if { exec 3<>"/dev/tcp/$1/$2"; } 2>/dev/null; then return 0; fi
  case $({ exec 3<>"/dev/tcp/$1/$2"; } 2>&1) in
    *refused*) say absent '' ;;
    *) say silent '' ;;
  esac
  return 1
}
shown() { # WORD TEXT: without what would break a row
  reply=${2//[^[:print:]]/ }
  say "$1" "${reply:0:8000}"
}
until_closed() {
  IFS= read -r -t 4 -d '' reply <&3
  [ $? -le 128 ] && [ "$reply" ]
}
get() { # ADDRESS PORT PATH CREDENTIALS: status and body of a page
  connect "$1" "$2" || return
  printf 'GET %s HTTP/1.0\r\nHost: %s:%s\r\n%s\r\n' "$3" "$1" "$2" "${4:+Authorization: Basic $4$'\r\n'}" >&3
  if ! until_closed || [[ $reply != HTTP/1.[01]\ [1-5][0-9][0-9]* ]]; then
    exec 3>&-
    say silent ''
    return 1
  fi
  exec 3>&-
  status=${reply:9:3} body=
  case $reply in *$'\r\n\r\n'*) body=${reply#*$'\r\n\r\n'} ;; esac
}
page() { if get "$@"; then shown http "$status $body"; fi; }
resp() { # REQUEST: replies of Redis until that of PING, which comes last
  connect "$host" "$port" || return
  [ -z "$password" ] || printf '*2\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n' "${#password}" "$password" >&3
  printf '%s\r\nPING\r\n' "$1" >&3
  text=
  while IFS= read -r -t 4 line <&3; do
    text="$text $line"
    case $line in +PONG* | -NOAUTH* | -LOADING* | -MISCONF* | -MASTERDOWN* | -BUSY*) break ;; esac
  done
  exec 3>&-
  if [ "$text" ]; then shown reply "$text"; else say silent ''; fi
}
binary() { # ORDER OWN: hex of a reply that begins with its length in 4 bytes, OWN of which count themselves
  length=0
  for place in 0 1 2 3; do
    IFS= read -r -t 4 -n 1 -d '' byte <&3 || { say silent ''; return; }
    code=0
    [ -z "$byte" ] || printf -v code %d "'$byte"
    if [ "$1" = little ]; then length=$((length + ((code & 255) << (8 * place))))
    else length=$((length * 256 + (code & 255))); fi
  done
  length=$((length - $2))
  if [ "$length" -le 0 ] || [ "$length" -gt 65536 ]; then say silent ''; return; fi
  reply=$(timeout 4 od -An -v -tx1 -N "$length" <&3)
  say hex "${reply//[[:space:]]/}"
}
etcd() {
  if ! command -v curl >/dev/null; then say no-curl ''; return; fi
  certificate=$(sed -n 's/^ETCD_CERT_FILE=//p' /etc/sysconfig/etcd-ssl 2>/dev/null)
  key=$(sed -n 's/^ETCD_KEY_FILE=//p' /etc/sysconfig/etcd-ssl 2>/dev/null)
  reply=$(
    set -o pipefail
    command curl -q -s -k -m 4 --noproxy '*' --cert "$certificate" --key "$key" --url "https://$host:$port/metrics" \
      2>/dev/null | sed -n 's/^etcd_server_has_leader //p'
  )
  case $? in
    0) if [ "$reply" ]; then shown leader "$reply"; else say silent ''; fi ;;
    7) say absent '' ;;
    *) say silent '' ;;
  esac
}
LC_ALL=C i=0 host=$1
trap '' PIPE
shift
while [ $# -ge 5 ]; do
  service=$1 port=$2 env=$3 key=$4 user=$5 password= closed=
  shift 5
  if [ "$key" ] && ! password=$(variable "$key") && [ "$service" != sentinel ]; then say no-password ''
  else
    case $user in BK_*) user=$(variable "$user") ;; esac
    case $service in
      zookeeper)
        if connect "$host" "$port"; then
          printf srvr >&3
          if until_closed; then shown reply "$reply"; else say silent ''; fi
          exec 3>&-
        fi ;;
      redis) resp 'INFO replication' ;;
      sentinel) resp 'SENTINEL masters' ;;
      mongodb)
        if connect "$host" "$port"; then
          printf '\x37\0\0\0\1\0\0\0\0\0\0\0\xdd\7\0\0\0\0\0\0\0' >&3
          printf '\x22\0\0\0\x10isMaster\0\1\0\0\0\2$db\0\6\0\0\0admin\0\0' >&3
          binary little 4
          exec 3>&-
        fi ;;
      kafka)
        if connect "$host" "$port"; then
          printf '\0\0\0\x13\0\3\0\1\0\0\0\1\0\5bkrec\0\0\0\0' >&3
          binary big 0
          exec 3>&-
        fi ;;
      etcd) etcd ;;
      influxdb) page "$host" "$port" /ping ;;
      elasticsearch) page "$host" "$port" /_cluster/health "$(printf %s "$user:$password" | base64 -w 0)" ;;
      rabbitmq)
        nodes='/api/nodes?columns=name,running,mem_alarm,disk_free_alarm'
        page "$host" "$port" "$nodes" "$(printf %s "$user:$password" | base64 -w 0)" ;;
      consul)
        if get 127.0.0.1 "$port" /v1/status/leader; then
          leader="$status $body"
          if get 127.0.0.1 "$port" /v1/status/peers; then shown http "$leader $body"; fi
        fi ;;
    esac
  fi
  i=$((i + 1))
done
"""
)
"""What bash runs. A reply is taken apart here, where it can be tested, and not there."""

SCRIPT: LiteralString = r"""
if command -v bash >/dev/null 2>&1; then exec bash --norc -c "$@"; fi
i=0
shift 3
while [ $# -ge 5 ]; do
  printf '%s\tno-bash\t\n' "$i"
  shift 5
  i=$((i + 1))
done
"""


def command(facts: Sequence[ServiceHealth]) -> Command:
    host = next((fact.host for fact in facts), "")
    words = tuple(word for fact in facts for word in _words(fact))
    return Command(script=SCRIPT, args=(PROGRAM, "bkrec", host, *words), timeout_s=15.0 + 10.0 * len(facts))


def _words(fact: ServiceHealth) -> tuple[str, ...]:
    return (fact.service, str(fact.port), fact.env, *SECRETS.get(fact.service, ("", "")))


def parse(facts: Sequence[ServiceHealth], output: Output) -> Readings:
    return {fact: _read(fact, row) for fact, row in zip(facts, rows_of(output, count=len(facts)), strict=True)}


def _read(fact: ServiceHealth, row: Row) -> Reading[str]:
    match row:
        case ("absent", ""):
            return Absent()
        case ("silent", ""):
            return Known(NO_ANSWER)
        case ("no-bash", ""):
            return Unknown(reason("tool-missing", tool="bash"))
        case ("no-curl", ""):
            return Unknown(reason("tool-missing", tool="curl"))
        case ("no-password", ""):
            return Known(NO_PASSWORD)
        case (("http" | "reply" | "hex" | "leader") as form, text):
            return Known(_reported(fact, form, text))
        case _:
            raise ValueError("the answer about a service's health is not understood")


def _reported(fact: ServiceHealth, form: str, text: str) -> str:
    try:
        return _report(fact, form, text) or NO_ANSWER
    except (ValueError, LookupError, TypeError):
        return NO_ANSWER


OK, NO_LEADER = "ok", "no leader"
NO_ANSWER, DENIED, NO_PASSWORD = "no answer", "password refused", "password unknown"
UNJUDGED = (NO_ANSWER, DENIED, NO_PASSWORD)


def _report(fact: ServiceHealth, form: str, text: str) -> str:
    """ "" where it is no answer of such a service."""
    match fact.service, form:
        case "zookeeper", "reply":
            return _zookeeper(text)
        case "redis", "reply":
            return _redis(text)
        case "sentinel", "reply":
            return _sentinel(text)
        case "mongodb", "hex":
            return _mongodb(bytes.fromhex(text))
        case "kafka", "hex":
            return _kafka(bytes.fromhex(text), fact.members)
        case "etcd", "leader":
            return {"1": OK, "0": NO_LEADER}.get(text, "")
        case _, "http" if re.match(r"[1-5][0-9]{2} ", text):
            return _http(fact, text[:3], text[4:].strip())
        case _:
            return ""


def _zookeeper(text: str) -> str:
    if "not currently serving requests" in text:
        return NO_LEADER
    mode = re.search(r"Mode: (leader|follower|observer|standalone)\b", text)
    return OK if mode else ""


def _redis(text: str) -> str:
    words = text.split()
    if "-NOAUTH" in words or "-WRONGPASS" in words:
        return DENIED
    for word, report in (("-LOADING", "loading"), ("-MISCONF", "not writing"), ("-BUSY", "busy"), ("-MASTERDOWN", "")):
        if word in words:
            return report or "master link down"
    if "+PONG" not in words or not any(word.startswith("role:") for word in words):
        return ""
    return "master link down" if "master_link_status:down" in words else OK


def _sentinel(text: str) -> str:
    """`SENTINEL masters` lists names and values in turn, each behind a line with its length."""
    words = text.split()
    if "-NOAUTH" in words or "-WRONGPASS" in words:
        return DENIED
    if "+PONG" not in words or "flags" not in words:
        return ""
    flags = [words[place + 2] for place, word in enumerate(words[:-2]) if word == "flags"]
    down = [flag for flag in flags if "down" in flag or "disconnected" in flag]
    return f"master {down[0]}" if down else OK


def _mongodb(reply: bytes) -> str:
    """Behind the length: the rest of the header, the flags, and one section of kind 0 with the document."""
    if reply[8:12] != b"\xdd\x07\x00\x00" or reply[16:17] != b"\0":
        return ""
    document = _document(reply[17:])
    if document.get("ok") != 1.0:
        return ""
    if document.get("ismaster") is True or document.get("arbiterOnly") is True:
        return OK
    if document.get("secondary") is True:
        return OK if document.get("primary") else NO_LEADER
    return "neither primary nor secondary"


def _document(text: bytes) -> dict[str, float | bool | str]:
    """Numbers, strings and truths of a BSON document's first level; of other types only the size matters."""
    values: dict[str, float | bool | str] = {}
    place, end = 4, int.from_bytes(text[:4], "little") - 1
    sizes = {0x07: 12, 0x08: 1, 0x09: 8, 0x0A: 0, 0x10: 4, 0x11: 8, 0x12: 8, 0x01: 8}
    while place < end:
        kind, stop = text[place], text.index(b"\0", place + 1)
        name, place = text[place + 1 : stop].decode(), stop + 1
        if kind in (0x02, 0x0D):
            size = 4 + int.from_bytes(text[place : place + 4], "little")
            values[name] = text[place + 4 : place + size - 1].decode()
        elif kind in (0x03, 0x04):
            size = int.from_bytes(text[place : place + 4], "little")
        elif kind == 0x05:
            size = 5 + int.from_bytes(text[place : place + 4], "little")
        else:
            size = sizes[kind]
            if kind == 0x08:
                values[name] = text[place] == 1
            elif kind == 0x01 and text[place : place + 8] == b"\0\0\0\0\0\0\xf0\x3f":
                values[name] = 1.0
        if place + size > len(text):
            raise ValueError("the document is cut")
        place += size
    return values


def _kafka(reply: bytes, members: int) -> str:
    """Correlation id, brokers, controller, topics (none: none were asked for)."""
    if int.from_bytes(reply[:4], "big") != 1:
        return ""
    brokers, place = int.from_bytes(reply[4:8], "big"), 8
    for _ in range(brokers):
        place += 4
        place += 2 + int.from_bytes(reply[place : place + 2], "big") + 4
        rack = int.from_bytes(reply[place : place + 2], "big", signed=True)
        place += 2 + max(rack, 0)
    if place + 8 > len(reply):
        raise ValueError("the list of brokers is cut")
    if int.from_bytes(reply[place : place + 4], "big", signed=True) < 0:
        return "no controller"
    return _counted("brokers", brokers, members)


def _counted(what: str, number: int, members: int) -> str:
    return OK if number >= members else f"{what} {number}/{members}"


def _http(fact: ServiceHealth, status: str, body: str) -> str:
    if status in ("401", "403"):
        return DENIED
    match fact.service:
        case "influxdb":
            return OK if status in ("200", "204") else f"HTTP {status}"
        case "elasticsearch":
            return _elasticsearch(status, body, fact.members)
        case "rabbitmq":
            return _rabbitmq(status, body, fact.members)
        case "consul":
            return _consul(status, body, fact.members)
        case _:
            return ""


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("an object is expected")
    return cast("Mapping[str, Any]", value)


def _elasticsearch(status: str, body: str, members: int) -> str:
    if status == "503":
        return NO_LEADER
    health = _object(json.loads(body))
    color, nodes = health["status"], health["number_of_nodes"]
    if status != "200" or color not in ("green", "yellow", "red") or not isinstance(nodes, int):
        return ""
    return "red" if color == "red" else _counted("nodes", nodes, members)


def _rabbitmq(status: str, body: str, members: int) -> str:
    nodes = json.loads(body)
    if status != "200" or not isinstance(nodes, list):
        return ""
    cluster = [_object(node) for node in cast("list[object]", nodes)]
    for field, report in (("mem_alarm", "memory alarm"), ("disk_free_alarm", "disk alarm")):
        if any(node.get(field) is True for node in cluster):
            return report
    return _counted("nodes", sum(node["running"] is True for node in cluster), members)


def _consul(status: str, body: str, members: int) -> str:
    """The leader's address, then the addresses of all servers."""
    if status == "500":
        return NO_LEADER
    leader, end = json.JSONDecoder().raw_decode(body)
    peers = json.loads(body[end:])
    if status != "200" or not isinstance(leader, str) or not isinstance(peers, list):
        return ""
    return _counted("servers", len(cast("list[object]", peers)), members) if leader else NO_LEADER


FACTS: tuple[type[AnyFact], ...] = (ServiceHealth,)
PROBE = Probe(family="health", facts=FACTS, command=command, parse=parse)
