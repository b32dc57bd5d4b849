"""Bars on an axis: where they begin and end, and that none covers another of its lane."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.view.html.time_chart import MAX_TICKS, Span, time_chart

TIMES = st.tuples(st.integers(0, 500), st.integers(0, 500)).map(sorted)


def _span(start: float, end: float, lane: str = "h") -> Span:
    return Span(lane=lane, start_s=start, end_s=end, kind="good", title=f"{start}-{end}")


@given(st.lists(TIMES, max_size=12))
def test_bars_of_one_row_do_not_overlap(times: list[list[int]]) -> None:
    spans = [_span(start, end) for start, end in times]
    chart = time_chart(spans, "en", total_s=500)
    rows = [(bar.y, span) for bar, span in zip(chart.drawn, spans, strict=True)]
    for (y, span), (other_y, other) in combinations(rows, 2):
        assert y != other_y or span.end_s <= other.start_s or other.end_s <= span.start_s


def test_a_bar_is_as_long_as_its_share_of_the_time_and_never_invisible() -> None:
    half, short = time_chart([_span(0, 50), _span(50, 50)], "en", total_s=100).drawn
    axis = time_chart([], "en", total_s=100)
    assert half.width == (axis.width - axis.axis_x - 8) / 2
    assert short.width > 2


def test_an_unstacked_lane_is_one_row_high() -> None:
    spans = [_span(0, 50), _span(10, 60)]
    (high,), (low,) = (time_chart(spans, "en", total_s=60, stacked=stacked).lanes for stacked in (True, False))
    assert high.height == 2 * low.height


def test_lanes_stand_in_the_order_given_then_as_they_come() -> None:
    chart = time_chart([_span(0, 1, "b"), _span(0, 1, "c")], "en", total_s=1, lanes=("a", "b"))
    assert [lane.name for lane in chart.lanes] == ["a", "b", "c"]


@given(st.floats(0, 10_000_000))
def test_there_are_few_round_ticks_whatever_the_time(total_s: float) -> None:
    assert 1 <= len(time_chart([], "en", total_s=total_s).ticks) <= max(MAX_TICKS + 1, total_s / 86400 + 1)
