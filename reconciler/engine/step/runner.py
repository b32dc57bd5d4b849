"""Carry out one step: look, start it or find it started, follow it, look again.

The outcome comes from facts. An exit status is only told beside it: the vendor's scripts end with 0 after failures and
with others after success. Everything that can go wrong is a returned `StepFailed`; only a journal that cannot be
written is raised.
"""

from collections.abc import Sequence

from probes.fact import AnyReading, Known, Readings
from probes.job import JobsRunning
from reconciler.core.approval import human_action_needed
from reconciler.core.events import JobAdopted, StepDeferred, StepFailed, StepNeedsHuman, StepSkipped, StepStarted
from reconciler.core.identity import job_id, job_key
from reconciler.core.plan import Step
from reconciler.engine.assess import facts_of
from reconciler.engine.clock import ahead
from reconciler.engine.jobs.adopt import ADOPTED_DEADLINE_S, unfinished_reason
from reconciler.engine.jobs.client import (
    BACKOFF_S,
    UNREACHABLE_TIMEOUT_S,
    JobSpec,
    LaunchResult,
    StartDeadline,
    follow_log,
    job_spec,
    launch,
)
from reconciler.engine.lease import TTL_S
from reconciler.engine.step.context import MAX_LOG_EVENTS, JobLog, StepAttempt, StepContext, StepResult
from reconciler.engine.step.decision import (
    Attach,
    Defer,
    RefuseRepeat,
    Skip,
    Start,
    Wait,
    attempts_fact,
    decide,
    uptime_fact,
)
from reconciler.engine.step.verification import verify_effects
from specs.diagnostic import Diagnostic, diagnose

JOB_MAY_STILL_RUN = {"job-overdue", "job-launch-unconfirmed", "job-not-started"}
"""Failures of a step whose job goes on, or may do so."""


EFFECT_MISSING = frozenset({"step-not-verified", "job-cut-off"})
"""Over, and what it was for is not there."""


async def run_step(step: Step, context: StepContext) -> StepResult:
    ended = await _attempt_until_settled(StepAttempt(step=step), context)
    if not (isinstance(ended, StepFailed) and ended.diagnostic.code in JOB_MAY_STILL_RUN):
        context.running.pop(step.id, None)
    return ended


async def _attempt_until_settled(attempt: StepAttempt, context: StepContext) -> StepResult:
    """Look, and begin; and look again, before anything is sent once more, where that came to nothing for a moment."""
    step = attempt.step
    while True:
        readings = await _read(step, context)
        if isinstance(readings, Diagnostic):
            return StepFailed(step=step.id, diagnostic=readings)
        came = context.clock.steady()
        match decide(step, readings, attempt.sent_attempt):
            case Skip():
                return StepSkipped(step=step.id)
            case Defer(fact=fact):
                return StepDeferred(step=step.id, fact=fact)
            case RefuseRepeat(why=why):
                return await _refuse_repeat(step, why, context)
            case Attach(number=number):
                ended = await _attach(attempt, number, context)
            case Start() as begin:
                diagnostic = human_action_needed(step, context.approved)
                if diagnostic is not None:
                    return StepNeedsHuman(step=step.id, diagnostic=diagnostic)
                ended = await _launch(attempt, begin, came, context)
            case Wait(why=why, timeout_s=patience):
                ended = _wait_or_fail(attempt, why, patience, context)
        if ended is not None:
            return ended
        await context.clock.sleep(BACKOFF_S[min(attempt.tries, len(BACKOFF_S) - 1)])
        attempt.tries += 1


def _wait_or_fail(attempt: StepAttempt, why: Diagnostic, patience_s: float, context: StepContext) -> StepFailed | None:
    """None: it may still come right. A launch that nobody heard outweighs whatever else is wrong by now."""
    now = context.clock.steady()
    since = attempt.waiting_since.setdefault(why.code, now)
    unheard = attempt.sent is not None and attempt.sent.how == "unheard"
    if attempt.sent is not None:
        why, patience_s, since = (
            _launch_diagnostic(attempt, attempt.sent),
            UNREACHABLE_TIMEOUT_S,
            min(attempt.waiting_since.values()),
        )
    if context.stop.requested:
        patience_s = TTL_S if unheard else 0.0
    return StepFailed(step=attempt.step.id, diagnostic=why) if now - since >= patience_s else None


def _launch_diagnostic(attempt: StepAttempt, sent: LaunchResult) -> Diagnostic:
    if sent.how == "unheard":
        return diagnose("job-launch-unconfirmed", where=attempt.host, job=attempt.job)
    return diagnose("job-not-started", where=attempt.host, job=attempt.job, how=f"{sent.how} {sent.detail}".strip())


