"""How long it takes: by this cluster's runs, then by the estimates; and what is left while a run goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

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
                after=tuple(before.step for before in steps[-1:]), estimate_s=ESTIMATE_S,
            )
        )  # fmt: skip
        at += pause_s
    return RunReport(run="r", steps=tuple(steps))


def _time(seconds: float) -> str:
    return f"2026-01-01T02:{int(seconds // 60):02}:{seconds % 60:06.3f}+00:00"


def test_a_step_that_was_done_here_takes_the_median_of_its_times() -> None:
    known = durations_of([_run({"step-0": seconds}) for seconds in (2.0, 40.0, 3.0)])
    assert known.runs == 3
    assert expectations(STEPS[:1], known) == {"step-0": 3.0}


def test_a_step_that_was_not_is_scaled_by_the_pace_of_those_that_were() -> None:
    known = durations_of([_run({"step-0": ESTIMATE_S / 10})])
    assert known.pace == pytest.approx(0.1)
    assert expectations(STEPS[1:2], known)["step-1"] == pytest.approx(ESTIMATE_S / 10)


def test_the_pace_is_that_of_every_step_whose_estimate_the_journal_has() -> None:
    """Also where none of them is planned now."""
    run = _run({"step-0": 3.0, "step-1": 5.0})
    recorded = replace(run, steps=tuple(replace(step, estimate_s=40.0) for step in run.steps))
    assert durations_of([recorded]).pace == pytest.approx(0.1)


def test_the_moments_between_steps_are_counted_too() -> None:
    names = [step.id for step in STEPS]
    known = durations_of([_run(dict.fromkeys(names, 2.0), pause_s=1.0)])
    assert known.moment_s == pytest.approx(19 / 20)
    assert total_quantiles(STEPS, known)[0] == pytest.approx(59)


def test_a_moment_is_as_long_after_a_short_step_as_after_a_long_one() -> None:
    """The first half of an upgrade is of many small steps, the second of few long ones: as a share of the steps' time
    the moments would be missing in the first and too many in the second."""
    seconds = {step.id: 1.0 if number < 10 else 100.0 for number, step in enumerate(STEPS)}
    known = durations_of([_run(seconds, pause_s=1.0)])
    expected = expectations(STEPS, known)
    assert expected["step-0"] == pytest.approx(1 + 19 / 20)
    assert expected["step-19"] == pytest.approx(100 + 19 / 20)


def test_the_moments_between_steps_are_those_of_the_run_whatever_is_planned_now() -> None:
    """An upgrade that goes on after a night has half of the steps: the run of all of them took no longer for that."""
    names = [step.id for step in STEPS]
    run = _run(dict.fromkeys(names, 2.0), pause_s=1.0)
    assert durations_of([run]).moment_s == pytest.approx(19 / 20)


def test_a_run_whose_journal_does_not_say_what_came_after_what_says_nothing_of_the_moments_between() -> None:
    run = _run(dict.fromkeys([step.id for step in STEPS], 2.0), pause_s=1.0)
    older = replace(run, steps=tuple(replace(step, after=(), host="") for step in run.steps))
    assert durations_of([older]).moment_s == 0.0


def test_repairs_of_a_minute_do_not_outweigh_a_night() -> None:
    names = [step.id for step in STEPS]
    repair = _run(dict.fromkeys(names[:2], 2.0), pause_s=30.0)
    night = _run(dict.fromkeys(names, 2.0), pause_s=1.0)
    assert durations_of([night, repair, repair, repair]).moment_s == pytest.approx(19 / 20)


def _set(run: RunReport, seconds: float, *, within: bool = False) -> RunReport:
    """The clock of this machine is set by that much: before its sixth step, or while that runs."""
    moved: list[StepReport] = []
    for number, step in enumerate(run.steps):
        times = [datetime.fromisoformat(step.started), datetime.fromisoformat(step.ended)]
        for index, time in enumerate(times):
            if number > 5 or (number == 5 and index >= within):
                times[index] = time + timedelta(seconds=seconds)
        moved.append(replace(step, started=times[0].isoformat(), ended=times[1].isoformat()))
    return replace(run, steps=tuple(sorted(moved, key=lambda step: step.started)))


@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("seconds", [150.0, 86_400.0, -30.0, -150.0, -86_400.0])
def test_a_clock_that_is_set_in_the_middle_of_a_run_makes_no_moment_longer(seconds: float, within: bool) -> None:
    """A laptop that slept, too. The steps themselves are timed by a clock that only goes forward."""
    night = _run({step.id: 2.0 for step in STEPS}, pause_s=1.0)
    alone = durations_of([_set(night, seconds, within=within)]).moment_s
    assert alone in (0.0, pytest.approx(18 / 20))
    assert durations_of([_set(night, seconds, within=within), night]).moment_s == pytest.approx(19 / 20, abs=0.06)


def test_steps_beside_a_long_one_make_no_moment_longer() -> None:
    spans = {"long": (0, 100), "last": (105, 115), "a": (0, 10), "b": (11, 21), "c": (22, 30)}
    after = {"last": ("long",), "b": ("a",), "c": ("b",)}
    steps = tuple(
        StepReport(
            step=name, outcome="done", started=_time(start), ended=_time(end), seconds=end - start,
            host="h" if name in ("long", "last") else "other", after=after.get(name, ()),
        )
        for name, (start, end) in spans.items()
    )  # fmt: skip
    assert durations_of([RunReport(run="r", steps=steps)]).moment_s == pytest.approx(5 / 2)


def test_a_moment_in_which_the_run_slept_is_none_and_the_others_count() -> None:
    night = _run({step.id: 2.0 for step in STEPS}, pause_s=1.0)
    assert durations_of([_set(night, 3600.0)]).moment_s == pytest.approx(18 / 20)


def test_a_step_that_was_tried_twice_says_no_less_of_the_moments() -> None:
    """It began with its first attempt, and its seconds are the last one's."""
    night = _run({step.id: 2.0 for step in STEPS}, pause_s=1.0)
    tried = _set(night, 100.0, within=True)
    again = replace(tried, steps=tuple(replace(step, attempts=2) for step in tried.steps))
    assert durations_of([again]).moment_s == pytest.approx(119 / 20)


