"""Tags: restore the file that keeps the vendor from regenerating a module's secrets.

Only where the module's secrets are still in 01-generate: the tag means "these were generated". It is
created as the vendor does, immutable where the file system can. Source: functions:503-524 (make_tag);
ce/install.sh:139-151.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from actions.action import Action, Undo
from probes.command import Command
from probes.fact import AnyExpected
from probes.path import PathKind
from probes.tag import SecretsTag
from specs.reason import reason

MAKE = """set -eu
root=$1 module=$2 made=$3/01-generate/$2.env
[ -s "$made" ] || { echo "nothing was generated for $module" >&2; exit 1; }
mkdir -p -- "$root"
: >> "$root/$module.env"
chattr +i -- "$root/$module.env" || echo "no immutable files here"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreSecretsTag(Action):
    module: str
    root: str
    env: str
    identity: ClassVar[tuple[str, ...]] = ("root", "module")
    kind: Literal["tag.restore"] = "tag.restore"
    undo: ClassVar[Undo] = "repaired"

    def ensures(self) -> tuple[AnyExpected, ...]:
        tag = PathKind(host=self.host, path=f"{self.root}/{self.module}.env")
        state = SecretsTag(host=self.host, module=self.module, root=self.root, env=self.env)
        why, source = reason("tag-restored"), "functions:503"
        return (
            tag.must_be("file", because=why, source=source),
            state.must_be("kept", because=why, source=source),
        )

    def command(self) -> Command:
        return Command(script=MAKE, args=(self.root, self.module, self.env))

    @property
    def locks(self) -> tuple[str, ...]:
        return ("bkcli",)
