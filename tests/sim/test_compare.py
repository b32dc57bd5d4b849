"""`diff` and `check` make no plan, and say what they would say if they had made one."""

from collections.abc import Callable
from random import Random

import pytest

from probes.fact import AnyFact, AnyReading, Known
from probes.tag import SecretsTag
from reconciler.commands.assess import PlanInputs, comparing, plan_inputs
from reconciler.core.diff import Difference, diff, without_advice
from reconciler.core.plan import Plan
from reconciler.rules.registry import may_be_advice
from specs.cluster import Cluster
from tests.sim.states import anyhow, few
from tests.sim.worlds import World, finished, guide_cluster, readings_of

CLUSTER = guide_cluster()


def told(world: World, goal: Callable[[Cluster], PlanInputs]) -> tuple[Difference, Plan, int]:
    """As `engine/assess.py` does; with how many facts were read."""
    expected, decide = goal(world.cluster)
    readings = readings_of(world, expected)
    while (plan := decide(readings)).unread_facts:
        readings |= world.read(plan.unread_facts)
    advice = {blocked.expected.fact: blocked.diagnostic for blocked in plan.advice}
    return without_advice(diff(expected, readings), advice), plan, len(readings)


def tag_lost(world: World) -> World:
    """Advice, and where anything is to be distributed, what holds it up."""
    facts: dict[AnyFact, AnyReading] = dict(world.facts)
    facts |= {fact: Known("lost") for fact in facts if isinstance(fact, SecretsTag)}
    return World(cluster=world.cluster, facts=facts, other=world.other)


def tag_lost_under_a_drift() -> World:
    world = tag_lost(finished(CLUSTER))
    copies = (fact for fact in world.facts if getattr(fact, "kind", "") == "path.tree")
    world.facts |= {fact: Known("another") for fact in copies if fact.host != CLUSTER.controller}
    return world


@pytest.mark.parametrize("seed", range(12))
def test_the_difference_is_the_plans(seed: int) -> None:
    random, base = Random(seed), finished(CLUSTER)
    world = few(base, random) if seed % 3 else anyhow(base, random, 0.1)
    shown, (planned, plan, _) = told(world, comparing)[0], told(world, plan_inputs)
    assert shown == planned
    assert all(may_be_advice(advice.expected.fact) for advice in plan.advice)


@pytest.mark.parametrize("world", [tag_lost(finished(CLUSTER)), tag_lost_under_a_drift()], ids=["alone", "needed"])
def test_advice_that_a_step_needs_is_owed(world: World) -> None:
    shown, planned = told(world, comparing)[0], told(world, plan_inputs)[0]
    assert shown == planned
    assert bool(shown.advice) != bool(shown.drift)


def test_no_step_is_planned_where_none_is_shown() -> None:
    world = World(cluster=CLUSTER)
    shown, plan, read = told(world, comparing)
    _, planned, more = told(World(cluster=CLUSTER), plan_inputs)
    assert shown.drift
    assert planned.steps
    assert plan.steps == ()
    assert read == len(readings_of(world, comparing(CLUSTER)[0])), "one look at each host"
    assert read < more
