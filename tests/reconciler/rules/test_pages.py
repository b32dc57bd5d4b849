"""SaaS pages that do not answer: a broken platform, told once and with its cause, and followed where that is mended."""

import pytest

from probes.container import AppContainer
from probes.fact import Absent, AnyFact, AnyReading, Known, fact_id
from probes.http import PagesUnserved
from probes.unit import UnitActive
from reconciler.core.diff import Difference, diff, without_advice
from reconciler.core.plan import Plan
from reconciler.core.verdict import verdict
from reconciler.rules.registry import expected_facts
from reconciler.view.render import RenderOptions
from reconciler.view.text import check_text, plan_text
from tests.sim.worlds import finished, guide_cluster, live, study

WHOLE = guide_cluster()
INGRESS = "http://paas.service.consul:8080"
APPS = [app.code for app in WHOLE.release.apps]
(PAGES,) = (wish.fact for wish in expected_facts(WHOLE) if isinstance(wish.fact, PagesUnserved))


def looked(*readings: tuple[AnyFact, AnyReading]) -> tuple[Plan, Difference]:
    world = finished(WHOLE)
    world.facts.update(readings)
    plan, seen = study(world)
    return plan, without_advice(diff(expected_facts(WHOLE), seen), {t.expected.fact: t.diagnostic for t in plan.advice})


ALL_502 = tuple(f"/o/{app}/ 502" for app in APPS)


@pytest.mark.parametrize(
    "told",
    [
        ALL_502,
        (f"{INGRESS} unresolved",),
        (f"{INGRESS} refused",),
        ("/o/bk_sops/ silent",),
    ],
    ids=["every-page-502", "name-leads-nowhere", "nobody-at-the-entrance", "one-silent"],
)
def test_it_is_a_difference_told_once_with_its_cause(told: tuple[str, ...]) -> None:
    plan, found = looked((PAGES, Known(told)))
    assert verdict(found) == "differs"
    assert ([drift.expected.fact for drift in found.drift], found.advice) == ([PAGES], ())
    assert (plan.steps, plan.advice) == ((), ())
    (blocked,) = plan.blocked
    assert (blocked.diagnostic.code, blocked.progressing) == ("saas-page-silent", True)
    for text in (check_text("6.2.2", found, RenderOptions(width=2000)), plan_text(plan, RenderOptions(width=2000), {})):
        assert all(text.count(each) == 1 for each in told)


@pytest.mark.parametrize("reading", [Known("exited"), Absent()], ids=["stopped", "removed"])
def test_a_page_follows_its_container(reading: AnyReading) -> None:
    lost = AppContainer(host="10.0.0.2", app="bk_sops")
    plan, found = looked((PAGES, Known(("/o/bk_sops/ 502",))), (lost, reading))
    assert [fact_id(drift.expected.fact).split(" ")[0] for drift in found.drift] == ["container.app", "http.unserved"]
    assert plan.blocked == ()
    assert [follows.expected.fact for follows in plan.derived] == [PAGES]
    assert plan.steps[-1].id.startswith("saas.")
    world = finished(WHOLE)
    world.facts.update({PAGES: Known(("/o/bk_sops/ 502",)), lost: reading})
    assert verdict(diff(expected_facts(WHOLE), live(world, plan).facts)) == "converged"


def test_a_page_does_not_follow_the_container_of_another() -> None:
    lost = AppContainer(host="10.0.0.2", app="bk_itsm")
    plan, _ = looked((PAGES, Known(("/o/bk_sops/ 502",))), (lost, Known("exited")))
    assert [blocked.diagnostic.code for blocked in plan.blocked] == ["saas-page-silent"]
    assert len(plan.steps) == 1


def test_all_pages_follow_an_entrance_that_is_down() -> None:
    nginx = UnitActive(host="10.0.0.2", unit="openresty.service")
    plan, _ = looked((PAGES, Known((f"{INGRESS} refused",))), (nginx, Known("inactive")))
    assert [step.id.rpartition("-")[0] for step in plan.steps] == ["unit.start-openresty.service@10.0.0.2"]
    assert (plan.blocked, [follows.expected.fact for follows in plan.derived]) == ((), [PAGES])


def test_every_saas_is_asked_for() -> None:
    assert PAGES.pages == tuple(f"/o/{app}/" for app in APPS)
    assert PAGES.env == "/data/install/bin/04-final/paas.env"
    assert len(APPS) == 7