def test_only_the_latest_runs_count_and_without_any_it_is_the_estimate() -> None:
    runs = [_run({"step-0": float(number)}) for number in range(1, RUNS_USED + 11)]
    assert durations_of(runs).seconds["step-0"][0] == 11.0
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


DUE_S = 100.0
"""What each of the twenty is expected to take."""


def _left_s(took: Sequence[float], running: Mapping[str, float] | None = None, known: Durations | None = None) -> float:
    """`took`: of the first steps, what each of them took."""
    done = dict(zip((step.id for step in STEPS), took, strict=False))
    known = known or Durations(pace=DUE_S / ESTIMATE_S)
    return remaining_s(tasks_of(STEPS, {}), known, took=done, ended=done, running=running or {})


def test_a_run_as_expected_has_left_what_was_expected() -> None:
    assert _left_s([]) == 2000.0
    assert _left_s([DUE_S] * 10) == pytest.approx(1000.0)


def test_a_run_that_is_ten_times_as_quick_is_soon_believed() -> None:
    """Of 2000 s expected, 200 is what it takes."""
    assert _left_s([10.0] * 3) == pytest.approx(170, rel=0.6)
    assert _left_s([10.0] * 7) == pytest.approx(130, rel=0.3)
    assert _left_s([10.0] * 15) == pytest.approx(50, rel=0.15)


def test_a_slow_night_is_believed_early() -> None:
    """1.7 times as slow: after a quarter what is left is wrong by less than a twentieth of the whole."""
    left_s = _left_s([DUE_S * 1.7] * 5)
    assert abs(left_s - 15 * DUE_S * 1.7) / (20 * DUE_S * 1.7) < 0.05


def _mixed(short_s: float, long_s: float) -> float:
    """Left after ten short steps, of 1 s as expected, and two long ones, of 60 s; eight such are to come."""
    seconds = {step.id: (1.0,) if number < 10 else (60.0,) for number, step in enumerate(STEPS)}
    return _left_s([short_s] * 10 + [long_s] * 2, known=Durations(seconds=seconds))


def test_short_steps_say_little_of_long_ones() -> None:
    """Ten connections that were slow, and a service that starts as quickly as ever: so will the next eight."""
    assert _mixed(1.0, 60.0) == pytest.approx(480)
    assert _mixed(4.0, 60.0) == pytest.approx(480, rel=0.05)
    assert _mixed(1.0, 120.0) > 1.8 * 480


def test_steps_of_another_plan_say_nothing_of_this_one() -> None:
    known = Durations(pace=DUE_S / ESTIMATE_S)
    foreign = {"of-another-plan": 9000.0}
    left_s = remaining_s(tasks_of(STEPS, {}), known, took=foreign, ended=foreign, running={})
    assert left_s == pytest.approx(20 * DUE_S)


def test_what_is_over_without_having_been_done_is_not_left_and_says_nothing_of_the_rest() -> None:
    """Steps that were skipped, failed or blocked."""
    ended = [step.id for step in STEPS[:5]]
    known = Durations(pace=DUE_S / ESTIMATE_S)
    assert remaining_s(tasks_of(STEPS, {}), known, took={}, ended=ended, running={}) == pytest.approx(15 * DUE_S)


def test_a_step_that_is_running_has_left_what_is_expected_of_it_at_the_pace_of_this_run() -> None:
    left_s = _left_s([DUE_S * 2] * 10, {"step-10": 150.0})
    assert left_s == pytest.approx(10 * DUE_S * 2 - 150, rel=0.02)


def test_a_step_that_is_overdue_does_not_slow_the_others() -> None:
    in_time = _left_s([DUE_S] * 10, {"step-10": DUE_S})
    assert _left_s([DUE_S] * 10, {"step-10": 8000.0}) == pytest.approx(in_time)


def test_in_the_end_nothing_is_left() -> None:
    assert _left_s([DUE_S] * 20) == 0.0


def test_a_plan_with_edges_is_scheduled_by_them() -> None:
    assert total_quantiles(PLAN.steps, NOTHING_KNOWN)[0] > START.action.estimate_s
