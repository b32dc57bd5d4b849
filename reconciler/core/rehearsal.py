"""Rehearsal: a plan carried out on the cluster's own readings, without the cluster: how long, what is down when, what
if a step fails or a host is lost on the way.

What a plan promises is simulated (`core/simulate.py`): each step ensures what it says, and what still differs
afterwards is what the plan does not reach. Time is that of `core/schedule.py`, by what is known of this
cluster's steps.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from probes.fact import AnyExpected, Readings
from reconciler.core import eta
from reconciler.core.diff import diff
from reconciler.core.estimate import OutageWindow, estimate, outage_windows
from reconciler.core.eta import Durations
from reconciler.core.plan import Plan, Step
from reconciler.core.schedule import LostHost, Schedule, schedule, tasks_of
from reconciler.core.simulate import simulate_steps


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
    unknown: int = 0
    """Those of which nothing is known in the end: no step reads them."""
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
    estimated = estimate(plan.steps, known)
    planned = schedule(tasks_of(plan.steps, estimated.seconds), fails=fails, lost=lost)
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
        unknown=len(difference.unknown),
        irreversible=sum(step.action.irreversible for step in finished),
    )
