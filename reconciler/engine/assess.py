"""Assess: gather the expected facts, plan, gather what the plan depends on, plan again.

A plan that rests on facts nobody has read yet names them in `unread_facts`; only reading them tells whether more is
needed.
That ends, since each round reads facts that were not read before; the bound is for a rule that makes up new ones.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from probes.fact import AnyExpected, AnyFact, AnyReading, Readings, SameAs, Unknown, fact_id
from reconciler.core.diff import Difference, diff, without_advice
from reconciler.core.plan import Plan
from reconciler.engine.gather import GatheredFacts, GatherFacts
from specs.diagnostic import Diagnostic
from specs.reason import reason

MAX_READ_ROUNDS = 20

MakePlan = Callable[[Readings], Plan]


def nothing_implied(_: Readings) -> Iterable[tuple[AnyFact, AnyReading]]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecInputs:
    """Facts that the desired state itself depends on: gathered with every assessment, then expected facts and plan are
    computed from them."""

    facts: tuple[AnyFact, ...]
    plan_inputs: Callable[[Readings], tuple[Sequence[AnyExpected], MakePlan]]
    implied: Callable[[Readings], Iterable[tuple[AnyFact, AnyReading]]] = nothing_implied
    """Facts whose readings follow from others that were read, and need not be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    plan: Plan
    readings: Readings
    difference: Difference
    expected: tuple[AnyExpected, ...]
    """What the readings were compared with."""
    diagnostics: Mapping[str, Diagnostic]


def facts_of(expected: Sequence[AnyExpected]) -> tuple[AnyFact, ...]:
    """What must be read to judge them: the facts, and those they must equal."""
    return tuple(dict.fromkeys(_facts_to_compare(expected)))


def _facts_to_compare(expected: Sequence[AnyExpected]) -> Iterator[AnyFact]:
    for expectation in expected:
        yield expectation.fact
        if isinstance(expectation.reading, SameAs):
            yield expectation.reading.fact


async def assess(
    gather: GatherFacts, expected: Sequence[AnyExpected], decide: MakePlan, spec_inputs: SpecInputs | None = None
) -> Assessment:
    gathered = await gather((*facts_of(expected), *(spec_inputs.facts if spec_inputs else ())))
    if spec_inputs is not None:
        expected, decide = spec_inputs.plan_inputs(gathered.readings)
        implied = dict(spec_inputs.implied(gathered.readings))
        gathered = replace(gathered, readings={**implied, **gathered.readings})
        missing = tuple(fact for fact in facts_of(expected) if fact not in gathered.readings)
        gathered = _merged(gathered, await gather(missing)) if missing else gathered
    plan = decide(gathered.readings)
    for _ in range(MAX_READ_ROUNDS):
        missing = sorted(plan.unread_facts - gathered.readings.keys(), key=fact_id)  # the same program each time
        if not missing:
            break
        gathered = _merged(gathered, await gather(missing))
        plan = decide(gathered.readings)
    else:
        gathered = _marked_unread(gathered, plan)
        plan = decide(gathered.readings)
    advice = {blocked.expected.fact: blocked.diagnostic for blocked in plan.advice}
    difference = without_advice(diff(expected, gathered.readings), advice)
    return Assessment(
        plan=plan,
        readings=gathered.readings,
        difference=difference,
        expected=tuple(expected),
        diagnostics=gathered.diagnostics,
    )


def _merged(gathered: GatheredFacts, more: GatheredFacts) -> GatheredFacts:
    return replace(
        gathered,
        readings={**gathered.readings, **more.readings},
        diagnostics={**gathered.diagnostics, **more.diagnostics},
    )


def _marked_unread(gathered: GatheredFacts, plan: Plan) -> GatheredFacts:
    """Facts still not gathered become Unknown with that reason, and block what depends on them."""
    unread: dict[AnyFact, AnyReading] = {fact: Unknown(reason("not-read")) for fact in plan.unread_facts}
    return replace(gathered, readings={**unread, **gathered.readings})
