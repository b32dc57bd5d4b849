"""A family made for the simulator: flags that are up or down, and the actions that raise them.

Small enough that a plan takes a millisecond, and with every trait the executor cares about: what may not be done twice,
what shares something, what needs what, what destroys data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from actions.action import Disrupts
from probes.command import Command, Output
from probes.fact import AnyDrift, AnyExpected, AnyFact, AnyReading, Known, Unknown
from probes.lib.rows import lines_of
from probes.probe import Probe
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Rule
from tests.support import flags
from tests.support.flags import WHY, Flag

SHOW = 'show "$@"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise(flags.Raise):
    """With what only whole runs look at: what it needs, whether it destroys data, how long it may take; and with what
    another bkrec, or another reading, would say of the same work."""

    wants: tuple[Flag, ...] = ()
    data: bool = False
    limit_s: float = 600.0
    version: str = "1"
    note: str = ""
    lasts_s: float = 5.0
    effects_timeout_s: ClassVar[float] = 5.0

    def command(self) -> Command:
        return Command(script='raise "$1" "$2"', args=(self.name, self.version))

    @property
    def estimate_s(self) -> float:
        return self.lasts_s

    def requires(self) -> tuple[AnyExpected, ...]:
        return tuple(flag.up() for flag in self.wants)

    @property
    def disrupts(self) -> Disrupts:
        return "data" if self.data else "no"

    @property
    def deadline_s(self) -> float:
        return self.limit_s


def _command(facts: Sequence[Flag]) -> Command:
    return Command(script=SHOW, args=tuple(fact.name for fact in facts))


def _parse(facts: Sequence[Flag], output: Output) -> Mapping[AnyFact, AnyReading]:
    rows = [line.split("\t") for line in lines_of(output)]
    if [row[0] for row in rows] != [fact.name for fact in facts]:
        raise ValueError("this is not what was asked")
    return {fact: _read(row[1]) for fact, row in zip(facts, rows, strict=True)}


def _read(word: str) -> AnyReading:
    if word not in ("up", "down", "unreadable"):
        raise ValueError(f"no state of a flag: {word!r}")
    return Unknown(WHY) if word == "unreadable" else Known(word)


PROBE = Probe(family="sim", facts=(Flag,), command=_command, parse=_parse)


def rules(actions: Sequence[Raise]) -> Rule:
    by_flag = {action.flag: action for action in actions}

    def mend(drift: AnyDrift, facts: FactReader) -> Repair:
        flag = drift.expected.fact
        assert isinstance(flag, Flag)
        return Repair(action=by_flag[flag], because=WHY, source="the simulator", section="1")

    return mend
