"""A plan as sets of what holds: the simulator's rules over one integer, for proofs that run a plan thousands of times.

Each wish that a plan is about is one bit, true where it holds. What a step needs, undoes and ensures are masks. It says
the same as `reconciler/core/simulate.py`, a hundred times as fast; `test_minimal.py` holds the two to each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from probes.fact import Absent, AnyExpected, AnyFact, AnyReading, Readings, SameAs, matches
from reconciler.core.plan import Plan, Step


@dataclass(frozen=True, slots=True)
class Move:
    needs: int
    clear: int
    put: int


@dataclass
class Board:
    plan: Plan
    wishes: Sequence[AnyExpected]
    readings: Readings
    bits: dict[tuple[AnyFact, object], int] = field(default_factory=dict[tuple[AnyFact, object], int])
    about: dict[AnyFact, int] = field(default_factory=dict[AnyFact, int])
    worth: dict[AnyFact, list[tuple[AnyReading | SameAs[Any], int]]] = field(
        default_factory=dict[AnyFact, list[tuple[AnyReading | SameAs[Any], int]]]
    )
    """Fact → each reading that is wished of it, and its bit."""
    gone: dict[AnyFact, int] = field(default_factory=dict[AnyFact, int])
    """Fact → the bit of "it is absent"."""
    start: int = 0

    def __post_init__(self) -> None:
        for expected in self._all():
            self._bit(expected)
        self.goal = self.mask(self.wishes)
        self.moves = [self._move(step) for step in self.plan.steps]
        self.follows = [
            (self.mask(derived.depends_on), self.mask((derived.expected,))) for derived in self.plan.derived
        ]

    def _all(self) -> Iterable[AnyExpected]:
        yield from self.wishes
        for step in self.plan.steps:
            yield from (*step.requires, *step.action.ensures())
        for derived in self.plan.derived:
            yield from (derived.expected, *derived.depends_on)

    def _bit(self, expected: AnyExpected) -> int:
        key = (expected.fact, expected.reading)
        if key not in self.bits:
            bit = self.bits[key] = 1 << len(self.bits)
            self.about[expected.fact] = self.about.get(expected.fact, 0) | bit
            self.worth.setdefault(expected.fact, []).append((expected.reading, bit))
            if isinstance(expected.reading, Absent):
                self.gone[expected.fact] = bit
            if matches(expected, self.readings):
                self.start |= bit
        return self.bits[key]

    def mask(self, expectations: Iterable[AnyExpected]) -> int:
        whole = 0
        for expected in expectations:
            whole |= self._bit(expected)
        return whole

    def _move(self, step: Step) -> Move:
        clear = put = 0
        for fact in step.action.invalidates():
            clear |= self.about.get(fact, 0)
            put |= self.gone.get(fact, 0)
        for expected in step.action.ensures():
            assert not isinstance(expected.reading, SameAs) or expected.reading.fact not in self.about
            clear |= self.about[expected.fact]
            put = put & ~self.about[expected.fact] | self._bit(expected) | self._alike(expected)
        return Move(self.mask(step.requires), clear, put)

    def _alike(self, expected: AnyExpected) -> int:
        """What else holds then: "6.2.2" is what another fact reads, too, and no plan changes such a standard."""
        value, found = self._value(expected.reading), 0
        for reading, bit in self.worth[expected.fact] if value is not None else ():
            found |= bit if self._value(reading) == value else 0
        return found

    def _value(self, reading: AnyReading | SameAs[Any]) -> object:
        return self.readings.get(reading.fact) if isinstance(reading, SameAs) else reading

    def step(self, state: int, number: int) -> int:
        """As `take` and `settle`: without its needs it does nothing; what follows comes right behind it."""
        move = self.moves[number]
        if state & move.needs == move.needs:
            state = state & ~move.clear | move.put
        before = -1
        while before != state:
            before = state
            for of, comes in self.follows:
                if state & of == of:
                    state |= comes
        return state

    def run(self, state: int, order: Iterable[int]) -> int:
        for number in order:
            state = self.step(state, number)
        return state

    def needless(self) -> list[Step]:
        """Steps without which the plan reaches just as much of the goal."""
        steps: list[Step] = []
        state, many = self.start, len(self.moves)
        reached = self.run(state, range(many)) & self.goal
        for number, step in enumerate(self.plan.steps):
            if self.run(state, range(number + 1, many)) & reached == reached:
                steps.append(step)
            state = self.step(state, number)
        return steps
