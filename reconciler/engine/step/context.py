"""What the steps of a run are carried out with, and where one of them stands on its way.

Means are the same for all steps; a course is one step's own. Neither decides anything.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.core.events import Event, StepAwaited, StepDone, StepFailed, StepLeft, StepOutput, StepSkipped
from reconciler.core.identity import job_id, job_key
from reconciler.core.plan import Step
from reconciler.core.redact import redact
from reconciler.engine.clock import Clock
from reconciler.engine.gather import Look
from reconciler.engine.jobs.client import Launched
from reconciler.engine.lease import Term
from reconciler.engine.stop import StopSignal
from reconciler.engine.transport import Transport

TAIL = 20
"""Lines of its log that a failed step is told with."""
TOLD = 5_000
"""Lines of its log that a step may tell while it runs; the rest stays on its host."""

Ended = StepDone | StepSkipped | StepFailed | StepLeft | StepAwaited


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What carrying out takes; the same for all steps of a run."""

    transport: Transport
    look: Look
    clock: Clock
    tell: Callable[[Event], None]
    """Journal first, then whoever listens. Raises JournalError."""
    epoch: int
    term: Term
    run: str
    undoes: bool
    stop: StopSignal
    approved: frozenset[str] = frozenset()
    """Gates that a person opened for this run."""
    started: list[str] = field(default_factory=list[str])
    running: dict[str, str] = field(default_factory=dict[str, str])
    """Job by step, while it is followed, or when following it was given up in a hurry."""


@dataclass(slots=True)
class Course:
    """One step on its way: what was sent off, and what has held it up since when."""

    step: Step
    number: int = 0
    began: float = 0.0
    sent: Launched | None = None
    """What came of the last launch, while nobody knows whether there is a job."""
    held: dict[str, float] = field(default_factory=dict[str, float])
    """Since when, by the code of the trouble."""
    looks: int = 0

    @property
    def host(self) -> str:
        return self.step.action.host

    @property
    def job(self) -> str:
        return job_id(job_key(self.step.action), self.number)

    @property
    def ordered(self) -> int | None:
        return self.number if self.sent is not None else None


@dataclass(slots=True)
class Log:
    """What a job prints: told as it comes, up to a limit, and its end kept for a failure."""

    step: str
    tell: Callable[[Event], None]
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL))
    told: int = 0

    def hear(self, line: str) -> None:
        safe = redact(line)
        self.tail.append(safe)
        self.told += 1
        if self.told <= TOLD:
            self.tell(StepOutput(step=self.step, line=safe))
