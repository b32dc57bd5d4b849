"""Run one step: read, launch its job or attach to one found running, follow it, verify its effects.

The result comes from facts. An exit status is only reported beside it: the vendor's scripts end with 0 after failures
and with others after success. Everything that can go wrong is a returned `StepFailed`; only a journal that cannot be
written is raised.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from probes.command import Command
from probes.fact import AnyDrift, AnyFact, AnyReading, Known, Readings, fact_id
from probes.job import JobsRunning
from reconciler.core.approval import human_action_needed
from reconciler.core.diff import compare
from reconciler.core.events import (
    Event,
    JobAdopted,
    StepDeferred,
    StepDone,
    StepFailed,
    StepNeedsHuman,
    StepOutput,
    StepPostponed,
    StepSkipped,
    StepStarted,
)
from reconciler.core.identity import job_id, job_key, kind_of, plain_fields
from reconciler.core.plan import Step
from reconciler.core.redact import redact, redact_reading
from reconciler.engine.assess import facts_of
from reconciler.engine.clock import wall_ahead_s
from reconciler.engine.gather import HostQuestion
from reconciler.engine.jobs.adopt import ADOPTED_TIMEOUT_S, unfinished_diagnostic
from reconciler.engine.jobs.client import (
    JobResult,
    JobSpec,
    LaunchResult,
    LogChunk,
    StartDeadline,
    follow_log,
    job_spec,
    launch,
    mark_verified,
)
from reconciler.engine.lease import TTL_S, Lease
from reconciler.engine.run import RunContext
from reconciler.engine.step.decision import (
    Attach,
    Defer,
    RefuseRepeat,
    Skip,
    Start,
    Wait,
    attempts_fact,
    decide,
    expected_text,
    is_plan_input,
    is_unreachable,
    reading_text,
    uptime_fact,
)
from reconciler.engine.timeouts import (
    BACKOFF_S,
    FAILED_COMMAND_GRACE_S,
    READ_AHEAD_S,
    UNREACHABLE_TIMEOUT_S,
    VERIFY_INTERVAL_S,
)
from specs.diagnostic import Diagnostic, diagnose

TAIL_LINES = 20
"""Lines of its log that a failed step is reported with."""
MAX_LOG_EVENTS = 5_000
"""Lines of its log that a step may emit while it runs; the rest stays on its host."""

UPTIME_ROUNDING_S = 1.0
"""A host tells its uptime in whole seconds."""

StepResult = StepDone | StepSkipped | StepFailed | StepDeferred | StepPostponed | StepNeedsHuman


@dataclass(slots=True)
class LaunchedJobs:
    """Jobs of this round, shared by its steps."""

    started_steps: list[str] = field(default_factory=list[str])
    """Steps whose start is on record."""
    running: dict[str, str] = field(default_factory=dict[str, str])
    """Job by step, while it is followed, or where it may still be running although nobody follows it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReading:
    """What a decision about a step rests on, and when the last of it was read."""

    readings: Readings
    at: float


class NextSteps(Protocol):
    """What comes after a step, as the executor knows it."""

    def steps(self) -> tuple[Step, ...]:
        """Those that may start as soon as it is verified."""
        ...

    def read_ahead(self) -> None:
        """Its job has ended, and what it ensures is about to be read: so may be what they need."""
        ...

    def receive(self, step: Step, reading: StepReading) -> None:
        """The command that verified it has read this for one of them."""
        ...

    def discard(self) -> None:
        """What it ensures did not hold when that was read, and may bring more with it once it does."""
        ...


class NoNextSteps:
    """Nothing waits for it."""

    def steps(self) -> tuple[Step, ...]:
        return ()

    def read_ahead(self) -> None:
        """Nobody needs anything."""

    def receive(self, step: Step, reading: StepReading) -> None:
        raise AssertionError(f"nobody asked for what {step.id} needs")

    def discard(self) -> None:
        """There is nothing."""


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class JobQuestion:
    """What a job's own command asks once the job has ended: what its step ensures, and all that these steps need."""

    question: HostQuestion | None = None
    """None where what it ensures is not of its host alone."""
    ahead: tuple[Step, ...] = ()

    @property
    def program(self) -> Command | None:
        return None if self.question is None else self.question.program


