"""Which facts the steps of a plan invalidate, and the order that follows: who comes before that and who after.

What a step invalidates is provided again after it, and its consumers wait for that. Two kinds of consumers come before
the invalidation instead, and cost no step: one that comes first anyway, and all consumers of a fact that holds now and
that nobody desires for itself, where coming first makes no cycle. No search: each fact is weighed once per pass, in the
order of ids, and what had to be provided again once stays so. Either way consumer and invalidator never run at once.

Sets of steps are bits of a number here, the lowest for the first by name: one change of the scripts invalidates a fact
on each host, and each of those has consumers on each host. What was recorded for the same set of steps is reused.
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


def desired_but_invalidated(graph: PlanGraph, expectations: Iterable[AnyExpected]) -> frozenset[AnyFact]:
    """Facts that some step invalidates although they are desired, for themselves or because a desired fact derives from
    them."""
    groups = {id(facts): facts for facts in map(_invalidates, graph.nodes.values()) if facts}
    invalidated = {fact for facts in groups.values() for fact in facts}
    if not invalidated:
        return frozenset()
    followed = {expected.fact for derived in graph.derived.values() for expected in derived.depends_on}
    return (
        frozenset(expected.fact for expected in expectations if expected.fact in invalidated) | followed & invalidated
    )


def order_invalidations(graph: PlanGraph, desired: Set[AnyFact]) -> Invalidated:
    """What the next pass has to know; the order goes into the steps of this graph. A step that is not runnable
    invalidates nothing."""
    runnable = graph.runnable()
    names = sorted(runnable)
    invalidations = _invalidations(graph, [runnable[name] for name in names])
    if not invalidations:
        return Invalidated()
    order, before = _StepOrder(nodes=runnable, names=names), graph.prior.invalidated.stale
    for item in invalidations:
        if item.fact in before:
            order.provide_after(item)
    facts = before | desired
    stale = [item for item in invalidations if item.fact in facts or not item.matches or not order.consume_before(item)]
    used_first = {
        (names[consumer], item.fact) for item in stale if item.matches for consumer in order.consumers_before(item)
    }
    for item in invalidations:
        order.separate(item)
        order.provide_after(item)
    return Invalidated(stale=frozenset(item.fact for item in stale), used_first=frozenset(used_first))


@dataclass(slots=True, kw_only=True)
class _Invalidation:
    """A fact that steps invalidate, with the steps concerned."""

    fact: AnyFact
    invalidators: Steps = 0
    providers: Steps = 0
    consumers: Steps = 0
    matches: bool = True
    """It holds now, as each of its consumers requires it."""


def _invalidates(node: Node) -> tuple[AnyFact, ...]:
    return node.proposal.action.invalidates()


def _invalidations(graph: PlanGraph, nodes: list[Node]) -> list[_Invalidation]:
    result: dict[AnyFact, _Invalidation] = {}
    for facts, invalidators in _by_group((number, _invalidates(node)) for number, node in enumerate(nodes)):
        for fact in facts:
            result.setdefault(fact, _Invalidation(fact=fact)).invalidators |= invalidators
    if not result:
        return []
    for number, node in enumerate(nodes):
        for fact in node.effects & result.keys():
            result[fact].providers |= 1 << number
    groups = ((number, group) for number, node in enumerate(nodes) for group in node.groups)
    for expectations, consumers in _by_group(groups):
        for expected in expectations:
            item = result.get(expected.fact)
            if item is not None:
                item.consumers |= consumers
                item.matches = item.matches and compare(expected, graph.readings) is None
    return sorted(result.values(), key=lambda item: fact_id(item.fact))


T = TypeVar("T")


def _by_group(groups: Iterable[tuple[int, tuple[T, ...]]]) -> Iterable[tuple[tuple[T, ...], Steps]]:
    """Each group once, by identity, with all the steps that have it."""
    result: dict[int, tuple[tuple[T, ...], Steps]] = {}
    for number, group in groups:
        if group:
            result[id(group)] = group, result.get(id(group), (group, 0))[1] | 1 << number
    return result.values()


def _numbers(steps: Steps) -> Iterator[int]:
    while steps:
        lowest = steps & -steps
        yield lowest.bit_length() - 1
        steps ^= lowest


@dataclass(slots=True, kw_only=True)
class _StepOrder:
    nodes: Mapping[str, Node]
    names: list[str]
    predecessors: list[Steps] = field(default_factory=list[Steps])
    """Step → all that come before it."""
    provided: dict[int, Steps] = field(default_factory=dict[int, Steps])
    """Provider → the invalidators that are ordered against it already."""
    separated: dict[Steps, Steps] = field(default_factory=dict[Steps, Steps])
    """Invalidators of a fact → the consumers that are ordered against each of them already."""
    edges: dict[tuple[int, str], Dependency] = field(default_factory=dict[tuple[int, str], Dependency])
    pending_after: Steps = 0
    pending_before: Steps = 0
    """Steps that come before those of `pending_after`; not yet carried through `predecessors`."""

    def __post_init__(self) -> None:
        numbers = {name: number for number, name in enumerate(self.names)}
        known: dict[str, Steps] = {}
        shared: dict[int, Steps] = {}
        for name in self.names:
            self._collect_predecessors(name, numbers, known, shared)
        self.predecessors = [known[name] for name in self.names]

    def _collect_predecessors(
        self, name: str, numbers: Mapping[str, int], known: dict[str, Steps], shared: dict[int, Steps]
    ) -> Steps:
        if name not in known:
            after = self.nodes[name].after
            if id(after) not in shared:
                result = 0
                for item in after:
                    if item in numbers:
                        result |= self._collect_predecessors(item, numbers, known, shared) | 1 << numbers[item]
                shared[id(after)] = result
            known[name] = shared[id(after)]
        return known[name]

    def provide_after(self, item: _Invalidation) -> None:
        """Its providers come after its invalidators, unless an invalidator itself depends on the provider."""
        for provider in _numbers(item.providers):
            done = self.provided.get(provider, 0)
            for invalidator in _numbers(item.invalidators & ~done & ~(1 << provider)):
                before = self._predecessors_of(invalidator)
                if not before >> provider & 1:
                    self._edge(provider, invalidator, "after-invalidation")
                    if not self._predecessors_of(provider) >> invalidator & 1:
                        self._put_before(1 << provider, before | 1 << invalidator)
            self.provided[provider] = done | item.invalidators

    def consume_before(self, item: _Invalidation) -> bool:
        """All consumers come before all invalidators: False where that would make a cycle."""
        both = item.consumers & item.invalidators
        if both & (both - 1):
            return False
        if any(
            self._predecessors_of(consumer) & item.invalidators & ~(1 << consumer)
            for consumer in _numbers(item.consumers)
        ):
            return False
        self.separate(item)
        return True

    def consumers_before(self, item: _Invalidation) -> Iterator[int]:
        """Consumers that come before an invalidator of the fact and after none."""
        before = 0
        for invalidator in _numbers(item.invalidators):
            before |= self._predecessors_of(invalidator)
        for consumer in _numbers(item.consumers & before):
            if not self._predecessors_of(consumer) & item.invalidators & ~(1 << consumer):
                yield consumer

    def separate(self, item: _Invalidation) -> None:
        """A consumer that depends on no invalidator comes before all of them."""
        done = self.separated.get(item.invalidators, 0)
        for consumer in _numbers(item.consumers & ~done):
            bit, before, after_ = 1 << consumer, self._predecessors_of(consumer), 0
            for invalidator in _numbers(item.invalidators & ~before & ~bit):
                if not self._predecessors_of(invalidator) & (bit | after_):
                    self._edge(invalidator, consumer, "before-invalidation")
                    after_ |= 1 << invalidator
            if after_:
                self._put_before(after_, before | bit)
        self.separated[item.invalidators] = done | item.consumers

    def _edge(self, number: int, other: int, code: str) -> None:
        after = self.edges.get((other, code))
        if after is None:
            name = self.names[other]
            after = Dependency(step=name, because=reason(code, step=name), source=self.nodes[name].proposal.source)
            self.edges[other, code] = after
        self.nodes[self.names[number]].comes_after((after,))

    def _predecessors_of(self, number: int) -> Steps:
        """Everything that comes before it, pending ones included."""
        known = self.predecessors[number]
        return known | self.pending_before if (known | 1 << number) & self.pending_after else known

    def _put_before(self, after_: Steps, before: Steps) -> None:
        """`before` comes before `after_` and everything that comes after those. Kept pending first, since one of the
        two mostly equals that of the last call; carried through the whole graph when neither does."""
        if after_ != self.pending_after and before != self.pending_before:
            behind, now, new = self.predecessors, self.pending_after, self.pending_before
            self.predecessors = [item | new if (item | 1 << n) & now else item for n, item in enumerate(behind)]
            self.pending_after, self.pending_before = after_, before
        elif after_ == self.pending_after:
            self.pending_before |= before
        else:
            self.pending_after |= after_
