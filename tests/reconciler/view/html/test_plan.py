"""A plan's page: stages without a circle, outages, reasons; what cannot be repaired, each cause once."""

from reconciler.view.html.plan import plan_page
from reconciler.view.render import RenderOptions
from tests.reconciler.view.formats.specimens import CLUSTER
from tests.reconciler.view.world import TITLES

PAGE = RenderOptions(titles=TITLES)


def test_a_stage_is_a_stretch_of_one_section_and_an_edge_leads_to_what_comes_after() -> None:
    shown = plan_page(CLUSTER, PAGE)
    assert [(stage.section, stage.numbers) for stage in shown.stages] == [("7.1", "#1"), ("7.3", "#2")]
    assert [(edge.start, edge.end) for edge in shown.flow.edges] == [("7.1", "7.3")]


def test_a_step_has_its_reason_and_what_it_comes_after_with_the_reason_for_that() -> None:
    step = plan_page(CLUSTER, PAGE).stages[1].steps[0]
    assert step.because == "bkauth answers for every application"
    assert [(after.steps, after.because) for after in step.after] == [
        ("#1", "the login process of 6.1 holds port 8003")
    ]


def test_a_product_that_is_down_has_a_lane() -> None:
    shown = plan_page(CLUSTER, PAGE)
    assert shown.outages is not None
    assert [lane.name for lane in shown.outages.lanes] == ["PaaS platform (PaaS 平台)"]


def test_a_cause_is_shown_once_with_all_that_waits_for_it() -> None:
    (cause,) = plan_page(CLUSTER, PAGE).blocked
    assert cause.problem.code == "usage"
    assert len(cause.facts) == 3
