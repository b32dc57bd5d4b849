"""IAM: hand over the permission models that a product's installer stopped short of, by the vendor's own function alone.

The installers of PaaS, user management and node management do it last, once their containers run: one that failed
before that leaves a product that serves, and of which IAM knows nothing new; `upgrade job` does it before it touches
JOB. What IAM has taken is marked, and the vendor's script passes over it. It ends after the first model that it had to
render, so it is called until none is left or until it gets no further.
Source: bin/bkiam_migrate.sh:149-174; ce/tools.sh:97-109; ce/install.sh:657, 956, 1165; ce/upgrade.sh:113.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from actions.action import Undo
from actions.bkcli import Bkcli
from probes.command import Command
from probes.fact import AnyExpected
from probes.iam import ModelsPending
from specs.reason import reason

REGISTER = """set -e
cd -- "$1"
set +u
source ./tools.sh
left() {
    local file
    for file in "$3"/*.json; do
        [ ! -f "$file" ] || [ -e "$4/${file##*/}" ] || echo "${file##*/}"
    done
}
before=
while now=$(left "$@") && [ -n "$now" ] && [ "$now" != "$before" ]; do
    before=$now
    bkiam_migrate "$2"
done
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterModels(Bkcli):
    module: str
    pending: ModelsPending
    identity: ClassVar[tuple[str, ...]] = ("module",)
    kind: Literal["iam.register"] = "iam.register"
    undo: ClassVar[Undo] = "server"

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (self.pending.must_be((), because=reason("models-registered"), source="bin/bkiam_migrate.sh:149"),)

    def command(self) -> Command:
        return Command(script=REGISTER, args=(self.install, self.module, self.pending.directory, self.pending.marks))
