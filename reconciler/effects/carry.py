"""Carry out one step: look, start it or find it started, follow it, look again.

The outcome comes from facts. An exit status is only told beside it: the vendor's scripts end with 0 after failures and
with others after success. Everything that can go wrong is a returned `StepFailed`; only a journal that cannot be
written is raised.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from probes.fact import AnyDrift, AnyExpected, AnyReading, Known, Readings, Same, Unknown, fact_id, holds
from probes.job import JobAttempts, JobsRunning
from reconciler.core.diff import judge
from reconciler.core.event import Event, JobAdopted, StepDone, StepFailed, StepOutput, StepSkipped, StepStarted
from reconciler.core.plan import Step
from reconciler.core.redact import clean, redact
from reconciler.effects.adopt import ADOPTED_DEADLINE_S, left_alone
from reconciler.effects.clock import Clock
from reconciler.effects.collect import Look
from reconciler.effects.job import (
    BACKOFF_S,
    LOST_S,
    Followed,
    Launched,
    follow,
    job_id,
    job_key,
    launch,
    mark_seen,
    order_for,
)
from reconciler.effects.look import facts_of
from reconciler.effects.stop import StopSignal
from reconciler.effects.transport import Transport
from specs.diagnostic import Diagnostic, diagnose

TAIL = 20
"""Lines of its log that a failed step is told with."""
TOLD = 5_000
"""Lines of its log that a step may tell while it runs; the rest stays on its host."""
SETTLE_S = (0.5, 3.0)
"""Shortest and longest wait between two looks at what a step ensures."""
DISTURBED_S = 60.0
"""How long a premise may take to come back after the steps before it: consul asks every ten seconds whether a unit that
was just restarted is there (bin/reg_consul_svc:161), as long as `Action.settle_s`."""
FAILED_S = 20.0
"""How long a command that says it failed is given all the same: install_redis_cluster asks too early and says so."""

RUNS_ON = {"job-overdue", "job-unheard", "job-not-started"}
"""Failures of a step whose job goes on, or may do so."""

Ended = StepDone | StepSkipped | StepFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What carrying out takes; the same for all steps of a run."""

    transport: Transport
    look: Look
    clock: Clock
    tell: Callable[[Event], None]
    """Journal first, then whoever listens. Raises JournalError."""
    epoch: int
    run: str
    undoes: bool
    stop: StopSignal
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    number: int
    running: bool = False


async def carry_out(step: Step, means: Means) -> Ended:
    """What it rests on may be disturbed for a moment by the steps before it; what comes after none does not wait."""
    until = means.clock.steady() + (DISTURBED_S if step.after else 0.0)
    while True:
        seen = await _read(step, means)
        if isinstance(seen, Diagnostic):
            return StepFailed(step=step.id, diagnostic=seen)
        attempt = _attempt(step, seen.get(_attempts(step)))
        starts = isinstance(attempt, _Attempt) and not attempt.running and not _all_hold(step.action.ensures(), seen)
        moved = premise(step.needs, seen) if starts else None
        if moved is None:
            return await _carried(step, attempt, seen, means)
        if means.stop.asked or means.clock.steady() >= until:
            return StepFailed(step=step.id, diagnostic=moved)
        await means.clock.sleep(SETTLE_S[1])


async def _carried(step: Step, attempt: _Attempt | Diagnostic, seen: Readings, means: Means) -> Ended:
    ensured = _all_hold(step.action.ensures(), seen)
    if isinstance(attempt, Diagnostic):
        return await _not_again(step, attempt, means, ensured=ensured)
    if ensured and not attempt.running:
        return StepSkipped(step=step.id)
    return await _run(step, attempt, means)


async def _read(step: Step, means: Means) -> Readings | Diagnostic:
    """All it rests on, once nobody else's job runs on its host."""
    facts = (*facts_of((*step.action.ensures(), *step.needs)), _attempts(step), JobsRunning(host=step.action.host))
    while True:
        seen = (await means.look(facts)).readings
        others = _others(step, seen.get(facts[-1]), means)
        if not others:
            return seen
        stuck = await _waited_for(step, others, means)
        if stuck is not None:
            return stuck


def _attempts(step: Step) -> JobAttempts:
    return JobAttempts(host=step.action.host, key=job_key(step.action))


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


def _all_hold(wishes: Sequence[AnyExpected], readings: Readings) -> bool:
    return all(holds(wish, readings) is True for wish in wishes)


def premise(needs: Sequence[AnyExpected], readings: Readings) -> Diagnostic | None:
    """What the step rests on and does not hold: the first that moved, else the first nobody could read."""
    moved = [drift for need in needs if (drift := judge(need, readings)) is not None]
    for drift in sorted(moved, key=lambda one: isinstance(one.reading, Unknown)):
        fact, wanted, reading = fact_id(drift.expected.fact), _wanted(drift), worded(drift.reading)
        if isinstance(drift.reading, Unknown):
            return diagnose(
                "step-premise-unknown", where=drift.expected.fact.host, because=drift.reading.why, fact=fact
            )
        return diagnose(
            "step-premise-moved", where=drift.expected.fact.host, fact=fact, expected=wanted, reading=reading
        )
    return None


def _wanted(drift: AnyDrift) -> str:
    wanted = drift.expected.reading
    return f"as {fact_id(wanted.fact)}" if isinstance(wanted, Same) else worded(wanted)


def worded(reading: AnyReading) -> str:
    match reading:
        case Known(value):
            return clean(str(value))[:200]
        case Unknown(why):
            return f"unknown ({getattr(why, 'code', 'told')})"
        case _:
            return "absent"


