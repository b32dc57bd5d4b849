"""How long it takes: by this cluster's runs, then by the estimates; and what is left while a run goes on."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from reconciler.core.eta import (
    NOTHING_KNOWN,
    RUNS_USED,
    SHIPPED_P90,
    Durations,
    durations_of,
    expectations,
    remaining_s,
    total_quantiles,
)
from reconciler.core.plan import Step
from reconciler.core.run_report import RunReport, StepReport
from reconciler.core.schedule import tasks_of
from tests.reconciler.view.world import PLAN, RETIRE, START

STEPS: tuple[Step, ...] = tuple(
    replace(RETIRE, id=f"step-{number}", after=(replace(START.after[0], step=f"step-{number - 1}"),))
    for number in range(20)
)
"""One after the other."""
ESTIMATE_S = RETIRE.action.estimate_s


def _run(seconds: Mapping[str, float], pause_s: float = 0.0) -> RunReport:
    steps: list[StepReport] = []
    at = 0.0
    for step, took in seconds.items():
        started, at = at, at + took
        steps.append(
            StepReport(
                step=step, outcome="done", started=_time(started), ended=_time(at), seconds=took, host="h",
                after=tuple(before.step for before in steps[-1:]),
            )
        )  # fmt: skip
        at += pause_s
    return RunReport(run="r", steps=tuple(steps))


def _time(seconds: float) -> str:
    return f"2026-01-01T02:{int(seconds // 60):02}:{seconds % 60:06.3f}+00:00"


def test_a_step_that_was_done_here_takes_the_median_of_its_times() -> None:
    known = durations_of([_run({"step-0": seconds}) for seconds in (2.0, 40.0, 3.0)], STEPS)
    assert known.runs == 3
    assert expectations(STEPS[:1], replace(known, stretch=1.0)) == {"step-0": 3.0}


def test_a_step_that_was_not_is_scaled_by_the_pace_of_those_that_were() -> None:
    known = durations_of([_run({"step-0": ESTIMATE_S / 10})], STEPS)
    assert known.pace == pytest.approx(0.1)
    assert expectations(STEPS[1:2], replace(known, stretch=1.0))["step-1"] == pytest.approx(ESTIMATE_S / 10)


def test_the_pace_is_that_of_every_step_whose_estimate_the_journal_has() -> None:
    """Also where none of them is planned now."""
    run = _run({"step-0": 3.0, "step-1": 5.0})
    recorded = replace(run, steps=tuple(replace(step, estimate_s=40.0) for step in run.steps))
    assert durations_of([recorded], ()).pace == pytest.approx(0.1)


def test_the_moments_between_steps_are_counted_too() -> None:
    names = [step.id for step in STEPS]
    known = durations_of([_run(dict.fromkeys(names, 2.0), pause_s=1.0)], STEPS)
    assert known.stretch == pytest.approx(59 / 40)


def test_the_moments_between_steps_are_those_of_the_run_whatever_is_planned_now() -> None:
    """An upgrade that goes on after a night has half of the steps: the run of all of them took no longer for that."""
    names = [step.id for step in STEPS]
    run = _run(dict.fromkeys(names, 2.0), pause_s=1.0)
    assert durations_of([run], STEPS[12:]).stretch == pytest.approx(59 / 40)
    assert durations_of([run], ()).stretch == pytest.approx(59 / 40)


def test_a_run_whose_journal_does_not_say_what_came_after_what_says_nothing_of_the_moments_between() -> None:
    run = _run(dict.fromkeys([step.id for step in STEPS], 2.0), pause_s=1.0)
    older = replace(run, steps=tuple(replace(step, after=(), host="") for step in run.steps))
    assert durations_of([older], STEPS).stretch == 1.0


def test_repairs_of_a_minute_do_not_outweigh_a_night() -> None:
    names = [step.id for step in STEPS]
    repair = _run(dict.fromkeys(names[:2], 2.0), pause_s=30.0)
    night = _run(dict.fromkeys(names, 2.0), pause_s=1.0)
    assert durations_of([night, repair, repair, repair], STEPS).stretch == pytest.approx(59 / 40)


def test_only_the_latest_runs_count_and_without_any_it_is_the_estimate() -> None:
    runs = [_run({"step-0": float(number)}) for number in range(1, RUNS_USED + 11)]
    assert durations_of(runs, STEPS).seconds["step-0"][0] == 11.0
    assert expectations(STEPS[:1], NOTHING_KNOWN) == {"step-0": ESTIMATE_S}


def test_the_median_night_is_the_sum_and_the_bad_one_longer_the_same_at_every_call() -> None:
    p50, p90 = total_quantiles(STEPS, NOTHING_KNOWN)
    assert p50 == pytest.approx(20 * ESTIMATE_S)
    assert p50 * 1.1 < p90 < p50 * SHIPPED_P90
    assert (p50, p90) == total_quantiles(STEPS, NOTHING_KNOWN)
    assert total_quantiles((), NOTHING_KNOWN) == (0.0, 0.0)


def test_a_step_whose_times_are_known_to_be_steady_spreads_less() -> None:
    steady = Durations(seconds={step.id: (ESTIMATE_S, ESTIMATE_S, ESTIMATE_S) for step in STEPS}, runs=3)
    assert total_quantiles(STEPS, steady)[1] < total_quantiles(STEPS, NOTHING_KNOWN)[1]


def _left_s(done: int, elapsed_s: float, running: Mapping[str, float] | None = None) -> float:
    ended = [step.id for step in STEPS[:done]]
    expected = expectations(STEPS, Durations(pace=100 / ESTIMATE_S))
    return remaining_s(tasks_of(STEPS, {}), expected, ended=ended, running=running or {}, elapsed_s=elapsed_s)


def test_a_run_as_expected_has_left_what_was_expected() -> None:
    assert _left_s(0, 0.0) == 2000.0
    assert _left_s(10, 1000.0) == 1000.0


def test_a_run_that_is_ten_times_as_quick_is_soon_believed() -> None:
    """A third of the way through a laboratory's upgrade: of 2000 s expected, 200 is what it takes."""
    assert _left_s(7, 70.0) == pytest.approx(130, rel=1.0)
    assert _left_s(15, 150.0) == pytest.approx(50, rel=0.4)


def test_a_slow_night_is_believed_early_in_a_short_upgrade_too() -> None:
    """400 s are expected; the night is 1.7 times as slow. After a quarter of it a minute of expected work would weigh
    as much as half of what the run has shown."""
    tasks, slow = tasks_of(STEPS, {}), 1.7
    expected = expectations(STEPS, Durations(pace=20 / ESTIMATE_S))
    ended = [step.id for step in STEPS[:5]]
    left_s = remaining_s(tasks, expected, ended=ended, running={}, elapsed_s=5 * 20 * slow)
    assert abs(left_s - 15 * 20 * slow) / (20 * 20 * slow) < 0.05


def test_a_step_that_is_overdue_does_not_slow_the_others() -> None:
    in_time = _left_s(10, 1100.0, {"step-10": 100.0})
    assert _left_s(10, 9000.0, {"step-10": 8000.0}) == pytest.approx(in_time)


def test_in_the_end_nothing_is_left() -> None:
    assert _left_s(20, 500.0) == 0.0


def test_a_plan_with_edges_is_scheduled_by_them() -> None:
    assert total_quantiles(PLAN.steps, NOTHING_KNOWN)[0] > START.action.estimate_s
