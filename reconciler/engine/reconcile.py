"""Apply: look, decide, do, and look again, until nothing is left to do or nothing more can be done.

Reading comes first and costs nothing: a converged cluster is left without a single write, lease included. What the
gates and the person have to say is asked before the lease is taken, so that nobody holds it over a question. What is
believed at the end comes from a last look, never from what was done.
"""

import asyncio

from probes.fact import AnyExpected
from reconciler.core.diff import compare
from reconciler.core.events import ApprovalGiven, Event, RunEnded, RunHalted, RunStarted
from reconciler.core.plan import Plan
from reconciler.engine import approvals, pause
from reconciler.engine.assess import Assessment, assess, facts_of
from reconciler.engine.executor import ExecutionResult, execute
from reconciler.engine.jobs.adopt import adopt, running_jobs
from reconciler.engine.lease import Lease, LeaseValidity, publish_epoch, release, renew_until_cancelled
from reconciler.engine.lease_acquisition import acquire
from reconciler.engine.preflight import preflight, step_ids
from reconciler.engine.run import RunContext, RunResult, RunState, Verdict, conclude, nothing_to_start, open_questions
from specs.diagnostic import BkrecError, Diagnostic

__all__ = ["RunContext", "RunResult", "Verdict", "reconcile"]

MAX_ROUNDS = 5
FOLLOW_S, FOLLOW_POLL_S = 60.0, 2.0
"""How long what follows from the steps is waited for, and how often it is looked at."""
STARTUP_GRACE_S = 10.0
"""The same where there are no steps: enough for what has only just been started, and short for who waits to be told."""


async def reconcile(work: RunContext) -> RunResult:
    """Every expected trouble is in what it returns."""
    began = work.clock.steady()
    course = RunState(assessment=await _initial_assessment(work), began=began)
    running = await running_jobs(work.gather, work.hosts)
    if not running:
        course.refused = await preflight(work, course)
        if course.refused or nothing_to_start(work, course.assessment):
            return _applied(work, course)
    try:
        lease = await _acquire_fenced_lease(work)
    except BkrecError as trouble:
        course.refused = trouble.diagnostics
        return _applied(work, course)
    await _with_lease(lease, work, course)
    return _applied(work, course)


async def _initial_assessment(work: RunContext) -> Assessment:
    """A look; and a second one where nothing is to be done but something is in between, once it had its seconds."""
    studied = await assess(work.gather, work.expected, work.decide, work.spec_inputs)
    coming = [] if studied.plan.steps else _expected_soon(studied.plan)
    if not coming:
        return studied
    await _poll_until_matching(work, coming, STARTUP_GRACE_S)
    return await assess(work.gather, work.expected, work.decide, work.spec_inputs)


async def _acquire_fenced_lease(work: RunContext) -> Lease:
    """The lease, and its epoch known on every host that answers."""
    lease = await _take(work, 0)
    overtaken = await _hosts_ahead(work, lease)
    if overtaken:
        lease = await _take(work, max(int(dict(trouble.fields)["epoch"]) for trouble in overtaken))
        overtaken = await _hosts_ahead(work, lease)
    if overtaken:
        await release(work.transport, lease)
        raise BkrecError(*overtaken)
    return lease


