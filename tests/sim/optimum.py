"""The fewest steps there are, by trying them all: what the planner is measured against.

It knows nothing of plans. In each world it reaches it asks the rules what they would do about anything that does not
hold, be it wished for or only needed by something they would do, and takes every step whose needs hold, breadth first.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field

from actions.action import Action
from probes.fact import (
    Absent,
    AnyDrift,
    AnyExpected,
    AnyFact,
    AnyReading,
    Drift,
    Known,
    SameAs,
    Unknown,
    resolve_target,
)
from reconciler.core.diff import compare
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Derived, Repair
from reconciler.core.planner import Rule
from tests.sim.states import Answers
from tests.sim.worlds import World

Reached = frozenset[tuple[AnyFact, AnyReading]]


@dataclass
class Hunt:
    """Worlds are what differs from the first one."""

    first: World
    rules: Rule
    wishes: tuple[AnyExpected, ...]
    known: dict[Action, Repair] = field(default_factory=dict[Action, Repair])
    follows: dict[AnyFact, Derived] = field(default_factory=dict[AnyFact, Derived])
    looked_at: int = 0

    def fewest(self, goal: Iterable[AnyExpected], limit: int) -> int | None:
        """How many steps it takes at least; None where `limit` do not do."""
        expectations = tuple(goal)
        layer: list[Reached] = [frozenset()]
        readings = set(layer)
        for steps in range(limit + 1):
            if any(self._all_hold(expectations, self._world(reached)) for reached in layer):
                return steps
            layer = [further for reached in layer for further in self._further(reached) if further not in readings]
            readings.update(layer)
            layer = list(dict.fromkeys(layer))
        return None

    def _world(self, reached: Reached) -> Answers:
        facts = {**self.first.facts, **dict(reached)}
        return Answers(World(cluster=self.first.cluster, facts=facts, other=self.first.other))

    def _further(self, reached: Reached) -> Iterable[Reached]:
        self.looked_at += 1
        world = self._world(reached)
        self._ask(world)
        for repair in list(self.known.values()):
            if self._all_hold(itertools.chain(*repair.groups()), world):
                yield frozenset((dict(reached) | self._changed(repair.action, world)).items())

    def _ask(self, world: Answers) -> None:
        """Every repair the rules offer here, for what does not hold, or will not once one of them is done."""
        todo, been = list(self.wishes), set[AnyFact]()
        undone = {fact for repair in self.known.values() for fact in repair.action.invalidates()}
        while todo:
            expected = todo.pop()
            if expected.fact in been:
                continue
            drift = compare(expected, world)
            if drift is None and expected.fact in undone:
                drift = Drift(expected=expected, reading=Absent())
            if drift is None or isinstance(drift.reading, Unknown):
                continue
            been.add(expected.fact)
            repair = self._repair(drift, world)
            if repair is not None:
                todo += itertools.chain(*repair.groups())

    def _repair(self, drift: AnyDrift, world: Answers) -> Repair | None:
        decision = self.rules(drift, FactReader(world))
        if isinstance(decision, Derived):
            self.follows[drift.expected.fact] = decision
        if not isinstance(decision, Repair):
            return None
        return self.known.setdefault(decision.action, decision)

    def _changed(self, action: Action, world: Answers) -> dict[AnyFact, AnyReading]:
        now: dict[AnyFact, AnyReading] = {fact: Absent() for fact in action.invalidates()}
        for expected in action.ensures():
            other = expected.reading
            now[expected.fact] = world[other.fact] if isinstance(other, SameAs) else other
        after = self._world(frozenset((world.told | now).items()))
        for derived in self.follows.values():
            if self._all_hold(derived.depends_on, after):
                came = resolve_target(derived.expected, after)
                now[derived.expected.fact] = came if isinstance(came, (Known, Absent)) else Absent()
        return now

    def _all_hold(self, expectations: Iterable[AnyExpected], world: Answers) -> bool:
        return all(compare(expected, world) is None for expected in expectations)
