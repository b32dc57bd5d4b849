"""FactReader: how a rule reads facts. Asking for one that has not been read stops the rule with `FactNotRead`.

The planner notes the fact as unread, the engine reads it, and the planner starts again. So a rule is written as if
everything were known, and nothing is read on a host that no decision depends on (an MD5 of gigabytes, say).
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from probes.fact import AnyExpected, AnyFact, AnyReading, Readings, matches

T = TypeVar("T")


class FactNotRead(LookupError):
    """Facts that a decision depends on have not been read yet."""

    def __init__(self, *facts: AnyFact) -> None:
        super().__init__(*facts)
        self.facts = facts


@dataclass(frozen=True, slots=True)
class FactReader:
    readings: Readings
    known: dict[Hashable, Any] = field(default_factory=dict[Hashable, Any], compare=False, repr=False)
    """Answers of `once`: readings do not change while a plan is made."""

    def read(self, fact: AnyFact) -> AnyReading:
        """Raises FactNotRead."""
        if fact not in self.readings:
            raise FactNotRead(fact)
        return self.readings[fact]

    def read_all(self, facts: Iterable[AnyFact]) -> tuple[AnyReading, ...]:
        """All in one round trip, not one each. Raises FactNotRead with all that are missing."""
        facts = tuple(facts)
        missing = tuple(fact for fact in facts if fact not in self.readings)
        if missing:
            raise FactNotRead(*missing)
        return tuple(self.readings[fact] for fact in facts)

    def once(self, question: Hashable, answer: Callable[[], T]) -> T:
        """A cache: what many drifts of a module ask alike is computed for the first of them. Raises FactNotRead as
        `answer` did."""
        if question not in self.known:
            try:
                self.known[question] = answer()
            except FactNotRead as missing:
                self.known[question] = missing
        known = self.known[question]
        if isinstance(known, FactNotRead):
            raise FactNotRead(*known.facts)
        return cast("T", known)

    def all_match(self, expectations: Iterable[AnyExpected]) -> bool:
        """Reads all of them at once: one more round trip is dearer."""
        return all(self._all_matching(expectations))

    def any_holds(self, expectations: Iterable[AnyExpected]) -> bool:
        return any(self._all_matching(expectations))

    def _all_matching(self, expectations: Iterable[AnyExpected]) -> list[bool]:
        expectations = tuple(expectations)
        self.read_all(expected.fact for expected in expectations)
        return [self.holds(expected) for expected in expectations]

    def holds(self, expected: AnyExpected) -> bool:
        """False where it does not hold and where that cannot be read. Raises FactNotRead."""
        self.read(expected.fact)
        return matches(expected, self.readings) is True
