"""Variables of the SaaS, which the vendor's tools.sh puts into the open_paas database. Guide 7.1."""

from dataclasses import dataclass
from typing import Literal

from actions.bkcli import Bkcli
from probes.fact import AnyExpected
from probes.mysql import SaasVariable
from probes.shell import Command
from specs.reason import Because, coded

ADD = """set -e
cd -- "$1"
set +u
source ./tools.sh
add_saas_environment
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSaasVariables(Bkcli):
    """Insert or update the rows; a silent no-op of the vendor's function shows as rows not seen."""

    login_path: str
    names: tuple[tuple[str, str], ...]
    """(app code, variable name)."""
    kind: Literal["saas.variables"] = "saas.variables"

    def ensures(self) -> tuple[AnyExpected, ...]:
        return tuple(
            SaasVariable(host=self.host, login_path=self.login_path, app_code=code, name=name).must_be(
                True, because=coded("saas-reads-it", app=code), source="guide 7.1; ce/saas_var.env"
            )
            for code, name in self.names
        )

    def command(self) -> Command:
        return Command(script=ADD, args=(self.install,))

    def touches(self) -> tuple[Because, ...]:
        return (coded("touches-saas-variables"),)