async def _launch(attempt: StepAttempt, begin: Start, came: float, context: StepContext) -> StepResult | None:
    """Sent with a limit that lies within our lease; None where it has to be looked at again."""
    left = int(context.validity.left(came, ahead=ahead(context.clock)))
    if left < 1 or (attempt.sent is not None and context.stop.requested):
        late = diagnose("lease-unconfirmed", where=attempt.host)
        return _wait_or_fail(attempt, late, UNREACHABLE_TIMEOUT_S, context)
    _record_start(attempt, begin.number, context)
    until = StartDeadline(boot=begin.boot, uptime_s=begin.uptime_s + left)
    launched = await launch(context.transport, attempt.host, _job_spec(attempt, until, context))
    match launched.how:
        case "started" | "exists":
            return await _await_job(attempt, context)
        case "unheard" | "torn" | "busy" | "late":
            attempt.sent = launched
            return _wait_or_fail(attempt, _launch_diagnostic(attempt, launched), UNREACHABLE_TIMEOUT_S, context)
        case "stale":
            overtaken = diagnose("lease-superseded", where=attempt.host, epoch=launched.detail)
            context.stop.stop_because(overtaken)
            return StepFailed(step=attempt.step.id, diagnostic=overtaken)
        case "unwritable" | "not-started":
            return StepFailed(step=attempt.step.id, diagnostic=_launch_diagnostic(attempt, launched))


async def _attach(attempt: StepAttempt, number: int, context: StepContext) -> StepResult | None:
    """None: it was an earlier run's, ended without what this step ensures, and may be begun once more: the same work,
    but not necessarily to the same end (another value, a corrected script)."""
    if attempt.sent_attempt is not None:
        return await _await_job(attempt, context)
    context.emit(JobAdopted(host=attempt.host, job=job_id(job_key(attempt.step.action), number)))
    _record_start(attempt, number, context)
    ended = await _await_job(attempt, context)
    again = attempt.step.action.idempotent and not context.stop.requested
    return None if again and isinstance(ended, StepFailed) and ended.diagnostic.code in EFFECT_MISSING else ended


def _record_start(attempt: StepAttempt, number: int, context: StepContext) -> None:
    """Once, and before anything leaves for the host."""
    if attempt.number == number:
        return
    attempt.number, attempt.began = number, context.clock.steady()
    context.emit(StepStarted(step=attempt.step.id, host=attempt.host, job=attempt.job))
    context.running[attempt.step.id] = attempt.job
    context.started.append(attempt.step.id)


def _job_spec(attempt: StepAttempt, until: StartDeadline, context: StepContext) -> JobSpec:
    step, undo = attempt.step, "undo" if context.undoes else attempt.step.action.undo_outcome
    return job_spec(
        step.action, attempt.job, epoch=context.epoch, until=until, run=context.run, step=step.id, undo=undo
    )


async def _await_job(attempt: StepAttempt, context: StepContext) -> StepResult:
    step, log = attempt.step, JobLog(step=attempt.step.id, emit=context.emit)
    followed = await follow_log(
        context.transport,
        attempt.host,
        attempt.job,
        clock=context.clock,
        on_line=log.add,
        deadline_s=step.action.deadline_s,
    )
    return await verify_effects(attempt, followed, tuple(log.tail), context)


async def _read(step: Step, context: StepContext) -> Readings | Diagnostic:
    """All it rests on, once nobody else's job runs on its host."""
    running = JobsRunning(host=step.action.host)
    facts = (*facts_of((*step.action.ensures(), *step.requires)), attempts_fact(step), uptime_fact(step), running)
    while True:
        readings = (await context.gather(facts)).readings
        others = _foreign_jobs(step, readings.get(running), context)
        if not others:
            return readings
        diagnostic = await _await_foreign_jobs(step, others, context)
        if diagnostic is not None:
            return diagnostic


def _foreign_jobs(step: Step, reading: AnyReading | None, context: StepContext) -> tuple[str, ...]:
    """Jobs that run on its host and were not started by this run: nothing is known of what they share with it."""
    if not isinstance(reading, Known):
        return ()
    jobs: tuple[str, ...] = reading.value
    ours = set(context.running.values())
    return tuple(job for job in jobs if job not in ours and job.rpartition(".")[0] != job_key(step.action))


async def _await_foreign_jobs(step: Step, jobs: Sequence[str], context: StepContext) -> Diagnostic | None:
    """A launch of an earlier run may have come late, or nobody could see its job when this run began."""
    for job in jobs:
        context.emit(JobAdopted(host=step.action.host, job=job))
        followed = await follow_log(
            context.transport,
            step.action.host,
            job,
            clock=context.clock,
            on_line=_ignore_output,
            deadline_s=ADOPTED_DEADLINE_S,
        )
        diagnostic = unfinished_reason(followed, step.action.host, job)
        if diagnostic is not None:
            return diagnostic
    return None


def _ignore_output(_: str) -> None:
    """What somebody else's job prints is no output of this step."""


async def _refuse_repeat(step: Step, why: Diagnostic, context: StepContext) -> StepFailed:
    """It was tried before, and what it ensures has not come true since: the evidence is told."""
    log = JobLog(step=step.id, emit=context.emit, emitted=MAX_LOG_EVENTS)
    job = dict(why.fields).get("job")
    if job is not None:
        await follow_log(
            context.transport,
            step.action.host,
            job,
            clock=context.clock,
            on_line=log.add,
            deadline_s=step.action.deadline_s,
        )
    return StepFailed(step=step.id, diagnostic=why, tail=tuple(log.tail))
