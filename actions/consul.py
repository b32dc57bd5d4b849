"""Consul: register a service anew whose definition file is gone or empty.

The vendor's own redirect truncates the file first and so leaves an empty one when its script fails; here the text is
made beside and renamed in. Source: ce/tools.sh:68-87, bin/reg_consul_svc.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Undo
from actions.lib.undo_shell import REMEMBER
from probes.command import Command
from probes.consul import ConsulDefinition
from probes.fact import AnyExpected
from specs.reason import reason

REGISTER = """set -eu
install=$1 name=$2 port=$3 host=$4 file=/etc/consul.d/service/$2${5:+-$5}.json
set -- -n "$name" -p "$port" -a "$host" -D ${5:+-t "$5"}
"$install/bin/reg_consul_svc" "$@" > "$file.bkrec-part"
[ -s "$file.bkrec-part" ]
mv -T -- "$file.bkrec-part" "$file"
consul reload
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterService(Action):
    install: str
    service: str
    port: int
    tag: str = ""
    identity: ClassVar[tuple[str, ...]] = ("service", "tag")
    kind: Literal["consul.register"] = "consul.register"
    login_shell: ClassVar[bool] = True
    undo: ClassVar[Undo] = "server"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = ConsulDefinition(host=self.host, service=f"{self.service}-{self.tag}" if self.tag else self.service)
        return (fact.must_be("written", because=reason("service-registered"), source="ce/tools.sh:68"),)

    def command(self) -> Command:
        return Command(script=REGISTER, args=(self.install, self.service, str(self.port), self.host, self.tag))


DEREGISTER: LiteralString = (
    "set -eu\n"
    + REMEMBER
    + """
file=/etc/consul.d/service/$1.json
[ -e "$file" ] || exit 0
aside=/var/lib/bkrec/retired/consul
mkdir -p -m 0700 -- "$aside"
remember service "$file" unit "$1"
leaves "$file" ""
mv -f -- "$file" "$aside/$1.json.$(date +%Y%m%d%H%M%S)"
consul reload
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeregisterService(Action):
    """Take a service out of consul that nobody serves any more; its definition is moved aside."""

    service: str
    identity: ClassVar[tuple[str, ...]] = ("service",)
    kind: Literal["consul.deregister"] = "consul.deregister"
    undo: ClassVar[Undo] = "restored"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = ConsulDefinition(host=self.host, service=self.service)
        return (fact.must_be_absent(because=reason("moved-aside"), source="consul reload"),)

    def command(self) -> Command:
        return Command(script=DEREGISTER, args=(self.service,))