@dataclass(slots=True)
class StepAttempt:
    """One step in progress: what was launched, and what it has been waiting for since when."""

    step: Step
    lease: Lease
    jobs: LaunchedJobs
    fits_window: Callable[[], bool] = _always
    """Asked again just before a launch: what it waited for may have taken its time."""
    next_steps: NextSteps = field(default_factory=NoNextSteps)
    ahead: asyncio.Future[StepReading] | None = None
    """Read before it could start: used once, and only to start."""
    number: int = 0
    started_at: float = 0.0
    sent: LaunchResult | None = None
    """The reply to the last launch, while it is not known whether there is a job."""
    waiting_since: dict[str, float] = field(default_factory=dict[str, float])
    """By the code of the diagnostic."""
    retries: int = 0
    readings: Readings = field(default_factory=dict[AnyFact, AnyReading])
    """The last ones that were decided on."""

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
    """What a job prints: emitted as it comes, redacted and up to a limit; its tail is kept for a failure."""

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


async def run_step(attempt: StepAttempt, context: RunContext) -> StepResult:
    result = await _retry_until_done(attempt, context)
    if not (isinstance(result, StepFailed) and result.diagnostic.disposition == "job-may-still-run"):
        attempt.jobs.running.pop(attempt.step.id, None)
    return result


async def _retry_until_done(attempt: StepAttempt, context: RunContext) -> StepResult:
    """Read and decide; where the decision came to nothing for the moment, back off and read again before anything is
    sent once more."""
    step = attempt.step
    while True:
        read = await _read_ahead(attempt, context) or await _read(attempt, context)
        if isinstance(read, Diagnostic):
            return StepFailed(step=step.id, diagnostic=read)
        attempt.readings = readings = read.readings
        match decide(step, readings, attempt.sent_attempt):
            case Skip():
                return StepSkipped(step=step.id)
            case Defer(fact=fact):
                return StepDeferred(step=step.id, fact=fact)
            case RefuseRepeat(why=why):
                return await _refuse_repeat(step, why, context)
            case Attach(number=number):
                result = await _attach(attempt, number, context)
                attempt.waiting_since.clear()  # the host answered for as long as its job ran: time-outs begin anew
            case Start() as start:
                diagnostic = human_action_needed(step, context.approved)
                if diagnostic is not None:
                    return StepNeedsHuman(step=step.id, diagnostic=diagnostic)
                if not attempt.fits_window():
                    return StepPostponed(step=step.id)
                result = await _launch(attempt, start, read.at, context)
            case Wait(why=why, timeout_s=timeout_s):
                result = _wait_or_fail(attempt, why, timeout_s, context)
        if result is not None:
            return result
        await context.clock.sleep(BACKOFF_S[min(attempt.retries, len(BACKOFF_S) - 1)])
        attempt.retries += 1


async def read_step(step: Step, context: RunContext) -> StepReading:
    """Everything that the decision needs."""
    readings = (await context.gather(_facts_needed(step))).readings
    return StepReading(readings=readings, at=context.clock.steady())


def _facts_needed(step: Step) -> tuple[AnyFact, ...]:
    facts = facts_of((*step.action.ensures(), *step.requires))
    return (*facts, attempts_fact(step), uptime_fact(step), _running(step))


def _running(step: Step) -> JobsRunning:
    return JobsRunning(host=step.action.host)


async def _read_ahead(attempt: StepAttempt, context: RunContext) -> StepReading | None:
    """What was read when the step before it was verified, where that is fresh and lets it start. Whatever else would
    follow from it may be the passing state that a job leaves behind: None, it is read again."""
    reading, attempt.ahead = attempt.ahead, None
    if reading is None:
        return None
    read = await reading
    fresh = context.clock.steady() - read.at <= READ_AHEAD_S
    foreign = _foreign_jobs(attempt, read.readings.get(_running(attempt.step)))
    starts = isinstance(decide(attempt.step, read.readings, None), Start)
    return read if fresh and starts and not foreign else None


