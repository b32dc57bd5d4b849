"""A family made for tests: a flag that is up or down, and an action that raises it.

With every trait that the executor cares about: what must not run twice, what shares a lock, what waits for an approval
or a person.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from actions.action import Action
from probes.command import Command
from probes.fact import AnyExpected, Fact
from specs.reason import reason

WHY = reason("not-read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Fact[str]):
    name: str
    kind: Literal["test.flag"] = "test.flag"

    def up(self) -> AnyExpected:
        return self.must_be("up", because=WHY, source="a test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise(Action):
    name: str
    once: bool = False
    shares: tuple[str, ...] = ()
    behind: str = ""
    """The gate it stands behind."""
    hands: str = ""
    """What a person is asked to do, where a person does it."""
    identity: ClassVar[tuple[str, ...]] = ("name",)
    kind: Literal["test.raise"] = "test.raise"

    @property
    def flag(self) -> Flag:
        return Flag(host=self.host, name=self.name)

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (self.flag.up(),)

    def command(self) -> Command:
        return Command(script='raise "$1"', args=(self.name,))

    @property
    def idempotent(self) -> bool:
        return not self.once

    @property
    def approval_id(self) -> str:
        return self.behind

    @property
    def manual_instruction(self) -> str:
        return self.hands

    @property
    def locks(self) -> tuple[str, ...]:
        return self.shares
