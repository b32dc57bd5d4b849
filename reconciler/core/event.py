"""What happened, as data: constant names, typed fields.

The journal keeps them, a view words them, `apply -o json` streams them.

No event carries what a host printed unless it went through redaction (`reconciler/core/redact.py`).
"""

from dataclasses import dataclass, field
from typing import Literal

from specs.diagnostic import Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    run: str
    epoch: int
    steps: tuple[str, ...]
    event: Literal["run-started"] = "run-started"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalGiven:
    """Somebody agreed to the deletions behind this gate, for this run."""

    gate: str
    user: str
    source: str
    event: Literal["approval-given"] = "approval-given"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseAwaited:
    """Somebody holds the lease: whether they still live shows within seconds, a dead one's runs out."""

    user: str
    source: str
    age_s: int
    event: Literal["lease-awaited"] = "lease-awaited"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobAdopted:
    """A job of an earlier run was found running on a host; it is waited for, not started again."""

    host: str
    job: str
    event: Literal["job-adopted"] = "job-adopted"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    step: str
    host: str
    job: str
    """The intent: written and synced before the command leaves."""
    event: Literal["step-started"] = "step-started"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutput:
    step: str
    line: str
    event: Literal["step-output"] = "step-output"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone:
    """Everything the step ensures was seen."""

    step: str
    seconds: float
    exit_status: int | None
    attempt: int = 1
    event: Literal["step-done"] = "step-done"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSkipped:
    """What it ensures was already so when its turn came."""

    step: str
    event: Literal["step-skipped"] = "step-skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFailed:
    step: str
    diagnostic: Diagnostic
    tail: tuple[str, ...] = ()
    """The last lines of its log, redacted."""
    event: Literal["step-failed"] = "step-failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepHeld:
    """Not started, because a step it comes after failed (`cause`)."""

    step: str
    cause: str
    event: Literal["step-held"] = "step-held"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLeft:
    """Not started, because what is desired turned out to rest on something else (`fact`): it is decided anew."""

    step: str
    fact: str
    event: Literal["step-left"] = "step-left"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAwaited:
    """Not started: a person has to approve it, or to do it. What comes after it is not started either."""

    step: str
    diagnostic: Diagnostic
    event: Literal["step-awaited"] = "step-awaited"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHalted:
    """Nothing more is started, for this reason; what is in flight is waited for, however long it takes."""

    diagnostic: Diagnostic
    event: Literal["run-halted"] = "run-halted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted:
    running: tuple[str, ...] = field(default=())
    event: Literal["interrupted"] = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    verdict: Literal["converged", "differs", "unknown", "failed", "refused", "interrupted", "rolled-back"]
    done: int
    failed: int
    seconds: float
    event: Literal["run-ended"] = "run-ended"


Event = (
    RunStarted
    | ApprovalGiven
    | LeaseAwaited
    | JobAdopted
    | StepStarted
    | StepOutput
    | StepDone
    | StepSkipped
    | StepFailed
    | StepHeld
    | StepLeft
    | StepAwaited
    | RunHalted
    | Interrupted
    | RunEnded
)