async def _read(attempt: StepAttempt, context: RunContext) -> StepReading | Diagnostic:
    """Once no foreign job runs on the step's host."""
    step = attempt.step
    while True:
        read = await read_step(step, context)
        foreign = _foreign_jobs(attempt, read.readings.get(_running(step)))
        if not foreign:
            return read
        diagnostic = await _await_foreign_jobs(step, foreign, context)
        if diagnostic is not None:
            return diagnostic


def _foreign_jobs(attempt: StepAttempt, reading: AnyReading | None) -> tuple[str, ...]:
    """Jobs that run on its host and were not started by this run: which locks they need is not known."""
    if not isinstance(reading, Known):
        return ()
    jobs: tuple[str, ...] = reading.value
    own, key = set(attempt.jobs.running.values()), job_key(attempt.step.action)
    return tuple(job for job in jobs if job not in own and job.rpartition(".")[0] != key)


async def _await_foreign_jobs(step: Step, jobs: Sequence[str], context: RunContext) -> Diagnostic | None:
    """A launch of an earlier run may have arrived late, or its job could not be read when this run started."""
    for job in jobs:
        context.record(JobAdopted(host=step.action.host, job=job))
        result = await follow_log(
            context.transport,
            step.action.host,
            job,
            clock=context.clock,
            on_line=_ignore_output,
            timeout_s=ADOPTED_TIMEOUT_S,
        )
        diagnostic = unfinished_diagnostic(result, step.action.host, job)
        if diagnostic is not None:
            return diagnostic
    return None


def _ignore_output(_: str) -> None:
    """The output of a foreign job is not this step's."""


async def _attach(attempt: StepAttempt, number: int, context: RunContext) -> StepResult | None:
    """None: it was an earlier run's, ended without what this step ensures, and may be retried: the same work, but not
    necessarily to the same end (another value, a corrected script)."""
    if attempt.sent_attempt is not None:
        return await _await_job(attempt, context)
    context.record(JobAdopted(host=attempt.host, job=job_id(job_key(attempt.step.action), number)))
    _record_start(attempt, number, context)
    result = await _await_job(attempt, context)
    may_retry = attempt.step.action.idempotent and not context.stop.requested
    effect_missing = isinstance(result, StepFailed) and result.diagnostic.disposition == "effect-missing"
    return None if may_retry and effect_missing else result


async def _launch(attempt: StepAttempt, start: Start, read_at: float, context: RunContext) -> StepResult | None:
    """Launched with a start deadline that lies within our lease; None where its host has to be read again."""
    remaining_s = int(attempt.lease.validity.remaining_s(read_at, wall_ahead=wall_ahead_s(context.clock)))
    if remaining_s < 1 or (attempt.sent is not None and context.stop.requested):
        why = diagnose("lease-unconfirmed", where=attempt.host)
        return _wait_or_fail(attempt, why, UNREACHABLE_TIMEOUT_S, context)
    _record_start(attempt, start.number, context)
    deadline = StartDeadline(boot=start.boot, uptime_s=start.uptime_s + remaining_s)
    validity = attempt.lease.validity
    earlier = validity.launch_sent(attempt.job, read_at + remaining_s + UPTIME_ROUNDING_S)
    question = _job_question(attempt, context)
    launched = await launch(context.transport, attempt.host, _job_spec(attempt, deadline, question, context))
    if launched.status in ("started", "exists", "stale"):
        validity.launch_answered(attempt.job, None)
    elif launched.status in ("late", "busy", "torn", "unwritable"):
        validity.launch_answered(attempt.job, earlier)
    match launched.status:
        case "started" | "exists":
            return await _await_job(attempt, context, launched.log, question)
        case "no-answer" | "torn" | "busy" | "late":
            attempt.sent = launched
            return _wait_or_fail(attempt, _launch_diagnostic(attempt, launched), UNREACHABLE_TIMEOUT_S, context)
        case "stale":
            superseded = diagnose("lease-superseded", where=attempt.host, epoch=launched.detail)
            context.stop.stop_because(superseded)
            return StepFailed(step=attempt.step.id, diagnostic=superseded)
        case "unwritable" | "not-started":
            return StepFailed(step=attempt.step.id, diagnostic=_launch_diagnostic(attempt, launched))


