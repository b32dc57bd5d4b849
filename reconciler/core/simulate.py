"""Plan × readings → readings, by what actions ensure: the world a plan promises, without touching one.

A step's `voids` come true before its `ensures`: what it undoes reads as something else until a later step mends it.
"""

from collections.abc import Iterable

from probes.fact import Absent, AnyFact, AnyReading, Known, Readings, SameAs, resolve_target
from reconciler.core.plan import Plan, Step


def simulate(plan: Plan, readings: Readings) -> Readings:
    return simulate_steps(plan.steps, readings, plan)


def simulate_steps(steps: Iterable[Step], readings: Readings, plan: Plan) -> Readings:
    """The readings after these steps, in this order; what follows from others comes right after each step."""
    now: dict[AnyFact, AnyReading] = dict(readings)
    for step in steps:
        apply_step(step, now)
        apply_derived(plan, now)
    return now


def apply_step(step: Step, now: dict[AnyFact, AnyReading]) -> None:
    """A step whose needs do not hold does nothing, as the executor would not start it."""
    if any(resolve_target(need, now) != now.get(need.fact) for need in step.requires):
        return
    for fact in step.action.invalidates():
        now[fact] = Absent()
    for expected in step.action.ensures():
        wanted = resolve_target(expected, now)
        if isinstance(wanted, (Known, Absent)):
            now[expected.fact] = wanted
        elif isinstance(expected.reading, SameAs):
            now[expected.fact] = now[expected.reading.fact] = Known("same")


def apply_derived(plan: Plan, now: dict[AnyFact, AnyReading]) -> None:
    """What follows from what is there now, and from what follows: a unit's age from its start, its health from both."""
    waiting = list(plan.derived)
    while True:
        came = [
            follow
            for follow in waiting
            if all(resolve_target(expected, now) == now.get(expected.fact) for expected in follow.depends_on)
        ]
        if not came:
            return
        waiting = [follow for follow in waiting if follow not in came]
        for derived in came:
            wanted = resolve_target(derived.expected, now)
            if isinstance(wanted, (Known, Absent)):
                now[derived.expected.fact] = wanted
