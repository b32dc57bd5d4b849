"""Geometry of the graph: each box below what it comes after, none on another, implied edges left out of the picture."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from reconciler.view.html.flow_chart import MOST_IN_A_LAYER, FlowChart, Size, flow_chart

SIZE = Size(width=100, height=40, gap_x=10, gap_y=20, passage=4)
NAMES = "abcdefghij"
EDGES = st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda edge: edge[0] < edge[1]))


def _chart(*edges: tuple[str, str], names: str = NAMES) -> FlowChart:
    return flow_chart(tuple(names), edges, SIZE)


def _reached(chart_edges: set[tuple[str, str]], start: str) -> set[str]:
    direct = {b for a, b in chart_edges if a == start}
    return direct.union(*(_reached(chart_edges, other) for other in direct)) if direct else set()


@given(EDGES)
def test_every_edge_leads_down_and_no_box_covers_another(edges: set[tuple[str, str]]) -> None:
    chart = _chart(*edges)
    boxes = {box.name: box for box in chart.boxes}
    assert all(boxes[a].y < boxes[b].y for a, b in edges)
    places = sorted((box.y, box.x) for box in chart.boxes)
    for (y, x), (below, right) in itertools.pairwise(places):
        assert y != below or x + SIZE.width <= right
    assert all(
        0 <= box.x <= chart.width - SIZE.width and 0 <= box.y <= chart.height - SIZE.height for box in chart.boxes
    )


@given(EDGES)
def test_what_comes_after_what_is_the_same_with_the_edges_that_are_drawn(edges: set[tuple[str, str]]) -> None:
    drawn = {(edge.start, edge.end) for edge in _chart(*edges).edges}
    assert drawn <= edges
    assert all(_reached(drawn, name) == _reached(edges, name) for name in NAMES)


def test_an_edge_that_a_path_implies_is_not_drawn() -> None:
    chart = _chart(("a", "b"), ("b", "c"), ("a", "c"), names="abc")
    assert {(edge.start, edge.end) for edge in chart.edges} == {("a", "b"), ("b", "c")}


def test_a_layer_has_room_for_a_few_boxes_only() -> None:
    rows = [box.y for box in _chart().boxes]
    assert max(rows.count(y) for y in rows) == MOST_IN_A_LAYER


def test_nothing_is_drawn_of_nothing() -> None:
    assert flow_chart((), (), SIZE) == FlowChart(width=0, height=0, boxes=(), edges=())
