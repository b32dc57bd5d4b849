"""Why not to begin: a wish to pause, every gate that is closed or cannot be read, else a person who said no."""

from collections.abc import Mapping

from probes.fact import AnyExpected, AnyReading, Unknown, fact_id
from reconciler.core.diff import compare
from reconciler.core.plan import Plan
from reconciler.engine import pause
from reconciler.engine.assess import facts_of
from reconciler.engine.run import RunContext, RunState, nothing_to_start
from reconciler.engine.step.decision import reading_text
from specs.diagnostic import Diagnostic, diagnose


async def preflight(context: RunContext, state: RunState) -> tuple[Diagnostic, ...]:
    """All that speaks against it; asked again before each round, a person only about steps not confirmed yet."""
    plan = state.assessment.plan
    barred = tuple(blocked.diagnostic for blocked in plan.blocked if blocked.diagnostic.disposition == "aborts-run")
    barred = (*_unread(context, state, state.assessment.diagnostics), *barred)
    if nothing_to_start(context, state.assessment):
        return barred
    paused = await pause.bars(context.gather, context.controller)
    if paused is not None:
        return (paused,)
    closed = barred or await _failed_checks(context, state)
    if closed:
        return closed
    actions = tuple(step.action for step in plan.steps)
    if state.confirmed.issuperset(actions):
        return ()
    if not await context.confirm(state.assessment):
        return (diagnose("not-confirmed"),)
    state.confirmed.update(actions)
    return ()


def step_ids(plan: Plan) -> tuple[str, ...]:
    return tuple(step.id for step in plan.steps)


def _unread(context: RunContext, state: RunState, diagnostics: Mapping[str, Diagnostic]) -> tuple[Diagnostic, ...]:
    """Hosts that a change is about to concern and that nobody could read: half a cluster is not brought to another
    release past the other half, and a host key that changed is an alarm. First all of them in one, then each."""
    plan = state.assessment.plan
    if state.begun or nothing_to_start(context, state.assessment):
        return ()
    silent = [host for host in context.concerned(plan) if host in diagnostics]
    if not silent:
        return ()
    text = ", ".join(f"{host} ({diagnostics[host].code})" for host in silent)
    return (
        diagnose("change-hosts-unread", where=", ".join(silent), hosts=text),
        *(diagnostics[host] for host in silent),
    )


async def _failed_checks(context: RunContext, state: RunState) -> tuple[Diagnostic, ...]:
    gates = context.preflight_checks(state.assessment.plan)
    gathered = await context.gather(facts_of(gates))
    unread = _unread(context, state, gathered.troubles)
    expectations = [gate for gate in gates if not unread or gate.fact.host not in gathered.troubles]
    judged = [(gate, drift) for gate in expectations if (drift := compare(gate, gathered.readings)) is not None]
    return (*unread, *(_check_diagnostic(gate, drift.reading) for gate, drift in judged))


def _check_diagnostic(gate: AnyExpected, reading: AnyReading) -> Diagnostic:
    fact, host, source = fact_id(gate.fact), gate.fact.host, gate.source
    if isinstance(reading, Unknown):
        return diagnose("preflight-unread", where=host, because=reading.why, source=source, fact=fact)
    return diagnose(
        "preflight-failed", where=host, because=gate.because, source=source, fact=fact, reading=reading_text(reading)
    )
