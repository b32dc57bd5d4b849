"""The versions shown to users: bksuite_common.production_info, refreshed once everything is what it claims. Guide 7.18.

The vendor's function writes what lies in /data/src, whatever is installed, so it comes after all products are.
"""

from dataclasses import dataclass
from typing import Literal

from actions.bkcli import Bkcli
from probes.fact import AnyExpected
from probes.shell import Command
from specs.reason import Because, coded

ROWS = """set -e
cd -- "$1"
set +u
source ./tools.sh
_update_common_info
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshVersions(Bkcli):
    effects: tuple[AnyExpected, ...]
    kind: Literal["version.rows"] = "version.rows"

    def ensures(self) -> tuple[AnyExpected, ...]:
        return self.effects

    def command(self) -> Command:
        return Command(script=ROWS, args=(self.install,))

    def touches(self) -> tuple[Because, ...]:
        return (coded("touches-version-rows"),)
