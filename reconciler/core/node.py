"""Nodes of the planner's graph: the steps a pass would take, and the requirements that many of them share.

Steps of many hosts wait for the same facts of all hosts (`Repair.common`). Walking those for each step would make
planning quadratic in hosts, so they are walked twice, the second time with a record of everything the walk does
(`Common`); from then on the record is replayed instead.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from actions.action import Action
from probes.fact import AnyDrift, AnyExpected, AnyFact, AnyReading
from reconciler.core.fact_reader import FactReader
from reconciler.core.identity import IdentityClash, step_id
from reconciler.core.plan import Advice, Dependency, Derived, Progressing, Repair
from specs.diagnostic import Diagnostic

Decision = Repair | Derived | Advice | Progressing | Diagnostic


class Explanation(NamedTuple):
    """Becomes a `RepairedFact` in the plan."""

    expected: AnyExpected
    reading: AnyReading
    needed: bool
    walk_number: int
    """The pass of the walk that recorded it: the last one counts."""


@dataclass(slots=True, kw_only=True)
class Dependent:
    """Something that comes after steps, and may be blocked by one of them."""

    after: dict[str, Dependency] = field(default_factory=dict[str, Dependency])
    blocked_by: Diagnostic | None = None
    blocking_expectation: AnyExpected | None = None

    def comes_after(self, dependencies: Iterable[Dependency]) -> None:
        """The first reason given counts."""
        for after in dependencies:
            self.after.setdefault(after.step, after)

    def block(self, diagnostic: Diagnostic | None, expected: AnyExpected | None) -> None:
        self.blocked_by, self.blocking_expectation = (
            self.blocked_by or diagnostic,
            self.blocking_expectation or expected,
        )


@dataclass(slots=True, kw_only=True)
class Node(Dependent):
    name: str
    proposal: Repair
    groups: tuple[tuple[AnyExpected, ...], ...]
    """All its requirements, in the order in which they are walked: its own, the common ones, the action's."""
    effects: Set[AnyFact]
    repairs: dict[AnyFact, Explanation] = field(default_factory=dict[AnyFact, Explanation])
    shared: bool = False
    """`after` is that of its common needs, and other nodes' too."""

    def requirements(self) -> tuple[AnyExpected, ...]:
        known = [group for group in self.groups if group]
        return known[0] if len(known) == 1 else tuple(expected for group in known for expected in group)

    def comes_after(self, dependencies: Iterable[Dependency]) -> None:
        if self.shared:
            self.after, self.shared = dict(self.after), False
        for after in dependencies:
            self.after.setdefault(after.step, after)

    def apply_common(self, common: "SharedRequirements") -> None:
        """What walking its common requirements would do to it."""
        if self.after:
            self.comes_after(common.after.values())
        else:
            self.after, self.shared = common.after, True
        self.block(common.blocked_by, common.blocking_expectation)


@dataclass(slots=True, kw_only=True)
class SharedRequirements(Dependent):
    """Requirements that many nodes share, and a record of walking them: which steps they lead to, and why."""

    requirements: tuple[AnyExpected, ...]
    facts: Set[AnyFact] = frozenset()
    repairs: dict[tuple[str, AnyFact], AnyExpected] = field(default_factory=dict[tuple[str, AnyFact], AnyExpected])
    """Step and fact → the expectation recorded last."""
    derived: dict[AnyFact, Derived] = field(default_factory=dict[AnyFact, Derived])
    recorded: bool = False
    blocked: int = 0
    """How many blocked facts it has been checked against."""
    last: int = 0
    """When it was replayed last."""


@dataclass(slots=True)
class RuleCache:
    """Computed once for a plan: an action's step id, a rule's decision about a drift. Rules are pure."""

    readings: FactReader
    ids: dict[Action, str] = field(default_factory=dict[Action, str])
    actions: dict[str, Action] = field(default_factory=dict[str, Action])
    interned: dict[int, tuple[Action, str]] = field(default_factory=dict[int, tuple[Action, str]])
    """The same by identity: the action that installs a module is one object for all of its facts, and large."""
    decisions: dict[AnyDrift, tuple[str, Decision]] = field(default_factory=dict[AnyDrift, tuple[str, Decision]])
    interned_decisions: dict[int, tuple[AnyDrift, tuple[str, Decision]]] = field(
        default_factory=dict[int, tuple[AnyDrift, tuple[str, Decision]]]
    )
    matches: dict[int, tuple[AnyExpected, AnyDrift | None]] = field(
        default_factory=dict[int, tuple[AnyExpected, AnyDrift | None]]
    )
    """Each expectation by identity, and its drift."""
    effects: dict[str, Set[AnyFact]] = field(default_factory=dict[str, Set[AnyFact]])
    sets: dict[int, tuple[tuple[AnyFact | AnyExpected, ...], Set[AnyFact]]] = field(
        default_factory=dict[int, tuple[tuple[AnyFact | AnyExpected, ...], Set[AnyFact]]]
    )

    def id_of(self, action: Action) -> str:
        known = self.interned.get(id(action))
        if known is None:
            name = self.ids.get(action) or step_id(action)
            if self.actions.setdefault(name, action) != action:
                raise IdentityClash(f"{name}: {self.actions[name]} and {action}")
            known = self.interned[id(action)] = action, self.ids.setdefault(action, name)
        return known[1]

    def node(self, name: str, repair: Repair) -> Node:
        effects = self.effects.get(name)
        if effects is None:
            effects = self.effects[name] = frozenset(expected.fact for expected in repair.action.ensures())
        return Node(name=name, proposal=repair, groups=repair.groups(), effects=effects)

    def facts(self, expectations: tuple[AnyExpected, ...]) -> Set[AnyFact]:
        """Of requirements that may be common: the same set for the same requirements."""
        known = self.sets.get(id(expectations))
        if known is None:
            known = self.sets[id(expectations)] = expectations, frozenset(expected.fact for expected in expectations)
        return known[1]

    def invalidated(self, facts: tuple[AnyFact, ...]) -> Set[AnyFact]:
        """The same for what actions invalidate."""
        known = self.sets.get(id(facts))
        if known is None:
            known = self.sets[id(facts)] = facts, frozenset(facts)
        return known[1]


def runnable(nodes: Mapping[str, Node]) -> dict[str, Node]:
    """The steps that can run: not blocked themselves, nor there only for one that is."""
    free = {name: node for name, node in nodes.items() if node.blocked_by is None}
    todo = [name for name, node in free.items() if not all(decision.needed for decision in node.repairs.values())]
    known: dict[str, Node] = {}
    followed: set[int] = set()
    while todo:
        name = todo.pop()
        if name not in known:
            known[name] = node = free[name]
            if not node.shared or id(node.after) not in followed:
                followed.add(id(node.after))
                todo += node.after.keys() & free.keys()
    return known
