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


async def reconcile(context: RunContext) -> RunResult:
    """Every expected trouble is in what it returns."""
    began = context.clock.steady()
    state = RunState(assessment=await _initial_assessment(context), began=began)
    running = await running_jobs(context.gather, context.hosts)
    if not running:
        state.refused = await preflight(context, state)
        if state.refused or nothing_to_start(context, state.assessment):
            return _applied(context, state)
    try:
        lease = await _acquire_fenced_lease(context)
    except BkrecError as trouble:
        state.refused = trouble.diagnostics
        return _applied(context, state)
    await _with_lease(lease, context, state)
    return _applied(context, state)


async def _initial_assessment(context: RunContext) -> Assessment:
    """A look; and a second one where nothing is to be done but something is in between, once it had its seconds."""
    assessment = await assess(context.gather, context.expected, context.decide, context.spec_inputs)
    coming = [] if assessment.plan.steps else _expected_soon(assessment.plan)
    if not coming:
        return assessment
    await _poll_until_matching(context, coming, STARTUP_GRACE_S)
    return await assess(context.gather, context.expected, context.decide, context.spec_inputs)


async def _acquire_fenced_lease(context: RunContext) -> Lease:
    """The lease, and its epoch known on every host that answers."""
    lease = await _take(context, 0)
    overtaken = await _hosts_ahead(context, lease)
    if overtaken:
        lease = await _take(context, max(int(dict(diagnostic.fields)["epoch"]) for diagnostic in overtaken))
        overtaken = await _hosts_ahead(context, lease)
    if overtaken:
        await release(context.transport, lease)
        raise BkrecError(*overtaken)
    return lease


async def _take(context: RunContext, floor: int) -> Lease:
    return await acquire(
        context.transport,
        context.controller,
        run=context.run,
        user=context.user,
        source=context.source,
        floor=floor,
        clock=context.clock,
        stop=context.stop,
        emit=context.emit,
    )


async def _hosts_ahead(context: RunContext, lease: Lease) -> tuple[Diagnostic, ...]:
    diagnostics = await publish_epoch(context.transport, context.hosts, lease.epoch)
    return tuple(diagnostic for diagnostic in diagnostics if diagnostic.disposition == "superseded")


async def _with_lease(lease: Lease, context: RunContext, state: RunState) -> None:
    """Everything that writes, while the lease is kept by a task beside it."""
    term = LeaseValidity()
    try:
        async with asyncio.TaskGroup() as group:
            keeper = group.create_task(
                renew_until_cancelled(context.transport, lease, term, clock=context.clock, stop=context.stop)
            )
            watcher = group.create_task(
                pause.watch(context.gather, context.controller, clock=context.clock, stop=context.stop)
            )
            teller = group.create_task(_announce_halt(context))
            await _run_rounds_safely(lease, term, context, state)
            for task in (keeper, watcher, teller):
                task.cancel()
    finally:
        await release(context.transport, lease)


async def _announce_halt(context: RunContext) -> None:
    """At once: what is in flight may take long, and nobody should wonder why nothing else is begun."""
    await context.stop.halted.wait()
    if context.stop.why is not None:
        context.emit(RunHalted(diagnostic=context.stop.why))


async def _run_rounds_safely(lease: Lease, term: LeaseValidity, context: RunContext, state: RunState) -> None:
    """Trouble is noted, not raised: in a group it would come out as something else."""
    try:
        _record(context, RunStarted(run=context.run, epoch=lease.epoch, steps=step_ids(state.assessment.plan)))
        await _approved(context)
        await _rounds(lease, term, context, state)
        _record(context, _ended(context, state))
    except BkrecError as trouble:
        state.diagnostics.extend(trouble.diagnostics)


async def _approved(context: RunContext) -> None:
    """Who agreed to what is written down twice: here, and on the controller for whoever comes after."""
    for gate in sorted(context.approved):
        _record(context, ApprovalGiven(gate=gate, user=context.user, source=context.source))
        who = f"{context.user}@{context.source}"
        await approvals.record(context.transport, context.controller, gate=gate, who=who, run=context.run)


