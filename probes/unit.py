"""systemd units: is it running, is it enabled?

One `systemctl show` answers for all units of a host. Blocks are matched to units by their Names, not by their order: an
alias is shown under its own Id, and a pattern would show several blocks. `is-active` would not do: its exit status only
says active or not. Source: systemctl(1), show; systemd 219 knows all five properties.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Reading, Readings, Unknown
from probes.probe import Probe
from probes.rows import lines_of
from probes.shell import Command, Output
from specs.reason import coded

Active = Literal["active", "activating", "deactivating", "reloading", "inactive", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitActive(Fact[Active]):
    """A unit that is not installed is Absent, unless it still runs from a file that was deleted."""

    unit: str
    """The full name: bk-auth.service, mysql@default.service."""
    kind: Literal["unit.active"] = "unit.active"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEnabled(Fact[str]):
    """systemd's UnitFileState: enabled, disabled, static, masked …; "none" for a loaded unit without a file."""

    unit: str
    kind: Literal["unit.enabled"] = "unit.enabled"


UnitFact = UnitActive | UnitEnabled
Shown = Mapping[str, str]

_NAME = re.compile(
    r"[A-Za-z0-9:_.\\@-]+\.(service|target|socket|timer|path|mount|slice|scope|device|swap|automount)", re.ASCII
)


def command(facts: Sequence[UnitFact]) -> Command:
    """Only what can be a unit's name is asked: one bad name stops old systemctl, a pattern makes it show others."""
    units = askable(fact.unit for fact in facts)
    script = '[ $# -eq 0 ] || systemctl show --property=Id,Names,LoadState,ActiveState,UnitFileState -- "$@"'
    return Command(script=script, args=units)


def askable(units: Iterable[str]) -> tuple[str, ...]:
    """Those that can be a unit's name, each once."""
    return tuple(unit for unit in dict.fromkeys(units) if _NAME.fullmatch(unit))


def parse(facts: Sequence[UnitFact], output: Output) -> Readings:
    shown = by_name("\n".join(lines_of(output)).split("\n\n"))
    if not shown and askable(fact.unit for fact in facts):
        raise ValueError("systemctl showed no unit")
    return {fact: _read(fact, shown) for fact in facts}


def by_name(blocks: Iterable[str]) -> Mapping[str, Shown]:
    """What `systemctl show` says of each unit, by each of its names. Raises ValueError for a line without "="."""
    found: dict[str, Shown] = {}
    for block in blocks:
        shown = dict(line.split("=", 1) for line in block.split("\n") if line)
        for name in (*shown.get("Names", "").split(), *shown.get("Id", "").split()):
            found[name] = shown
    return found


def _read(fact: UnitFact, shown: Mapping[str, Shown]) -> AnyReading:
    block = shown.get(fact.unit)
    if block is None:
        return Unknown(coded("unit-not-shown", unit=fact.unit))
    match fact:
        case UnitActive():
            return _active(fact.unit, block["LoadState"], block["ActiveState"])
        case UnitEnabled():
            return _enabled(block["LoadState"], block["UnitFileState"])


def _active(unit: str, load: str, state: str) -> Reading[Active]:
    match load, state:
        case "not-found", ("inactive" | "failed"):
            return Absent()
        case (("error" | "bad-setting"), ("inactive" | "failed")):
            return Unknown(coded("unit-broken", unit=unit, load=load))
        case _, ("active" | "activating" | "deactivating" | "reloading" | "inactive" | "failed"):
            return Known(state)
        case _, _:
            return Unknown(coded("unit-odd-state", unit=unit, load=load, state=state))


def _enabled(load: str, state: str) -> Reading[str]:
    if load == "not-found":
        return Absent()
    return Known(state or "none")


FACTS: tuple[type[AnyFact], ...] = (UnitActive, UnitEnabled)
PROBE = Probe(family="unit", facts=FACTS, command=command, parse=parse)