def _job_question(attempt: StepAttempt, context: RunContext) -> JobQuestion:
    """Steps of other hosts, or that need to know something of one, are read by themselves. What the others need is read
    last: what this one ensures may show while that is read."""
    ensured = facts_of(attempt.step.action.ensures())
    ahead = tuple(
        step for step in attempt.next_steps.steps() if all(fact.host == attempt.host for fact in _facts_needed(step))
    )
    question = context.question(ensured, (fact for step in ahead for fact in _facts_needed(step)))
    return JobQuestion(question=question, ahead=ahead)


def _record_start(attempt: StepAttempt, number: int, context: RunContext) -> None:
    """Once, and before anything is sent to the host."""
    if attempt.number == number:
        return
    attempt.number, attempt.started_at = number, context.clock.steady()
    context.record(_step_started(attempt))
    attempt.jobs.running[attempt.step.id] = attempt.job
    attempt.jobs.started_steps.append(attempt.step.id)


def _step_started(attempt: StepAttempt) -> StepStarted:
    """With what it is to change, for the report of the run."""
    step = attempt.step
    differing = (compare(expected, attempt.readings) for expected in step.action.ensures())
    changes = (
        f"{fact_id(drift.expected.fact)}: {reading_text(redact_reading(drift.reading))} -> {expected_text(drift)}"
        for drift in differing
        if drift is not None
    )
    return StepStarted(
        step=step.id,
        host=attempt.host,
        job=attempt.job,
        module=step.module,
        section=step.section,
        irreversible=step.action.irreversible,
        changes=tuple(changes),
        restore=step.action.restore_commands(),
        action=kind_of(step.action),
        fields=plain_fields(step.action),
        after=tuple(dependency.step for dependency in step.after),
        locks=step.action.locks,
        outage=step.action.outage,
        estimate_s=step.action.estimate_s,
    )


def _job_spec(attempt: StepAttempt, deadline: StartDeadline, question: JobQuestion, context: RunContext) -> JobSpec:
    action = attempt.step.action
    return job_spec(
        action,
        attempt.job,
        epoch=attempt.lease.epoch,
        start_deadline=deadline,
        run=context.run,
        step=attempt.step.id,
        undo="undo" if context.undoes else action.undo_outcome,
        verification=question.program,
    )


def _wait_or_fail(attempt: StepAttempt, why: Diagnostic, timeout_s: float, context: RunContext) -> StepFailed | None:
    """None: it may still succeed. A launch without an answer outweighs whatever else is wrong by now."""
    now = context.clock.steady()
    since = attempt.waiting_since.setdefault(why.code, now)
    no_answer = attempt.sent is not None and attempt.sent.status == "no-answer"
    if attempt.sent is not None:
        why, timeout_s = _launch_diagnostic(attempt, attempt.sent), UNREACHABLE_TIMEOUT_S
        since = min(attempt.waiting_since.values())
    if context.stop.requested:
        timeout_s = TTL_S if no_answer else 0.0
    return StepFailed(step=attempt.step.id, diagnostic=why) if now - since >= timeout_s else None


def _launch_diagnostic(attempt: StepAttempt, sent: LaunchResult) -> Diagnostic:
    if sent.status == "no-answer":
        return diagnose("job-launch-unconfirmed", where=attempt.host, job=attempt.job)
    return diagnose("job-not-started", where=attempt.host, job=attempt.job, how=f"{sent.status} {sent.detail}".strip())


async def _await_job(
    attempt: StepAttempt, context: RunContext, first: LogChunk | None = None, question: JobQuestion | None = None
) -> StepResult:
    """`first`, `question`: what the launch answered, and what it was to ask once the job had ended."""
    question = question or _job_question(attempt, context)
    step, log = attempt.step, JobLog(step=attempt.step.id, emit=context.record)
    result = await follow_log(
        context.transport,
        attempt.host,
        attempt.job,
        clock=context.clock,
        on_line=log.add,
        timeout_s=step.action.deadline_s,
        first=first,
        verification=question.program,
    )
    read = None if question.question is None else question.question.readings(result.answer)
    if read is not None:
        for following in question.ahead:
            readings = {fact: read[fact] for fact in _facts_needed(following)}
            attempt.next_steps.receive(following, StepReading(readings=readings, at=context.clock.steady()))
    elif result.state not in ("overdue", "no-answer"):
        attempt.next_steps.read_ahead()
    return await _verify(attempt, result, read, tuple(log.tail), context)


