"""Apply: look, decide, do, and look again, until nothing is left to do or nothing more can be done.

Reading comes first and costs nothing: a converged cluster is left without a single write, lease included. What the
gates and the person have to say is asked before the lease is taken, so that nobody holds it over a question. What is
believed at the end comes from a last look, never from what was done.
"""

import asyncio

from probes.fact import AnyExpected
from reconciler.core.diff import judge
from reconciler.core.events import ApprovalGiven, Event, RunEnded, RunHalted, RunStarted
from reconciler.core.plan import Plan
from reconciler.engine import approvals, pause
from reconciler.engine.assess import Studied, facts_of, study
from reconciler.engine.executor import Outcome, execute
from reconciler.engine.jobs.adopt import adopt, running_jobs
from reconciler.engine.lease import Lease, Term, keep, raise_fences, release
from reconciler.engine.lease_acquisition import take_in_turn
from reconciler.engine.preflight import refusal, step_ids
from reconciler.engine.run import Applied, Course, Undertaking, Verdict, asked_of, judged, nothing_to_start
from specs.diagnostic import Diagnostic, Troubled

__all__ = ["Applied", "Undertaking", "Verdict", "apply"]

ROUNDS = 5
FOLLOW_S, FOLLOW_POLL_S = 60.0, 2.0
"""How long what follows from the steps is waited for, and how often it is looked at."""
SETTLE_S = 10.0
"""The same where there are no steps: enough for what has only just been started, and short for who waits to be told."""


async def apply(work: Undertaking) -> Applied:
    """Every expected trouble is in what it returns."""
    began = work.clock.steady()
    course = Course(studied=await _at_rest(work), began=began)
    running = await running_jobs(work.look, work.hosts)
    if not running:
        course.refused = await refusal(work, course)
        if course.refused or nothing_to_start(work, course.studied):
            return _applied(work, course)
    try:
        lease = await _fenced(work)
    except Troubled as trouble:
        course.refused = trouble.diagnostics
        return _applied(work, course)
    await _under(lease, work, course)
    return _applied(work, course)


async def _at_rest(work: Undertaking) -> Studied:
    """A look; and a second one where nothing is to be done but something is in between, once it had its seconds."""
    studied = await study(work.look, work.expected, work.decide, work.grounds)
    coming = [] if studied.plan.steps else _coming(studied.plan)
    if not coming:
        return studied
    await _until_right(work, coming, SETTLE_S)
    return await study(work.look, work.expected, work.decide, work.grounds)


async def _fenced(work: Undertaking) -> Lease:
    """The lease, and its epoch known on every host that answers."""
    lease = await _take(work, 0)
    overtaken = await _ahead(work, lease)
    if overtaken:
        lease = await _take(work, max(int(dict(trouble.fields)["epoch"]) for trouble in overtaken))
        overtaken = await _ahead(work, lease)
    if overtaken:
        await release(work.transport, lease)
        raise Troubled(*overtaken)
    return lease


async def _take(work: Undertaking, floor: int) -> Lease:
    return await take_in_turn(
        work.transport,
        work.controller,
        run=work.run,
        user=work.user,
        source=work.source,
        floor=floor,
        clock=work.clock,
        stop=work.stop,
        emit=work.emit,
    )


async def _ahead(work: Undertaking, lease: Lease) -> tuple[Diagnostic, ...]:
    troubles = await raise_fences(work.transport, work.hosts, lease.epoch)
    return tuple(trouble for trouble in troubles if trouble.code == "lease-overtaken")


async def _under(lease: Lease, work: Undertaking, course: Course) -> None:
    """Everything that writes, while the lease is kept by a task beside it."""
    term = Term()
    try:
        async with asyncio.TaskGroup() as group:
            keeper = group.create_task(keep(work.transport, lease, term, clock=work.clock, stop=work.stop))
            watcher = group.create_task(pause.watch(work.look, work.controller, clock=work.clock, stop=work.stop))
            teller = group.create_task(_says_that_it_halts(work))
            await _told(lease, term, work, course)
            for task in (keeper, watcher, teller):
                task.cancel()
    finally:
        await release(work.transport, lease)


async def _says_that_it_halts(work: Undertaking) -> None:
    """At once: what is in flight may take long, and nobody should wonder why nothing else is begun."""
    await work.stop.halted.wait()
    if work.stop.why is not None:
        work.emit(RunHalted(diagnostic=work.stop.why))


