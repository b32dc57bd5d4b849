"""ETA: how long steps take on this cluster: by its runs on record, and where it has none by the release's estimates.

A step that was done here before is expected to take the median of its times. For all others the release's estimate is
scaled by the pace of this cluster: what its steps took, over what was estimated for them. Between one step and the next
lies a moment that no step's own time has; it is the same after a step of a second and of a minute, and a plan of many
small steps has more of them.

While a run goes on, what its steps took over what was expected of them scales the rest. Long steps say more of the rest
than as many seconds of short ones, whose time is that of a connection and of a busy processor; the first quarter of an
upgrade is made of those. Only steps that are done count: a run that is paused, a host that is waited for and a step
that is overdue say nothing of the other steps. Against the first of them stands a hundredth of the whole as expected.

The spread (p90) is that of the same step's earlier times; of a step without any, and of whole nights, what runs in the
laboratories showed. docs/reports.md has the error of these estimates, measured on runs.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import median

from reconciler.core.plan import Step
from reconciler.core.run_report import RunReport, StepReport
from reconciler.core.schedule import Schedule, Task, schedule, tasks_of

SHIPPED_P90 = 1.6
NIGHT_P90 = 1.35
"""The same of whole nights, for what slows all steps at once: five upgrades of one laboratory took 283 to 485 s."""
PRIOR_SHARE = 0.01
"""So much of the whole as expected weighs as much as the same of the run itself."""
LONGEST_MOMENT_S = 60.0
"""What lies longer between two steps is no moment: a run that waited, a machine that slept, a clock that was set."""
SAMPLES = 60
RUNS_USED = 10
"""The latest runs of a cluster; hosts change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """What is known of this cluster's steps."""

    seconds: Mapping[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]])
    """By step id, the latest last."""
    pace: float = 1.0
    """What steps took here, over what was estimated."""
    moment_s: float = 0.0
    """Between one step and the next."""
    runs: int = 0


NOTHING_KNOWN = Durations()


def durations_of(runs: Iterable[RunReport]) -> Durations:
    """`runs`: the oldest first."""
    reports = [run for run in runs if any(step.outcome == "done" for step in run.steps)][-RUNS_USED:]
    seconds: dict[str, list[float]] = {}
    for run in reports:
        for step in run.steps:
            if step.outcome == "done":
                seconds.setdefault(step.step, []).append(step.seconds)
    estimates = {step.step: step.estimate_s for run in reports for step in run.steps if step.estimate_s}
    known = [(median(times), estimates[name]) for name, times in seconds.items() if name in estimates]
    estimated = sum(estimate for _, estimate in known)
    return Durations(
        seconds={name: tuple(times) for name, times in seconds.items()},
        pace=sum(took for took, _ in known) / estimated if estimated else 1.0,
        moment_s=_moment_s(reports),
        runs=len(reports),
    )


def _moment_s(reports: Iterable[RunReport]) -> float:
    """By each run's own steps and their order, whatever is planned now; 0 where no journal has the order. The median of
    the runs, each as heavy as it was long: ten repairs of a minute say little of a night."""
    moments: list[tuple[float, float]] = []
    for run in reports:
        done = [step for step in run.steps if step.outcome == "done" and step.host]
        tasks = [_task(step) for step in done]
        steps_s = schedule(tasks).total_s
        in_a_row = schedule([replace(task, seconds=task.seconds + 1.0) for task in tasks]).total_s - steps_s
        wall_s = _wall_s(done)
        if wall_s is not None and steps_s and in_a_row > 0 and any(step.after for step in done):
            moments.append((max(0.0, wall_s - steps_s) / in_a_row, steps_s))
    return _weighted_median(moments) if moments else 0.0


def _wall_s(done: Sequence[StepReport]) -> float | None:
    """From the first step's start to the last one's end, without what is no moment between two: a machine that slept,
    or whose clock was set ahead. None where the journal's times cannot be: the clock was set in the middle of a step,
    or back."""
    spans = {step.step: (datetime.fromisoformat(step.started), datetime.fromisoformat(step.ended)) for step in done}
    for step in done:
        started, ended = spans[step.step]
        took_s = (ended - started).total_seconds()
        if took_s < 0 or (step.attempts < 2 and took_s - step.seconds > LONGEST_MOMENT_S):
            return None
        if any((spans[name][1] - started).total_seconds() > 1.0 for name in step.after if name in spans):
            return None
    wall_s, until = 0.0, None
    for started, ended in sorted(spans.values()):
        idle_s = 0.0 if until is None else (started - until).total_seconds()
        since = started if until is None or idle_s > LONGEST_MOMENT_S else until
        wall_s += max(0.0, (ended - since).total_seconds())
        until = ended if until is None else max(until, ended)
    return wall_s


