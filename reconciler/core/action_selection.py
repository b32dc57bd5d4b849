"""Where several steps would mend the same drift, the fewest steps that mend everything are kept.

`bkcli install paas` is not followed by six calls for what it has done, and of two wide calls none is made for what the
others do anyway; of two equal ones that one is made that undoes nothing desired. What only one step can mend is never
weighed; what is left to choose is little (nothing at all in most plans), so all choices are tried, the wider step
first, and after TRIES of them the best so far stands.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from probes.fact import AnyFact, fact_id
from reconciler.core.diff import compare
from reconciler.core.node import Node
from reconciler.core.plan_graph import PlanGraph

MAX_BRANCHES = 2000


def select_actions(draft: PlanGraph, regretted: Set[AnyFact]) -> dict[AnyFact, str]:
    """Fact → the step that mends it, for each that several would; what was settled before stays so.

    Who undoes what is desired asks for it in turn: for another step, that may not be in the draft yet.
    """
    mended = {fact for node in draft.nodes.values() for fact in node.repairs}
    either = mended | regretted
    promised = {name: node.effects & either for name, node in draft.nodes.items()}
    menders = _providers(draft, promised)
    if all(len(menders.get(fact, ())) < 2 for fact in mended):
        return dict(draft.prior.chosen)
    asks = _requires(draft, mended, regretted)
    for fact in regretted - mended:
        anyone = f"again {fact_id(fact)}"
        menders.setdefault(fact, []).append(anyone)
        promised[anyone], asks[anyone] = {fact}, ()
    kept = MinimalCover(providers=menders, provides=promised, requires=asks).smallest(_goal(draft))
    found = {fact: _first(menders[fact], kept) for fact in mended if len(menders[fact]) > 1}
    return dict(draft.prior.chosen) | found


def _goal(draft: PlanGraph) -> list[AnyFact]:
    """What is desired and does not hold now; the rest is there because of steps that need or undo it."""
    found = ((fact, decision) for node in draft.nodes.values() for fact, decision in node.repairs.items())
    return [fact for fact, mend in found if not mend.requires and compare(mend.expected, draft.readings) is not None]


def _providers(draft: PlanGraph, promised: Mapping[str, Set[AnyFact]]) -> dict[AnyFact, list[str]]:
    """Fact → the steps that would make it hold, the widest first; one that is held up only where there is no other."""
    found: dict[AnyFact, list[str]] = {}
    for name in sorted(promised, key=lambda name: (len(promised[name]), name), reverse=True):
        for fact in promised[name]:
            found.setdefault(fact, []).append(name)
    free = {name for name, node in draft.nodes.items() if node.blocked_by is None}
    return {fact: [name for name in names if name in free] or names for fact, names in found.items()}


Parts = tuple[Set[AnyFact], ...]


def _requires(draft: PlanGraph, mended: Set[AnyFact], regretted: Set[AnyFact]) -> dict[str, Parts]:
    """What each step asks for, in parts: what many have in common is one set."""
    shared: dict[int, Set[AnyFact]] = {}

    def common(facts: Set[AnyFact], among: Set[AnyFact]) -> Set[AnyFact]:
        if id(facts) not in shared:
            shared[id(facts)] = facts & among
        return shared[id(facts)]

    def parts(node: Node) -> Iterator[Set[AnyFact]]:
        own, alike, required = node.groups
        yield {expected.fact for expected in (*own, *required)} & mended
        if alike:
            yield common(draft.cache.facts(alike), mended)
        undone = node.proposal.action.invalidates()
        if undone:
            yield common(draft.cache.invalidated(undone), regretted)

    return {name: tuple(part for part in parts(node) if part) for name, node in draft.nodes.items()}


def _first(names: list[str], kept: frozenset[str]) -> str:
    return next((name for name in names if name in kept), names[0])


@dataclass(slots=True, kw_only=True)
class MinimalCover:
    providers: Mapping[AnyFact, list[str]]
    provides: Mapping[str, Set[AnyFact]]
    requires: Mapping[str, Parts]
    branches: int = 0
    best: frozenset[str] | None = None
    order: dict[AnyFact, int] = field(default_factory=dict[AnyFact, int])

    def smallest(self, goal: list[AnyFact]) -> frozenset[str]:
        """The steps that together mend the goal, and all that they themselves need."""
        self.order = {fact: place for place, fact in enumerate(sorted(self.providers, key=fact_id))}
        self._try(frozenset(), frozenset(goal))
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
        """With everything that only one step mends; and what is left to choose."""
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
        names = self.providers.get(fact, ())
        if len(names) == 1:
            yield names[0]
