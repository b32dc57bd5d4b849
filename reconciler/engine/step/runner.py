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


async def run_step(step: Step, means: StepContext) -> StepResult:
    ended = await _attempt_until_settled(StepAttempt(step=step), means)
    if not (isinstance(ended, StepFailed) and ended.diagnostic.code in JOB_MAY_STILL_RUN):
        means.running.pop(step.id, None)
    return ended


async def _attempt_until_settled(course: StepAttempt, means: StepContext) -> StepResult:
    """Look, and begin; and look again, before anything is sent once more, where that came to nothing for a moment."""
    step = course.step
    while True:
        seen = await _read(step, means)
        if isinstance(seen, Diagnostic):
            return StepFailed(step=step.id, diagnostic=seen)
        came = means.clock.steady()
        match decide(step, seen, course.sent_attempt):
            case Skip():
                return StepSkipped(step=step.id)
            case Defer(fact=fact):
                return StepDeferred(step=step.id, fact=fact)
            case RefuseRepeat(why=why):
                return await _refuse_repeat(step, why, means)
            case Attach(number=number):
                ended = await _attach(course, number, means)
            case Start() as begin:
                asked = human_action_needed(step, means.approved)
                if asked is not None:
                    return StepNeedsHuman(step=step.id, diagnostic=asked)
                ended = await _launch(course, begin, came, means)
            case Wait(why=why, timeout_s=patience):
                ended = _wait_or_fail(course, why, patience, means)
        if ended is not None:
            return ended
        await means.clock.sleep(BACKOFF_S[min(course.tries, len(BACKOFF_S) - 1)])
        course.tries += 1


def _wait_or_fail(course: StepAttempt, why: Diagnostic, patience_s: float, means: StepContext) -> StepFailed | None:
    """None: it may still come right. A launch that nobody heard outweighs whatever else is wrong by now."""
    now = means.clock.steady()
    since = course.waiting_since.setdefault(why.code, now)
    unheard = course.sent is not None and course.sent.how == "unheard"
    if course.sent is not None:
        why, patience_s, since = (
            _launch_diagnostic(course, course.sent),
            UNREACHABLE_TIMEOUT_S,
            min(course.waiting_since.values()),
        )
    if means.stop.requested:
        patience_s = TTL_S if unheard else 0.0
    return StepFailed(step=course.step.id, diagnostic=why) if now - since >= patience_s else None


def _launch_diagnostic(course: StepAttempt, sent: LaunchResult) -> Diagnostic:
    if sent.how == "unheard":
        return diagnose("job-launch-unconfirmed", where=course.host, job=course.job)
    return diagnose("job-not-started", where=course.host, job=course.job, how=f"{sent.how} {sent.detail}".strip())


async def _launch(course: StepAttempt, begin: Start, came: float, means: StepContext) -> StepResult | None:
    """Sent with a limit that lies within our lease; None where it has to be looked at again."""
    left = int(means.validity.left(came, ahead=ahead(means.clock)))
    if left < 1 or (course.sent is not None and means.stop.requested):
        late = diagnose("lease-unconfirmed", where=course.host)
        return _wait_or_fail(course, late, UNREACHABLE_TIMEOUT_S, means)
    _record_start(course, begin.number, means)
    until = StartDeadline(boot=begin.boot, uptime_s=begin.uptime_s + left)
    launched = await launch(means.transport, course.host, _job_spec(course, until, means))
    match launched.how:
        case "started" | "exists":
            return await _await_job(course, means)
        case "unheard" | "torn" | "busy" | "late":
            course.sent = launched
            return _wait_or_fail(course, _launch_diagnostic(course, launched), UNREACHABLE_TIMEOUT_S, means)
        case "stale":
            overtaken = diagnose("lease-superseded", where=course.host, epoch=launched.detail)
            means.stop.stop_because(overtaken)
            return StepFailed(step=course.step.id, diagnostic=overtaken)
        case "unwritable" | "not-started":
            return StepFailed(step=course.step.id, diagnostic=_launch_diagnostic(course, launched))


