"""Drift → plan, backwards: what mends it, what that needs, what mends those needs, until everything needed holds.

Order comes from needs alone ("after, because"); where it is free, the guide's sections decide, so that the plan reads
like the guide. A solver could do no better and could not say why. Three things make it more than a walk:

* One action may mend many drifts, and several may mend the same one: the fewest that mend everything stay
  (`reconciler/core/action_selection.py`).
* An action may undo what holds now (`voids`: an edited env file makes every copy stale). Such a fact counts as
  drifted from then on, and what repairs it comes after; unless who needs it can come before
  (`reconciler/core/invalidation.py`).
* What a decision rests on and was not read is `wanted`; the caller reads it and asks again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from probes.fact import AnyDrift, AnyExpected, AnyFact, Readings, fact_id
from reconciler.core.action_selection import select_actions
from reconciler.core.fact_reader import FactNotRead, FactReader
from reconciler.core.invalidation import desired_but_invalidated, order_invalidations
from reconciler.core.node import Decision, Node, RuleCache
from reconciler.core.plan import Advice, Blocked, Dependency, Plan, RepairedFact, Step
from reconciler.core.plan_graph import PlanGraph, PriorPass, Rule
from reconciler.core.step_order import topological_order

__all__ = ["Decision", "Rule", "advised", "plan"]

MAX_PASSES = 40


def plan(release: str, expected: Iterable[AnyExpected], readings: Readings, rules: Rule) -> Plan:
    """Pure and total: the same facts give the same plan, whatever order they come in."""
    expectations, names, hindsight = tuple(expected), RuleCache(FactReader(readings)), PriorPass()
    draft = PlanGraph(readings=readings, rules=rules, cache=names, prior=hindsight)
    for _ in range(MAX_PASSES):
        draft = PlanGraph(readings=readings, rules=rules, cache=names, prior=hindsight)
        for wish in expectations:
            draft.resolve(wish, needed=False)
        desired = desired_but_invalidated(draft, expectations)
        settled, undone = select_actions(draft, desired), order_invalidations(draft, desired)
        if settled == hindsight.chosen and undone == hindsight.invalidated:
            break
        known = {**hindsight.known, **{node.name: node.proposal for node in draft.nodes.values()}}
        if settled != hindsight.chosen:  # a step that is about to go undoes nothing
            undone = hindsight.invalidated
        hindsight = PriorPass(chosen=settled, invalidated=undone, known=known)
    return _finish(release, draft)


def advised(drifts: Iterable[AnyDrift], readings: Readings, rules: Rule) -> tuple[bool, frozenset[AnyFact]]:
    """Is any of these advice, as far as its rule can say? And what has to be read before the rules can."""
    facts, wanted, advice = FactReader(readings), set[AnyFact](), False
    for drift in drifts:
        try:
            advice |= isinstance(rules(drift, facts), Advice)
        except FactNotRead as missing:
            wanted.update(missing.facts)
    return advice, frozenset(wanted)


def _finish(release: str, draft: PlanGraph) -> Plan:
    draft.record_remaining()
    going = draft.runnable()
    edges = _edges(going)
    steps = topological_order(tuple(_to_step(node, edges[id(node.after)]) for node in going.values()))
    return Plan(
        release=release,
        steps=steps,
        blocked=_blocked_with_dependants(draft),
        derived=tuple(draft.derived[fact] for fact in sorted(draft.derived, key=fact_id)),
        advice=tuple(draft.advice[fact] for fact in sorted(draft.advice.keys() - draft.blocked.keys(), key=fact_id)),
        unread_facts=frozenset(draft.unread),
    )


def _edges(going: Mapping[str, Node]) -> dict[int, tuple[Dependency, ...]]:
    """By identity: nodes with the same needs have the same."""
    return {
        key: tuple(after[name] for name in sorted(after.keys() & going.keys()))
        for key, after in {id(node.after): node.after for node in going.values()}.items()
    }


def _to_step(node: Node, after: tuple[Dependency, ...]) -> Step:
    repair = node.proposal
    said = (node.repairs[fact] for fact in sorted(node.repairs, key=fact_id))
    repaired = tuple(RepairedFact(expected=one.expected, reading=one.reading, needed=one.requires) for one in said)
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
    """Whose step it is: nobody's where it is there for several, or for the cluster."""
    modules = {mend.expected.module for mend in repaired}
    return modules.pop() if len(modules) == 1 else ""


def _blocked_with_dependants(draft: PlanGraph) -> tuple[Blocked, ...]:
    """Each cause once, with everything that waits for it."""
    mender = {fact: node for node in draft.nodes.values() for fact in node.repairs}
    waiting: dict[AnyFact, set[str]] = {}
    for fact in (*mender, *draft.derived):
        cause = _cause_of(draft, mender, fact)
        if cause is not None and cause != fact:
            waiting.setdefault(cause, set()).add(fact_id(fact))
    return tuple(
        replace(draft.blocked[fact], blocks=tuple(sorted(waiting.get(fact, ()))))
        for fact in sorted(draft.blocked, key=fact_id)
    )


def _cause_of(draft: PlanGraph, mender: Mapping[AnyFact, Node], fact: AnyFact) -> AnyFact | None:
    """The blocked fact that this one waits for, be it through a step or because it follows another."""
    if fact in draft.blocked:
        return fact
    if fact in draft.derived:
        causes = (_cause_of(draft, mender, expected.fact) for expected in draft.derived[fact].depends_on)
        return next((cause for cause in causes if cause is not None), None)
    node = mender.get(fact)
    return node.cause.fact if node is not None and node.cause is not None else None
