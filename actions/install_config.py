"""install.config: put a new module on its host, changing nothing else.

One token is appended to the first line of each host that carries modules; comments, order, groups and every other line
stay byte for byte. The edit is made in a copy and renamed in; what was
there before the run is kept for an undo. Guide 6.2.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Undo
from actions.lib.undo_shell import REMEMBER
from probes.command import Command
from probes.fact import AnyExpected, AnyFact
from probes.install_config import ModuleHosts
from probes.path import TreeDigest
from specs.reason import reason

PLACE: LiteralString = (
    "set -eu\n"
    + REMEMBER
    + """
config=$1 module=$2
shift 2
if [ -L "$config" ]; then config=$(readlink -f -- "$config"); fi
remember file "$config"
cp -p -- "$config" "$config.bkrec-part"
awk -v module="$module" -v hosts="$*" '
    BEGIN { n = split(hosts, want, " "); for (i = 1; i <= n; i++) todo[want[i]] = 1 }
    {
        split($0, field, /[ \\t,]+/)
        host = field[1]
        if (host in todo && field[2] != "") { $0 = $0 "," module; delete todo[host] }
        print
    }
    END { for (host in todo) print host " " module }
' "$config" > "$config.bkrec-part"
leaves "$config" "$config.bkrec-part"
sync
mv -T -- "$config.bkrec-part" "$config"
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceModule(Action):
    config: str
    module: str
    hosts: tuple[str, ...]
    verified_on: tuple[AnyFact, ...] = ()
    """Copies of the scripts on all hosts: they differ once this file does."""
    identity: ClassVar[tuple[str, ...]] = ("module",)
    kind: Literal["install-config.place"] = "install-config.place"
    undo: ClassVar[Undo] = "restored"

    def ensures(self) -> tuple[AnyExpected, ...]:
        hosts = ModuleHosts(host=self.host, path=self.config, module=self.module)
        return (hosts.must_be(self.hosts, because=reason("placed"), source="guide 6.2"),)

    def command(self) -> Command:
        return Command(script=PLACE, args=(self.config, self.module, *self.hosts))

    def invalidates(self) -> tuple[AnyFact, ...]:
        return tuple(fact for fact in self.verified_on if isinstance(fact, TreeDigest))

    @property
    def locks(self) -> tuple[str, ...]:
        return ("bkcli", f"host:{self.host}")