async def _attach(course: StepAttempt, number: int, means: StepContext) -> StepResult | None:
    """None: it was an earlier run's, ended without what this step ensures, and may be begun once more: the same work,
    but not necessarily to the same end (another value, a corrected script)."""
    if course.sent_attempt is not None:
        return await _await_job(course, means)
    means.emit(JobAdopted(host=course.host, job=job_id(job_key(course.step.action), number)))
    _record_start(course, number, means)
    ended = await _await_job(course, means)
    again = course.step.action.idempotent and not means.stop.requested
    return None if again and isinstance(ended, StepFailed) and ended.diagnostic.code in EFFECT_MISSING else ended


def _record_start(course: StepAttempt, number: int, means: StepContext) -> None:
    """Once, and before anything leaves for the host."""
    if course.number == number:
        return
    course.number, course.began = number, means.clock.steady()
    means.emit(StepStarted(step=course.step.id, host=course.host, job=course.job))
    means.running[course.step.id] = course.job
    means.started.append(course.step.id)


def _job_spec(course: StepAttempt, until: StartDeadline, means: StepContext) -> JobSpec:
    step, undo = course.step, "undo" if means.undoes else course.step.action.undo
    return job_spec(step.action, course.job, epoch=means.epoch, until=until, run=means.run, step=step.id, undo=undo)


async def _await_job(course: StepAttempt, means: StepContext) -> StepResult:
    step, log = course.step, JobLog(step=course.step.id, emit=means.emit)
    followed = await follow_log(
        means.transport, course.host, course.job, clock=means.clock, on_line=log.add, deadline_s=step.action.deadline_s
    )
    return await verify_effects(course, followed, tuple(log.tail), means)


async def _read(step: Step, means: StepContext) -> Readings | Diagnostic:
    """All it rests on, once nobody else's job runs on its host."""
    running = JobsRunning(host=step.action.host)
    facts = (*facts_of((*step.action.ensures(), *step.requires)), attempts_fact(step), uptime_fact(step), running)
    while True:
        seen = (await means.gather(facts)).readings
        others = _foreign_jobs(step, seen.get(running), means)
        if not others:
            return seen
        stuck = await _await_foreign_jobs(step, others, means)
        if stuck is not None:
            return stuck


def _foreign_jobs(step: Step, reading: AnyReading | None, means: StepContext) -> tuple[str, ...]:
    """Jobs that run on its host and were not started by this run: nothing is known of what they share with it."""
    if not isinstance(reading, Known):
        return ()
    jobs: tuple[str, ...] = reading.value
    ours = set(means.running.values())
    return tuple(job for job in jobs if job not in ours and job.rpartition(".")[0] != job_key(step.action))


async def _await_foreign_jobs(step: Step, jobs: Sequence[str], means: StepContext) -> Diagnostic | None:
    """A launch of an earlier run may have come late, or nobody could see its job when this run began."""
    for job in jobs:
        means.emit(JobAdopted(host=step.action.host, job=job))
        followed = await follow_log(
            means.transport,
            step.action.host,
            job,
            clock=means.clock,
            on_line=_ignore_output,
            deadline_s=ADOPTED_DEADLINE_S,
        )
        trouble = unfinished_reason(followed, step.action.host, job)
        if trouble is not None:
            return trouble
    return None


def _ignore_output(_: str) -> None:
    """What somebody else's job prints is no output of this step."""


async def _refuse_repeat(step: Step, why: Diagnostic, means: StepContext) -> StepFailed:
    """It was tried before, and what it ensures has not come true since: the evidence is told."""
    log = JobLog(step=step.id, emit=means.emit, emitted=MAX_LOG_EVENTS)
    job = dict(why.fields).get("job")
    if job is not None:
        await follow_log(
            means.transport,
            step.action.host,
            job,
            clock=means.clock,
            on_line=log.add,
            deadline_s=step.action.deadline_s,
        )
    return StepFailed(step=step.id, diagnostic=why, tail=tuple(log.tail))
