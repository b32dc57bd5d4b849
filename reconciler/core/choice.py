"""Where several steps would mend the same drift, the fewest steps that mend everything are kept.

`bkcli install paas` is not followed by six calls for what it has done, and of two wide calls none is made for what the
others do anyway. What only one step can mend is never weighed; what is left to choose is little (nothing at all in most
plans), so all choices are tried, the wider step first, and after TRIES of them the best so far stands.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from probes.fact import AnyFact
from reconciler.core.draft import Draft, Node

TRIES = 2000


def promises(node: Node) -> set[AnyFact]:
    return {promise.fact for promise in node.repair.action.ensures()}


def settle(draft: Draft) -> dict[AnyFact, str]:
    """Fact → the step that mends it, for each that several would; what was settled before stays so."""
    mended = {fact for node in draft.nodes.values() for fact in node.mends}
    promised = {name: promises(node) & mended for name, node in draft.nodes.items()}
    menders = _menders(draft, promised)
    if all(len(names) < 2 for names in menders.values()):
        return dict(draft.hindsight.settled)
    asks = {name: _asks(node) & mended for name, node in draft.nodes.items()}
    goal = [fact for node in draft.nodes.values() for fact, mend in node.mends.items() if not mend.needed]
    kept = Search(menders=menders, promised=promised, asks=asks).fewest(goal)
    found = {fact: _first(names, kept) for fact, names in menders.items() if len(names) > 1}
    return dict(draft.hindsight.settled) | found


def _menders(draft: Draft, promised: Mapping[str, Set[AnyFact]]) -> dict[AnyFact, list[str]]:
    """Fact → the steps that would make it hold, the widest first; one that is held up only where there is no other."""
    found: dict[AnyFact, list[str]] = {}
    for name in sorted(promised, key=lambda name: (len(promised[name]), name), reverse=True):
        for fact in promised[name]:
            found.setdefault(fact, []).append(name)
    free = {name for name, node in draft.nodes.items() if node.stuck is None}
    return {fact: [name for name in names if name in free] or names for fact, names in found.items()}


def _asks(node: Node) -> set[AnyFact]:
    return {need.fact for need in (*node.repair.needs, *node.repair.action.requires())}


def _first(names: list[str], kept: frozenset[str]) -> str:
    return next((name for name in names if name in kept), names[0])


@dataclass(slots=True, kw_only=True)
class Search:
    menders: Mapping[AnyFact, list[str]]
    promised: Mapping[str, Set[AnyFact]]
    asks: Mapping[str, Set[AnyFact]]
    tries: int = 0
    best: frozenset[str] | None = None
    order: dict[AnyFact, int] = field(default_factory=dict[AnyFact, int])

    def fewest(self, goal: list[AnyFact]) -> frozenset[str]:
        """The steps that together mend the goal, and all that they themselves need."""
        self.order = {fact: place for place, fact in enumerate(self.menders)}
        self._try(frozenset(), frozenset(goal))
        return self.best or frozenset()

    def _try(self, kept: frozenset[str], asked: frozenset[AnyFact]) -> None:
        kept, left = self._forced(kept, asked)
        if self.best is not None and (len(kept) + bool(left) >= len(self.best) or self.tries > TRIES):
            return
        self.tries += 1
        if not left:
            self.best = kept
            return
        fact = min(left, key=lambda fact: (len(self.menders[fact]), self.order[fact]))
        for name in self.menders[fact]:
            self._try(kept | {name}, left | self.asks[name])

    def _forced(self, kept: frozenset[str], asked: frozenset[AnyFact]) -> tuple[frozenset[str], frozenset[AnyFact]]:
        """With everything that only one step mends; and what is left to choose."""
        had, todo, seen = set(kept), list(asked), set(asked)
        while todo:
            for name in self._only(todo.pop()):
                if name not in had:
                    had.add(name)
                    fresh = self.asks[name] - seen
                    seen |= fresh
                    todo += fresh
        done = {fact for name in had for fact in self.promised[name]}
        return frozenset(had), frozenset(seen - done)

    def _only(self, fact: AnyFact) -> Iterator[str]:
        names = self.menders.get(fact, ())
        if len(names) == 1:
            yield names[0]
