"""Consul: register a service anew whose definition file is gone or empty.

The vendor's own redirect truncates the file first and so leaves an empty one when its script fails; here the text is
made beside and renamed in. Source: ce/tools.sh:68-87, bin/reg_consul_svc.
"""

from dataclasses import dataclass
from typing import Literal

from actions.action import Action
from probes.consul import ConsulDefinition
from probes.fact import AnyExpected
from probes.shell import Command
from specs.reason import coded

REGISTER = """set -eu
file=/etc/consul.d/service/$2.json
"$1/bin/reg_consul_svc" -n "$2" -p "$3" -a "$4" -D > "$file.bkrec-part"
[ -s "$file.bkrec-part" ]
mv -T -- "$file.bkrec-part" "$file"
consul reload
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterService(Action):
    install: str
    service: str
    port: int
    kind: Literal["consul.register"] = "consul.register"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = ConsulDefinition(host=self.host, service=self.service)
        return (fact.must_be("written", because=coded("service-registered"), source="ce/tools.sh:68"),)

    def command(self) -> Command:
        return Command(script=REGISTER, args=(self.install, self.service, str(self.port), self.host))

    @property
    def login(self) -> bool:
        return True
