"""Carry out one step: look, start it or find it started, follow it, look again.

The outcome comes from facts. An exit status is only told beside it: the vendor's scripts end with 0 after failures and
with others after success. Everything that can go wrong is a returned `StepFailed`; only a journal that cannot be
written is raised.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from probes.fact import AnyDrift, AnyReading, Known, Readings, fact_id
from probes.job import JobsRunning
from reconciler.core.approval import awaits
from reconciler.core.diff import judge
from reconciler.core.event import (
    Event,
    JobAdopted,
    StepAwaited,
    StepDone,
    StepFailed,
    StepLeft,
    StepOutput,
    StepSkipped,
    StepStarted,
)
from reconciler.core.plan import Step
from reconciler.core.redact import redact
from reconciler.effects.adopt import ADOPTED_DEADLINE_S, left_alone
from reconciler.effects.clock import Clock
from reconciler.effects.collect import Look
from reconciler.effects.job import (
    BACKOFF_S,
    LOST_S,
    Followed,
    Launched,
    Order,
    Until,
    follow,
    job_id,
    job_key,
    launch,
    mark_seen,
    order_for,
)
from reconciler.effects.lease import TTL_S, Term
from reconciler.effects.look import facts_of
from reconciler.effects.stand import (
    Begin,
    Follow,
    Leave,
    Never,
    Skip,
    Wait,
    attempts,
    found_out,
    silent,
    stand,
    uptime,
    wanted,
    worded,
)
from reconciler.effects.stop import StopSignal
from reconciler.effects.transport import Transport
from specs.diagnostic import Diagnostic, diagnose

TAIL = 20
"""Lines of its log that a failed step is told with."""
TOLD = 5_000
"""Lines of its log that a step may tell while it runs; the rest stays on its host."""
SETTLE_S = (0.5, 3.0)
"""Shortest and longest wait between two looks at what a step ensures."""
FAILED_S = 20.0
"""How long a command that says it failed is given all the same: install_redis_cluster asks too early and says so."""

RUNS_ON = {"job-overdue", "job-unheard", "job-not-started"}
"""Failures of a step whose job goes on, or may do so."""

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
class _Log:
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


@dataclass(slots=True)
class _Course:
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


async def carry_out(step: Step, means: Means) -> Ended:
    ended = await _on_its_way(_Course(step=step), means)
    if not (isinstance(ended, StepFailed) and ended.diagnostic.code in RUNS_ON):
        means.running.pop(step.id, None)
    return ended


async def _on_its_way(course: _Course, means: Means) -> Ended:
    """Look, and begin; and look again, before anything is sent once more, where that came to nothing for a moment."""
    step = course.step
    while True:
        seen = await _read(step, means)
        if isinstance(seen, Diagnostic):
            return StepFailed(step=step.id, diagnostic=seen)
        came = means.clock.steady()
        match stand(step, seen, course.ordered):
            case Skip():
                return StepSkipped(step=step.id)
            case Leave(fact=fact):
                return StepLeft(step=step.id, fact=fact)
            case Never(why=why):
                return await _not_again(step, why, means)
            case Follow(number=number):
                return await _followed(course, number, means)
            case Begin() as begin:
                asked = awaits(step, means.approved)
                if asked is not None:
                    return StepAwaited(step=step.id, diagnostic=asked)
                ended = await _begun(course, begin, came, means)
            case Wait(why=why, patience_s=patience):
                ended = _held(course, why, patience, means)
        if ended is not None:
            return ended
        await means.clock.sleep(BACKOFF_S[min(course.looks, len(BACKOFF_S) - 1)])
        course.looks += 1


def _held(course: _Course, why: Diagnostic, patience_s: float, means: Means) -> StepFailed | None:
    """None: it may still come right. A launch that nobody heard outweighs whatever else is wrong by now."""
    now = means.clock.steady()
    since = course.held.setdefault(why.code, now)
    unheard = course.sent is not None and course.sent.how == "unheard"
    if course.sent is not None:
        why, patience_s, since = _unanswered(course, course.sent), LOST_S, min(course.held.values())
    if means.stop.asked:
        patience_s = TTL_S if unheard else 0.0
    return StepFailed(step=course.step.id, diagnostic=why) if now - since >= patience_s else None


def _unanswered(course: _Course, sent: Launched) -> Diagnostic:
    if sent.how == "unheard":
        return diagnose("job-unheard", where=course.host, job=course.job)
    return diagnose("job-not-started", where=course.host, job=course.job, how=f"{sent.how} {sent.detail}".strip())


async def _begun(course: _Course, begin: Begin, came: float, means: Means) -> Ended | None:
    """Sent with a limit that lies within our lease; None where it has to be looked at again."""
    left = int(means.term.left(came))
    if left < 1 or (course.sent is not None and means.stop.asked):
        late = diagnose("lease-unconfirmed", where=course.host)
        return _held(course, late, LOST_S, means)
    _announced(course, begin.number, means)
    until = Until(boot=begin.boot, uptime_s=begin.uptime_s + left)
    launched = await launch(means.transport, course.host, _order(course, until, means))
    match launched.how:
        case "started" | "exists":
            return await _watched(course, means)
        case "unheard" | "torn" | "busy" | "late":
            course.sent = launched
            return _held(course, _unanswered(course, launched), LOST_S, means)
        case "stale":
            overtaken = diagnose("lease-overtaken", where=course.host, epoch=launched.detail)
            means.stop.halt(overtaken)
            return StepFailed(step=course.step.id, diagnostic=overtaken)
        case "unwritable" | "not-started":
            return StepFailed(step=course.step.id, diagnostic=_unanswered(course, launched))


async def _followed(course: _Course, number: int, means: Means) -> Ended:
    if course.ordered is None:
        means.tell(JobAdopted(host=course.host, job=job_id(job_key(course.step.action), number)))
        _announced(course, number, means)
    return await _watched(course, means)


def _announced(course: _Course, number: int, means: Means) -> None:
    """Once, and before anything leaves for the host."""
    if course.number == number:
        return
    course.number, course.began = number, means.clock.steady()
    means.tell(StepStarted(step=course.step.id, host=course.host, job=course.job))
    means.running[course.step.id] = course.job
    means.started.append(course.step.id)


def _order(course: _Course, until: Until, means: Means) -> Order:
    step, undo = course.step, "undo" if means.undoes else course.step.action.undo
    return order_for(step.action, course.job, epoch=means.epoch, until=until, run=means.run, step=step.id, undo=undo)


async def _watched(course: _Course, means: Means) -> Ended:
    step, log = course.step, _Log(step=course.step.id, tell=means.tell)
    followed = await follow(
        means.transport, course.host, course.job, clock=means.clock, heard=log.hear, deadline_s=step.action.deadline_s
    )
    return await _outcome(course, followed, tuple(log.tail), means)


async def _read(step: Step, means: Means) -> Readings | Diagnostic:
    """All it rests on, once nobody else's job runs on its host."""
    running = JobsRunning(host=step.action.host)
    facts = (*facts_of((*step.action.ensures(), *step.needs)), attempts(step), uptime(step), running)
    while True:
        seen = (await means.look(facts)).readings
        others = _others(step, seen.get(running), means)
        if not others:
            return seen
        stuck = await _waited_for(step, others, means)
        if stuck is not None:
            return stuck