def _record(context: RunContext, event: Event) -> None:
    context.journal.write(event)
    context.emit(event)


async def _rounds(lease: Lease, term: LeaseValidity, context: RunContext, state: RunState) -> None:
    for _ in range(MAX_ROUNDS):
        await _adopt_jobs(context, state)
        await _reassess(context, state)
        if state.diagnostics or context.stop.requested:
            return
        state.refused = await preflight(context, state)
        if state.refused or nothing_to_start(context, state.assessment):
            return
        outcome = await _executed(lease, term, context, state.assessment.plan)
        state.outcomes.append(outcome)
        state.begun = state.begun or bool(outcome.started and context.concerned(state.assessment.plan))
        await _await_derived(context, state.assessment.plan, outcome)
        state.diagnostics.extend(outcome.diagnostics)
        if outcome.failed or context.stop.requested or not (outcome.done or outcome.skipped or outcome.deferred):
            break
    if not context.stop.immediate.is_set():
        await _reassess(context, state)


async def _reassess(context: RunContext, state: RunState) -> None:
    """A look; and what a step disturbed, which may be noticed only after the last one, is given its time as well."""
    state.assessment = await assess(context.gather, context.expected, context.decide, context.spec_inputs)
    plan = state.assessment.plan
    if state.outcomes and _expected_soon(plan) and not plan.steps:
        await _await_derived(context, plan, state.outcomes[-1])
        state.assessment = await assess(context.gather, context.expected, context.decide, context.spec_inputs)


async def _await_derived(context: RunContext, plan: Plan, outcome: ExecutionResult) -> None:
    """What has no step of its own takes its time: consul looks at a service every ten seconds or so."""
    if outcome.done and not (outcome.failed or outcome.deferred):
        await _poll_until_matching(context, _expected_soon(plan), FOLLOW_S)


async def _poll_until_matching(context: RunContext, expectations: list[AnyExpected], patience_s: float) -> None:
    until = context.clock.steady() + patience_s
    while expectations and context.clock.steady() < until and not context.stop.requested:
        readings = (await context.gather(facts_of(expectations))).readings
        expectations = [expected for expected in expectations if compare(expected, readings) is not None]
        if expectations:
            await context.clock.sleep(FOLLOW_POLL_S)


def _expected_soon(plan: Plan) -> list[AnyExpected]:
    """What has no step and may come right all the same."""
    settling = (blocked.expected for blocked in plan.blocked if blocked.progressing)
    return [*(derived.expected for derived in plan.derived), *settling]


async def _adopt_jobs(context: RunContext, state: RunState) -> None:
    jobs = await running_jobs(context.gather, context.hosts)
    if not jobs:
        return

    def tell(event: Event) -> None:
        _record(context, event)

    state.diagnostics.extend(await adopt(context.transport, jobs, clock=context.clock, tell=tell, stop=context.stop))


async def _executed(lease: Lease, term: LeaseValidity, context: RunContext, plan: Plan) -> ExecutionResult:
    return await execute(
        plan,
        transport=context.transport,
        gather=context.gather,
        journal=context.journal,
        epoch=lease.epoch,
        term=term,
        run=context.run,
        undoes=context.undoes,
        emit=context.emit,
        stop=context.stop,
        approved=context.approved,
        parallel=context.parallel,
        clock=context.clock,
    )


def _ended(context: RunContext, state: RunState) -> RunEnded:
    word, _ = conclude(context, state)
    seconds = context.clock.steady() - state.began
    told = "differs" if word == "waiting" else word
    return RunEnded(verdict=told, done=state.done, failed=len(state.failed), seconds=seconds)


def _applied(context: RunContext, state: RunState) -> RunResult:
    word, code = conclude(context, state)
    why = (context.stop.why,) if context.stop.why is not None else ()
    return RunResult(
        verdict=word,
        exit_code=code,
        assessment=state.assessment,
        diagnostics=tuple(
            dict.fromkeys((*why, *state.refused, *state.diagnostics, *open_questions(context, state.assessment)))
        ),
        outcomes=tuple(state.outcomes),
    )
