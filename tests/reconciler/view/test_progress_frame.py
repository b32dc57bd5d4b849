"""The live screen, drawn without a terminal and without waiting: a run is a list of events and moments."""

from functools import reduce

from reconciler.core import events as ev
from reconciler.core.eta import Durations
from reconciler.view.progress_frame import ProgressState, advance, frame, remaining_s
from reconciler.view.render import RenderOptions, columns
from tests.reconciler.view.world import PLAN, RETIRE, START

BEGUN: list[tuple[ev.Event, float]] = [
    (ev.RunStarted(run="r", epoch=1, steps=(RETIRE.id, START.id)), 0.0),
    (ev.StepStarted(step=RETIRE.id, host="10.0.0.2", job="j"), 1.0),
    (ev.StepOutput(step=RETIRE.id, line="\x1b[1mstopping"), 2.0),
]


def _screen(*events: tuple[ev.Event, float]) -> ProgressState:
    return reduce(lambda screen, told: advance(screen, *told), events, ProgressState(started_s=0.0))


def test_what_runs_is_shown_with_its_last_line() -> None:
    assert frame(_screen(*BEGUN), PLAN, 4.0, RenderOptions()) == (
        "0 of 2 steps  ·  4 s elapsed  ·  about 7 s remaining\n"
        "  #1 10.0.0.2  3 s  stop and disable bk-paas-login.service, and move its file aside\n"
        "     | stopping"
    )


def test_what_is_done_is_counted_and_gone() -> None:
    done = (ev.StepDone(step=RETIRE.id, seconds=3.0, exit_status=0), 4.0)
    text = frame(_screen(*BEGUN, done), PLAN, 4.0, RenderOptions(lang="zh"))
    assert text.startswith("1/2 步")
    assert "bk-paas-login" not in text


def test_what_is_held_stays_in_sight() -> None:
    held = (ev.StepBlocked(step=START.id, cause=RETIRE.id), 4.0)
    assert "blocked: #2" in frame(_screen(*BEGUN, held), PLAN, 5.0, RenderOptions())


def test_an_adopted_job_is_waited_for() -> None:
    text = frame(_screen((ev.JobAdopted(host="10.0.0.1", job="j"), 0.0)), PLAN, 1.0, RenderOptions())
    assert "waiting for a job of an earlier run on 10.0.0.1" in text


def test_a_frame_is_never_wider_than_the_page() -> None:
    long = (ev.StepOutput(step=RETIRE.id, line="x" * 500), 2.0)
    assert all(
        columns(line) <= 60 for line in frame(_screen(*BEGUN, long), PLAN, 3.0, RenderOptions(width=60)).splitlines()
    )


def test_time_left_never_goes_below_nothing_and_an_overdue_step_does_not_slow_the_others() -> None:
    in_time = remaining_s(_screen(*BEGUN), PLAN, 1.0 + RETIRE.action.estimate_s)
    assert remaining_s(_screen(*BEGUN), PLAN, 10_000.0) == in_time
    assert START.action.estimate_s <= in_time < START.action.estimate_s * 1.1


def test_how_quick_a_step_was_says_how_long_the_rest_takes_and_a_step_that_was_skipped_says_nothing() -> None:
    due_s = RETIRE.action.estimate_s

    def left_s(ended: ev.Event, after_s: float) -> float:
        return remaining_s(_screen(*BEGUN, (ended, 1.0 + after_s)), PLAN, 1.0 + after_s)

    done, skipped = ev.StepDone(step=RETIRE.id, seconds=0.0, exit_status=0), ev.StepSkipped(step=RETIRE.id)
    in_time = left_s(done, due_s)
    assert left_s(done, due_s * 3) > in_time * 2.5
    assert left_s(done, due_s / 3) < in_time / 2.5
    assert left_s(skipped, due_s * 3) == left_s(skipped, due_s / 3) == in_time


def test_what_is_known_of_the_cluster_counts_more_than_the_estimates() -> None:
    known = Durations(seconds={RETIRE.id: (60.0,), START.id: (30.0,)}, runs=1)
    assert remaining_s(_screen(), PLAN, 0.0, known) == 90.0
    assert "about 2 min remaining" in frame(_screen(), PLAN, 0.0, RenderOptions(), 90.0)
