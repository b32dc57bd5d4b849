"""Action: one change to one host, with its preconditions, its effects and its command.

`requires` and `ensures` are facts, so an action whose effect cannot be probed cannot be written. A step is done when
`ensures` has been verified, whatever the command's exit status was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from probes.command import Command
from probes.fact import AnyDrift, AnyExpected, AnyFact
from specs.diagnostic import Diagnostic
from specs.reason import Reason

Disrupts = Literal["no", "service", "data"]
"""Effect on users: none, an outage, or data that only a backup restores."""

Undo = Literal[
    "migrated",
    "overwritten",
    "generated",
    "replaced",
    "repaired",
    "derived",
    "server",
    "running",
    "no-change",
    "restored",
    "undo",
]
"""Outcome of an undo, the gravest first. migrated: only a backup restores it. overwritten: the new one has replaced the
old one. generated: new secrets, which servers already use. replaced: the old one is in a backup. repaired: undoing it
would restore a fault. derived: rendered from other files. server: a row, grant or key in a server. running: something
was only started. no-change: nothing that existed was changed. restored: from the items that the run saved. undo: itself
part of an undo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One change to one host. Subclasses add their fields and `kind: Literal["unit.start"] = "unit.start"`.

    What is the same for every action of a kind is a `ClassVar`, overridden by assignment; what depends on the fields is
    a property. No attribute is both: a type checker refuses one in the place of the other.
    """

    host: str
    identity: ClassVar[tuple[str, ...]]
    """The fields that tell two actions of a kind on a host apart: the object changed, nothing computed or read.
    Job keys and step ids are made of these alone (reconciler/core/identity.py)."""
    undo: ClassVar[Undo] = "overwritten"
    login_shell: ClassVar[bool] = False
    """True where the vendor's script needs the environment of a login: bash, HOME, UTF-8."""
    needs_pty: ClassVar[bool] = False
    """True where the vendor's script fails without a pty (observed.md 18)."""
    typical_s: ClassVar[float] = 5.0
    """Seconds an action of this kind usually takes."""
    effects_timeout_s: ClassVar[float] = 60.0
    """Seconds its effects may take to become visible after the command ended."""

    def requires(self) -> tuple[AnyExpected, ...]:
        return ()

    def ensures(self) -> tuple[AnyExpected, ...]:
        raise NotImplementedError

    def command(self) -> Command:
        raise NotImplementedError

    def invalidates(self) -> tuple[AnyFact, ...]:
        """Facts that this step may break: each is probed and repaired after it."""
        return ()

    def side_effects(self) -> tuple[Reason, ...]:
        """Other effects of the vendor's call, shown before it runs."""
        return ()

    def explain_failure(self, drifts: Sequence[AnyDrift]) -> Diagnostic | None:
        """A diagnostic for effects that were not verified in time, where the general one would say too little."""
        return None

    def restore_commands(self) -> tuple[str, ...]:
        """For root's shell on this host: what brings back the backup that this makes; () where it makes none."""
        return ()

    def deletes(self) -> Reason | None:
        """Data of users that is deleted for good, by count and name; shown where approval is required."""
        return None

    @property
    def approval_id(self) -> str:
        """The ID for `apply --approve` that this needs before it starts; "" where confirming the plan is enough."""
        return ""

    @property
    def manual_instruction(self) -> str:
        """The code of the instruction for a manual step, where no command does it; verified by what it ensures."""
        return ""

    @property
    def disrupts(self) -> Disrupts:
        return "no"

    @property
    def outage(self) -> str:
        """The module whose users notice it, or ""."""
        return ""

    @property
    def irreversible(self) -> bool:
        """True where only a backup restores the old state: schema migrations."""
        return False

    @property
    def undo_outcome(self) -> Undo:
        """Outcome of an undo of this step: shown before it runs and recorded with its job."""
        return "migrated" if self.irreversible else self.undo

    @property
    def idempotent(self) -> bool:
        """True where a vanished or failed job may be retried; else its effects are verified first, and it is not run
        again while they are missing."""
        return True

    @property
    def locks(self) -> tuple[str, ...]:
        """Names that no two running steps share. Every bkcli call takes "bkcli" (it rewrites hosts.env, bkcli:29)."""
        return (f"host:{self.host}",)

    @property
    def cwd(self) -> str:
        """The working directory: the deployment scripts, for an action that names them."""
        return str(getattr(self, "install", "/root"))

    @property
    def estimate_s(self) -> float:
        """Seconds it is expected to take; `typical_s`, unless the release data says more."""
        return self.typical_s

    @property
    def deadline_s(self) -> float:
        """Seconds after which its job is reported as overdue; it is never killed."""
        return 600.0
