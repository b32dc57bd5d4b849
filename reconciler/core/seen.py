"""What a rule may look at: the readings, asked by fact. Asking for one that was not read stops the rule politely.

The planner notes the fact as wanted, the effects read it, and the planner starts again. So a rule is written as if
everything were known, and nothing is read on a host that no decision rests on (an MD5 of gigabytes, say).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from probes.fact import AnyExpected, AnyFact, AnyReading, Readings, holds


class NotRead(LookupError):
    """A fact that a decision rests on has not been read yet."""

    def __init__(self, fact: AnyFact) -> None:
        super().__init__(fact)
        self.fact = fact


@dataclass(frozen=True, slots=True)
class Seen:
    readings: Readings

    def read(self, fact: AnyFact) -> AnyReading:
        """Raises NotRead."""
        if fact not in self.readings:
            raise NotRead(fact)
        return self.readings[fact]

    def all_hold(self, wishes: Iterable[AnyExpected]) -> bool:
        """Asks for each of them, also after the first that does not hold: one more round trip is dearer."""
        return all([self.holds(wish) for wish in wishes])  # noqa: C419

    def any_holds(self, wishes: Iterable[AnyExpected]) -> bool:
        return any([self.holds(wish) for wish in wishes])  # noqa: C419

    def holds(self, expected: AnyExpected) -> bool:
        """False where it does not hold and where it cannot be told. Raises NotRead."""
        self.read(expected.fact)
        return holds(expected, self.readings) is True