async def _take(work: RunContext, floor: int) -> Lease:
    return await acquire(
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


async def _hosts_ahead(work: RunContext, lease: Lease) -> tuple[Diagnostic, ...]:
    troubles = await publish_epoch(work.transport, work.hosts, lease.epoch)
    return tuple(trouble for trouble in troubles if trouble.code == "lease-superseded")


async def _with_lease(lease: Lease, work: RunContext, course: RunState) -> None:
    """Everything that writes, while the lease is kept by a task beside it."""
    term = LeaseValidity()
    try:
        async with asyncio.TaskGroup() as group:
            keeper = group.create_task(
                renew_until_cancelled(work.transport, lease, term, clock=work.clock, stop=work.stop)
            )
            watcher = group.create_task(pause.watch(work.gather, work.controller, clock=work.clock, stop=work.stop))
            teller = group.create_task(_announce_halt(work))
            await _run_rounds_safely(lease, term, work, course)
            for task in (keeper, watcher, teller):
                task.cancel()
    finally:
        await release(work.transport, lease)


async def _announce_halt(work: RunContext) -> None:
    """At once: what is in flight may take long, and nobody should wonder why nothing else is begun."""
    await work.stop.halted.wait()
    if work.stop.why is not None:
        work.emit(RunHalted(diagnostic=work.stop.why))


async def _run_rounds_safely(lease: Lease, term: LeaseValidity, work: RunContext, course: RunState) -> None:
    """Trouble is noted, not raised: in a group it would come out as something else."""
    try:
        _record(work, RunStarted(run=work.run, epoch=lease.epoch, steps=step_ids(course.assessment.plan)))
        await _approved(work)
        await _rounds(lease, term, work, course)
        _record(work, _ended(work, course))
    except BkrecError as trouble:
        course.diagnostics.extend(trouble.diagnostics)


async def _approved(work: RunContext) -> None:
    """Who agreed to what is written down twice: here, and on the controller for whoever comes after."""
    for gate in sorted(work.approved):
        _record(work, ApprovalGiven(gate=gate, user=work.user, source=work.source))
        who = f"{work.user}@{work.source}"
        await approvals.record(work.transport, work.controller, gate=gate, who=who, run=work.run)


def _record(work: RunContext, event: Event) -> None:
    work.journal.write(event)
    work.emit(event)


async def _rounds(lease: Lease, term: LeaseValidity, work: RunContext, course: RunState) -> None:
    for _ in range(MAX_ROUNDS):
        await _adopt_jobs(work, course)
        await _reassess(work, course)
        if course.diagnostics or work.stop.requested:
            return
        course.refused = await preflight(work, course)
        if course.refused or nothing_to_start(work, course.assessment):
            return
        outcome = await _executed(lease, term, work, course.assessment.plan)
        course.outcomes.append(outcome)
        course.begun = course.begun or bool(outcome.started and work.concerned(course.assessment.plan))
        await _await_derived(work, course.assessment.plan, outcome)
        course.diagnostics.extend(outcome.diagnostics)
        if outcome.failed or work.stop.requested or not (outcome.done or outcome.skipped or outcome.deferred):
            break
    if not work.stop.immediate.is_set():
        await _reassess(work, course)


async def _reassess(work: RunContext, course: RunState) -> None:
    """A look; and what a step disturbed, which may be noticed only after the last one, is given its time as well."""
    course.assessment = await assess(work.gather, work.expected, work.decide, work.spec_inputs)
    plan = course.assessment.plan
    if course.outcomes and _expected_soon(plan) and not plan.steps:
        await _await_derived(work, plan, course.outcomes[-1])
        course.assessment = await assess(work.gather, work.expected, work.decide, work.spec_inputs)


async def _await_derived(work: RunContext, plan: Plan, outcome: ExecutionResult) -> None:
    """What has no step of its own takes its time: consul looks at a service every ten seconds or so."""
    if outcome.done and not (outcome.failed or outcome.deferred):
        await _poll_until_matching(work, _expected_soon(plan), FOLLOW_S)


async def _poll_until_matching(work: RunContext, wishes: list[AnyExpected], patience_s: float) -> None:
    until = work.clock.steady() + patience_s
    while wishes and work.clock.steady() < until and not work.stop.requested:
        readings = (await work.gather(facts_of(wishes))).readings
        wishes = [wish for wish in wishes if compare(wish, readings) is not None]
        if wishes:
            await work.clock.sleep(FOLLOW_POLL_S)


def _expected_soon(plan: Plan) -> list[AnyExpected]:
    """What has no step and may come right all the same."""
    settling = (blocked.expected for blocked in plan.blocked if blocked.progressing)
    return [*(follow.expected for follow in plan.derived), *settling]


async def _adopt_jobs(work: RunContext, course: RunState) -> None:
    jobs = await running_jobs(work.gather, work.hosts)
    if not jobs:
        return

    def tell(event: Event) -> None:
        _record(work, event)

    course.diagnostics.extend(await adopt(work.transport, jobs, clock=work.clock, tell=tell, stop=work.stop))


async def _executed(lease: Lease, term: LeaseValidity, work: RunContext, plan: Plan) -> ExecutionResult:
    return await execute(
        plan,
        transport=work.transport,
        look=work.gather,
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


def _ended(work: RunContext, course: RunState) -> RunEnded:
    word, _ = conclude(work, course)
    seconds = work.clock.steady() - course.began
    told = "differs" if word == "waiting" else word
    return RunEnded(verdict=told, done=course.done, failed=len(course.failed), seconds=seconds)


def _applied(work: RunContext, course: RunState) -> RunResult:
    word, code = conclude(work, course)
    why = (work.stop.why,) if work.stop.why is not None else ()
    return RunResult(
        verdict=word,
        exit_code=code,
        assessment=course.assessment,
        diagnostics=tuple(
            dict.fromkeys((*why, *course.refused, *course.diagnostics, *open_questions(work, course.assessment)))
        ),
        outcomes=tuple(course.outcomes),
    )
