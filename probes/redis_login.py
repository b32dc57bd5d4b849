"""Redis: does it accept the administrator's password, as the vendor's env files have it?

The upgrade hands this password to products that had none of their own. It is read on the host and goes to redis-cli in
its environment, or on stdin to one that does not know REDISCLI_AUTH; never in argv. A server without any password
refuses AUTH, and so would refuse those products. Source: redis-cli(1); AUTH; bin/merge_env.sh (03-userdef comes last).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import Row, rows_of
from probes.probe import Probe
from probes.redis import SECRET
from specs.reason import reason

Login = Literal["works", "denied"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisLogin(Fact[Login]):
    """Asked at the host's own LAN address; Absent where nothing answers as Redis there."""

    port: int
    env_files: tuple[str, ...]
    """The first that has the variable counts."""
    key: str
    kind: Literal["redis-login.password"] = "redis-login.password"


SCRIPT = (
    SECRET
    + r"""
ping() { # with the password in the environment
  REDISCLI_AUTH=$password
  export REDISCLI_AUTH
  reply=$(redis-cli -h "$host" -p "$port" ping 2>&1 </dev/null)
  unset REDISCLI_AUTH
  case $reply in
    *NOAUTH*) reply=$(printf 'AUTH %s\nPING\n' "$password" | redis-cli -h "$host" -p "$port" 2>&1) ;;
  esac
  case $reply in
    *"AUTH failed"* | *NOAUTH* | *WRONGPASS* | *"invalid password"* | *"no password is set"* | *"without any password"*)
      printf '%s\tdenied\n' "$i" ;;
    *PONG*) printf '%s\tworks\n' "$i" ;;
    *) printf '%s\tabsent\n' "$i" ;;
  esac
}
i=0 host=$1
shift
while [ $# -ge 3 ]; do
  port=$1 key=$2 left=$3 password=
  shift 3
  while [ "$left" -gt 0 ]; do
    [ "$password" ] || password=$(secret "$1" "$key") || password=
    shift
    left=$((left - 1))
  done
  if ! command -v redis-cli >/dev/null 2>&1; then printf '%s\tno-client\n' "$i"
  elif [ "$password" ]; then ping
  else printf '%s\tno-password\n' "$i"; fi
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[RedisLogin]) -> Command:
    host = next((fact.host for fact in facts), "")
    requested = ((str(fact.port), fact.key, str(len(fact.env_files)), *fact.env_files) for fact in facts)
    return Command(script=SCRIPT, args=(host, *(word for words in requested for word in words)))


def parse(facts: Sequence[RedisLogin], output: Output) -> Readings:
    rows = rows_of(output, count=len(facts))
    return {fact: _read(fact, row) for fact, row in zip(facts, rows, strict=True)}


def _read(fact: RedisLogin, row: Row) -> Reading[Login]:
    match row:
        case (("works" | "denied") as result,):
            return Known(result)
        case ("absent",):
            return Absent()
        case ("no-client",):
            return Unknown(reason("tool-missing", tool="redis-cli"))
        case ("no-password",):
            return Unknown(reason("redis-no-password", file=" ".join(fact.env_files), key=fact.key))
        case _:
            raise ValueError("the answer about a login to redis is not understood")


FACTS: tuple[type[AnyFact], ...] = (RedisLogin,)
PROBE = Probe(family="redis_login", facts=FACTS, command=command, parse=parse)
