"""Look: read what is expected, decide, read what the plan would rest on, decide again.

A plan that rests on facts nobody has read yet names them in `wanted`; only reading them tells whether more is needed.
That ends, since each round reads facts that were not read before; the bound is for a rule that makes up new ones.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from probes.fact import AnyExpected, AnyFact, AnyReading, Readings, SameAs, Unknown
from reconciler.core.diff import Difference, diff, without_advice
from reconciler.core.plan import Plan
from reconciler.engine.gather import GatheredFacts, GatherFacts
from specs.diagnostic import Diagnostic
from specs.reason import reason

ROUNDS = 20

MakePlan = Callable[[Readings], Plan]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecInputs:
    """What is wished for may rest on facts itself: they are read with every look, and what they say decides."""

    facts: tuple[AnyFact, ...]
    goal: Callable[[Readings], tuple[Sequence[AnyExpected], MakePlan]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    plan: Plan
    readings: Readings
    difference: Difference
    diagnostics: Mapping[str, Diagnostic]


def facts_of(expected: Sequence[AnyExpected]) -> tuple[AnyFact, ...]:
    """What must be read to judge them: the facts, and those they must equal."""
    return tuple(dict.fromkeys(_both(expected)))


def _both(expected: Sequence[AnyExpected]) -> Iterator[AnyFact]:
    for wish in expected:
        yield wish.fact
        if isinstance(wish.reading, SameAs):
            yield wish.reading.fact


async def assess(
    gather: GatherFacts, expected: Sequence[AnyExpected], decide: MakePlan, grounds: SpecInputs | None = None
) -> Assessment:
    gathered = await gather((*facts_of(expected), *(grounds.facts if grounds else ())))
    if grounds is not None:
        expected, decide = grounds.goal(gathered.readings)
        missing = tuple(fact for fact in facts_of(expected) if fact not in gathered.readings)
        gathered = _joined(gathered, await gather(missing)) if missing else gathered
    plan = decide(gathered.readings)
    for _ in range(ROUNDS):
        missing = plan.unread_facts - gathered.readings.keys()
        if not missing:
            break
        gathered = _joined(gathered, await gather(missing))
        plan = decide(gathered.readings)
    else:
        gathered = _given_up(gathered, plan)
        plan = decide(gathered.readings)
    advice = {blocked.expected.fact: blocked.diagnostic for blocked in plan.advice}
    difference = without_advice(diff(expected, gathered.readings), advice)
    return Assessment(plan=plan, readings=gathered.readings, difference=difference, diagnostics=gathered.troubles)


def _joined(gathered: GatheredFacts, more: GatheredFacts) -> GatheredFacts:
    return replace(
        gathered, readings={**gathered.readings, **more.readings}, troubles={**gathered.troubles, **more.troubles}
    )


def _given_up(gathered: GatheredFacts, plan: Plan) -> GatheredFacts:
    """What is still wanted stays unread, and says so: an Unknown blocks what rests on it."""
    unread: dict[AnyFact, AnyReading] = {fact: Unknown(reason("not-read")) for fact in plan.unread_facts}
    return replace(gathered, readings={**unread, **gathered.readings})
