"""CMDB's topology of the BlueKing business: emptied with manual steps, and rebuilt by the vendor's own step.

Deletion has three parts: hosts are moved and sets deleted by a person in the browser, the safest way that CMDB offers;
templates by the vendor's script, whose exit status is unreliable (a set template that was not deleted is only logged),
so CMDB is queried afterwards. All of it requires one approval: `apply --approve cmdb-topology`.

The script takes PaaS's secret as an argument. Here it is handed its arguments inside the interpreter, where `ps` cannot
see them, and its log, which holds request bodies, is closed to others. The vendor's `initdata topo` puts the secret on
its own command line whoever calls it; that is shown with the step. Guide 7.17; bin/create_blueking_set.py.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Disrupts, Undo
from actions.bkcli import Bkcli
from actions.lib.env_shell import VALUE
from actions.lib.undo_shell import REMEMBER
from probes.cmdb import EditingLocked, EditingUnlocked, HostsNotIdle, JobModules, RemainingSets, RemainingTemplates
from probes.command import Command
from probes.fact import AnyExpected, AnyFact
from specs.reason import Reason, reason

SECTION = "7.17"
LOG: LiteralString = """
log=/tmp/create_blueking_set.log # request bodies, the secret in them
[ -L "$log" ] || { true >> "$log"; chmod 0600 -- "$log"; }
"""
SWITCH: LiteralString = (
    "set -eu\n"
    + VALUE
    + """
port=$(value "$2/bin/04-final/cmdb.env" BK_CMDB_ADMIN_PORT)
answer=$(curl -q -sS -g -m 30 --noproxy '*' --proto '=http' -X POST -H 'BK_USER:admin' -H 'BK_SUPPLIER_ID:0' \\
    -H 'HTTP_BLUEKING_SUPPLIER_ID:0' \\
    --url "http://$1:${port:-9000}/migrate/v3/migrate/system/user_config/blueking_modify/$3")
printf '%s\\n' "$answer" | head -c 2000
"""
)
NOBODY: LiteralString = 'echo "a person does this in the browser" >&2\nexit 64\n'

DELETE: LiteralString = (
    "set -eu\numask 077\n"
    + VALUE
    + LOG
    + """
env=$1/bin/04-final/paas.env
BKREC_SCRIPT=$1/bin/create_blueking_set.py
BKREC_CODE=$(value "$env" BK_PAAS_APP_CODE)
BKREC_SECRET=$(value "$env" BK_PAAS_APP_SECRET)
[ -n "$BKREC_CODE" ] && [ -n "$BKREC_SECRET" ] || { echo "no application of PaaS in $env" >&2; exit 1; }
export BKREC_SCRIPT BKREC_CODE BKREC_SECRET
/opt/py36/bin/python -c '
import os, runpy, sys
e = os.environ
sys.argv = [e["BKREC_SCRIPT"], "-c", e["BKREC_CODE"], "-t", e["BKREC_SECRET"], "--delete"]
runpy.run_path(e["BKREC_SCRIPT"], run_name="__main__")
'
"""
)

BUILD: LiteralString = "set -eu\numask 077\n" + LOG + 'cd -- "$1"\nshift\nexec ./bkcli initdata topo "$@"\n'

PATCH: LiteralString = (
    "set -eu\n"
    + REMEMBER
    + """
script=$1 modules=$2
remember file "$script"
cp -p -- "$script" "$script.bkrec-part"
awk -v modules="$modules" '
    BEGIN { n = split(modules, name, " "); for (i = 1; i <= n; i++) list = list (i > 1 ? "," : "") "\\"" name[i] "\\"" }
    /^[ \\t]*["\\047]job["\\047][ \\t]*:[ \\t]*\\[.*\\]/ {
        match($0, /^[ \\t]*["\\047]job["\\047][ \\t]*:[ \\t]*\\[/)
        head = substr($0, 1, RLENGTH)
        rest = $0
        sub(/^[^]]*\\]/, "]", rest)
        $0 = head list rest
    }
    { print }
' "$script" > "$script.bkrec-part"
leaves "$script" "$script.bkrec-part"
sync
mv -T -- "$script.bkrec-part" "$script"
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetJobModules(Action):
    """Guide 7.17.3: `job` in .installed_module means JOB's eight modules, not for the two of its lite form."""

    install: str
    modules: tuple[str, ...]
    verified_on: tuple[AnyFact, ...] = ()
    """Copies of the scripts on all hosts: they differ once this file does."""
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["cmdb.job-modules"] = "cmdb.job-modules"
    undo: ClassVar[Undo] = "restored"

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (job_modules(self.host, self.install, self.modules),)

    def command(self) -> Command:
        return Command(script=PATCH, args=(f"{self.install}/bin/create_blueking_set.py", " ".join(self.modules)))

    def invalidates(self) -> tuple[AnyFact, ...]:
        return self.verified_on

    @property
    def locks(self) -> tuple[str, ...]:
        return ("bkcli", f"host:{self.host}")


def job_modules(host: str, install: str, modules: tuple[str, ...]) -> AnyExpected:
    fact = JobModules(host=host, install=install)
    why = reason("cmdb-job-modules")
    return fact.must_be(tuple(sorted(modules)), because=why, source="guide 7.17", module="job")


def open_(host: str, install: str) -> AnyExpected:
    fact = EditingUnlocked(host=host, env=f"{install}/bin/04-final/cmdb.env")
    return fact.must_be(True, because=reason("cmdb-topology-unlocked"), source="guide 7.17")


def lock_editing(host: str, install: str) -> AnyExpected:
    fact = EditingLocked(host=host, env=f"{install}/bin/04-final/cmdb.env")
    return fact.must_be(True, because=reason("cmdb-topology-locked"), source="CMDB, UserConfigSwitch")


