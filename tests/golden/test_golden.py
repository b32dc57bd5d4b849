"""Plans told in full, to be read: what an operator sees from a pristine 6.1, half-way, and with GSE's pattern; and what
`doctor` says where every item is broken.

`pytest tests/golden --update-golden` writes them anew; then review the diff as prose.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from probes.fact import Absent, AnyFact, Known, fact_id
from probes.path import PathKind
from reconciler.core.preflight import check_results
from reconciler.rules.preflight import preflight_checks
from reconciler.view.render import RenderOptions
from reconciler.view.reports import DoctorReport
from reconciler.view.text import plan_text
from reconciler.view.text.doctor import doctor_text
from specs.text import Lang
from tests.sim.worlds import World, finished, slice_cluster, study
from tests.support.spoils import SPOILS, spoilt

LOST = ("env.value /data/install/bin/03-userdef/job.env BK_JOB_RUN_MODE @10.0.0.1",)
HERE = Path(__file__).parent


def pristine_world() -> World:
    return World(cluster=slice_cluster())


def with_gse() -> World:
    """Everything is done but GSE: the new one runs before the old one is retired, bk-gse-syncdata too."""
    world = World(cluster=slice_cluster("etcd", "apigw", "apisix", "gse"))
    done = finished(slice_cluster("etcd", "apigw", "apisix"))
    world.facts = dict(done.facts)
    return world


def undone_by_hand() -> World:
    """A finished cluster where somebody removed a container and dropped a variable."""
    world = finished(slice_cluster())
    for fact in list(world.facts):
        if getattr(fact, "container", "") == "bk-paas-login" or fact_id(fact) in LOST:
            world.facts[fact] = Absent()
    return world


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "scenario", [pristine_world, with_gse, undone_by_hand], ids=["pristine", "with-gse", "undone-by-hand"]
)
def test_the_plan_reads_as_it_did(scenario: Callable[[], World], lang: Lang, *, update_golden: bool) -> None:
    world = scenario()
    plan, _ = study(world)
    titles = {module.name: module.title for module in world.cluster.release.modules}
    text = plan_text(plan, RenderOptions(lang=lang, width=100, colour=False, titles=titles))
    file = HERE / f"{getattr(scenario, '__name__', '').replace('_', '-')}.{lang}.txt"
    if update_golden:
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_all_that_doctor_can_say_of_an_upgrade_reads_as_it_did(lang: Lang, *, update_golden: bool) -> None:
    cluster = slice_cluster("iam", "gse", "apigw", "apisix", "etcd")
    (paas,) = cluster.inventory.on("paas")
    login = PathKind(host=paas, path=cluster.home("open_paas/login"))
    plan, _ = study(World(cluster=cluster, facts={login: Known("directory")}))
    checks = preflight_checks(cluster, 0, plan)
    readings: dict[AnyFact, Any] = {check.fact: check.reading for check in checks}
    readings.update(spoilt(checks, *SPOILS)[0])
    report = DoctorReport(release="6.2.2", steps=len(plan.steps), checks=check_results(checks, readings))
    text = doctor_text(report, RenderOptions(lang=lang, width=100, colour=False))
    file = HERE / f"doctor.{lang}.txt"
    if update_golden:
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
