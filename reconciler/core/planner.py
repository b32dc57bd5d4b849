"""Drift → plan, backwards: what mends it, what that needs, what mends those needs, until everything needed holds.

Order comes from needs alone ("after, because"); where it is free, the guide's sections decide, so that the plan reads
like the guide. A solver could do no better and could not say why. Three things make it more than a walk:

* One action may mend many drifts. Of several actions that would mend the same drift, the one that mends most stays
  (`_settle`), so `bkcli install paas` is not followed by six calls for what it has done.
* An action may undo what holds now (`voids`: an edited env file makes every copy stale). Such a fact counts as
  drifted from then on, and what repairs it comes after.
* What a decision rests on and was not read is `wanted`; the caller reads it and asks again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from actions.action import Action
from probes.fact import Absent, AnyDrift, AnyExpected, AnyFact, Drift, Readings, Same, Unknown, fact_id, resolve
from reconciler.core.diff import judge
from reconciler.core.order import order
from reconciler.core.plan import After, Blocked, Follows, Mends, Plan, Repair, Step
from reconciler.core.seen import NotRead, Seen
from reconciler.core.stepid import step_id
from specs.diagnostic import Diagnostic, diagnose
from specs.reason import coded

Mend = Repair | Follows | Diagnostic
Rules = Callable[[AnyDrift, Seen], Mend]
ROUNDS = 40


def plan(release: str, expected: Iterable[AnyExpected], readings: Readings, rules: Rules) -> Plan:
    """Pure and total: the same facts give the same plan, whatever order they come in."""
    wishes = tuple(expected)
    settled: dict[AnyFact, Action] = {}
    stale: dict[AnyFact, frozenset[Action]] = {}
    known: dict[Action, Repair] = {}
    draft = _Draft(readings=readings, rules=rules, settled=settled, known=known, stale=stale)
    for _ in range(ROUNDS):
        draft = _Draft(readings=readings, rules=rules, settled=settled, known=known, stale=stale)
        for wish in wishes:
            draft.resolve(wish, needed=False)
        settled_next, stale_next = _settle(draft, settled), _stale(draft)
        if settled_next == settled and stale_next == stale:
            break
        settled, stale = settled_next, stale_next
        known.update((node.repair.action, node.repair) for node in draft.nodes.values())
    return _finish(release, draft)


@dataclass(slots=True)
class _Node:
    repair: Repair
    mends: dict[AnyFact, Mends] = field(default_factory=dict)
    after: dict[Action, After] = field(default_factory=dict)
    stuck: Diagnostic | None = None
    cause: AnyExpected | None = None


@dataclass(slots=True)
class _Draft:
    """One walk.

    `settled`: which action mends a fact that several could (`known`: its repair); `stale`: facts some step will undo.
    """

    readings: Readings
    rules: Rules
    settled: Mapping[AnyFact, Action]
    known: Mapping[Action, Repair]
    stale: Mapping[AnyFact, frozenset[Action]]
    nodes: dict[Action, _Node] = field(default_factory=dict)
    blocked: dict[AnyFact, Blocked] = field(default_factory=dict)
    follows: dict[AnyFact, Follows] = field(default_factory=dict)
    wanted: set[AnyFact] = field(default_factory=set)
    offers: dict[AnyFact, Repair] = field(default_factory=dict)
    walking: list[Action] = field(default_factory=list)

    def resolve(self, wish: AnyExpected, *, needed: bool) -> "tuple[_Node, ...]":
        """The nodes that will make it hold; none where it holds, is blocked, or waits for a reading."""
        drift = self._drift(wish)
        if drift is None:
            return ()
        if isinstance(drift.reading, Unknown):
            self._block(drift, diagnose("unknown-not-repaired", where=wish.fact.host, because=drift.reading.why))
            return ()
        match self._mend(drift):
            case None:
                return ()
            case Diagnostic() as diagnostic:
                self._block(drift, diagnostic)
                return ()
            case Follows() as follows:
                return self._follow(drift, follows)
            case Repair() as repair:
                return self._step(drift, repair, needed=needed)

    def _drift(self, wish: AnyExpected) -> AnyDrift | None:
        for fact in self._premises(wish):
            if fact not in self.readings:
                self.wanted.add(fact)
                return None
        drift = judge(wish, self.readings)
        if drift is None and wish.fact in self.stale:
            wanted = resolve(wish, self.readings)
            return Drift(expected=wish, reading=self.readings[wish.fact]) if wanted is not None else None
        return drift

    def _premises(self, wish: AnyExpected) -> tuple[AnyFact, ...]:
        return (wish.fact, wish.reading.fact) if isinstance(wish.reading, Same) else (wish.fact,)

    def _mend(self, drift: AnyDrift) -> Mend | None:
        if drift.expected.fact in self.offers:
            return self._preferred(drift, self.offers[drift.expected.fact])
        try:
            mend = self.rules(self._as_it_will_be(drift), Seen(self.readings))
        except NotRead as missing:
            self.wanted.add(missing.fact)
            return None
        if isinstance(mend, Repair):
            self.offers[drift.expected.fact] = mend
            return self._preferred(drift, mend)
        return mend

    def _as_it_will_be(self, drift: AnyDrift) -> AnyDrift:
        """What a step of this plan is going to undo is repaired as if it were gone already."""
        gone = drift.expected.fact in self.stale and drift.reading == drift.expected.reading
        return replace(drift, reading=Absent()) if gone else drift

    def _preferred(self, drift: AnyDrift, mend: Repair) -> Repair:
        """Where a wider action is in the plan anyway, it mends this too."""
        wider = self.settled.get(drift.expected.fact)
        if wider is None or wider == mend.action:
            return mend
        return self.known.get(wider, mend)

    def _follow(self, drift: AnyDrift, mend: Follows) -> "tuple[_Node, ...]":
        nodes = tuple(node for wish in mend.of for node in self.resolve(wish, needed=True))
        self.follows[drift.expected.fact] = mend
        if not nodes and not self._waits(mend.of):
            self._block(drift, diagnose("follows-nothing", where=drift.expected.fact.host))
        return nodes

    def _waits(self, wishes: tuple[AnyExpected, ...]) -> bool:
        return any(wish.fact in self.blocked or wish.fact in self.wanted for wish in wishes)

    def _step(self, drift: AnyDrift, repair: Repair, *, needed: bool) -> "tuple[_Node, ...]":
        fact = drift.expected.fact
        if repair.action in self.walking:
            self._block(drift, diagnose("needs-itself", where=fact.host, because=drift.expected.because))
            return ()
        first = repair.action not in self.nodes
        node = self.nodes.setdefault(repair.action, _Node(repair=repair))
        known = node.mends.get(fact)
        node.mends[fact] = Mends(
            expected=drift.expected, reading=drift.reading, needed=needed and (known is None or known.needed)
        )
        if first:
            self.walking.append(repair.action)
            self._needs(node)
            self.walking.pop()
        return (node,)

    def _needs(self, node: _Node) -> None:
        for need in (*node.repair.needs, *node.repair.action.requires()):
            nodes = tuple(before for before in self.resolve(need, needed=True) if before is not node)
            for before in nodes:
                node.after.setdefault(before.repair.action, After(step="", because=need.because, source=need.source))
            self._stick(node, need, nodes)

    def _stick(self, node: _Node, need: AnyExpected, nodes: "tuple[_Node, ...]") -> None:
        """A step whose need is blocked, or waits for a step that is, is blocked by the same cause."""
        blocked = self.blocked.get(need.fact)
        if blocked is not None:
            node.stuck, node.cause = node.stuck or blocked.diagnostic, node.cause or blocked.expected
        for before in nodes:
            if before.stuck is not None:
                node.stuck, node.cause = node.stuck or before.stuck, node.cause or before.cause

    def _block(self, drift: AnyDrift, diagnostic: Diagnostic) -> None:
        self.blocked.setdefault(drift.expected.fact, Blocked(expected=drift.expected, diagnostic=diagnostic))


def _settle(draft: _Draft, settled: Mapping[AnyFact, Action]) -> dict[AnyFact, Action]:
    """For each fact that several steps would make hold: the step that mends most facts of this plan."""
    ensured: dict[AnyFact, list[Action]] = {}
    for action in draft.nodes:
        for promise in action.ensures():
            ensured.setdefault(promise.fact, []).append(action)
    mended = {fact for node in draft.nodes.values() for fact in node.mends}
    weight = {
        action: sum(1 for promise in action.ensures() if promise.fact in mended or promise.fact in draft.stale)
        for action in draft.nodes
    }
    chosen = dict(settled)
    for fact, actions in ensured.items():
        if fact in mended and len(actions) > 1:
            chosen[fact] = max(actions, key=lambda action: (weight[action], step_id(action)))
    return chosen


def _stale(draft: _Draft) -> dict[AnyFact, frozenset[Action]]:
    found: dict[AnyFact, set[Action]] = {}
    for action in draft.nodes:
        for fact in action.voids():
            found.setdefault(fact, set()).add(action)
    return {fact: frozenset(actions) for fact, actions in found.items()}


def _finish(release: str, draft: _Draft) -> Plan:
    _after_what_voids(draft)
    live = {action: node for action, node in draft.nodes.items() if node.stuck is None}
    ids = {action: step_id(action) for action in live}
    steps = order(tuple(_told(node, ids) for node in live.values()))
    return Plan(
        release=release,
        steps=steps,
        blocked=_held_up(draft),
        follows=tuple(draft.follows[fact] for fact in sorted(draft.follows, key=fact_id)),
        wanted=frozenset(draft.wanted),
    )


def _after_what_voids(draft: _Draft) -> None:
    """What repairs a fact that another step undoes comes after it, unless that step itself waits for this one."""
    for node in draft.nodes.values():
        promised = {promise.fact for promise in node.repair.action.ensures()}
        for fact in sorted(promised & set(draft.stale), key=fact_id):
            for spoiler in draft.stale[fact]:
                if (
                    spoiler is node.repair.action
                    or spoiler not in draft.nodes
                    or _reaches(draft, spoiler, node.repair.action)
                ):
                    continue
                why = coded("after-what-it-undoes", step=step_id(spoiler))
                node.after.setdefault(spoiler, After(step="", because=why))


def _reaches(draft: _Draft, start: Action, goal: Action) -> bool:
    """Does `start` come after `goal`?"""
    todo, been = [start], {start}
    while todo:
        for before in draft.nodes[todo.pop()].after:
            if before == goal:
                return True
            if before not in been:
                been.add(before)
                todo.append(before)
    return False


def _told(node: _Node, ids: Mapping[Action, str]) -> Step:
    repair = node.repair
    mends = tuple(node.mends[fact] for fact in sorted(node.mends, key=fact_id))
    after = tuple(
        After(step=ids[action], because=why.because, source=why.source)
        for action, why in node.after.items()
        if action in ids
    )
    return Step(
        id=ids[repair.action],
        action=repair.action,
        module=next((m.expected.module for m in mends if m.expected.module), ""),
        section=repair.section,
        because=repair.because,
        source=repair.source,
        mends=mends,
        needs=(*repair.needs, *repair.action.requires()),
        after=tuple(sorted(after, key=lambda edge: edge.step)),
    )


def _held_up(draft: _Draft) -> tuple[Blocked, ...]:
    """Each cause once, with everything that waits for it."""
    waiting: dict[AnyFact, set[str]] = {}
    for node in draft.nodes.values():
        if node.cause is not None:
            waiting.setdefault(node.cause.fact, set()).update(fact_id(fact) for fact in node.mends)
    return tuple(
        replace(draft.blocked[fact], held_up=tuple(sorted(waiting.get(fact, ()))))
        for fact in sorted(draft.blocked, key=fact_id)
    )
