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
from reconciler.core.action_selection import settle
from reconciler.core.fact_reader import NotRead, Seen
from reconciler.core.invalidation import arrange, regretted
from reconciler.core.node import Mend, Names, Node
from reconciler.core.plan import Advice, After, Blocked, Mends, Plan, Step
from reconciler.core.plan_graph import Draft, Hindsight, Rules
from reconciler.core.step_order import order

__all__ = ["Mend", "Rules", "advised", "plan"]

ROUNDS = 40


def plan(release: str, expected: Iterable[AnyExpected], readings: Readings, rules: Rules) -> Plan:
    """Pure and total: the same facts give the same plan, whatever order they come in."""
    wishes, names, hindsight = tuple(expected), Names(Seen(readings)), Hindsight()
    draft = Draft(readings=readings, rules=rules, names=names, hindsight=hindsight)
    for _ in range(ROUNDS):
        draft = Draft(readings=readings, rules=rules, names=names, hindsight=hindsight)
        for wish in wishes:
            draft.resolve(wish, needed=False)
        desired = regretted(draft, wishes)
        settled, undone = settle(draft, desired), arrange(draft, desired)
        if settled == hindsight.settled and undone == hindsight.undone:
            break
        known = {**hindsight.known, **{node.name: node.repair for node in draft.nodes.values()}}
        if settled != hindsight.settled:  # a step that is about to go undoes nothing
            undone = hindsight.undone
        hindsight = Hindsight(settled=settled, undone=undone, known=known)
    return _finish(release, draft)


def advised(drifts: Iterable[AnyDrift], readings: Readings, rules: Rules) -> tuple[bool, frozenset[AnyFact]]:
    """Is any of these advice, as far as its rule can say? And what has to be read before the rules can."""
    seen, wanted, advice = Seen(readings), set[AnyFact](), False
    for drift in drifts:
        try:
            advice |= isinstance(rules(drift, seen), Advice)
        except NotRead as missing:
            wanted.update(missing.facts)
    return advice, frozenset(wanted)


def _finish(release: str, draft: Draft) -> Plan:
    draft.say_last()
    going = draft.going()
    edges = _edges(going)
    steps = order(tuple(_told(node, edges[id(node.after)]) for node in going.values()))
    return Plan(
        release=release,
        steps=steps,
        blocked=_held_up(draft),
        follows=tuple(draft.follows[fact] for fact in sorted(draft.follows, key=fact_id)),
        advice=tuple(draft.advice[fact] for fact in sorted(draft.advice.keys() - draft.blocked.keys(), key=fact_id)),
        wanted=frozenset(draft.wanted),
    )


def _edges(going: Mapping[str, Node]) -> dict[int, tuple[After, ...]]:
    """By identity: nodes with the same needs have the same."""
    return {
        key: tuple(after[name] for name in sorted(after.keys() & going.keys()))
        for key, after in {id(node.after): node.after for node in going.values()}.items()
    }


def _told(node: Node, after: tuple[After, ...]) -> Step:
    repair = node.repair
    said = (node.mends[fact] for fact in sorted(node.mends, key=fact_id))
    mends = tuple(Mends(expected=one.expected, reading=one.reading, needed=one.needed) for one in said)
    return Step(
        id=node.name,
        action=repair.action,
        module=_module(mends),
        section=repair.section,
        because=repair.because,
        source=repair.source,
        mends=mends,
        needs=node.needs(),
        after=after,
    )


def _module(mends: tuple[Mends, ...]) -> str:
    """Whose step it is: nobody's where it is there for several, or for the cluster."""
    modules = {mend.expected.module for mend in mends}
    return modules.pop() if len(modules) == 1 else ""


def _held_up(draft: Draft) -> tuple[Blocked, ...]:
    """Each cause once, with everything that waits for it."""
    mender = {fact: node for node in draft.nodes.values() for fact in node.mends}
    waiting: dict[AnyFact, set[str]] = {}
    for fact in (*mender, *draft.follows):
        cause = _cause(draft, mender, fact)
        if cause is not None and cause != fact:
            waiting.setdefault(cause, set()).add(fact_id(fact))
    return tuple(
        replace(draft.blocked[fact], held_up=tuple(sorted(waiting.get(fact, ()))))
        for fact in sorted(draft.blocked, key=fact_id)
    )


def _cause(draft: Draft, mender: Mapping[AnyFact, Node], fact: AnyFact) -> AnyFact | None:
    """The blocked fact that this one waits for, be it through a step or because it follows another."""
    if fact in draft.blocked:
        return fact
    if fact in draft.follows:
        causes = (_cause(draft, mender, wish.fact) for wish in draft.follows[fact].of)
        return next((cause for cause in causes if cause is not None), None)
    node = mender.get(fact)
    return node.cause.fact if node is not None and node.cause is not None else None
