"""What the steps of a plan undo (`voids`), and what therefore comes before that and what after it.

What a step undoes is made again after it, and whoever needs it waits for that. Two needs are met before it is undone
instead, and cost no step: that of a step which comes first anyway, and all needs of a fact that holds now and that
nobody desires for itself, where coming first makes no ring. No search: each fact is weighed once a walk, in the order
of the ids, and what had to be made again once stays so. Either way who needs it and who undoes it never run at once.

Sets of steps are bits of a number here, the lowest for the first by name: one change of the scripts makes a fact of
each host stale, and each of those has users on each host. What was said of a step and some others is not said again.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import TypeVar

from probes.fact import AnyExpected, AnyFact, fact_id
from reconciler.core.diff import compare
from reconciler.core.node import Node
from reconciler.core.plan import Dependency
from reconciler.core.plan_graph import Invalidated, PlanGraph
from specs.reason import reason

Steps = int
"""A set of steps, a bit for each."""


def desired_but_invalidated(draft: PlanGraph, expectations: Iterable[AnyExpected]) -> frozenset[AnyFact]:
    """What some step undoes although it is desired, by itself or because something desired follows it."""
    voids = {id(facts): facts for facts in map(_voids, draft.nodes.values()) if facts}
    undone = {fact for facts in voids.values() for fact in facts}
    if not undone:
        return frozenset()
    followed = {expected.fact for derived in draft.derived.values() for expected in derived.depends_on}
    return frozenset(wish.fact for wish in expectations if wish.fact in undone) | followed & undone


def order_invalidations(draft: PlanGraph, desired: Set[AnyFact]) -> Invalidated:
    """What the next walk has to know; the order goes into this one's steps. A step that is not taken undoes nothing."""
    going = draft.runnable()
    names = sorted(going)
    spoilt = _invalidations(draft, [going[name] for name in names])
    if not spoilt:
        return Invalidated()
    order, before = _Order(going=going, names=names), draft.prior.invalidated.stale
    for one in spoilt:
        if one.fact in before:
            order.provide_after(one)
    facts = before | desired
    late = [one for one in spoilt if one.fact in facts or not one.matches or not order.consume_before(one)]
    early = {(names[user], one.fact) for one in late if one.matches for user in order.first(one)}
    for one in spoilt:
        order.separate(one)
        order.provide_after(one)
    return Invalidated(stale=frozenset(one.fact for one in late), used_first=frozenset(early))


@dataclass(slots=True, kw_only=True)
class _Invalidation:
    """A fact that steps undo, with the steps it is about."""

    fact: AnyFact
    invalidators: Steps = 0
    providers: Steps = 0
    consumers: Steps = 0
    matches: bool = True
    """Now, as each of its users needs it."""


def _voids(node: Node) -> tuple[AnyFact, ...]:
    return node.proposal.action.invalidates()


def _invalidations(draft: PlanGraph, nodes: list[Node]) -> list[_Invalidation]:
    found: dict[AnyFact, _Invalidation] = {}
    for facts, spoilers in _together((number, _voids(node)) for number, node in enumerate(nodes)):
        for fact in facts:
            found.setdefault(fact, _Invalidation(fact=fact)).invalidators |= spoilers
    if not found:
        return []
    for number, node in enumerate(nodes):
        for fact in node.effects & found.keys():
            found[fact].providers |= 1 << number
    groups = ((number, group) for number, node in enumerate(nodes) for group in node.groups)
    for expectations, users in _together(groups):
        for expected in expectations:
            one = found.get(expected.fact)
            if one is not None:
                one.consumers |= users
                one.matches = one.matches and compare(expected, draft.readings) is None
    return sorted(found.values(), key=lambda one: fact_id(one.fact))


T = TypeVar("T")


def _together(groups: Iterable[tuple[int, tuple[T, ...]]]) -> Iterable[tuple[tuple[T, ...], Steps]]:
    """Each group once, with all the steps that have it: by identity."""
    found: dict[int, tuple[tuple[T, ...], Steps]] = {}
    for number, group in groups:
        if group:
            found[id(group)] = group, found.get(id(group), (group, 0))[1] | 1 << number
    return found.values()


def _each(steps: Steps) -> Iterator[int]:
    while steps:
        lowest = steps & -steps
        yield lowest.bit_length() - 1
        steps ^= lowest


