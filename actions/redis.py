"""Redis cluster: join three running, empty instances, where the vendor's installer started them and stopped short.

`bkcli install redis_cluster` cannot be run again: it takes the listening ports for an error. The password reaches
redis-cli by its environment, never by `-a`. Source: ce/install.sh:238-267; redis-cli(1), REDISCLI_AUTH.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action
from actions.lib.env_shell import VALUE
from probes.command import Command
from probes.fact import AnyExpected
from probes.redis import RedisCluster
from specs.reason import reason

FORM: LiteralString = (
    "set -eu\n"
    + VALUE
    + """
file=$1 key=$2 host=$3
shift 3
REDISCLI_AUTH=$(value "$file" "$key")
export REDISCLI_AUTH
members=
for port in "$@"; do
    keys=$(redis-cli -h "$host" -p "$port" dbsize)
    keys=$(printf '%s\\n' "$keys" | tr -cd 0-9)
    [ "$keys" = 0 ] || { echo "$host:$port holds $keys keys: not joined" >&2; exit 1; }
    members="$members $host:$port"
done
echo yes | redis-cli --cluster create $members
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRedisCluster(Action):
    file: str
    key: str
    ports: tuple[int, ...]
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["redis.create"] = "redis.create"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = RedisCluster(host=self.host, port=self.ports[0], env_file=self.file, key=self.key)
        return (fact.must_be("ok", because=reason("cluster-formed"), source="ce/install.sh:256"),)

    def command(self) -> Command:
        return Command(script=FORM, args=(self.file, self.key, self.host, *(str(port) for port in self.ports)))

    @property
    def idempotent(self) -> bool:
        return False
