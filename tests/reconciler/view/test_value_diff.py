"""In what two values differ: only where a look does not show it."""

import pytest

from probes.fact import Absent, AnyReading, Drift, Known
from reconciler.view.value_diff import wording
from tests.reconciler.view.world import BKAUTH, PORT


@pytest.mark.parametrize(
    ("wanted", "found", "told"),
    [
        pytest.param("a", Known("b"), (), id="short values speak for themselves"),
        pytest.param(("a", "b"), Absent(), (), id="nothing to compare with"),
        pytest.param(("a", "b"), Known(("b",)), ("missing a",), id="missing"),
        pytest.param(("a",), Known(("a", "c")), ("extra c",), id="surplus"),
        pytest.param(("a", "b"), Known(("b", "a")), ("the same items in another order",), id="order"),
        pytest.param(("a",), Known(("a", "a")), ("extra a",), id="twice"),
        pytest.param("x\ny\n", Known("x\nz\n"), ("missing y", "extra z"), id="lines of a text"),
        pytest.param(
            tuple("abcdefgh"), Known(()), ("missing a, b, c, d, e, f, and 2 more",), id="many items are not all listed"
        ),
    ],
)
def test_a_difference_is_worded(wanted: object, found: AnyReading, told: tuple[str, ...]) -> None:
    expected = BKAUTH.must_be(wanted, because=PORT, source="")  # pyright: ignore[reportArgumentType]
    assert wording(Drift(expected=expected, reading=found), "en") == told
