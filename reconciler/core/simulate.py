"""Plan × readings → readings, by what actions ensure: the result a plan promises, without touching a host.

A step's `invalidates` come true before its `ensures`: what it invalidates reads as absent until a later step repairs
it.
"""

from collections.abc import Iterable

from probes.fact import Absent, AnyFact, AnyReading, Known, Readings, SameAs, resolve_target
from reconciler.core.plan import Plan, Step


def simulate(plan: Plan, readings: Readings) -> Readings:
    return simulate_steps(plan.steps, readings, plan)


def simulate_steps(steps: Iterable[Step], readings: Readings, plan: Plan) -> Readings:
    """The readings after these steps, in this order; derived facts are applied after each step."""
    now: dict[AnyFact, AnyReading] = dict(readings)
    for step in steps:
        apply_step(step, now)
        apply_derived(plan, now)
    return now


def apply_step(step: Step, now: dict[AnyFact, AnyReading]) -> None:
    """A step whose requirements do not hold does nothing, as the executor would not start it."""
    if any(resolve_target(expected, now) != now.get(expected.fact) for expected in step.requires):
        return
    for fact in step.action.invalidates():
        now[fact] = Absent()
    for expected in step.action.ensures():
        target = resolve_target(expected, now)
        if isinstance(target, (Known, Absent)):
            now[expected.fact] = target
        elif isinstance(expected.reading, SameAs):
            now[expected.fact] = now[expected.reading.fact] = Known("same")


def apply_derived(plan: Plan, now: dict[AnyFact, AnyReading]) -> None:
    """What derives from the current readings, and from other derived facts: a unit's age from its start, its health
    from both."""
    waiting = list(plan.derived)
    while True:
        holding = [
            derived_fact
            for derived_fact in waiting
            if all(resolve_target(expected, now) == now.get(expected.fact) for expected in derived_fact.depends_on)
        ]
        if not holding:
            return
        waiting = [derived_fact for derived_fact in waiting if derived_fact not in holding]
        for derived in holding:
            target = resolve_target(derived.expected, now)
            if isinstance(target, (Known, Absent)):
                now[derived.expected.fact] = target
