"""What is wished for of a cluster, and how to get there: the rules handed to the planner."""

from collections.abc import Callable

from probes.fact import AnyExpected, Readings
from reconciler.core import planner
from reconciler.core.diff import diff
from reconciler.core.plan import Plan
from reconciler.engine import assess
from reconciler.rules import database, package_versions, registry
from specs.cluster import Cluster

Goal = tuple[tuple[AnyExpected, ...], Callable[[Readings], Plan]]
"""What is wished for, and how to get there."""


def goal_for(cluster: Cluster) -> Goal:
    expected, rules = registry.expected_facts(cluster), registry.rule_for(cluster)

    def decide(readings: Readings) -> Plan:
        return planner.plan(cluster.release.version, expected, readings, rules)

    return expected, decide


def comparing(cluster: Cluster) -> Goal:
    """What `diff` and `check` show, without a plan. Only where something is advice is one made: whether a step needs
    the same decides whether it is owed."""
    (expected, decide), rules = goal_for(cluster), registry.rule_for(cluster)

    def compare(readings: Readings) -> Plan:
        advice, facts = planner.advised(diff(expected, readings).drift, readings, rules)
        if advice and not facts:
            return decide(readings)
        return Plan(release=cluster.release.version, steps=(), blocked=(), unread_facts=facts)

    return expected, compare


def grounds(cluster: Cluster, goal: Callable[[Cluster], Goal] = goal_for) -> assess.SpecInputs:
    """A run that unpacks the package learns on the way which versions it brings."""
    facts = (package_versions.fact_of(cluster), database.fact_of(cluster), database.elsewhere(cluster).fact)
    return assess.SpecInputs(
        facts=facts,
        goal=lambda readings: goal(
            database.with_databases(package_versions.with_package_versions(cluster, readings), readings)
        ),
    )
