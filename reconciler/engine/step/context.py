"""What the steps of a run are carried out with, and where one of them stands on its way.

Means are the same for all steps; a course is one step's own. Neither decides anything.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.core.events import Event, StepDeferred, StepDone, StepFailed, StepNeedsHuman, StepOutput, StepSkipped
from reconciler.core.identity import job_id, job_key
from reconciler.core.plan import Step
from reconciler.core.redact import redact
from reconciler.engine.clock import Clock
from reconciler.engine.gather import GatherFacts
from reconciler.engine.jobs.client import LaunchResult
from reconciler.engine.lease import LeaseValidity
from reconciler.engine.stop import StopSignal
from reconciler.engine.transport import Transport

TAIL_LINES = 20
"""Lines of its log that a failed step is told with."""
MAX_LOG_EVENTS = 5_000
"""Lines of its log that a step may tell while it runs; the rest stays on its host."""

StepResult = StepDone | StepSkipped | StepFailed | StepDeferred | StepNeedsHuman


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContext:
    """What carrying out takes; the same for all steps of a run."""

    transport: Transport
    gather: GatherFacts
    clock: Clock
    emit: Callable[[Event], None]
    """Journal first, then whoever listens. Raises JournalError."""
    epoch: int
    validity: LeaseValidity
    run: str
    undoes: bool
    stop: StopSignal
    approved: frozenset[str] = frozenset()
    """Gates that a person opened for this run."""
    started: list[str] = field(default_factory=list[str])
    running: dict[str, str] = field(default_factory=dict[str, str])
    """Job by step, while it is followed, or when following it was given up in a hurry."""


@dataclass(slots=True)
class StepAttempt:
    """One step on its way: what was sent off, and what has held it up since when."""

    step: Step
    number: int = 0
    began: float = 0.0
    sent: LaunchResult | None = None
    """What came of the last launch, while nobody knows whether there is a job."""
    waiting_since: dict[str, float] = field(default_factory=dict[str, float])
    """Since when, by the code of the trouble."""
    tries: int = 0

    @property
    def host(self) -> str:
        return self.step.action.host

    @property
    def job(self) -> str:
        return job_id(job_key(self.step.action), self.number)

    @property
    def sent_attempt(self) -> int | None:
        return self.number if self.sent is not None else None


@dataclass(slots=True)
class JobLog:
    """What a job prints: told as it comes, up to a limit, and its end kept for a failure."""

    step: str
    emit: Callable[[Event], None]
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL_LINES))
    emitted: int = 0

    def add(self, line: str) -> None:
        safe = redact(line)
        self.tail.append(safe)
        self.emitted += 1
        if self.emitted <= MAX_LOG_EVENTS:
            self.emit(StepOutput(step=self.step, line=safe))
