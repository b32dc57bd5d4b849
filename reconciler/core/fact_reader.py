"""What a rule may look at: the readings, asked by fact. Asking for one that was not read stops the rule politely.

The planner notes the fact as wanted, the effects read it, and the planner starts again. So a rule is written as if
everything were known, and nothing is read on a host that no decision rests on (an MD5 of gigabytes, say).
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from probes.fact import AnyExpected, AnyFact, AnyReading, Readings, matches

T = TypeVar("T")


class FactNotRead(LookupError):
    """Facts that a decision rests on have not been read yet."""

    def __init__(self, *facts: AnyFact) -> None:
        super().__init__(*facts)
        self.facts = facts


@dataclass(frozen=True, slots=True)
class FactReader:
    readings: Readings
    known: dict[Hashable, Any] = field(default_factory=dict[Hashable, Any], compare=False, repr=False)
    """What was asked `once`: readings do not change while a plan is made."""

    def read(self, fact: AnyFact) -> AnyReading:
        """Raises NotRead."""
        if fact not in self.readings:
            raise FactNotRead(fact)
        return self.readings[fact]

    def read_all(self, facts: Iterable[AnyFact]) -> tuple[AnyReading, ...]:
        """Where a host each is asked, not one look for each of them. Raises NotRead with all that are missing."""
        facts = tuple(facts)
        missing = tuple(fact for fact in facts if fact not in self.readings)
        if missing:
            raise FactNotRead(*missing)
        return tuple(self.readings[fact] for fact in facts)

    def once(self, question: Hashable, answer: Callable[[], T]) -> T:
        """What many drifts of a module ask alike is worked out for the first. Raises NotRead as `answer` did."""
        if question not in self.known:
            try:
                self.known[question] = answer()
            except FactNotRead as missing:
                self.known[question] = missing
        found = self.known[question]
        if isinstance(found, FactNotRead):
            raise FactNotRead(*found.facts)
        return cast("T", found)

    def all_hold(self, expectations: Iterable[AnyExpected]) -> bool:
        """Asks for all of them at once: one more round trip is dearer."""
        return all(self._all_holding(expectations))

    def any_holds(self, expectations: Iterable[AnyExpected]) -> bool:
        return any(self._all_holding(expectations))

    def _all_holding(self, expectations: Iterable[AnyExpected]) -> list[bool]:
        expectations = tuple(expectations)
        self.read_all(wish.fact for wish in expectations)
        return [self.holds(expected) for expected in expectations]

    def holds(self, expected: AnyExpected) -> bool:
        """False where it does not hold and where it cannot be told. Raises NotRead."""
        self.read(expected.fact)
        return matches(expected, self.readings) is True
