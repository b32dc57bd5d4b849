"""A rehearsal's page: the night on an axis of time, planned and with what fails."""

from reconciler.view.html.rehearsal import rehearsal_page
from reconciler.view.render import RenderOptions
from tests.reconciler.view.formats.specimens import REPORTS


def test_each_host_has_its_lane_and_what_fails_is_red() -> None:
    shown = rehearsal_page(REPORTS["rehearse"], RenderOptions())
    assert [lane.name for lane in shown["chart"].lanes] == ["10.0.0.2", "10.0.0.3"]
    assert [bar.kind for bar in shown["scenario_chart"].drawn] == ["bad"]


def test_the_numbers_that_matter_stand_on_top() -> None:
    shown = rehearsal_page(REPORTS["rehearse"], RenderOptions())
    assert [tile.name for tile in shown["tiles"]] == [
        "estimated",
        "nine of ten nights within",
        "outages",
        "irreversible",
    ]
