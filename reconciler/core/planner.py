"""Drift → plan, backwards: what mends it, what that needs, what mends those needs, until everything needed holds.

Order comes from needs alone ("after, because"); where it is free, the guide's sections decide, so that the plan reads
like the guide. A solver could do no better and could not say why. Three things make it more than a walk:

* One action may mend many drifts. Of several actions that would mend the same drift, the one that mends most stays
  (`_settle`), so `bkcli install paas` is not followed by six calls for what it has done.
* An action may undo what holds now (`voids`: an edited env file makes every copy stale). Such a fact counts as
  drifted from then on, and what repairs it comes after.
* What a decision rests on and was not read is `wanted`; the caller reads it and asks again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from actions.action import Action
from probes.fact import AnyExpected, AnyFact, Readings, fact_id
from reconciler.core.draft import Draft, Hindsight, Mend, Names, Node, Rules
from reconciler.core.order import order
from reconciler.core.plan import After, Blocked, Plan, Step
from specs.reason import coded

__all__ = ["Mend", "Rules", "plan"]

ROUNDS = 40


def plan(release: str, expected: Iterable[AnyExpected], readings: Readings, rules: Rules) -> Plan:
    """Pure and total: the same facts give the same plan, whatever order they come in."""
    wishes, names, hindsight = tuple(expected), Names(), Hindsight()
    draft = Draft(readings=readings, rules=rules, names=names, hindsight=hindsight)
    for _ in range(ROUNDS):
        draft = Draft(readings=readings, rules=rules, names=names, hindsight=hindsight)
        for wish in wishes:
            draft.resolve(wish, needed=False)
        settled, stale = _settle(draft), _stale(draft)
        if settled == hindsight.settled and stale == hindsight.stale:
            break
        known = {**hindsight.known, **{node.name: node.repair for node in draft.nodes.values()}}
        hindsight = Hindsight(settled=settled, stale=stale, known=known)
    return _finish(release, draft)


def _settle(draft: Draft) -> dict[AnyFact, str]:
    """For each fact that several steps would make hold: the step that mends most facts of this plan."""
    mended = {fact for node in draft.nodes.values() for fact in node.mends}
    promised = {name: _promised(node.repair.action) & mended for name, node in draft.nodes.items()}
    several: dict[AnyFact, list[str]] = {}
    for name, facts in promised.items():
        for fact in facts:
            several.setdefault(fact, []).append(name)
    chosen = dict(draft.hindsight.settled)
    for fact, names in several.items():
        if len(names) > 1:
            chosen[fact] = max(names, key=lambda name: (len(promised[name]), name))
    return chosen


def _promised(action: Action) -> set[AnyFact]:
    return {promise.fact for promise in action.ensures()}


def _stale(draft: Draft) -> dict[AnyFact, frozenset[str]]:
    """What the steps of this plan undo; a step that is held up undoes nothing."""
    found: dict[AnyFact, set[str]] = {}
    for node in draft.nodes.values():
        for fact in node.repair.action.voids() if node.stuck is None else ():
            found.setdefault(fact, set()).add(node.name)
    return {fact: frozenset(names) for fact, names in found.items()}


def _finish(release: str, draft: Draft) -> Plan:
    _after_what_voids(draft)
    going = {node.name for node in draft.nodes.values() if node.stuck is None}
    steps = order(tuple(_told(draft.nodes[name], going) for name in going))
    return Plan(
        release=release,
        steps=steps,
        blocked=_held_up(draft),
        follows=tuple(draft.follows[fact] for fact in sorted(draft.follows, key=fact_id)),
        advice=tuple(draft.advice[fact] for fact in sorted(draft.advice.keys() - draft.blocked.keys(), key=fact_id)),
        wanted=frozenset(draft.wanted),
    )


def _after_what_voids(draft: Draft) -> None:
    """What repairs a fact that another step undoes comes after it, unless that step itself waits for this one."""
    stale = draft.hindsight.stale
    for node in draft.nodes.values():
        facts = _promised(node.repair.action) & stale.keys()
        spoilers = {name for fact in facts for name in stale[fact]} & draft.nodes.keys() - {node.name}
        for spoiler in sorted(spoilers):
            if not _reaches(draft.nodes, spoiler, node.name):
                why = coded("after-what-it-undoes", step=spoiler)
                node.after.setdefault(spoiler, After(step=spoiler, because=why))


def _reaches(nodes: Mapping[str, Node], start: str, goal: str) -> bool:
    """Does `start` come after `goal`?"""
    todo, been = [start], {start}
    while todo:
        for before in nodes[todo.pop()].after:
            if before == goal:
                return True
            if before not in been:
                been.add(before)
                todo.append(before)
    return False


def _told(node: Node, going: set[str]) -> Step:
    repair = node.repair
    mends = tuple(node.mends[fact] for fact in sorted(node.mends, key=fact_id))
    return Step(
        id=node.name,
        action=repair.action,
        module=next((m.expected.module for m in mends if m.expected.module), ""),
        section=repair.section,
        because=repair.because,
        source=repair.source,
        mends=mends,
        needs=(*repair.needs, *repair.action.requires()),
        after=tuple(node.after[name] for name in sorted(node.after.keys() & going)),
    )


def _held_up(draft: Draft) -> tuple[Blocked, ...]:
    """Each cause once, with everything that waits for it."""
    waiting: dict[AnyFact, set[str]] = {}
    for node in draft.nodes.values():
        if node.cause is not None:
            waiting.setdefault(node.cause.fact, set()).update(fact_id(fact) for fact in node.mends)
    return tuple(
        replace(draft.blocked[fact], held_up=tuple(sorted(waiting.get(fact, ()))))
        for fact in sorted(draft.blocked, key=fact_id)
    )
