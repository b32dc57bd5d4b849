"""A maintenance window: until when it lasts, and which steps still fit."""

from dataclasses import replace
from datetime import datetime

import pytest

from reconciler.core.plan import Plan
from reconciler.core.selection import StepGraph
from reconciler.core.window import fits, needed_s, steps_outside, window_end
from tests.support.timed_steps import CHAIN, timed
from tests.support.world import plan

NIGHT = datetime(2024, 6, 1, 22, 0)


@pytest.mark.parametrize(
    ("now", "stop_at", "end"),
    [
        pytest.param(NIGHT, "23:30", datetime(2024, 6, 1, 23, 30), id="later today"),
        pytest.param(NIGHT, "04:30", datetime(2024, 6, 2, 4, 30), id="past midnight means tomorrow"),
        pytest.param(NIGHT, "22:00", datetime(2024, 6, 2, 22, 0), id="now means tomorrow"),
        pytest.param(NIGHT.replace(second=1), "22:00", datetime(2024, 6, 2, 22, 0), id="just over"),
        pytest.param(datetime(2024, 12, 31, 23, 59), "00:00", datetime(2025, 1, 1), id="midnight of a new year"),
        pytest.param(NIGHT, "24:00", None, id="no such hour"),
        pytest.param(NIGHT, "4:30", None, id="one digit"),
        pytest.param(NIGHT, "04:60", None, id="no such minute"),
        pytest.param(NIGHT, "04:30 ", None, id="a blank"),
        pytest.param(NIGHT, "٠٤:٣٠", None, id="digits of another script"),
    ],
)
def test_a_window_ends_the_next_time_that_the_clock_shows_it(now: datetime, stop_at: str, end: datetime | None) -> None:
    assert window_end(now, stop_at) == end


def test_a_step_that_begins_an_outage_needs_the_time_until_the_outage_is_over() -> None:
    graph = StepGraph.of(CHAIN.steps)
    assert graph.begins == {"retire"}
    assert needed_s(graph, "dump", frozenset()) == 60.0
    assert needed_s(graph, "retire", {"dump"}) == 30.0 + 360.0, "beside it something is loaded that install needs"
    assert needed_s(graph, "retire", {"dump", "load"}) == 5.0 + 360.0
    assert needed_s(graph, "install", {"dump", "load", "retire"}) == 360.0


@pytest.mark.parametrize(("seconds", "fit"), [(365.0, True), (364.0, False), (5.0, False), (-1.0, False)])
def test_no_outage_is_begun_that_would_not_be_over_in_time(seconds: float, fit: bool) -> None:
    assert fits(StepGraph.of(CHAIN.steps), "retire", {"dump", "load"}, seconds) == fit


def test_an_outage_that_was_begun_is_ended_however_late_it_is() -> None:
    graph = StepGraph.of(CHAIN.steps)
    assert fits(graph, "install", {"dump", "retire", "load"}, -100.0)
    assert fits(graph, "load", {"dump", "retire"}, -100.0), "install needs it"
    assert not fits(graph, "tidy", {"dump", "retire", "load", "install"}, -100.0)


@pytest.mark.parametrize(
    ("seconds", "outside"),
    [
        (1000.0, set[str]()),
        (425.0 + 5.0, set[str]()),
        (425.0, {"tidy"}),
        (424.0, {"retire", "install", "tidy"}),
        (59.0, {"dump", "retire", "install", "tidy"}),
        (0.0, {"dump", "retire", "load", "install", "tidy"}),
    ],
)
def test_a_plan_says_beforehand_which_steps_would_not_be_begun(seconds: float, outside: set[str]) -> None:
    assert steps_outside(CHAIN, seconds) == outside


def test_steps_that_share_a_lock_take_the_window_one_after_another() -> None:
    two = plan(timed("a", shares=("bkcli",)), timed("b", shares=("bkcli",)))
    assert steps_outside(two, 60.0) == {"b"}
    apart = Plan(
        release="test", steps=tuple(replace(s, action=replace(s.action, shares=())) for s in two.steps), blocked=()
    )
    assert steps_outside(apart, 60.0) == frozenset()
