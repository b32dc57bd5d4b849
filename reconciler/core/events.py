"""Events of a run, as data: constant names, typed fields.

The journal stores them, a view words them, `apply -o json` streams them.

Whatever an event is made of, it holds no secret and no control sequence: each goes through `_Event`.
"""

from dataclasses import dataclass, field, fields
from typing import Any, Literal, cast

from reconciler.core.redact import safe
from reconciler.core.verdict import EventVerdict
from specs.diagnostic import Diagnostic

Confirmation = Literal["answer", "option"]
"""How a person agreed to a plan: at the prompt, or by --yes."""


class _Event:
    """Its texts, and lists of texts, made safe to store and show. A diagnostic does that itself."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for field_ in fields(cast(Any, self)):
            match getattr(self, field_.name):
                case str(text):
                    object.__setattr__(self, field_.name, safe(text))
                case tuple():
                    texts = cast("tuple[str, ...]", getattr(self, field_.name))
                    object.__setattr__(self, field_.name, tuple(safe(text) for text in texts))
                case _:
                    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(_Event):
    run: str
    epoch: int
    steps: tuple[str, ...]
    user: str = field(default="", compare=False)
    source: str = field(default="", compare=False)
    """Who started it, and on which machine."""
    matching: int | None = field(default=None, compare=False)
    drift: int | None = field(default=None, compare=False)
    unknown: int | None = field(default=None, compare=False)
    """How many facts of the whole cluster, as the run found them; None where it rolls back another run."""
    event: Literal["run-started"] = "run-started"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalGiven(_Event):
    """A person approved the deletions listed under this ID, for this run."""

    approval: str
    user: str
    source: str
    event: Literal["approval-given"] = "approval-given"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanConfirmed(_Event):
    """A person agreed to the plan: answered the prompt, or gave --yes."""

    user: str
    source: str
    how: Confirmation
    total: int
    """How many steps it had."""
    event: Literal["plan-confirmed"] = "plan-confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseContended(_Event):
    """Another run holds the lease: whether it is alive shows within seconds; a dead one's lease expires."""

    user: str
    source: str
    age_s: int
    event: Literal["lease-contended"] = "lease-contended"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobAdopted(_Event):
    """A job of an earlier run was found running on a host; it is followed, not started again."""

    host: str
    job: str
    event: Literal["job-adopted"] = "job-adopted"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted(_Event):
    step: str
    host: str
    job: str
    """The intent: written and synced before the command is sent."""
    module: str = field(default="", compare=False)
    section: str = field(default="", compare=False)
    irreversible: bool = field(default=False, compare=False)
    changes: tuple[str, ...] = field(default=(), compare=False)
    """What it is to change, as it was read: `FACT: BEFORE -> EXPECTED`; done says that the last was verified."""
    restore: tuple[str, ...] = field(default=(), compare=False)
    """Of a backup: the commands that bring it back, for root's shell on its host."""
    action: str = field(default="", compare=False)
    """The action's kind, and below its fields, `name=value`: enough to word it later, in either language."""
    fields: tuple[str, ...] = field(default=(), compare=False)
    after: tuple[str, ...] = field(default=(), compare=False)
    """The steps that had to be done before it, and the locks that it had to itself: why it began no earlier."""
    locks: tuple[str, ...] = field(default=(), compare=False)
    outage: str = field(default="", compare=False)
    """The module that its users miss meanwhile."""
    estimate_s: float = field(default=0.0, compare=False)
    event: Literal["step-started"] = "step-started"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutput(_Event):
    step: str
    line: str
    event: Literal["step-output"] = "step-output"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone(_Event):
    """Everything the step ensures was verified."""

    step: str
    seconds: float
    exit_status: int | None
    attempt: int = 1
    event: Literal["step-done"] = "step-done"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSkipped(_Event):
    """Everything it ensures held already when it was about to start."""

    step: str
    event: Literal["step-skipped"] = "step-skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFailed(_Event):
    step: str
    diagnostic: Diagnostic
    tail: tuple[str, ...] = ()
    """The last lines of its log, redacted."""
    event: Literal["step-failed"] = "step-failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBlocked(_Event):
    """Not started, because a step it comes after failed (`cause`)."""

    step: str
    cause: str
    event: Literal["step-blocked"] = "step-blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDeferred(_Event):
    """Not started, because the plan was decided on another value of this fact: it is planned again."""

    step: str
    fact: str
    event: Literal["step-deferred"] = "step-deferred"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPostponed(_Event):
    """Not started: by the time it was ready, it would have ended after the maintenance window."""

    step: str
    event: Literal["step-postponed"] = "step-postponed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepNeedsHuman(_Event):
    """Not started: a person has to approve it, or to do it. Its dependants are not started either."""

    step: str
    diagnostic: Diagnostic
    event: Literal["step-needs-human"] = "step-needs-human"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHalted(_Event):
    """No new step starts, for this reason; running steps are waited for, however long they take."""

    diagnostic: Diagnostic
    event: Literal["run-halted"] = "run-halted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInterrupted(_Event):
    running: tuple[str, ...] = field(default=())
    event: Literal["interrupted"] = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded(_Event):
    verdict: EventVerdict
    done: int
    failed: int
    seconds: float
    matching: int | None = field(default=None, compare=False)
    drift: int | None = field(default=None, compare=False)
    unknown: int | None = field(default=None, compare=False)
    """How many facts of the whole cluster, as it left them; None also where it left without reading them."""
    event: Literal["run-ended"] = "run-ended"


Event = (
    RunStarted
    | ApprovalGiven
    | PlanConfirmed
    | LeaseContended
    | JobAdopted
    | StepStarted
    | StepOutput
    | StepDone
    | StepSkipped
    | StepFailed
    | StepBlocked
    | StepDeferred
    | StepPostponed
    | StepNeedsHuman
    | RunHalted
    | RunInterrupted
    | RunEnded
)
