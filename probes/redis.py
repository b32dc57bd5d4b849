"""The Redis cluster that 6.2 adds: is it put together, and does it serve?

The password is read on the host from the vendor's env file and handed to redis-cli in its environment, which only root
can see; a redis-cli that does not know REDISCLI_AUTH (before 5.0) gets it on stdin. Never in argv: `ps` shows that.
Source: redis-cli(1); CLUSTER INFO; ce/install.sh:238-267 (three instances on one host, no replicas).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, LiteralString

from probes.command import Command, Output
from probes.env import FILE_STATES
from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.env_awk import ENV_AWK
from probes.lib.rows import Row, rows_of
from probes.port import LISTENING
from probes.probe import Probe
from specs.reason import reason

Cluster = Literal["ok", "fail", "incomplete", "damaged"]
SLOTS = 16384
MASTERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisCluster(Fact[Cluster]):
    """Asked at the host's own LAN address. "incomplete": an instance by itself, with no slot, as before it is put
    together; "damaged": it was begun or whole, and slots or instances are missing; "fail": all are there and it does
    not serve. Absent where nothing listens on the port."""

    port: int
    env_file: str
    key: str
    """The variable in env_file with the password."""
    kind: Literal["redis.cluster"] = "redis.cluster"


SECRET: LiteralString = (
    r"""
secret() (
  file=$1 key=$2
  set -- 1 "$file" "$key"
"""
    + FILE_STATES
    + "\n  awk -- '"
    + ENV_AWK
    + r"""
BEGIN {
  prepare()
  STATE[1] = substr(ARGV[1], 2, 1)
  if (STATE[1] == "r") load(1, ARGV[3])
  look(1, ARGV[4])
  if (SEEN != "value") exit 1
  printf "%s", VALUE
}
' "$states" "$@"
)
"""
)
"""`secret FILE KEY`: the value of a variable, for a program's environment or stdin alone."""

SCRIPT = (
    LISTENING
    + SECRET
    + r"""shown() { redis-cli -h "$host" -p "$port" "$@" 2>/dev/null </dev/null; }
cluster() {
  REDISCLI_AUTH=$password
  export REDISCLI_AUTH
  told=$(shown cluster info)
  case $told in
    *NOAUTH*) told=$(printf 'AUTH %s\nCLUSTER INFO\n' "$password" | redis-cli -h "$host" -p "$port" 2>/dev/null) ;;
  esac
  unset REDISCLI_AUTH
  printf '%s\n' "$told" | tr -d '\r' | awk -F: -v i="$i" '
    $1 == "cluster_state" { state = $2 }
    $1 == "cluster_slots_assigned" { slots = $2 }
    $1 == "cluster_known_nodes" { instances = $2 }
    /NOAUTH|WRONGPASS|invalid password/ { denied = 1 }
    /cluster support disabled/ { alone = 1 }
    END {
      if (state != "") print i "\tcluster\t" state "\t" slots "\t" instances
      else print i "\t" (alone ? "alone" : denied ? "denied" : "no-answer")
    }'
}
ports=$(listening) || exit 1
i=0 host=$1
shift
while [ $# -gt 0 ]; do
  port=$1
  case "
$ports
" in
    *"
$port
"*) if ! command -v redis-cli >/dev/null 2>&1; then printf '%s\tno-client\n' "$i"
      elif password=$(secret "$2" "$3"); then cluster
      else printf '%s\tno-password\n' "$i"; fi ;;
    *) printf '%s\tabsent\n' "$i" ;;
  esac
  shift 3
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[RedisCluster]) -> Command:
    host = next((fact.host for fact in facts), "")
    words = tuple(word for fact in facts for word in (str(fact.port), fact.env_file, fact.key))
    return Command(script=SCRIPT, args=(host, *words))


def parse(facts: Sequence[RedisCluster], output: Output) -> Readings:
    rows = rows_of(output, count=len(facts))
    return {fact: _read(fact, row) for fact, row in zip(facts, rows, strict=True)}


def _read(fact: RedisCluster, row: Row) -> Reading[Cluster]:
    match row:
        case ("absent",):
            return Absent()
        case ("cluster", state, slots, instances):
            return Known(_cluster(state, int(slots), int(instances)))
        case ("alone",):
            return Known("incomplete")
        case ("no-client",):
            return Unknown(reason("tool-missing", tool="redis-cli"))
        case ("no-password",):
            return Unknown(reason("redis-no-password", file=fact.env_file, key=fact.key))
        case ("denied",):
            return Unknown(reason("redis-denied", port=fact.port, file=fact.env_file, key=fact.key))
        case ("no-answer",):
            return Unknown(reason("redis-no-answer", port=fact.port))
        case _:
            raise ValueError("the answer about redis is not understood")


def _cluster(state: str, slots: int, instances: int) -> Cluster:
    if slots == 0 and instances <= 1:
        return "incomplete"
    if slots < SLOTS or instances < MASTERS:
        return "damaged"
    return "ok" if state == "ok" else "fail"


FACTS: tuple[type[AnyFact], ...] = (RedisCluster,)
PROBE = Probe(family="redis", facts=FACTS, command=command, parse=parse)
