"""An action can be done to one host: what it needs, what it makes true, and the command that does it.

`requires` and `ensures` are facts, so an action whose effect cannot be seen cannot be written. The executor takes a
step as done when `ensures` has been seen, whatever the command's exit status was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from probes.command import Command
from probes.fact import AnyDrift, AnyExpected, AnyFact
from specs.diagnostic import Diagnostic
from specs.reason import Reason

Disrupts = Literal["no", "service", "data"]
"""What users notice: nothing, an outage, or data that cannot be brought back without the backup."""

Undo = Literal[
    "migrated",
    "no-way-back",
    "generated",
    "replaced",
    "mended",
    "derived",
    "server",
    "running",
    "beside",
    "restored",
    "undo",
]
"""What an undo makes of it, the gravest first. migrated: only a backup brings it back. no-way-back: what it installed
stands in the place of what was. generated: new secrets, which servers know. replaced: the old one lies in a backup.
mended: undoing it would bring a fault back. derived: written anew from other files. server: a row, grant or key in a
server. running: something was only started. beside: nothing that was there was changed. restored: as it was, from what
the run kept. undo: itself part of one."""


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
    undo: ClassVar[Undo] = "no-way-back"
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
        """Facts that may no longer hold afterwards, though nobody asked for it: each is repaired after this step."""
        return ()

    def side_effects(self) -> tuple[Reason, ...]:
        """What else the vendor's call does, told before it is done."""
        return ()

    def explain_failure(self, drifts: Sequence[AnyDrift]) -> Diagnostic | None:
        """What it means that its effects were not seen in time, where the general words would say too little."""
        return None

    def deletes(self) -> Reason | None:
        """What is gone for good afterwards and users may have made, by count and name; told where approval is asked."""
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
        """What an undo makes of this step: shown before it runs and recorded with its job."""
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
