"""systemd units: is it running, is it enabled?

One `systemctl show` answers for all units of a host. Blocks are matched to units by their Names, not by their order: an
alias is shown under its own Id, and a pattern would show several blocks. `is-active` would not do: its exit status only
says active or not. Source: systemctl(1), show; systemd 219 knows all five properties.

Up to systemd 237 UnitFileState lies in two ways: of an instance it says what its template is, so that one enabled
`bk-filebeat@java.service` makes all of them look enabled; and of a masked unit it says "bad". So instances are read by
`is-enabled`, one a call, since it stops at the first unknown name; and LoadState shows what is masked.

systemd 219-23 to 219-30.2 (CentOS 7.3 as released) prints nothing of a unit that is not there, ends with 1 and shows
none of those after it (src/systemctl/systemctl.c:4274, show_one; right again in 219-30.3). So where `show` fails the
units are asked one by one, and its own words stand for "not found".
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, LiteralString

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import lines_of
from probes.probe import Probe
from specs.reason import reason

Active = Literal["active", "activating", "deactivating", "reloading", "inactive", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitActive(Fact[Active]):
    """A unit that is not installed is Absent, unless it still runs from a file that was deleted."""

    unit: str
    """The full name: bk-auth.service, mysql@default.service."""
    kind: Literal["unit.active"] = "unit.active"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEnabled(Fact[str]):
    """In systemd's words: enabled, disabled, static, masked …; "none" for a loaded unit without a file."""

    unit: str
    kind: Literal["unit.enabled"] = "unit.enabled"


UnitFact = UnitActive | UnitEnabled
Properties = Mapping[str, str]

_NAME = re.compile(
    r"[A-Za-z0-9:_.\\@-]+\.(service|target|socket|timer|path|mount|slice|scope|device|swap|automount)", re.ASCII
)


SHOW: LiteralString = r"""
show() { # PROPERTIES UNIT ...: a block for each unit
  what=$1
  shift
  TZ=UTC0 systemctl show --property="$what" -- "$@" || for unit do
    echo
    TZ=UTC0 systemctl show --property="$what" -- "$unit" || case $(systemctl show -- "$unit" 2>&1) in
      "Unit $unit could not be found.")
        printf 'Id=%s\nLoadState=not-found\nActiveState=inactive\nUnitFileState=\n' "$unit" ;;
    esac
  done
} 2>/dev/null
"""

SCRIPT = (
    SHOW
    + r"""
[ $# -gt 0 ] || exit 0
show Id,Names,LoadState,ActiveState,UnitFileState "$@"
for unit do
  case $unit in
    *@*) printf '\nInstance=%s\nIsEnabled=%s\n' "$unit" "$(systemctl is-enabled -- "$unit" 2>/dev/null)" ;;
  esac
done
"""
)


def command(facts: Sequence[UnitFact]) -> Command:
    """Only valid unit names are passed: one invalid name stops old systemctl, a pattern makes it show others."""
    units = askable(fact.unit for fact in facts)
    return Command(script=SCRIPT, args=units)


def askable(units: Iterable[str]) -> tuple[str, ...]:
    """Those that can be a unit's name, each once."""
    return tuple(unit for unit in dict.fromkeys(units) if _NAME.fullmatch(unit))


def parse(facts: Sequence[UnitFact], output: Output) -> Readings:
    blocks = "\n".join(lines_of(output)).split("\n\n")
    shown, answers = by_name(blocks), _answers(blocks)
    if not shown and askable(fact.unit for fact in facts):
        raise ValueError("systemctl showed no unit")
    return {fact: _read(fact, shown, answers) for fact in facts}


def by_name(blocks: Iterable[str]) -> Mapping[str, Properties]:
    """Output of `systemctl show` by unit, under each of its names. Raises ValueError for a line without "="."""
    result: dict[str, Properties] = {}
    for block in blocks:
        shown = _properties(block)
        for name in (*shown.get("Names", "").split(), *shown.get("Id", "").split()):
            result[name] = shown
    return result


def _properties(block: str) -> Properties:
    return dict(line.split("=", 1) for line in block.split("\n") if line)


def _answers(blocks: Iterable[str]) -> Mapping[str, str]:
    """Output of `systemctl is-enabled` by instance; "" where there is none."""
    reported = (_properties(block) for block in blocks)
    return {item["Instance"]: item["IsEnabled"] for item in reported if "Instance" in item}


def _read(fact: UnitFact, shown: Mapping[str, Properties], output: Mapping[str, str]) -> AnyReading:
    block = shown.get(fact.unit)
    if block is None:
        return Unknown(reason("unit-not-shown", unit=fact.unit))
    match fact:
        case UnitActive():
            return _active(fact.unit, block["LoadState"], block["ActiveState"])
        case UnitEnabled():
            return _enabled(fact.unit, block["LoadState"], block["UnitFileState"], output)


def _active(unit: str, load: str, state: str) -> Reading[Active]:
    match load, state:
        case "not-found", ("inactive" | "failed"):
            return Absent()
        case (("error" | "bad-setting"), ("inactive" | "failed")):
            return Unknown(reason("unit-broken", unit=unit, load=load))
        case _, ("active" | "activating" | "deactivating" | "reloading" | "inactive" | "failed"):
            return Known(state)
        case _, _:
            return Unknown(reason("unit-unknown-state", unit=unit, load=load, state=state))


def _enabled(unit: str, load: str, state: str, output: Mapping[str, str]) -> Reading[str]:
    if load == "not-found":
        return Absent()
    if load == "masked":
        return Known(state if is_masked(state) else "masked")
    if "@" not in unit or state == "":
        return Known(state or "none")
    return Known(output[unit]) if output.get(unit) else Unknown(reason("unit-not-shown", unit=unit))


def is_masked(state: object) -> bool:
    """masked, masked-runtime: systemd refuses to start, enable or restart it."""
    return str(state).startswith("masked")


FACTS: tuple[type[AnyFact], ...] = (UnitActive, UnitEnabled)
PROBE = Probe(family="unit", facts=FACTS, command=command, parse=parse)
