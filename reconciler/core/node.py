"""What a walk of the planner finds: the steps it would take, and what many of them need alike.

Steps of many hosts wait for the same facts of all hosts (`Repair.common`). Walking those for each step would make
planning quadratic in hosts, so they are walked twice, the second time with a record of all that a walk does
(`Common`); from then on the record stands for the walk.
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
    """What becomes `Mends` in the plan."""

    expected: AnyExpected
    reading: AnyReading
    requires: bool
    when: int
    """The last to say it stands."""


@dataclass(slots=True, kw_only=True)
class DependencyCause:
    """Something that comes after steps, and may be held up by one of them."""

    after: dict[str, Dependency] = field(default_factory=dict[str, Dependency])
    blocked_by: Diagnostic | None = None
    cause: AnyExpected | None = None

    def comes_after(self, dependencies: Iterable[Dependency]) -> None:
        """The first reason given stands."""
        for after in dependencies:
            self.after.setdefault(after.step, after)

    def block(self, diagnostic: Diagnostic | None, expected: AnyExpected | None) -> None:
        self.blocked_by, self.cause = self.blocked_by or diagnostic, self.cause or expected


@dataclass(slots=True, kw_only=True)
class Node(DependencyCause):
    name: str
    proposal: Repair
    groups: tuple[tuple[AnyExpected, ...], ...]
    """All it needs, in the order in which it is walked: its own, the common ones, what the action requires."""
    effects: Set[AnyFact]
    repairs: dict[AnyFact, Explanation] = field(default_factory=dict[AnyFact, Explanation])
    shared: bool = False
    """`after` is that of its common needs, and other nodes' too."""

    def requirements(self) -> tuple[AnyExpected, ...]:
        found = [group for group in self.groups if group]
        return found[0] if len(found) == 1 else tuple(expected for group in found for expected in group)

    def comes_after(self, dependencies: Iterable[Dependency]) -> None:
        if self.shared:
            self.after, self.shared = dict(self.after), False
        for after in dependencies:
            self.after.setdefault(after.step, after)

    def apply_common(self, common: "Common") -> None:
        """What walking its common needs would do to it."""
        if self.after:
            self.comes_after(common.after.values())
        else:
            self.after, self.shared = common.after, True
        self.block(common.blocked_by, common.cause)


@dataclass(slots=True, kw_only=True)
class Common(DependencyCause):
    """Needs that many nodes have, and what walking them does: which steps they lead to, what is said on the way."""

    needs: tuple[AnyExpected, ...]
    facts: Set[AnyFact] = frozenset()
    repairs: dict[tuple[str, AnyFact], AnyExpected] = field(default_factory=dict[tuple[str, AnyFact], AnyExpected])
    """Step and fact → what is said of it last."""
    derived: dict[AnyFact, Derived] = field(default_factory=dict[AnyFact, Derived])
    recorded: bool = False
    blocked: int = 0
    """How many blocked facts it has been held against."""
    last: int = 0
    """When it stood for a walk last."""


@dataclass(slots=True)
class RuleCache:
    """What is worked out once for a plan: an action's step id, what its rule says of a drift. Rules are pure."""

    readings: FactReader
    ids: dict[Action, str] = field(default_factory=dict[Action, str])
    actions: dict[str, Action] = field(default_factory=dict[str, Action])
    interned: dict[int, tuple[Action, str]] = field(default_factory=dict[int, tuple[Action, str]])
    """The same by identity: what installs a module is one object for all of its facts, and large."""
    decisions: dict[AnyDrift, tuple[str, Decision]] = field(default_factory=dict[AnyDrift, tuple[str, Decision]])
    interned_decisions: dict[int, tuple[AnyDrift, tuple[str, Decision]]] = field(
        default_factory=dict[int, tuple[AnyDrift, tuple[str, Decision]]]
    )
    matches: dict[int, tuple[AnyExpected, AnyDrift | None]] = field(
        default_factory=dict[int, tuple[AnyExpected, AnyDrift | None]]
    )
    """Each wish by identity, and how it differs."""
    effects: dict[str, Set[AnyFact]] = field(default_factory=dict[str, Set[AnyFact]])
    sets: dict[int, tuple[tuple[AnyFact | AnyExpected, ...], Set[AnyFact]]] = field(
        default_factory=dict[int, tuple[tuple[AnyFact | AnyExpected, ...], Set[AnyFact]]]
    )

    def id_of(self, action: Action) -> str:
        found = self.interned.get(id(action))
        if found is None:
            name = self.ids.get(action) or step_id(action)
            if self.actions.setdefault(name, action) != action:
                raise IdentityClash(f"{name}: {self.actions[name]} and {action}")
            found = self.interned[id(action)] = action, self.ids.setdefault(action, name)
        return found[1]

    def node(self, name: str, repair: Repair) -> Node:
        effects = self.effects.get(name)
        if effects is None:
            effects = self.effects[name] = frozenset(expected.fact for expected in repair.action.ensures())
        return Node(name=name, proposal=repair, groups=repair.groups(), effects=effects)

    def facts(self, expectations: tuple[AnyExpected, ...]) -> Set[AnyFact]:
        """Of needs that may be common: the same set for the same needs."""
        found = self.sets.get(id(expectations))
        if found is None:
            found = self.sets[id(expectations)] = expectations, frozenset(expected.fact for expected in expectations)
        return found[1]

    def invalidated(self, voids: tuple[AnyFact, ...]) -> Set[AnyFact]:
        """The same of what actions undo."""
        found = self.sets.get(id(voids))
        if found is None:
            found = self.sets[id(voids)] = voids, frozenset(voids)
        return found[1]


def runnable(nodes: Mapping[str, Node]) -> dict[str, Node]:
    """The steps to be taken: not held up themselves, nor there only for one that is."""
    free = {name: node for name, node in nodes.items() if node.blocked_by is None}
    todo = [name for name, node in free.items() if not all(decision.requires for decision in node.repairs.values())]
    found: dict[str, Node] = {}
    followed: set[int] = set()
    while todo:
        name = todo.pop()
        if name not in found:
            found[name] = node = free[name]
            if not node.shared or id(node.after) not in followed:
                followed.add(id(node.after))
                todo += node.after.keys() & free.keys()
    return found
