"""Drift → plan, backwards: what repairs it, what that requires, what repairs those, until every requirement holds.

Order comes from requirements alone ("after, because"); where it is free, the guide's sections decide, so that the
plan reads like the guide. A solver could do no better and could not say why. Three things make it more than a walk:

* One action may repair many drifts, and several may repair the same one: the fewest that repair everything stay
  (`reconciler/core/action_selection.py`).
* An action may undo what holds now (`invalidates`: an edited env file makes every copy stale). Such a fact counts as
  drifted from then on, and what repairs it comes after; unless who needs it can come before
  (`reconciler/core/invalidation.py`).
* Facts that a decision rests on and that were not read are `unread_facts`: the caller reads them and plans again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from probes.fact import AnyDrift, AnyExpected, AnyFact, Readings, fact_id
from reconciler.core.action_selection import select_actions
from reconciler.core.fact_reader import FactNotRead, FactReader
from reconciler.core.invalidation import desired_but_invalidated, order_invalidations
from reconciler.core.node import Decision, Node, RuleCache
from reconciler.core.plan import Advice, Blocked, BlockedStep, Dependency, Plan, RepairedFact, Step
from reconciler.core.plan_graph import PlanGraph, PriorPass, Rule
from reconciler.core.step_order import rank, topological_order

__all__ = ["Decision", "Rule", "advised", "plan"]

MAX_PASSES = 40


def plan(release: str, expected: Iterable[AnyExpected], readings: Readings, rules: Rule) -> Plan:
    """Pure and total: the same facts give the same plan, whatever order they come in."""
    expectations, cache, prior = tuple(expected), RuleCache(FactReader(readings)), PriorPass()
    graph = PlanGraph(readings=readings, rules=rules, cache=cache, prior=prior)
    for _ in range(MAX_PASSES):
        graph = PlanGraph(readings=readings, rules=rules, cache=cache, prior=prior)
        for expectation in expectations:
            graph.resolve(expectation, needed=False)
        desired = desired_but_invalidated(graph, expectations)
        chosen, invalidated = select_actions(graph, desired), order_invalidations(graph, desired)
        if chosen == prior.chosen and invalidated == prior.invalidated:
            break
        known = {**prior.known, **{node.name: node.proposal for node in graph.nodes.values()}}
        if chosen != prior.chosen:  # a step that is about to be dropped invalidates nothing
            invalidated = prior.invalidated
        prior = PriorPass(chosen=chosen, invalidated=invalidated, known=known)
    return _finish(release, graph)


def advised(drifts: Iterable[AnyDrift], readings: Readings, rules: Rule) -> tuple[bool, frozenset[AnyFact]]:
    """Whether any of these is advice, as far as its rule can decide; and which facts the rules need to decide."""
    facts, unread, advice = FactReader(readings), set[AnyFact](), False
    for drift in drifts:
        try:
            advice |= isinstance(rules(drift, facts), Advice)
        except FactNotRead as missing:
            unread.update(missing.facts)
    return advice, frozenset(unread)


def _finish(release: str, graph: PlanGraph) -> Plan:
    graph.record_remaining()
    runnable = graph.runnable()
    edges = _edges(runnable)
    steps = topological_order(tuple(_to_step(node, edges[id(node.after)]) for node in runnable.values()))
    return Plan(
        release=release,
        steps=steps,
        blocked=_blocked_with_dependants(graph),
        blocked_steps=tuple(_blocked_steps(graph)),
        derived=tuple(graph.derived[fact] for fact in sorted(graph.derived, key=fact_id)),
        advice=tuple(graph.advice[fact] for fact in sorted(graph.advice.keys() - graph.blocked.keys(), key=fact_id)),
        unread_facts=frozenset(graph.unread),
    )


def _edges(runnable: Mapping[str, Node]) -> dict[int, tuple[Dependency, ...]]:
    """By identity: nodes with the same requirements have the same."""
    return {
        key: tuple(after[name] for name in sorted(after.keys() & runnable.keys()))
        for key, after in {id(node.after): node.after for node in runnable.values()}.items()
    }


def _to_step(node: Node, after: tuple[Dependency, ...]) -> Step:
    repair = node.proposal
    explanations = (node.repairs[fact] for fact in sorted(node.repairs, key=fact_id))
    repaired = tuple(
        RepairedFact(expected=explanation.expected, reading=explanation.reading, needed=explanation.needed)
        for explanation in explanations
    )
    return Step(
        id=node.name,
        action=repair.action,
        module=_module(repaired),
        section=repair.section,
        because=repair.because,
        source=repair.source,
        repairs=repaired,
        requires=node.requirements(),
        after=after,
    )


def _module(repaired: tuple[RepairedFact, ...]) -> str:
    """The module whose step it is: "" where it is there for several, or for the cluster."""
    modules = {item.expected.module for item in repaired}
    return modules.pop() if len(modules) == 1 else ""


def _blocked_with_dependants(graph: PlanGraph) -> tuple[Blocked, ...]:
    """Each cause once, with everything that it blocks."""
    providers = {fact: node for node in graph.nodes.values() for fact in node.repairs}
    waiting: dict[AnyFact, set[str]] = {}
    for fact in (*providers, *graph.derived):
        cause = _cause_of(graph, providers, fact)
        if cause is not None and cause != fact:
            waiting.setdefault(cause, set()).add(fact_id(fact))
    return tuple(
        replace(graph.blocked[fact], blocks=tuple(sorted(waiting.get(fact, ()))))
        for fact in sorted(graph.blocked, key=fact_id)
    )


def _blocked_steps(graph: PlanGraph) -> Iterator[BlockedStep]:
    """In the guide's order, without what they would come after: none of it is going to happen."""
    steps = (
        BlockedStep(step=_to_step(node, ()), cause=node.blocking_expectation.fact)
        for node in graph.nodes.values()
        if node.blocking_expectation is not None
    )
    return iter(sorted(steps, key=lambda blocked: rank(blocked.step)))


def _cause_of(graph: PlanGraph, providers: Mapping[AnyFact, Node], fact: AnyFact) -> AnyFact | None:
    """The blocked fact that blocks this one, through a step or because it derives from another."""
    if fact in graph.blocked:
        return fact
    if fact in graph.derived:
        causes = (_cause_of(graph, providers, expected.fact) for expected in graph.derived[fact].depends_on)
        return next((cause for cause in causes if cause is not None), None)
    node = providers.get(fact)
    return node.blocking_expectation.fact if node is not None and node.blocking_expectation is not None else None