def _attempt(step: Step, reading: AnyReading | None) -> _Attempt | Diagnostic:
    """Which attempt this would be. A thing that must not happen twice is not started beside an unexplained first."""
    if not isinstance(reading, Known):
        why = reading.why if isinstance(reading, Unknown) else None
        return diagnose("job-unread", where=step.action.host, because=why)
    attempts: tuple[str, ...] = reading.value
    if not attempts:
        return _Attempt(number=1)
    number, _, state = attempts[-1].partition(":")
    if state in ("running", "never"):
        return _Attempt(number=int(number), running=state == "running")
    if step.action.idempotent or state.startswith("seen"):
        return _Attempt(number=int(number) + 1)
    job = job_id(job_key(step.action), int(number))
    if state == "vanished":
        return diagnose("job-vanished", where=step.action.host, job=job)
    return diagnose("job-not-repeated", where=step.action.host, job=job, rc=state.partition(":")[2])


async def _not_again(step: Step, why: Diagnostic, means: Means, *, ensured: bool) -> Ended:
    """It was tried before. What it ensures may have come true since; else the evidence is told."""
    if ensured:
        return StepSkipped(step=step.id)
    log = _Log(step=step.id, tell=means.tell, told=TOLD)
    job = dict(why.fields).get("job")
    if job is not None:
        await follow(
            means.transport, step.action.host, job, clock=means.clock, heard=log.hear, deadline_s=step.action.deadline_s
        )
    return StepFailed(step=step.id, diagnostic=why, tail=tuple(log.tail))


async def _run(step: Step, attempt: _Attempt, means: Means) -> Ended:
    host, job = step.action.host, job_id(job_key(step.action), attempt.number)
    if attempt.running:
        means.tell(JobAdopted(host=host, job=job))
    means.tell(StepStarted(step=step.id, host=host, job=job))
    means.running[step.id] = job
    means.started.append(step.id)
    ended = await _started(step, job, attempt, means)
    if not (isinstance(ended, StepFailed) and ended.diagnostic.code in RUNS_ON):
        del means.running[step.id]
    return ended


async def _started(step: Step, job: str, attempt: _Attempt, means: Means) -> Ended:
    host, began = step.action.host, means.clock.steady()
    if not attempt.running:
        refused = _refusal(step, job, await _launch(step, job, means), means.stop)
        if refused is not None:
            return StepFailed(step=step.id, diagnostic=refused)
    log = _Log(step=step.id, tell=means.tell)
    followed = await follow(
        means.transport, host, job, clock=means.clock, heard=log.hear, deadline_s=step.action.deadline_s
    )
    return await _outcome(step, job, followed, tuple(log.tail), means, began, attempt.number)


async def _launch(step: Step, job: str, means: Means) -> Launched:
    """Again while nobody answers: a launch that was heard by the host but not by us is found to exist."""
    undo = "undo" if means.undoes else step.action.undo
    order = order_for(step.action, job, epoch=means.epoch, run=means.run, step=step.id, undo=undo)
    until, tries = means.clock.steady() + LOST_S, 0
    while True:
        launched = await launch(means.transport, step.action.host, order)
        if launched.how not in ("unheard", "torn", "busy") or means.clock.steady() > until:
            return launched
        await means.clock.sleep(BACKOFF_S[min(tries, len(BACKOFF_S) - 1)])
        tries += 1


def _refusal(step: Step, job: str, launched: Launched, stop: StopSignal) -> Diagnostic | None:
    host = step.action.host
    match launched.how:
        case "started" | "exists":
            return None
        case "stale":
            overtaken = diagnose("lease-overtaken", where=host, epoch=launched.detail)
            stop.halt(overtaken)
            return overtaken
        case "unheard":
            return diagnose("job-unheard", where=host, job=job)
        case "busy" | "torn" | "unwritable" | "not-started":
            return diagnose("job-not-started", where=host, job=job, how=f"{launched.how} {launched.detail}".strip())


async def _outcome(
    step: Step, job: str, followed: Followed, tail: tuple[str, ...], means: Means, began: float, number: int
) -> Ended:
    host = step.action.host
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
    seconds = means.clock.steady() - began
    return StepDone(step=step.id, seconds=seconds, exit_status=followed.exit_status, attempt=number)


def _not_seen(step: Step, job: str, followed: Followed, missing: Sequence[AnyDrift]) -> Diagnostic:
    facts = "; ".join(f"{fact_id(d.expected.fact)}: {_wanted(d)} / {worded(d.reading)}" for d in missing)
    if followed.state in ("vanished", "never"):
        return diagnose("job-cut-off" if step.action.idempotent else "job-vanished", where=step.action.host, job=job)
    return diagnose("step-not-seen", where=step.action.host, job=job, rc=followed.exit_status, facts=facts)


async def _settle(step: Step, followed: Followed, means: Means) -> tuple[AnyDrift, ...]:
    """What it ensures and is not seen in time: nothing, as a rule, at the first look."""
    ensured = step.action.ensures()
    patience = step.action.settle_s if followed.exit_status == 0 else min(FAILED_S, step.action.settle_s)
    until, wait = means.clock.steady() + patience, SETTLE_S[0]
    while True:
        readings = (await means.look(facts_of(ensured))).readings
        missing = tuple(drift for wish in ensured if (drift := judge(wish, readings)) is not None)
        if not missing or means.clock.steady() >= until:
            return missing
        await means.clock.sleep(wait)
        wait = min(wait * 1.5, SETTLE_S[1])
