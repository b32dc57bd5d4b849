"""Preflight: every reason not to start: a pause, a check that fails or cannot be read, a person who declines."""

from collections.abc import Mapping

from reconciler.core.events import PlanConfirmed
from reconciler.core.plan import aborts_run
from reconciler.core.preflight import check_results
from reconciler.engine import pause
from reconciler.engine.assess import facts_of
from reconciler.engine.run import RunContext, RunState, nothing_to_start
from specs.diagnostic import Diagnostic, diagnose


async def preflight(context: RunContext, state: RunState) -> tuple[Diagnostic, ...]:
    """Every objection, before each round; a person is asked only about steps that are not confirmed yet."""
    plan = state.assessment.plan
    aborting = (
        *_unread_hosts(context, state, state.assessment.diagnostics),
        *(blocked.diagnostic for blocked in plan.blocked if aborts_run(blocked, plan.steps)),
    )
    if nothing_to_start(context, state.assessment):
        return aborting
    paused = await pause.check(context.gather, context.controller)
    if paused is not None:
        return (paused,)
    failed = tuple(dict.fromkeys((*aborting, *await _failed_checks(context, state))))
    if failed:
        return failed
    actions = tuple(step.action for step in plan.steps)
    if state.confirmed.issuperset(actions):
        return ()
    if not await context.confirm(state.assessment):
        return (diagnose("not-confirmed"),)
    state.confirmed.update(actions)
    state.confirmations.append(
        PlanConfirmed(user=context.user, source=context.source, how=context.confirmed_by, total=len(actions))
    )
    return ()


def _unread_hosts(
    context: RunContext, state: RunState, diagnostics: Mapping[str, Diagnostic]
) -> tuple[Diagnostic, ...]:
    """Hosts that a change is about to concern and that could not be read: half a cluster is not upgraded past the other
    half, and a changed host key is an alarm. First all of them in one, then each."""
    plan = state.assessment.plan
    if state.change_started or nothing_to_start(context, state.assessment):
        return ()
    unread = [host for host in context.hosts_required(plan) if host in diagnostics]
    if not unread:
        return ()
    hosts = ", ".join(f"{host} ({diagnostics[host].code})" for host in unread)
    return (
        diagnose("change-hosts-unread", where=", ".join(unread), hosts=hosts),
        *(diagnostics[host] for host in unread),
    )


async def _failed_checks(context: RunContext, state: RunState) -> tuple[Diagnostic, ...]:
    checks = context.preflight_checks(state.assessment.plan)
    gathered = await context.gather(facts_of(checks))
    unread = _unread_hosts(context, state, gathered.diagnostics)
    readable = [check for check in checks if not unread or check.fact.host not in gathered.diagnostics]
    results = check_results(readable, gathered.readings)
    failed = (result.diagnostic for result in results if result.diagnostic is not None and not result.advice)
    return (*unread, *dict.fromkeys(failed))
