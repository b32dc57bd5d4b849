"""Look: read what is expected, decide, read what the plan would rest on, decide again.

A plan that rests on facts nobody has read yet names them in `wanted`; only reading them tells whether more is needed.
That ends, since each round reads facts that were not read before; the bound is for a rule that makes up new ones.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from probes.fact import AnyExpected, AnyFact, AnyReading, Readings, Same, Unknown
from reconciler.core.diff import Difference, diff, set_aside
from reconciler.core.plan import Plan
from reconciler.engine.gather import Collected, Look
from specs.diagnostic import Diagnostic
from specs.reason import coded

ROUNDS = 20

Decide = Callable[[Readings], Plan]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What is wished for may rest on facts itself: they are read with every look, and what they say decides."""

    facts: tuple[AnyFact, ...]
    goal: Callable[[Readings], tuple[Sequence[AnyExpected], Decide]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Studied:
    plan: Plan
    readings: Readings
    difference: Difference
    troubles: Mapping[str, Diagnostic]


def facts_of(expected: Sequence[AnyExpected]) -> tuple[AnyFact, ...]:
    """What must be read to judge them: the facts, and those they must equal."""
    return tuple(dict.fromkeys(_both(expected)))


def _both(expected: Sequence[AnyExpected]) -> Iterator[AnyFact]:
    for wish in expected:
        yield wish.fact
        if isinstance(wish.reading, Same):
            yield wish.reading.fact


async def study(look: Look, expected: Sequence[AnyExpected], decide: Decide, grounds: Grounds | None = None) -> Studied:
    seen = await look((*facts_of(expected), *(grounds.facts if grounds else ())))
    if grounds is not None:
        expected, decide = grounds.goal(seen.readings)
        missing = tuple(fact for fact in facts_of(expected) if fact not in seen.readings)
        seen = _joined(seen, await look(missing)) if missing else seen
    plan = decide(seen.readings)
    for _ in range(ROUNDS):
        missing = plan.wanted - seen.readings.keys()
        if not missing:
            break
        seen = _joined(seen, await look(missing))
        plan = decide(seen.readings)
    else:
        seen = _given_up(seen, plan)
        plan = decide(seen.readings)
    advice = {told.expected.fact: told.diagnostic for told in plan.advice}
    difference = set_aside(diff(expected, seen.readings), advice)
    return Studied(plan=plan, readings=seen.readings, difference=difference, troubles=seen.troubles)


def _joined(seen: Collected, more: Collected) -> Collected:
    return replace(seen, readings={**seen.readings, **more.readings}, troubles={**seen.troubles, **more.troubles})


def _given_up(seen: Collected, plan: Plan) -> Collected:
    """What is still wanted stays unread, and says so: an Unknown blocks what rests on it."""
    unread: dict[AnyFact, AnyReading] = {fact: Unknown(coded("not-read")) for fact in plan.wanted}
    return replace(seen, readings={**unread, **seen.readings})
