"""Estimate: what a plan costs: how long it takes, and when users are cut off from which product.

Every command that says how long a plan takes says it by this, with what is known of the cluster's steps
(`core/eta.py`), laid on a time line as the executor starts them (`core/schedule.py`).
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from reconciler.core import eta
from reconciler.core.eta import Durations
from reconciler.core.plan import Step
from reconciler.core.schedule import Interval, Schedule
from reconciler.core.selection import StepGraph, outage_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageWindow:
    """Users of this module are cut off, from when until when."""

    module: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    module: str
    seconds: float
    """Of its windows together."""
    first: int
    """Number of the first step in the plan that disrupts it, counted from 1."""
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    seconds: Mapping[str, float]
    """Step id → how long it takes."""
    schedule: Schedule
    windows: tuple[OutageWindow, ...]
    outages: tuple[Outage, ...]
    """The longest first."""

    @property
    def total_s(self) -> float:
        return self.schedule.total_s


def estimate(steps: Iterable[Step], known: Durations) -> Estimate:
    steps = tuple(steps)
    seconds, planned = eta.expectations(steps, known), eta.expected_schedule(steps, known)
    windows = outage_windows(steps, planned.spans, frozenset(planned.done))
    return Estimate(seconds=seconds, schedule=planned, windows=windows, outages=_outages(steps, windows))


def outage_windows(steps: Iterable[Step], spans: Mapping[str, Interval], done: Set[str]) -> tuple[OutageWindow, ...]:
    """By their begin. A module is down while a step runs that takes it away, and until the last step is done that gives
    it back; where one of those is not done, until the end of all."""
    graph, last_s = StepGraph.of(steps), max((span.end_s for span in spans.values()), default=0.0)
    by_module: dict[str, list[Interval]] = {}
    for step in graph.steps.values():
        if step.id in spans:
            for module in outage_of(step):
                ends = {step.id} | graph.ends_of({step.id})
                end_s = max(spans[name].end_s for name in ends) if ends <= done else last_s
                by_module.setdefault(module, []).append(Interval(start_s=spans[step.id].start_s, end_s=end_s))
    windows = (
        OutageWindow(module=module, start_s=span.start_s, end_s=span.end_s)
        for module, its in by_module.items()
        for span in _joined(its)
    )
    return tuple(sorted(windows, key=lambda window: (window.start_s, window.module)))


def _joined(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    result: list[Interval] = []
    for interval in sorted(intervals, key=lambda i: (i.start_s, i.end_s)):
        if result and interval.start_s <= result[-1].end_s:
            before = result.pop()
            interval = Interval(start_s=before.start_s, end_s=max(before.end_s, interval.end_s))
        result.append(interval)
    return tuple(result)


def _outages(steps: Iterable[Step], windows: Iterable[OutageWindow]) -> tuple[Outage, ...]:
    numbers: dict[str, list[int]] = {}
    for number, step in enumerate(steps, start=1):
        for module in outage_of(step):
            numbers.setdefault(module, []).append(number)
    seconds = dict.fromkeys(numbers, 0.0)
    for window in windows:
        seconds[window.module] += window.end_s - window.start_s
    outages = (
        Outage(module=module, seconds=seconds[module], first=its[0], last=its[-1]) for module, its in numbers.items()
    )
    return tuple(sorted(outages, key=lambda outage: (-outage.seconds, outage.module)))