def _others(step: Step, reading: AnyReading | None, means: Means) -> tuple[str, ...]:
    """Jobs that run on its host and were not started by this run: nothing is known of what they share with it."""
    if not isinstance(reading, Known):
        return ()
    jobs: tuple[str, ...] = reading.value
    ours = set(means.running.values())
    return tuple(job for job in jobs if job not in ours and job.rpartition(".")[0] != job_key(step.action))


async def _waited_for(step: Step, jobs: Sequence[str], means: Means) -> Diagnostic | None:
    """A launch of an earlier run may have come late, or nobody could see its job when this run began."""
    for job in jobs:
        means.tell(JobAdopted(host=step.action.host, job=job))
        followed = await follow(
            means.transport, step.action.host, job, clock=means.clock, heard=_unheard, deadline_s=ADOPTED_DEADLINE_S
        )
        trouble = left_alone(followed, step.action.host, job)
        if trouble is not None:
            return trouble
    return None


def _unheard(_: str) -> None:
    """What somebody else's job prints is no output of this step."""


async def _not_again(step: Step, why: Diagnostic, means: Means) -> StepFailed:
    """It was tried before, and what it ensures has not come true since: the evidence is told."""
    log = _Log(step=step.id, tell=means.tell, told=TOLD)
    job = dict(why.fields).get("job")
    if job is not None:
        await follow(
            means.transport, step.action.host, job, clock=means.clock, heard=log.hear, deadline_s=step.action.deadline_s
        )
    return StepFailed(step=step.id, diagnostic=why, tail=tuple(log.tail))


async def _outcome(course: _Course, followed: Followed, tail: tuple[str, ...], means: Means) -> Ended:
    step, host, job = course.step, course.host, course.job
    match followed.state:
        case "overdue":
            late = diagnose("job-overdue", where=host, job=job, seconds=f"{step.action.deadline_s:g}")
            return StepFailed(step=step.id, diagnostic=late, tail=tail)
        case "unheard":
            return StepFailed(step=step.id, diagnostic=diagnose("job-unheard", where=host, job=job), tail=tail)
        case _:
            missing = await _settle(step, followed, means)
    if missing:
        return StepFailed(step=step.id, diagnostic=_not_seen(step, job, followed, missing), tail=tail)
    if not step.action.idempotent:
        await mark_seen(means.transport, host, job)
    seconds = means.clock.steady() - course.began
    return StepDone(step=step.id, seconds=seconds, exit_status=followed.exit_status, attempt=course.number)


def _not_seen(step: Step, job: str, followed: Followed, missing: Sequence[AnyDrift]) -> Diagnostic:
    facts = "; ".join(f"{fact_id(d.expected.fact)}: {wanted(d)} / {worded(d.reading)}" for d in missing)
    if followed.state in ("vanished", "never"):
        return diagnose("job-cut-off" if step.action.idempotent else "job-vanished", where=step.action.host, job=job)
    told = step.action.missed(missing)
    return told or diagnose("step-not-seen", where=step.action.host, job=job, rc=followed.exit_status, facts=facts)


async def _settle(step: Step, followed: Followed, means: Means) -> tuple[AnyDrift, ...]:
    """What it ensures and is not seen in time: nothing, as a rule, at the first look."""
    ensured = step.action.ensures()
    patience = step.action.settle_s if followed.exit_status == 0 else min(FAILED_S, step.action.settle_s)
    began, wait = means.clock.steady(), SETTLE_S[0]
    while True:
        readings = (await means.look(facts_of(ensured))).readings
        judged = (drift for wish in ensured if (drift := judge(wish, readings)) is not None)
        missing = tuple(drift for drift in judged if not found_out(drift))
        until = began + (LOST_S if any(silent(drift.reading) for drift in missing) else patience)
        if not missing or means.clock.steady() >= until:
            return missing
        await means.clock.sleep(wait)
        wait = min(wait * 1.5, SETTLE_S[1])
