"""Why not to begin: a wish to pause, every gate that is closed or cannot be read, else a person who said no."""

from probes.fact import AnyExpected, AnyReading, Unknown, fact_id
from reconciler.core.diff import judge
from reconciler.core.plan import Plan
from reconciler.effects import pause
from reconciler.effects.look import facts_of
from reconciler.effects.stand import worded
from reconciler.effects.undertaking import Course, Undertaking, nothing_to_start
from specs.diagnostic import Diagnostic, diagnose


async def refusal(work: Undertaking, course: Course) -> tuple[Diagnostic, ...]:
    """All that speaks against it; asked again before each round, a person only about steps not confirmed yet."""
    plan = course.studied.plan
    barred = tuple(blocked.diagnostic for blocked in plan.blocked if work.bars(blocked))
    if nothing_to_start(work, course.studied):
        return barred
    paused = await pause.bars(work.look, work.controller)
    if paused is not None:
        return (paused,)
    closed = barred or await _closed_gates(work, plan)
    if closed:
        return closed
    if course.confirmed.issuperset(step_ids(plan)):
        return ()
    if not await work.confirm(course.studied):
        return (diagnose("not-confirmed"),)
    course.confirmed.update(step_ids(plan))
    return ()


def step_ids(plan: Plan) -> tuple[str, ...]:
    return tuple(step.id for step in plan.steps)


async def _closed_gates(work: Undertaking, plan: Plan) -> tuple[Diagnostic, ...]:
    gates = work.gates(plan)
    readings = (await work.look(facts_of(gates))).readings
    judged = [(gate, drift) for gate in gates if (drift := judge(gate, readings)) is not None]
    return tuple(_gate(gate, drift.reading) for gate, drift in judged)


def _gate(gate: AnyExpected, reading: AnyReading) -> Diagnostic:
    fact, host, source = fact_id(gate.fact), gate.fact.host, gate.source
    if isinstance(reading, Unknown):
        return diagnose("gate-unread", where=host, because=reading.why, source=source, fact=fact)
    return diagnose("gate-closed", where=host, because=gate.because, source=source, fact=fact, reading=worded(reading))