def idle(host: str, install: str) -> AnyExpected:
    return HostsNotIdle(host=host, install=install).must_be((), because=reason("cmdb-hosts-idle"), source="guide 7.17")


def no_sets(host: str, install: str) -> AnyExpected:
    return RemainingSets(host=host, install=install).must_be((), because=reason("cmdb-no-sets"), source="guide 7.17")


def no_templates(host: str, install: str) -> AnyExpected:
    why, source = reason("cmdb-no-templates"), "ce/bin/create_blueking_set.py:263-301,336-337"
    return RemainingTemplates(host=host, install=install).must_be((), because=why, source=source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Emptying(Action):
    """Base of the steps that lead to the deletion: the approval, and the data it deletes."""

    install: str
    sets: tuple[str, ...]
    templates: tuple[str, ...]
    strays: tuple[str, ...]
    """Hosts of the business that install.config does not have: nothing puts them back where they were."""
    undo: ClassVar[Undo] = "server"

    def deletes(self) -> Reason | None:
        return reason(
            "cmdb-topology-deletes",
            sets=len(self.sets),
            set_names=", ".join(self.sets) or "-",
            templates=len(self.templates),
            template_names=", ".join(self.templates) or "-",
            strays=", ".join(self.strays) or "-",
        )

    @property
    def approval_id(self) -> str:
        return "cmdb-topology"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveHosts(Emptying):
    """By hand: every host of the business into its idle set."""

    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["cmdb.move-hosts"] = "cmdb.move-hosts"
    typical_s: ClassVar[float] = 120.0

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (idle(self.host, self.install),)

    def command(self) -> Command:
        return Command(script=NOBODY)

    @property
    def manual_instruction(self) -> str:
        return "cmdb-move-hosts"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockTopologyEditing(Emptying):
    """CMDB lets the topology of the BlueKing business be edited, for six hours or until it is shut."""

    cmdb: str
    """Address of the first host of CMDB."""
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["cmdb.unlock"] = "cmdb.unlock"

    def requires(self) -> tuple[AnyExpected, ...]:
        return (idle(self.host, self.install),)

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (open_(self.host, self.install),)

    def invalidates(self) -> tuple[AnyFact, ...]:
        return (lock_editing(self.host, self.install).fact,)

    def command(self) -> Command:
        return Command(script=SWITCH, args=(self.cmdb, self.install, "true"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LockTopologyEditing(Action):
    """The guide opens it and never shuts it."""

    install: str
    cmdb: str
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["cmdb.lock"] = "cmdb.lock"
    undo: ClassVar[Undo] = "server"

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (lock_editing(self.host, self.install),)

    def command(self) -> Command:
        return Command(script=SWITCH, args=(self.cmdb, self.install, "false"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleting(Emptying):
    """Data that no undo restores."""

    undo: ClassVar[Undo] = "migrated"

    @property
    def disrupts(self) -> Disrupts:
        return "data"

    @property
    def irreversible(self) -> bool:
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteSets(Deleting):
    """By hand: every set of the business but the idle one."""

    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["cmdb.delete-sets"] = "cmdb.delete-sets"
    typical_s: ClassVar[float] = 300.0

    def requires(self) -> tuple[AnyExpected, ...]:
        return (idle(self.host, self.install), open_(self.host, self.install))

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (no_sets(self.host, self.install),)

    def command(self) -> Command:
        return Command(script=NOBODY)

    @property
    def manual_instruction(self) -> str:
        return "cmdb-delete-sets"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTemplates(Deleting):
    """Every service template and set template of the business: create_blueking_set.py --delete."""

    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["cmdb.delete-templates"] = "cmdb.delete-templates"
    login_shell: ClassVar[bool] = True
    typical_s: ClassVar[float] = 60.0

    def requires(self) -> tuple[AnyExpected, ...]:
        return (no_sets(self.host, self.install), open_(self.host, self.install))

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (no_templates(self.host, self.install),)

    def command(self) -> Command:
        return Command(script=DELETE, args=(self.install,))

    @property
    def locks(self) -> tuple[str, ...]:
        return ("bkcli",)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildTopology(Bkcli):
    """`bkcli initdata topo`. It fails with exit 1 at a template of the same name. So it requires
    that there is none, and may be retried once there is none."""

    effects: tuple[AnyExpected, ...]
    """Sets and templates as in the files, and each host in its modules."""
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["cmdb.build"] = "cmdb.build"
    undo: ClassVar[Undo] = "server"
    typical_s: ClassVar[float] = 180.0
    effects_timeout_s: ClassVar[float] = 120.0

    def requires(self) -> tuple[AnyExpected, ...]:
        return (no_sets(self.host, self.install), no_templates(self.host, self.install))

    def ensures(self) -> tuple[AnyExpected, ...]:
        return self.effects

    def command(self) -> Command:
        return Command(script=BUILD, args=(self.install,))

    def side_effects(self) -> tuple[Reason, ...]:
        return (reason("cmdb-secret-on-argv"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignHosts(Bkcli):
    """`bkcli initdata topo 1`: hosts into their modules, nothing else; a host in further modules stays in them."""

    placed: tuple[AnyExpected, ...]
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["cmdb.assign"] = "cmdb.assign"
    undo: ClassVar[Undo] = "server"
    typical_s: ClassVar[float] = 60.0

    def ensures(self) -> tuple[AnyExpected, ...]:
        return self.placed

    def command(self) -> Command:
        return Command(script=BUILD, args=(self.install, "1"))

    def side_effects(self) -> tuple[Reason, ...]:
        return (reason("cmdb-secret-on-argv"),)