@dataclass(slots=True, kw_only=True)
class _Order:
    going: Mapping[str, Node]
    names: list[str]
    behind: list[Steps] = field(default_factory=list[Steps])
    """Step → all that come before it."""
    made: dict[int, Steps] = field(default_factory=dict[int, Steps])
    """Maker → the steps which it was put after, or which wait for it."""
    parted: dict[Steps, Steps] = field(default_factory=dict[Steps, Steps])
    """Steps that undo a fact → the users for which each pair has its order: it keeps it."""
    edges: dict[tuple[int, str], Dependency] = field(default_factory=dict[tuple[int, str], Dependency])
    later: Steps = 0
    fresh: Steps = 0
    """Steps of which not each that comes after them knows yet that these come before."""

    def __post_init__(self) -> None:
        numbers = {name: number for number, name in enumerate(self.names)}
        known: dict[str, Steps] = {}
        shared: dict[int, Steps] = {}
        for name in self.names:
            self._behind(name, numbers, known, shared)
        self.behind = [known[name] for name in self.names]

    def _behind(
        self, name: str, numbers: Mapping[str, int], known: dict[str, Steps], shared: dict[int, Steps]
    ) -> Steps:
        if name not in known:
            after = self.going[name].after
            if id(after) not in shared:
                found = 0
                for one in after:
                    if one in numbers:
                        found |= self._behind(one, numbers, known, shared) | 1 << numbers[one]
                shared[id(after)] = found
            known[name] = shared[id(after)]
        return known[name]

    def provide_after(self, one: _Invalidation) -> None:
        """Who makes it comes after who undoes it, unless that step itself waits for this one."""
        for maker in _each(one.providers):
            done = self.made.get(maker, 0)
            for by in _each(one.invalidators & ~done & ~(1 << maker)):
                before = self._before(by)
                if not before >> maker & 1:
                    self._edge(maker, by, "after-invalidation")
                    if not self._before(maker) >> by & 1:
                        self._put(1 << maker, before | 1 << by)
            self.made[maker] = done | one.invalidators

    def consume_before(self, one: _Invalidation) -> bool:
        """Everybody who needs it comes before everybody who undoes it: False where that would make a ring."""
        both = one.consumers & one.invalidators
        if both & (both - 1):
            return False
        if any(self._before(user) & one.invalidators & ~(1 << user) for user in _each(one.consumers)):
            return False
        self.separate(one)
        return True

    def first(self, one: _Invalidation) -> Iterator[int]:
        """The users that come before one that undoes the fact, and after none."""
        before = 0
        for by in _each(one.invalidators):
            before |= self._before(by)
        for user in _each(one.consumers & before):
            if not self._before(user) & one.invalidators & ~(1 << user):
                yield user

    def separate(self, one: _Invalidation) -> None:
        """Who needs it and waits for nobody that undoes it comes first."""
        done = self.parted.get(one.invalidators, 0)
        for user in _each(one.consumers & ~done):
            bit, before, later = 1 << user, self._before(user), 0
            for by in _each(one.invalidators & ~before & ~bit):
                if not self._before(by) & (bit | later):
                    self._edge(by, user, "before-invalidation")
                    later |= 1 << by
            if later:
                self._put(later, before | bit)
        self.parted[one.invalidators] = done | one.consumers

    def _edge(self, number: int, other: int, code: str) -> None:
        after = self.edges.get((other, code))
        if after is None:
            name = self.names[other]
            after = Dependency(step=name, because=reason(code, step=name), source=self.going[name].proposal.source)
            self.edges[other, code] = after
        self.going[self.names[number]].comes_after((after,))

    def _before(self, number: int) -> Steps:
        """All that come before it, what was put there a moment ago included."""
        known = self.behind[number]
        return known | self.fresh if (known | 1 << number) & self.later else known

    def _put(self, later: Steps, before: Steps) -> None:
        """`before` comes before `later` and all that come after those. Noted first, since one of the two is mostly
        that of the last time, and carried through the whole plan when neither is."""
        if later != self.later and before != self.fresh:
            behind, now, fresh = self.behind, self.later, self.fresh
            self.behind = [one | fresh if (one | 1 << n) & now else one for n, one in enumerate(behind)]
            self.later, self.fresh = later, before
        elif later == self.later:
            self.fresh |= before
        else:
            self.later |= later
