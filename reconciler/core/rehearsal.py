"""Rehearsal: a plan carried out on the cluster's own readings, without the cluster: how long, what is down when, what
if a step fails or a host is lost on the way.

What a plan promises is simulated (`core/simulate.py`): each step ensures what it says, and what still differs
afterwards is what the plan does not reach. Time is that of `core/schedule.py`, by what is known of this
cluster's steps.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from probes.fact import AnyExpected, Readings
from reconciler.core import eta
from reconciler.core.diff import diff
from reconciler.core.eta import Durations
from reconciler.core.plan import Plan, Step
from reconciler.core.schedule import Interval, LostHost, Schedule, schedule, tasks_of
from reconciler.core.simulate import simulate_steps


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageWindow:
    """Users of this module are cut off, from when until when."""

    module: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    p50_s: float
    p90_s: float
    schedule: Schedule
    """With each step's median."""
    outages: tuple[OutageWindow, ...]
    unfinished: tuple[Step, ...] = ()
    """Steps that are not done in the end: those that fail, and what waits for them."""
    differing: int = 0
    """Expected facts that still differ in the end."""
    irreversible: int = 0
    """Steps that are done in the end and that only a backup takes back."""


def rehearse(
    plan: Plan,
    expected: Iterable[AnyExpected],
    readings: Readings,
    known: Durations,
    *,
    fails: frozenset[str] = frozenset(),
    lost: LostHost | None = None,
) -> Rehearsal:
    seconds = eta.expectations(plan.steps, known)
    planned = schedule(tasks_of(plan.steps, seconds), fails=fails, lost=lost)
    p50_s, p90_s = eta.total_quantiles(plan.steps, known)
    done = frozenset(planned.done)
    finished = tuple(step for step in plan.steps if step.id in done)
    after = simulate_steps(finished, readings, plan)
    difference = diff(expected, after)
    return Rehearsal(
        p50_s=p50_s,
        p90_s=p90_s,
        schedule=planned,
        outages=outage_windows(plan.steps, planned.spans, done),
        unfinished=tuple(step for step in plan.steps if step.id not in done),
        differing=len(difference.drift),
        irreversible=sum(step.action.irreversible for step in finished),
    )


def outage_windows(
    steps: Iterable[Step], spans: Mapping[str, Interval], done: frozenset[str]
) -> tuple[OutageWindow, ...]:
    """By their begin. A module is down from the first step that takes it away until the last that gives it back; where
    one of its steps is not done, until the end of all."""
    last_s = max((span.end_s for span in spans.values()), default=0.0)
    by_module: dict[str, list[Step]] = {}
    for step in steps:
        if step.action.outage and step.action.disrupts != "no":
            by_module.setdefault(step.action.outage, []).append(step)
    windows: list[OutageWindow] = []
    for module, its in by_module.items():
        started = [spans[step.id] for step in its if step.id in spans]
        if started:
            whole = all(step.id in done for step in its)
            end_s = max(span.end_s for span in started) if whole else last_s
            windows.append(OutageWindow(module=module, start_s=min(s.start_s for s in started), end_s=end_s))
    return tuple(sorted(windows, key=lambda window: (window.start_s, window.module)))
