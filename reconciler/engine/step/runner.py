"""Carry out one step: look, start it or find it started, follow it, look again.

The outcome comes from facts. An exit status is only told beside it: the vendor's scripts end with 0 after failures and
with others after success. Everything that can go wrong is a returned `StepFailed`; only a journal that cannot be
written is raised.
"""

from collections.abc import Sequence

from probes.fact import AnyReading, Known, Readings
from probes.job import JobsRunning
from reconciler.core.approval import awaits
from reconciler.core.events import JobAdopted, StepAwaited, StepFailed, StepLeft, StepSkipped, StepStarted
from reconciler.core.identity import job_id, job_key
from reconciler.core.plan import Step
from reconciler.engine.assess import facts_of
from reconciler.engine.clock import ahead
from reconciler.engine.jobs.adopt import ADOPTED_DEADLINE_S, left_alone
from reconciler.engine.jobs.client import BACKOFF_S, LOST_S, Launched, Order, Until, follow, launch, order_for
from reconciler.engine.lease import TTL_S
from reconciler.engine.step.context import TOLD, Course, Ended, Log, Means
from reconciler.engine.step.decision import Begin, Follow, Leave, Never, Skip, Wait, attempts, stand, uptime
from reconciler.engine.step.verification import outcome
from specs.diagnostic import Diagnostic, diagnose

RUNS_ON = {"job-overdue", "job-unheard", "job-not-started"}
"""Failures of a step whose job goes on, or may do so."""


IN_VAIN = frozenset({"step-not-seen", "job-cut-off"})
"""Over, and what it was for is not there."""


async def carry_out(step: Step, means: Means) -> Ended:
    ended = await _on_its_way(Course(step=step), means)
    if not (isinstance(ended, StepFailed) and ended.diagnostic.code in RUNS_ON):
        means.running.pop(step.id, None)
    return ended


async def _on_its_way(course: Course, means: Means) -> Ended:
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
                ended = await _followed(course, number, means)
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


def _held(course: Course, why: Diagnostic, patience_s: float, means: Means) -> StepFailed | None:
    """None: it may still come right. A launch that nobody heard outweighs whatever else is wrong by now."""
    now = means.clock.steady()
    since = course.held.setdefault(why.code, now)
    unheard = course.sent is not None and course.sent.how == "unheard"
    if course.sent is not None:
        why, patience_s, since = _unanswered(course, course.sent), LOST_S, min(course.held.values())
    if means.stop.asked:
        patience_s = TTL_S if unheard else 0.0
    return StepFailed(step=course.step.id, diagnostic=why) if now - since >= patience_s else None


def _unanswered(course: Course, sent: Launched) -> Diagnostic:
    if sent.how == "unheard":
        return diagnose("job-unheard", where=course.host, job=course.job)
    return diagnose("job-not-started", where=course.host, job=course.job, how=f"{sent.how} {sent.detail}".strip())


async def _begun(course: Course, begin: Begin, came: float, means: Means) -> Ended | None:
    """Sent with a limit that lies within our lease; None where it has to be looked at again."""
    left = int(means.term.left(came, ahead=ahead(means.clock)))
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


async def _followed(course: Course, number: int, means: Means) -> Ended | None:
    """None: it was an earlier run's, ended without what this step ensures, and may be begun once more: the same work,
    but not necessarily to the same end (another value, a corrected script)."""
    if course.ordered is not None:
        return await _watched(course, means)
    means.tell(JobAdopted(host=course.host, job=job_id(job_key(course.step.action), number)))
    _announced(course, number, means)
    ended = await _watched(course, means)
    again = course.step.action.idempotent and not means.stop.asked
    return None if again and isinstance(ended, StepFailed) and ended.diagnostic.code in IN_VAIN else ended


def _announced(course: Course, number: int, means: Means) -> None:
    """Once, and before anything leaves for the host."""
    if course.number == number:
        return
    course.number, course.began = number, means.clock.steady()
    means.tell(StepStarted(step=course.step.id, host=course.host, job=course.job))
    means.running[course.step.id] = course.job
    means.started.append(course.step.id)


def _order(course: Course, until: Until, means: Means) -> Order:
    step, undo = course.step, "undo" if means.undoes else course.step.action.undo
    return order_for(step.action, course.job, epoch=means.epoch, until=until, run=means.run, step=step.id, undo=undo)


async def _watched(course: Course, means: Means) -> Ended:
    step, log = course.step, Log(step=course.step.id, tell=means.tell)
    followed = await follow(
        means.transport, course.host, course.job, clock=means.clock, heard=log.hear, deadline_s=step.action.deadline_s
    )
    return await outcome(course, followed, tuple(log.tail), means)


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
    log = Log(step=step.id, tell=means.tell, told=TOLD)
    job = dict(why.fields).get("job")
    if job is not None:
        await follow(
            means.transport, step.action.host, job, clock=means.clock, heard=log.hear, deadline_s=step.action.deadline_s
        )
    return StepFailed(step=step.id, diagnostic=why, tail=tuple(log.tail))
