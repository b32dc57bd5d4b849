"""Steady: units that were started only just now, so that a crash loop is not taken for a running unit.

The vendor's units are of `Type=simple` with `Restart=always` and `RestartSec=3s`: one whose program dies at once is
"active" whenever it is not waiting for its next try, so a single probe of its state finds it running every other time.
Its age is reliable: `ActiveEnterTimestampMonotonic` counts from the boot, as /proc/uptime does, and setting a clock
moves neither. In a container with an uptime of its own (lxcfs) the two cannot be compared: there the wall clock
gives the age. Source: systemctl(1), show; systemd.service(5), Restart=; bin/install_bkauth.sh:146.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.current import moment
from probes.fact import AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import decimal, lines_of
from probes.probe import Probe
from probes.unit import SHOW, Properties, askable, by_name
from specs.reason import reason

STEADY_S = 5
"""A unit that lives longer than this between two deaths is not found out. Every upgrade waits so long at its end."""

OWN_UPTIME_S = 60
"""A start time so far ahead is not comparable: another uptime (lxcfs), or a clock that was set back since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentlyStartedUnits(Fact[tuple[str, ...]]):
    """Of these, those that have not run for five seconds yet. A unit that is down is not among them.

    A unit between two restarts is: else probing its age then, and its state a moment later, would both find nothing.
    """

    units: tuple[str, ...]
    kind: Literal["steady.recently-started"] = "steady.recently-started"


SCRIPT = (
    SHOW
    + r"""
[ $# -gt 0 ] || exit 0
read -r up idle </proc/uptime
printf '%s %s\n\n' "$up" "$(date +%s)"
show Id,Names,ActiveState,ActiveEnterTimestamp,ActiveEnterTimestampMonotonic "$@"
"""
)
"""The time first: what is started meanwhile is young all the more."""


def command(facts: Sequence[RecentlyStartedUnits]) -> Command:
    return Command(script=SCRIPT, args=_units(facts))


def _units(facts: Sequence[RecentlyStartedUnits]) -> tuple[str, ...]:
    return askable(unit for fact in facts for unit in fact.units)


def parse(facts: Sequence[RecentlyStartedUnits], output: Output) -> Readings:
    first, *blocks = "\n".join(lines_of(output)).split("\n\n")
    up, _, now = first.partition(" ")
    shown, reported = by_name(blocks), (decimal(up), decimal(now)) if _units(facts) else (0.0, 0.0)
    return {fact: _read(fact, shown, *reported) for fact in facts}


def _read(
    fact: RecentlyStartedUnits, shown: Mapping[str, Properties], up: float, now: float
) -> Reading[tuple[str, ...]]:
    unseen = next((unit for unit in fact.units if unit not in shown), None)
    if unseen is not None:
        return Unknown(reason("unit-not-shown", unit=unseen))
    return Known(tuple(unit for unit in fact.units if _is_young(shown[unit], up, now)))


def _is_young(shown: Properties, up: float, now: float) -> bool:
    state = shown["ActiveState"]
    if state in ("active", "reloading"):
        age = up - decimal(shown["ActiveEnterTimestampMonotonic"]) / 1e6
        if age <= -OWN_UPTIME_S:
            age = now - moment(shown["ActiveEnterTimestamp"])
        return -OWN_UPTIME_S < age < STEADY_S
    return state not in ("inactive", "failed")


FACTS: tuple[type[AnyFact], ...] = (RecentlyStartedUnits,)
PROBE = Probe(family="steady", facts=FACTS, command=command, parse=parse)