def _weighted_median(values: Iterable[tuple[float, float]]) -> float:
    """Of (value, weight); at least one."""
    ordered = sorted(values)
    half, passed = sum(weight for _, weight in ordered) / 2, 0.0
    for value, weight in ordered:
        passed += weight
        if passed >= half:
            return value
    return ordered[-1][0]


def _task(step: StepReport) -> Task:
    return Task(
        id=step.step,
        host=step.host,
        after=step.after,
        locks=step.locks,
        seconds=step.seconds,
        outage=step.outage,
    )


def expectations(steps: Iterable[Step], known: Durations) -> Mapping[str, float]:
    """Step id → seconds, the moments between steps included."""
    return expectations_of(tasks_of(steps, {}), known)


def expectations_of(tasks: Iterable[Task], known: Durations) -> Mapping[str, float]:
    """The same of tasks that take what is estimated for them."""

    def expected_s(task: Task) -> float:
        times = known.seconds.get(task.id)
        return median(times) if times else task.seconds * known.pace

    return {task.id: expected_s(task) + known.moment_s for task in tasks}


def expected_schedule(steps: Iterable[Step], known: Durations) -> Schedule:
    steps = tuple(steps)
    return schedule(tasks_of(steps, expectations(steps, known)))


def total_quantiles(steps: Sequence[Step], known: Durations) -> tuple[float, float]:
    """p50 and p90 of the whole. p50: each step takes its median, as the plan's header has it. p90: as many times that
    as `SAMPLES` nights show, each with its own times of the steps, the same at every call."""
    middle = expectations(steps, known)

    def total_s(night: int) -> float:
        whole = _scaled(NIGHT_P90, (night + 0.5) / SAMPLES)
        seconds = {step.id: middle[step.id] * _factor(step, known, night) * whole for step in steps}
        return schedule(tasks_of(steps, seconds)).total_s

    if not steps:
        return 0.0, 0.0
    nights = sorted(map(total_s, range(SAMPLES)))
    p50_s = expected_schedule(steps, known).total_s
    return p50_s, p50_s * nights[SAMPLES * 9 // 10] / nights[SAMPLES // 2]


def _factor(step: Step, known: Durations, night: int) -> float:
    """Half of all nights below 1; one of ten above the step's p90."""
    times = sorted(known.seconds.get(step.id, ()))
    p90 = max(times[-1] / median(times), 1.05) if len(times) > 1 and median(times) else SHIPPED_P90
    digest = hashlib.sha256(f"{night} {step.id}".encode()).digest()
    return _scaled(p90, int.from_bytes(digest[:4], "big") / 0xFFFFFFFF)


def _scaled(p90: float, position: float) -> float:
    """`position` between 0 and 1, evenly → a factor whose median is 1."""
    if position < 0.5:
        return 1 / p90 + (1 - 1 / p90) * position / 0.5
    return 1 + (p90 - 1) * (position - 0.5) / 0.4


def remaining_s(
    tasks: Sequence[Task],
    known: Durations,
    *,
    took: Mapping[str, float],
    ended: Iterable[str],
    running: Mapping[str, float],
) -> float:
    """`took`: steps of this run that were done → their seconds. `ended`: those, and all others that are over.
    `running`: step id → for how many seconds."""
    expected, over = expectations_of(tasks, known), frozenset(ended)
    pace = _pace_of_run(expected, {name: seconds + known.moment_s for name, seconds in took.items()})
    rest = [task for task in tasks if task.id not in over]
    rest.sort(key=lambda task: task.id not in running)
    ahead = {task.id: max(0.0, expected[task.id] * pace - running.get(task.id, 0.0)) for task in rest}
    return schedule([replace(task, seconds=ahead[task.id]) for task in rest]).total_s


def _pace_of_run(expected: Mapping[str, float], took: Mapping[str, float]) -> float:
    """What the steps of this run took, over what was expected of them: a regression in which a step of four times the
    length counts twice a second of it."""
    prior = PRIOR_SHARE * sum(seconds**1.5 for seconds in expected.values())
    known = [(expected[name], seconds) for name, seconds in took.items() if name in expected]
    weight = prior + sum(due**1.5 for due, _ in known)
    return (prior + sum(due**0.5 * seconds for due, seconds in known)) / weight if weight else 1.0
