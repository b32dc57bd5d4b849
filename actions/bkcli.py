"""The vendor's own commands, for what has no narrower call.

Every bkcli call rewrites hosts.env and .rcmdrc and locks nothing (bkcli:29,56), so no two may run at once: they share
the lock "bkcli". The effects of a call are listed in the step itself, fact by fact, from the module's data: its exit
status means little (`install bkenv` always exits 0, ce/install.sh:135).
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Disrupts, Undo
from actions.lib.consul_shell import PRESERVED
from probes.command import Command
from probes.fact import AnyExpected, AnyFact
from probes.path import PathKind, TreeDigest, VersionText
from specs.reason import InlineReason, Reason, reason

BKCLI: LiteralString = 'set -eu\ncd -- "$1"\nexec ./bkcli "$2" "$3"\n'

BKCLI_PRESERVING: LiteralString = (
    "set -eu\n"
    + PRESERVED
    + """
install=$1 verb=$2 module=$3
shift 3
cd -- "$install"
save_keys "$@"
status=0
./bkcli "$verb" "$module" || status=$?
restore_keys "$@"
if [ -n "$restored" ]; then
    echo "as before, and rendered anew:$restored"
    ./pcmd.sh -m "$module" 'systemctl restart consul-template.service'
fi
exit "$status"
"""
)

BKENV: LiteralString = """set -eu
cd -- "$1"
./bkcli install bkenv
rm -f -- /var/lib/bkrec/tasks/variables-merge
"""

SYNC: LiteralString = """set -euo pipefail
cd -- "$1"
what=$2 tree=$3
shift 3
# the vendor's rsync skips a file of equal size and time whatever is in it; a new time makes it look (observed.md 19)
for host in "$@"; do
    rsync -ain --checksum -e 'ssh -o BatchMode=yes' -- "$tree/" "$host:$tree/" | sed -n 's/^[<>]fc\\.\\..\\{6\\} //p' |
        while IFS= read -r file; do touch -c -- "$tree/$file"; done ||
        echo "$host was not asked which files of equal size and time differ: they may stay as they are" >&2
