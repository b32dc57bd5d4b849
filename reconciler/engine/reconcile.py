"""Reconcile: assess, preflight, execute, verify, and again, until nothing is left to do or nothing more can be done.

Assessing comes first and costs nothing: a converged cluster is left without a single write, lease included. Preflight
checks and the confirmation come before the lease, so that nobody holds it over a question. The verdict comes from a
final assessment, never from what was done.
"""

import asyncio
from dataclasses import replace

from probes.fact import AnyExpected
from reconciler.core.diff import compare
from reconciler.core.events import ApprovalGiven, RunEnded, RunHalted, RunStarted
from reconciler.core.plan import Plan
from reconciler.core.selection import derived_without
from reconciler.core.verdict import event_verdict, exit_code
from reconciler.engine import approvals, pause
from reconciler.engine.assess import Assessment, assess, facts_of
from reconciler.engine.executor import execute
from reconciler.engine.jobs.adopt import adopt, running_jobs
from reconciler.engine.lease import Lease, acquire, publish_epoch, release, renew_until_cancelled
from reconciler.engine.preflight import preflight
from reconciler.engine.run import (
    ExecutionResult,
    RunContext,
    RunResult,
    RunState,
    nothing_to_start,
    open_questions,
    run_verdict,
)
from reconciler.engine.timeouts import DERIVED_INTERVAL_S, DERIVED_TIMEOUT_S, MAX_ROUNDS, STARTUP_GRACE_S
from specs.diagnostic import BkrecError, Diagnostic

__all__ = ["RunContext", "RunResult", "reconcile"]


async def reconcile(context: RunContext) -> RunResult:
    """Expected errors are in the result, not raised; but what `accept_plan` and `confirm` raise goes through."""
    started_at = context.clock.steady()
    state = RunState(assessment=await _initial_assessment(context), started_at=started_at)
    context.accept_plan(state.assessment.plan)
    if not await running_jobs(context.gather, context.hosts):
        state.refused = await preflight(context, state)
        if state.refused or nothing_to_start(context, state.assessment):
            return _result(context, state)
    try:
        lease = await _acquire_fenced_lease(context)
    except BkrecError as error:
        state.refused = error.diagnostics
        return _result(context, state)
    try:
        await _run_with_lease(lease, context, state)
    finally:
        await release(context.transport, lease, now=context.clock.steady())
    return _result(context, state)


async def _initial_assessment(context: RunContext) -> Assessment:
    """Repeated once where there is nothing to do but something is progressing, after some seconds of grace."""
    assessment = await _assess(context)
    expected_soon = [] if assessment.plan.steps else _expected_soon(assessment.plan)
    if not expected_soon:
        return assessment
    await _poll_until_matching(context, expected_soon, STARTUP_GRACE_S)
    return await _assess(context)


async def _assess(context: RunContext) -> Assessment:
    return await assess(context.gather, context.expected, context.make_plan, context.spec_inputs)


async def _acquire_fenced_lease(context: RunContext) -> Lease:
    """The lease, and its epoch known on every host that answers. Where a host has seen a higher epoch than the
    controller gave, acquired once more, above that one."""
    lease, superseded = await _acquire_above(context, floor=0)
    if superseded:
        highest = max(int(dict(diagnostic.fields)["epoch"]) for diagnostic in superseded)
        lease, superseded = await _acquire_above(context, floor=highest)
    if superseded:
        await release(context.transport, lease, now=context.clock.steady())
        raise BkrecError(*superseded)
    return lease


