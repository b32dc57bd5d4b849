"""Which action repairs a drift that several could repair: the smallest set of steps that repairs everything.

`bkcli install paas` is not followed by six calls for what it has done, and of two wide calls none is made for what the
others do anyway; of two equal ones the one is chosen that invalidates nothing desired. A drift with a single provider
is never weighed; what is left to choose is little (nothing at all in most plans), so all choices are tried, the wider
step first, and after MAX_BRANCHES of them the best so far is taken.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from probes.fact import AnyFact, fact_id
from reconciler.core.diff import compare
from reconciler.core.node import Node
from reconciler.core.plan_graph import PlanGraph

MAX_BRANCHES = 2000


def select_actions(graph: PlanGraph, desired_invalidated: Set[AnyFact]) -> dict[AnyFact, str]:
    """Fact → the step that repairs it, for each fact with several providers; earlier choices stay.

    A step that invalidates what is desired requires it in turn: from another step, which may not be in the graph yet.
    """
    repaired = {fact for node in graph.nodes.values() for fact in node.repairs}
    either = repaired | desired_invalidated
    provides = {name: node.effects & either for name, node in graph.nodes.items()}
    providers = _providers(graph, provides)
    if all(len(providers.get(fact, ())) < 2 for fact in repaired):
        return dict(graph.prior.chosen)
    requires = _requires(graph, repaired, desired_invalidated)
    for fact in desired_invalidated - repaired:
        any_step = f"again {fact_id(fact)}"
        providers.setdefault(fact, []).append(any_step)
        provides[any_step], requires[any_step] = {fact}, ()
    cover = MinimalCover(providers=providers, provides=provides, requires=requires).smallest(_required(graph))
    by_fact = {fact: _first(providers[fact], cover) for fact in repaired if len(providers[fact]) > 1}
    return dict(graph.prior.chosen) | by_fact


def _required(graph: PlanGraph) -> list[AnyFact]:
    """What is desired and does not hold now; the rest is in the graph because steps require or invalidate it."""
    result = ((fact, decision) for node in graph.nodes.values() for fact, decision in node.repairs.items())
    return [
        fact
        for fact, decision in result
        if not decision.needed and compare(decision.expected, graph.readings) is not None
    ]


def _providers(graph: PlanGraph, provides: Mapping[str, Set[AnyFact]]) -> dict[AnyFact, list[str]]:
    """Fact → the steps that provide it, the widest first; a blocked one only where there is no other."""
    result: dict[AnyFact, list[str]] = {}
    for name in sorted(provides, key=lambda name: (len(provides[name]), name), reverse=True):
        for fact in provides[name]:
            result.setdefault(fact, []).append(name)
    free = {name for name, node in graph.nodes.items() if node.blocked_by is None}
    return {fact: [name for name in names if name in free] or names for fact, names in result.items()}


Parts = tuple[Set[AnyFact], ...]


def _requires(graph: PlanGraph, repaired: Set[AnyFact], desired_invalidated: Set[AnyFact]) -> dict[str, Parts]:
    """What each step requires, in parts: what many have in common is one set."""
    shared: dict[int, Set[AnyFact]] = {}

    def common(facts: Set[AnyFact], among: Set[AnyFact]) -> Set[AnyFact]:
        if id(facts) not in shared:
            shared[id(facts)] = facts & among
        return shared[id(facts)]

    def parts(node: Node) -> Iterator[Set[AnyFact]]:
        own, alike, required = node.groups
        yield {expected.fact for expected in (*own, *required)} & repaired
        if alike:
            yield common(graph.cache.facts(alike), repaired)
        invalidated = node.proposal.action.invalidates()
        if invalidated:
            yield common(graph.cache.invalidated(invalidated), desired_invalidated)

    return {name: tuple(part for part in parts(node) if part) for name, node in graph.nodes.items()}


def _first(names: list[str], cover: frozenset[str]) -> str:
    return next((name for name in names if name in cover), names[0])


@dataclass(slots=True, kw_only=True)
class MinimalCover:
    providers: Mapping[AnyFact, list[str]]
    provides: Mapping[str, Set[AnyFact]]
    requires: Mapping[str, Parts]
    branches: int = 0
    best: frozenset[str] | None = None
    order: dict[AnyFact, int] = field(default_factory=dict[AnyFact, int])

    def smallest(self, required: list[AnyFact]) -> frozenset[str]:
        """The steps that together repair the goal, and everything that they themselves require."""
        self.order = {fact: place for place, fact in enumerate(sorted(self.providers, key=fact_id))}
        self._try(frozenset(), frozenset(required))
        return self.best or frozenset()

    def _try(self, chosen: frozenset[str], facts: frozenset[AnyFact]) -> None:
        chosen, remaining = self._unit_propagate(chosen, facts)
        if self.best is not None and (len(chosen) + bool(remaining) >= len(self.best) or self.branches > MAX_BRANCHES):
            return
        self.branches += 1
        if not remaining:
            self.best = chosen
            return
        fact = min(remaining, key=lambda fact: (len(self.providers[fact]), self.order[fact]))
        for name in self.providers[fact]:
            self._try(chosen | {name}, remaining.union(*self.requires[name]))

    def _unit_propagate(
        self, chosen: frozenset[str], facts: frozenset[AnyFact]
    ) -> tuple[frozenset[str], frozenset[AnyFact]]:
        """Adds every step that is the sole provider of something; returns with it the facts left to choose for."""
        selected, todo, required = set(chosen), list(facts), set(facts)
        expanded: set[int] = set()
        while todo:
            for name in self._sole_provider(todo.pop()):
                if name not in selected:
                    selected.add(name)
                    for part in self.requires[name]:
                        if id(part) not in expanded:
                            expanded.add(id(part))
                            new = part - required
                            required |= new
                            todo += new
        done = {fact for name in selected for fact in self.provides[name]}
        return frozenset(selected), frozenset(required - done)

    def _sole_provider(self, fact: AnyFact) -> Iterator[str]:
        names = self.providers[fact]
        if len(names) == 1:
            yield names[0]