done
exec ./bkcli sync "$what"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bkcli(Action):
    """Base of all vendor calls."""

    install: str
    login_shell: ClassVar[bool] = True

    @property
    def locks(self) -> tuple[str, ...]:
        return ("bkcli",)

    @property
    def deadline_s(self) -> float:
        return 7200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallBkenv(Bkcli):
    """Generate the secrets of new modules and merge every env file."""

    effects: tuple[AnyExpected, ...]
    """Files and values that must show in 04-final afterwards."""
    tags: tuple[str, ...]
    """Modules whose tag must be there before: without it this very call blanks their secrets."""
    tags_because: InlineReason
    tags_source: str
    tag_root: str = "/root/.tag"
    invalidated: tuple[AnyFact, ...] = ()
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["bkcli.bkenv"] = "bkcli.bkenv"
    typical_s: ClassVar[float] = 15.0
    undo: ClassVar[Undo] = "generated"

    def requires(self) -> tuple[AnyExpected, ...]:
        return tuple(
            PathKind(host=self.host, path=f"{self.tag_root}/{module}.env").must_be(
                "file", because=self.tags_because, source=self.tags_source
            )
            for module in self.tags
        )

    def ensures(self) -> tuple[AnyExpected, ...]:
        return self.effects

    def command(self) -> Command:
        return Command(script=BKENV, args=(self.install,))

    def invalidates(self) -> tuple[AnyFact, ...]:
        return self.invalidated

    def side_effects(self) -> tuple[Reason, ...]:
        return (reason("affects-all-env"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncCommon(Bkcli):
    """Copy /data/install, env files included, from the controller to all hosts (`rsync --delete`, deliver.sh:115)."""

    hosts: tuple[str, ...]
    exclude: tuple[str, ...]
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["bkcli.sync-common"] = "bkcli.sync-common"
    typical_s: ClassVar[float] = 30.0
    undo: ClassVar[Undo] = "derived"

    def ensures(self) -> tuple[AnyExpected, ...]:
        standard = TreeDigest(host=self.host, root=self.install, exclude=self.exclude)
        return tuple(
            TreeDigest(host=host, root=self.install, exclude=self.exclude).must_equal(
                standard, because=reason("same-scripts"), source="guide 6.5"
            )
            for host in self.hosts
        )

    def command(self) -> Command:
        return Command(script=SYNC, args=(self.install, "common", self.install, *self.hosts))

    def side_effects(self) -> tuple[Reason, ...]:
        return (reason("affects-install-everywhere", hosts=" ".join(self.hosts), install=self.install),)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncModule(Bkcli):
    """Copy a product's directory below /data/src to the module's hosts."""

    module: str
    hosts: tuple[str, ...]
    version_file: str
    """For an archive without one: a file of it, and `version` is ""."""
    version: str
    identity: ClassVar[tuple[str, ...]] = ("module",)
    kind: Literal["bkcli.sync"] = "bkcli.sync"
    typical_s: ClassVar[float] = 30.0
    undo: ClassVar[Undo] = "replaced"

    def requires(self) -> tuple[AnyExpected, ...]:
        return (self._present_on(self.host),)

    def ensures(self) -> tuple[AnyExpected, ...]:
        return tuple(self._present_on(host) for host in self.hosts)

    def _present_on(self, host: str) -> AnyExpected:
        why, source = reason("copied-from-controller"), "sync.sh:42"
        if not self.version:
            return PathKind(host=host, path=self.version_file).must_be("file", because=why, source=source)
        return VersionText(host=host, path=self.version_file).must_be(self.version, because=why, source=source)

    def command(self) -> Command:
        tree = self.version_file.rpartition("/")[0]
        return Command(script=SYNC, args=(self.install, self.module, tree, *self.hosts))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleCall(Bkcli):
    """Base of install and upgrade: its effects are those of the module's data."""

    module: str
    effects: tuple[AnyExpected, ...]
    requirements: tuple[AnyExpected, ...]
    extras: tuple[Reason, ...] = ()
    disrupted: str = ""
    migrates: bool = False
    repeatable: bool = True
    seconds: float = 120.0
    invalidated: tuple[AnyFact, ...] = ()
    """Units whose files are replaced: they are probed again, and restarted where their process is older."""
    preserved_keys: tuple[str, ...] = ()
    """Keys of consul that are to hold afterwards what they held before."""
    effects_timeout_s: ClassVar[float] = 120.0

    def requires(self) -> tuple[AnyExpected, ...]:
        return self.requirements

    def ensures(self) -> tuple[AnyExpected, ...]:
        return self.effects

    def invalidates(self) -> tuple[AnyFact, ...]:
        return self.invalidated

    def side_effects(self) -> tuple[Reason, ...]:
        return self.extras

    @property
    def disrupts(self) -> Disrupts:
        if self.migrates:
            return "data"
        return "service" if self.disrupted else "no"

    @property
    def outage(self) -> str:
        return self.disrupted

    @property
    def irreversible(self) -> bool:
        return self.migrates

    @property
    def idempotent(self) -> bool:
        return self.repeatable

    @property
    def estimate_s(self) -> float:
        return self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallModule(ModuleCall):
    """`bkcli install MODULE`."""

    identity: ClassVar[tuple[str, ...]] = ("module",)
    kind: Literal["bkcli.install"] = "bkcli.install"

    def command(self) -> Command:
        words = (self.install, "install", self.module)
        if self.preserved_keys:
            return Command(script=BKCLI_PRESERVING, args=(*words, *self.preserved_keys))
        return Command(script=BKCLI, args=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeModule(ModuleCall):
    """`bkcli upgrade MODULE`: for what 6.2 still runs under systemd; it distributes, replaces and restarts."""

    identity: ClassVar[tuple[str, ...]] = ("module",)
    kind: Literal["bkcli.upgrade"] = "bkcli.upgrade"

    def command(self) -> Command:
        return Command(script=BKCLI, args=(self.install, "upgrade", self.module))
