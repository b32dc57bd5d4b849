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


async def preflight(work: RunContext, course: RunState) -> tuple[Diagnostic, ...]:
    """All that speaks against it; asked again before each round, a person only about steps not confirmed yet."""
    plan = course.assessment.plan
    barred = tuple(blocked.diagnostic for blocked in plan.blocked if work.aborts_run(blocked))
    barred = (*_unread(work, course, course.assessment.diagnostics), *barred)
    if nothing_to_start(work, course.assessment):
        return barred
    paused = await pause.bars(work.gather, work.controller)
    if paused is not None:
        return (paused,)
    closed = barred or await _failed_checks(work, course)
    if closed:
        return closed
    actions = tuple(step.action for step in plan.steps)
    if course.confirmed.issuperset(actions):
        return ()
    if not await work.confirm(course.assessment):
        return (diagnose("not-confirmed"),)
    course.confirmed.update(actions)
    return ()


def step_ids(plan: Plan) -> tuple[str, ...]:
    return tuple(step.id for step in plan.steps)


def _unread(work: RunContext, course: RunState, troubles: Mapping[str, Diagnostic]) -> tuple[Diagnostic, ...]:
    """Hosts that a change is about to concern and that nobody could read: half a cluster is not brought to another
    release past the other half, and a host key that changed is an alarm. First all of them in one, then each."""
    plan = course.assessment.plan
    if course.begun or nothing_to_start(work, course.assessment):
        return ()
    silent = [host for host in work.concerned(plan) if host in troubles]
    if not silent:
        return ()
    told = ", ".join(f"{host} ({troubles[host].code})" for host in silent)
    return (diagnose("change-hosts-unread", where=", ".join(silent), hosts=told), *(troubles[host] for host in silent))


async def _failed_checks(work: RunContext, course: RunState) -> tuple[Diagnostic, ...]:
    gates = work.preflight_checks(course.assessment.plan)
    seen = await work.gather(facts_of(gates))
    unread = _unread(work, course, seen.troubles)
    heard = [gate for gate in gates if not unread or gate.fact.host not in seen.troubles]
    judged = [(gate, drift) for gate in heard if (drift := compare(gate, seen.readings)) is not None]
    return (*unread, *(_check_diagnostic(gate, drift.reading) for gate, drift in judged))


def _check_diagnostic(gate: AnyExpected, reading: AnyReading) -> Diagnostic:
    fact, host, source = fact_id(gate.fact), gate.fact.host, gate.source
    if isinstance(reading, Unknown):
        return diagnose("preflight-unread", where=host, because=reading.why, source=source, fact=fact)
    return diagnose(
        "preflight-failed", where=host, because=gate.because, source=source, fact=fact, reading=reading_text(reading)
    )
