"""Planning grows as the hosts do: counted in calls, not timed. And a look takes as many rounds on many hosts as on few.

The clusters of `big.py` repeat every twenty hosts, so one period more and then two more cost once and twice as much,
whatever does not depend on hosts. What grows with the square costs three and a half times as much.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from probes.fact import AnyDrift
from reconciler.core.diff import diff
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision, Rule, plan
from reconciler.rules.registry import expected_facts, rule_for
from specs.cluster import Cluster
from specs.reason import reason
from tests.sim.big import SCALED, big_cluster
from tests.sim.states import Answers
from tests.sim.worlds import World, finished, readings_of
from tests.support.calls import calls

PERIOD = len(SCALED)
FIRST = 10
MOST = 2.3
"""Times, where two comes of growing as the hosts do."""
UNITS = ("one.service", "two.service", "three.service", "four.service")
WHY = reason("starts-at-boot")


def planning(hosts: int, made: Callable[[Cluster], Rule], world: Callable[[Cluster], World]) -> int:
    """Calls of a diff and a plan for a cluster of which nothing is known yet."""
    known = Answers(world(big_cluster(hosts)))
    plan("6.2.2", expected_facts(known.world.cluster), known, rule_for(known.world.cluster))
    cluster, readings = big_cluster(hosts), known.told

    def work() -> None:
        expectations = expected_facts(cluster)
        diff(expectations, readings)
        plan("6.2.2", expectations, readings, made(cluster))

    return calls(work)


def asking(hosts: int, made: Callable[[Cluster], Rule], world: Callable[[Cluster], World]) -> int:
    """Calls of the rules alone, each asked for each drift: a planner makes many more, and one bad rule would hide."""
    cluster = big_cluster(hosts)
    readings = Answers(world(cluster))
    drifts = diff(expected_facts(cluster), readings).drift

    def ask(rules_: Rule) -> None:
        facts = FactReader(readings)
        for drift in drifts:
            rules_(drift, facts)

    ask(rule_for(cluster))
    fresh = made(big_cluster(hosts))
    return calls(lambda: ask(fresh))


def grows(
    costs: Callable[[int, Callable[[Cluster], Rule], Callable[[Cluster], World]], int],
    made: Callable[[Cluster], Rule] = rule_for,
    world: Callable[[Cluster], World] = lambda cluster: World(cluster=cluster),
) -> float:
    few, more, many = (costs(hosts, made, world) for hosts in (FIRST, FIRST + PERIOD, FIRST + 3 * PERIOD))
    return (many - more) / (more - few)


def test_a_plan_where_everything_differs_grows_as_the_hosts_do() -> None:
    assert grows(planning) < MOST


def test_a_plan_of_a_finished_cluster_grows_as_the_hosts_do() -> None:
    assert grows(planning, world=finished) < MOST


def test_the_rules_grow_as_the_hosts_do() -> None:
    assert grows(asking) < MOST


def test_a_rule_that_walks_the_cluster_for_each_drift_is_noticed() -> None:
    def walking(cluster: Cluster) -> Rule:
        known = rule_for(cluster)

        def mend(drift: AnyDrift, facts: FactReader) -> Decision:
            assert not any(len(host) == 0 for host in cluster.inventory.hosts)
            return known(drift, facts)

        return mend

    assert grows(asking, walking) > MOST


def test_needs_that_are_alike_and_not_shared_are_noticed() -> None:
    def unshared(cluster: Cluster) -> Rule:
        known = rule_for(cluster)

        def mend(drift: AnyDrift, facts: FactReader) -> Decision:
            decision = known(drift, facts)
            return replace(decision, common=(*decision.common,)) if isinstance(decision, Repair) else decision

        return mend

    assert grows(planning, unshared) > MOST


@cache
def rounds(hosts: int) -> int:
    """Looks until nothing more is wanted."""
    world, looks = World(cluster=big_cluster(hosts)), 1
    expectations = expected_facts(world.cluster)
    readings = readings_of(world, expectations)
    while True:
        made = plan("6.2.2", expectations, readings, rule_for(world.cluster))
        if not made.unread_facts:
            return looks
        readings |= world.read(made.unread_facts)
        looks += 1


def test_a_look_takes_no_more_rounds_on_more_hosts() -> None:
    assert rounds(FIRST) == rounds(FIRST + 2 * PERIOD)
