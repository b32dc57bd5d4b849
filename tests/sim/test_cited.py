"""What a plan cites is what it rests on: take the cited facts away, and the step, or the "after", goes with them.

A step cites the facts it mends, and, where another step is to undo one of them first, that step ("after what it
undoes"), whose own facts then count too. An "after" cites the needs that the step before makes hold.
"""

from collections import Counter
from random import Random
from typing import cast

import pytest

from probes.fact import AnyExpected, AnyFact, AnyReading, Readings
from reconciler.core.plan import Dependency, Plan, Step
from tests.sim.proof import WHOLE, busy, state
from tests.sim.states import decide
from tests.sim.worlds import World

Held = dict[AnyFact, AnyReading]


def wished(expected: AnyExpected) -> AnyReading:
    """`Same` included: `judge` takes it for held, and what it would be compared with need not be worked out."""
    return cast("AnyReading", expected.reading)


def cited(plan: Plan, step: Step, been: frozenset[str] = frozenset()) -> Held:
    """What has to hold for the step not to be there."""
    facts: Held = {}
    for repaired in step.repairs:
        facts[repaired.expected.fact] = wished(repaired.expected)
        for other in spoilers(plan, repaired.expected.fact, been | {step.id}):
            facts |= cited(plan, other, been | {step.id})
    return facts


def spoilers(plan: Plan, fact: AnyFact, but: frozenset[str]) -> list[Step]:
    return [step for step in plan.steps if step.id not in but and fact in step.action.invalidates()]


def between(plan: Plan, step: Step, edge: Dependency) -> Held:
    """What has to hold for `step` not to wait for the other one, for this reason."""
    before = next(one for one in plan.steps if one.id == edge.step)
    if getattr(edge.because, "code", "") in ("after-invalidation", "before-invalidation"):
        return cited(plan, before)
    needs = {need.fact for need in step.requires if (need.because, need.source) == (edge.because, edge.source)}
    expectations = [
        repaired.expected
        for repaired in before.repairs
        if repaired.expected.fact in {need.fact for need in step.requires}
    ]
    assert needs & {wish.fact for wish in expectations}, f"{step.id} after {edge.step}: cites no need of its own"
    facts: Held = {}
    for expected in expectations:
        facts[expected.fact] = wished(expected)
        for other in spoilers(plan, expected.fact, frozenset({before.id})):
            facts |= cited(plan, other, frozenset({before.id}))
    return facts


def without(world: World, readings: Readings, facts: Held) -> dict[str, Step]:
    held = World(cluster=WHOLE, facts={**world.facts, **readings, **facts}, other=world.other)
    return {step.id: step for step in decide(held)[0].steps}


def unexplained(plan: Plan) -> list[str]:
    """Steps, edges, drifts and refusals without a reason or a source."""
    steps = [step.id for step in plan.steps if not step.because or not step.source]
    waits = ((step, edge) for step in plan.steps for edge in step.after)
    edges = [f"{step.id} after {edge.step}" for step, edge in waits if not edge.because or not edge.source]
    expectations = [repaired.expected for step in plan.steps for repaired in step.repairs]
    expectations += [blocked.expected for blocked in plan.blocked]
    return (
        steps + edges + [str(expected.fact) for expected in expectations if not expected.because or not expected.source]
    )


def prove(seed: int, sample: int) -> Counter[str]:
    world, random = state(seed)
    plan, readings = decide(world)
    assert unexplained(plan) == [], f"state {seed}"
    steps = random.sample(plan.steps, min(sample, len(plan.steps)))
    for step in steps:
        left = without(world, readings, cited(plan, step))
        assert step.id not in left, f"state {seed}: {step.id} stays without what it cites"
    edges = [(step, edge) for step in plan.steps for edge in step.after]
    edges = random.sample(edges, min(sample, len(edges)))
    for step, edge in edges:
        left = without(world, readings, between(plan, step, edge))
        dependencies = (
            [dependency for dependency in left[step.id].after if dependency.step == edge.step]
            if step.id in left
            else []
        )
        assert edge not in dependencies, f"state {seed}: {step.id} after {edge.step} stays without what it cites"
    return Counter(states=1, steps=len(steps), edges=len(edges))


@pytest.mark.timeout(600)
def test_taking_the_cited_facts_away_takes_the_step_and_the_edge_away() -> None:
    counts = sum((prove(seed, 3) for seed in range(1, 41)), Counter[str]())
    assert min(counts["steps"], counts["edges"]) > 60


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_the_same_of_many_more(capsys: pytest.CaptureFixture[str]) -> None:
    counts = sum((prove(seed, 8) for seed in range(80)), Counter[str]())
    with capsys.disabled():
        print(f"\n{' '.join(f'{name} {count}' for name, count in counts.items())}")


@pytest.mark.parametrize("seed", busy(3))
def test_without_any_drift_there_is_no_step(seed: int) -> None:
    """The whole plan's cited facts at once, with what follows from them."""
    world, _ = state(seed)
    plan, readings = decide(world)
    everything: Held = {fact: reading for step in plan.steps for fact, reading in cited(plan, step).items()}
    for derived in plan.derived:
        everything[derived.expected.fact] = wished(derived.expected)
    random = Random(seed)
    part = dict(random.sample(sorted(everything.items(), key=str), len(everything) // 2))
    assert (
        len(without(world, readings, part)) < len(plan.steps) or len(plan.steps) == 1
    )  # it may rest on the other half
    assert without(world, readings, everything) == {}