async def _verify(
    attempt: StepAttempt, job: JobResult, read: Readings | None, tail: tuple[str, ...], context: RunContext
) -> StepResult:
    """Facts decide, and are given their time. `read`: by the command that saw the job end."""
    step, host = attempt.step, attempt.host
    if job.state == "overdue":
        late = diagnose("job-overdue", where=host, job=attempt.job, seconds=f"{step.action.deadline_s:g}")
        return StepFailed(step=step.id, diagnostic=late, tail=tail)
    if job.state == "no-answer":
        unconfirmed = diagnose("job-launch-unconfirmed", where=host, job=attempt.job)
        return StepFailed(step=step.id, diagnostic=unconfirmed, tail=tail)
    missing = await _await_effects(attempt, job, read, context)
    if missing:
        return StepFailed(step=step.id, diagnostic=_effects_missing(attempt, job, missing), tail=tail)
    if not step.action.idempotent:
        await mark_verified(context.transport, host, attempt.job)
    seconds = context.clock.steady() - attempt.started_at
    return StepDone(step=step.id, seconds=seconds, exit_status=job.exit_status, attempt=attempt.number)


async def _await_effects(
    attempt: StepAttempt, job: JobResult, read: Readings | None, context: RunContext
) -> tuple[AnyDrift, ...]:
    """What it ensures and does not hold in time: nothing, as a rule, at the first reading. The exit status only decides
    how long it is waited for."""
    ensured = attempt.step.action.ensures()
    grace_s = attempt.step.action.effects_timeout_s
    if job.exit_status != 0:
        grace_s = min(FAILED_COMMAND_GRACE_S, grace_s)
    started_at, interval_s = context.clock.steady(), VERIFY_INTERVAL_S[0]
    while True:
        readings = (await context.gather(facts_of(ensured))).readings if read is None else read
        drifts = (drift for expected in ensured if (drift := compare(expected, readings)) is not None)
        missing = tuple(drift for drift in drifts if not is_plan_input(drift))
        unreachable = any(is_unreachable(drift.reading) for drift in missing)
        if not missing or context.clock.steady() >= started_at + (UNREACHABLE_TIMEOUT_S if unreachable else grace_s):
            return missing
        attempt.next_steps.discard()
        read = None
        await context.clock.sleep(interval_s)
        interval_s = min(interval_s * 1.5, VERIFY_INTERVAL_S[1])


def _effects_missing(attempt: StepAttempt, job: JobResult, missing: Sequence[AnyDrift]) -> Diagnostic:
    action, where = attempt.step.action, attempt.host
    if job.state in ("vanished", "never"):
        return diagnose("job-cut-off" if action.idempotent else "job-vanished", where=where, job=attempt.job)
    facts = "; ".join(
        f"{fact_id(drift.expected.fact)}: {expected_text(drift)} / {reading_text(drift.reading)}" for drift in missing
    )
    explained = action.explain_failure(missing)
    return explained or diagnose("step-not-verified", where=where, job=attempt.job, rc=job.exit_status, facts=facts)


async def _refuse_repeat(step: Step, why: Diagnostic, context: RunContext) -> StepFailed:
    """It was attempted before, and what it ensures does not hold: reported with the tail of that attempt's log."""
    log = JobLog(step=step.id, emit=context.record, emitted=MAX_LOG_EVENTS)
    job = dict(why.fields).get("job")
    if job is not None:
        await follow_log(
            context.transport,
            step.action.host,
            job,
            clock=context.clock,
            on_line=log.add,
            timeout_s=step.action.deadline_s,
        )
    return StepFailed(step=step.id, diagnostic=why, tail=tuple(log.tail))