async def _told(lease: Lease, term: Term, work: Undertaking, course: Course) -> None:
    """Trouble is noted, not raised: in a group it would come out as something else."""
    try:
        _tell(work, RunStarted(run=work.run, epoch=lease.epoch, steps=step_ids(course.studied.plan)))
        await _approved(work)
        await _rounds(lease, term, work, course)
        _tell(work, _ended(work, course))
    except Troubled as trouble:
        course.troubles.extend(trouble.diagnostics)


async def _approved(work: Undertaking) -> None:
    """Who agreed to what is written down twice: here, and on the controller for whoever comes after."""
    for gate in sorted(work.approved):
        _tell(work, ApprovalGiven(gate=gate, user=work.user, source=work.source))
        who = f"{work.user}@{work.source}"
        await approvals.record(work.transport, work.controller, gate=gate, who=who, run=work.run)


def _tell(work: Undertaking, event: Event) -> None:
    work.journal.write(event)
    work.emit(event)


async def _rounds(lease: Lease, term: Term, work: Undertaking, course: Course) -> None:
    for _ in range(ROUNDS):
        await _adopted(work, course)
        await _seen(work, course)
        if course.troubles or work.stop.asked:
            return
        course.refused = await refusal(work, course)
        if course.refused or nothing_to_start(work, course.studied):
            return
        outcome = await _executed(lease, term, work, course.studied.plan)
        course.outcomes.append(outcome)
        course.begun = course.begun or bool(outcome.started and work.concerned(course.studied.plan))
        await _come_right(work, course.studied.plan, outcome)
        course.troubles.extend(outcome.troubles)
        if outcome.failed or work.stop.asked or not (outcome.done or outcome.skipped or outcome.outdated):
            break
    if not work.stop.now.is_set():
        await _seen(work, course)


async def _seen(work: Undertaking, course: Course) -> None:
    """A look; and what a step disturbed, which may be noticed only after the last one, is given its time as well."""
    course.studied = await study(work.look, work.expected, work.decide, work.grounds)
    plan = course.studied.plan
    if course.outcomes and _coming(plan) and not plan.steps:
        await _come_right(work, plan, course.outcomes[-1])
        course.studied = await study(work.look, work.expected, work.decide, work.grounds)


async def _come_right(work: Undertaking, plan: Plan, outcome: Outcome) -> None:
    """What has no step of its own takes its time: consul looks at a service every ten seconds or so."""
    if outcome.done and not (outcome.failed or outcome.outdated):
        await _until_right(work, _coming(plan), FOLLOW_S)


async def _until_right(work: Undertaking, wishes: list[AnyExpected], patience_s: float) -> None:
    until = work.clock.steady() + patience_s
    while wishes and work.clock.steady() < until and not work.stop.asked:
        readings = (await work.look(facts_of(wishes))).readings
        wishes = [wish for wish in wishes if judge(wish, readings) is not None]
        if wishes:
            await work.clock.sleep(FOLLOW_POLL_S)


def _coming(plan: Plan) -> list[AnyExpected]:
    """What has no step and may come right all the same."""
    settling = (blocked.expected for blocked in plan.blocked if blocked.settling)
    return [*(follow.expected for follow in plan.follows), *settling]


async def _adopted(work: Undertaking, course: Course) -> None:
    jobs = await running_jobs(work.look, work.hosts)
    if not jobs:
        return

    def tell(event: Event) -> None:
        _tell(work, event)

    course.troubles.extend(await adopt(work.transport, jobs, clock=work.clock, tell=tell, stop=work.stop))


async def _executed(lease: Lease, term: Term, work: Undertaking, plan: Plan) -> Outcome:
    return await execute(
        plan,
        transport=work.transport,
        look=work.look,
        journal=work.journal,
        epoch=lease.epoch,
        term=term,
        run=work.run,
        undoes=work.undoes,
        emit=work.emit,
        stop=work.stop,
        approved=work.approved,
        parallel=work.parallel,
        clock=work.clock,
    )


def _ended(work: Undertaking, course: Course) -> RunEnded:
    word, _ = judged(work, course)
    seconds = work.clock.steady() - course.began
    told = "differs" if word == "waiting" else word
    return RunEnded(verdict=told, done=course.done, failed=len(course.failed), seconds=seconds)


def _applied(work: Undertaking, course: Course) -> Applied:
    word, code = judged(work, course)
    why = (work.stop.why,) if work.stop.why is not None else ()
    return Applied(
        verdict=word,
        exit_code=code,
        studied=course.studied,
        diagnostics=tuple(dict.fromkeys((*why, *course.refused, *course.troubles, *asked_of(work, course.studied)))),
        outcomes=tuple(course.outcomes),
    )
