"""What checks found before: since when, how often, whether it flaps, and what an operator was alerted of.

Each finding is known by its fact's id. A check that could not read the cluster says nothing about single facts, so
nothing recovers by it; that it could not is a finding of its own.

A finding that comes and goes is *flapping*: it counts as there until it has calmed down. Two thresholds, as Nagios has
them, or the state would itself flap at one: it starts at `FLAPPING_FROM` changes within the last `RECENT_CHECKS`
checks and ends at `CALM_AT`.

Alerts: drift is reported once, when a finding is there that was not reported yet; recovery once, when none is there any
more. What could not be delivered is tried again by the next check.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

RECENT_CHECKS = 20
"""Checks that are remembered of a finding."""
FLAPPING_FROM = 5
CALM_AT = 2
MOST = 500
"""Findings that are gone and remembered; those that were there longest ago are forgotten first. What counts always is:
what is forgotten while it is there is news with the next check."""

Alert = Literal["drift", "recovery"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord:
    """Times are seconds since the epoch."""

    since: int
    """Of the last time that it came."""
    last: int
    """When it was there last."""
    times: int = 1
    """How often it came."""
    present: bool = True
    recent: str = "1"
    """The last checks, the newest last: 1 where it was there."""
    flapping: bool = False

    @property
    def changes(self) -> int:
        return sum(before != after for before, after in zip(self.recent, self.recent[1:], strict=False))

    @property
    def counts(self) -> bool:
        return self.present or self.flapping


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckHistory:
    findings: Mapping[str, FindingRecord] = field(default_factory=dict[str, FindingRecord])
    last_success: int = 0
    """When a check read everything last; 0: never."""
    alerted: tuple[str, ...] = ()
    """What `on_drift` was called for and is still there."""

    @property
    def counted(self) -> tuple[str, ...]:
        return tuple(sorted(name for name, record in self.findings.items() if record.counts))

    @property
    def unreported(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.counted) - set(self.alerted)))

    @property
    def alert(self) -> Alert | None:
        if self.unreported:
            return "drift"
        return "recovery" if self.alerted and not self.counted else None


def observe(history: CheckHistory, present: Iterable[str], at: int, *, complete: bool = True) -> CheckHistory:
    """After a check at that time. `complete`: False where it did not get as far as the facts."""
    names = frozenset(present)
    findings = {name: _absent(record) if complete else record for name, record in history.findings.items()}
    for name in names:
        previous = history.findings.get(name)
        findings[name] = FindingRecord(since=at, last=at) if previous is None else _present(previous, at)
    gone = sorted((name for name in findings if not findings[name].counts), key=lambda name: findings[name].last)
    forgotten = frozenset(gone[: max(0, len(gone) - MOST)])
    return replace(history, findings={name: findings[name] for name in sorted(findings.keys() - forgotten)})


def succeeded(history: CheckHistory, at: int) -> CheckHistory:
    return replace(history, last_success=at)


def delivered(history: CheckHistory) -> CheckHistory:
    """What counts now has been reported, or there was nothing to report."""
    return replace(history, alerted=history.counted)


def _present(record: FindingRecord, at: int) -> FindingRecord:
    returned = not record.present
    since, times = (at, record.times + 1) if returned else (record.since, record.times)
    return _checked(replace(record, since=since, last=at, times=times, present=True), "1")


def _absent(record: FindingRecord) -> FindingRecord:
    return _checked(replace(record, present=False), "0")


def _checked(record: FindingRecord, mark: str) -> FindingRecord:
    record = replace(record, recent=(record.recent + mark)[-RECENT_CHECKS:])
    limit = CALM_AT + 1 if record.flapping else FLAPPING_FROM
    return replace(record, flapping=record.changes >= limit)
