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
    """Subclasses add their fields and `kind: Literal["unit.start"] = "unit.start"`."""

    host: str
    identity: ClassVar[tuple[str, ...]]
    """The fields that say which one it is, beside kind and host: what it is done to, and nothing that was worked out or
    read. Work that must not happen twice is found again by this alone (reconciler/core/identity.py)."""

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
        """What `apply --approve` has to name before this is begun; "" where the plan's confirmation covers it."""
        return ""

    @property
    def manual_instruction(self) -> str:
        """The code of what a person is asked to do, where no command does it; seen done by what it ensures."""
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
        """True where only a backup brings back what was: schema migrations."""
        return False

    @property
    def undo(self) -> Undo:
        """Told before it is done, and noted with the job, so that an undo can say what it leaves and why."""
        return "migrated" if self.irreversible else "no-way-back"

    @property
    def idempotent(self) -> bool:
        """True where a vanished or failed job may simply be started again; else look first, stop if not seen."""
        return True

    @property
    def locks(self) -> tuple[str, ...]:
        """What no two steps may hold at once. Every bkcli call holds "bkcli" (it rewrites hosts.env, bkcli:29)."""
        return (f"host:{self.host}",)

    @property
    def login_shell(self) -> bool:
        """True where the vendor's script wants what a login would give: bash, HOME, cwd /data/install, UTF-8."""
        return False

    @property
    def cwd(self) -> str:
        """Where a login would go to: the deployment scripts, for an action that names them."""
        return str(getattr(self, "install", "/root"))

    @property
    def needs_pty(self) -> bool:
        """True where the vendor's script loses its way without a pty (observed.md 18)."""
        return False

    @property
    def estimate_s(self) -> float:
        return 5.0

    @property
    def deadline_s(self) -> float:
        """After this many seconds the job counts as stuck: it is reported, never killed behind one's back."""
        return 600.0

    @property
    def settle_s(self) -> float:
        """How long after the command's end its effects may take to show."""
        return 60.0