async def _acquire_above(context: RunContext, floor: int) -> tuple[Lease, tuple[Diagnostic, ...]]:
    """With what the hosts say whose epoch is higher all the same."""
    lease = await acquire(
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
    diagnostics = await publish_epoch(context.transport, context.hosts, lease.epoch)
    return lease, tuple(diagnostic for diagnostic in diagnostics if diagnostic.disposition == "superseded")


async def _run_with_lease(lease: Lease, context: RunContext, state: RunState) -> None:
    """Everything that writes, while background tasks renew the lease and watch for a pause."""
    transport, clock, stop = context.transport, context.clock, context.stop
    async with asyncio.TaskGroup() as group:
        background = (
            group.create_task(renew_until_cancelled(transport, lease, clock=clock, stop=stop)),
            group.create_task(pause.watch(context.gather, context.controller, clock=clock, stop=stop)),
            group.create_task(_announce_halt(context)),
        )
        try:
            steps = tuple(step.id for step in state.assessment.plan.steps)
            context.record(_run_started(context, state, lease, steps))
            _record_confirmations(context, state)
            await _record_approvals(context)
            await _run_rounds(lease, context, state)
            await _seal(lease, context, state)
            context.record(_run_ended(context, state))
        except BkrecError as error:
            # a result, not raised: the group would make an exception group of it
            state.diagnostics.extend(error.diagnostics)
        for task in background:
            task.cancel()


def _run_started(context: RunContext, state: RunState, lease: Lease, steps: tuple[str, ...]) -> RunStarted:
    matching, drift, unknown = _fact_counts(context, state)
    return RunStarted(
        run=context.run,
        epoch=lease.epoch,
        steps=steps,
        user=context.user,
        source=context.source,
        matching=matching,
        drift=drift,
        unknown=unknown,
    )


def _fact_counts(context: RunContext, state: RunState) -> tuple[int | None, int | None, int | None]:
    """matching, drift, unknown; a rollback compares with what was saved, and not with the release."""
    difference = state.assessment.difference
    if context.undoes:
        return None, None, None
    return difference.matching, len(difference.drift), len(difference.unknown)


async def _announce_halt(context: RunContext) -> None:
    """At once: running steps may take long, and the person watching should know why nothing else starts."""
    await context.stop.halted.wait()
    if context.stop.why is not None:
        context.emit(RunHalted(diagnostic=context.stop.why))


def _record_confirmations(context: RunContext, state: RunState) -> None:
    while state.confirmations:
        context.record(state.confirmations.pop(0))


async def _record_approvals(context: RunContext) -> None:
    """In the journal, and on the controller for whoever asks later."""
    for approval in sorted(context.approved):
        context.record(ApprovalGiven(approval=approval, user=context.user, source=context.source))
        who = f"{context.user}@{context.source}"
        await approvals.record(context.transport, context.controller, approval=approval, who=who, run=context.run)


async def _run_rounds(lease: Lease, context: RunContext, state: RunState) -> None:
    """A round: adopt running jobs, assess, preflight, execute, wait for derived facts."""
    for _ in range(MAX_ROUNDS):
        await _adopt_jobs(context, state)
        await _reassess(context, state)
        if state.diagnostics or context.stop.requested:
            return
        state.refused = await preflight(context, state)
        if state.refused or nothing_to_start(context, state.assessment):
            return
        _record_confirmations(context, state)
        plan = state.assessment.plan
        result = await execute(plan, context, lease)
        state.rounds.append(result)
        state.change_started = state.change_started or bool(result.started and context.hosts_required(plan))
        await _await_derived(context, plan, result)
        state.diagnostics.extend(result.diagnostics)
        if result.failed or context.stop.requested or (result.outside_window and not result.deferred):
            break
        if not (result.done or result.skipped or result.deferred):
            break
    if not context.stop.immediate.is_set():
        await _reassess(context, state)


async def _seal(lease: Lease, context: RunContext, state: RunState) -> None:
    """After steps of which none failed, and after adopted jobs; also where a person is waited for. What was sealed is
    compared once more: the verdict is about what is."""
    waits = all(diagnostic.disposition in ("needs-human", "pauses-run") for diagnostic in state.diagnostics)
    ended_well = waits and not (state.failed or state.refused or context.stop.requested)
    if context.seal is not None and ended_well:
        state.warnings = await context.seal(lease.epoch, state.assessment)
        state.assessment = await _assess(context)


async def _adopt_jobs(context: RunContext, state: RunState) -> None:
    jobs = await running_jobs(context.gather, context.hosts)
    if jobs:
        diagnostics = await adopt(
            context.transport, jobs, clock=context.clock, record=context.record, stop=context.stop
        )
        state.diagnostics.extend(diagnostics)


async def _reassess(context: RunContext, state: RunState) -> None:
    """Repeated where a step has disturbed something that is expected to recover: that may show only after the last
    step."""
    state.assessment = await _assess(context)
    plan = state.assessment.plan
    if state.rounds and _expected_soon(plan) and not plan.steps:
        await _await_derived(context, plan, state.rounds[-1])
        state.assessment = await _assess(context)


async def _await_derived(context: RunContext, plan: Plan, result: ExecutionResult) -> None:
    """What follows from steps takes its time: consul checks a service every ten seconds or so."""
    if result.done and not (result.failed or result.deferred):
        await _poll_until_matching(context, _expected_soon(_without(plan, result.outside_window)), DERIVED_TIMEOUT_S)


def _without(plan: Plan, not_started: tuple[str, ...]) -> Plan:
    """What depends on a step that is not started is not waited for."""
    steps = [step for step in plan.steps if step.id in not_started]
    unrepaired = {repaired.expected.fact for step in steps for repaired in step.repairs}
    return replace(plan, derived=derived_without(plan.derived, unrepaired))


def _expected_soon(plan: Plan) -> list[AnyExpected]:
    """What no step repairs and may come to match all the same."""
    progressing = (blocked.expected for blocked in plan.blocked if blocked.progressing)
    return [*(derived.expected for derived in plan.derived), *progressing]


async def _poll_until_matching(context: RunContext, expectations: list[AnyExpected], timeout_s: float) -> None:
    deadline = context.clock.steady() + timeout_s
    while expectations and context.clock.steady() < deadline and not context.stop.requested:
        readings = (await context.gather(facts_of(expectations))).readings
        expectations = [expected for expected in expectations if compare(expected, readings) is not None]
        if expectations:
            await context.clock.sleep(DERIVED_INTERVAL_S)


def _run_ended(context: RunContext, state: RunState) -> RunEnded:
    stopped_at_once = context.stop.immediate.is_set()  # then nothing was read after the last step
    matching, drift, unknown = (None, None, None) if stopped_at_once else _fact_counts(context, state)
    return RunEnded(
        verdict=event_verdict(run_verdict(context, state)),
        done=state.done,
        failed=len(state.failed),
        seconds=context.clock.steady() - state.started_at,
        matching=matching,
        drift=drift,
        unknown=unknown,
    )


def _result(context: RunContext, state: RunState) -> RunResult:
    verdict = run_verdict(context, state)
    halted = (context.stop.why,) if context.stop.why is not None else ()
    questions = open_questions(context, state.assessment)
    return RunResult(
        verdict=verdict,
        exit_code=exit_code(verdict, context.stop.signal or 0),
        assessment=state.assessment,
        diagnostics=tuple(dict.fromkeys((*halted, *state.refused, *state.diagnostics, *questions))),
        warnings=state.warnings,
        rounds=tuple(state.rounds),
    )
