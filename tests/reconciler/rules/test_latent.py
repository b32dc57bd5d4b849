"""What is right now and will not last: told as such, with what will happen; mended where that is safe, else told."""

from dataclasses import dataclass

import pytest

from probes.fact import Absent, AnyFact, AnyReading, Known, fact_id
from reconciler.core.diff import Difference, diff, without_advice
from reconciler.core.plan import Plan
from reconciler.core.verdict import verdict
from reconciler.rules.latent import latent
from reconciler.rules.registry import expected_facts
from reconciler.view.messages.registry import reason_text, reasons
from reconciler.view.render import RenderOptions
from reconciler.view.text import check_text, diff_text, plan_text
from reconciler.view.to_documents import check_document, plan_document
from specs.reason import CodedReason
from tests.sim.worlds import World, finished, guide_cluster, pristine, study

WHOLE = guide_cluster()
JOB = "/data/install/bin/03-userdef/job.env"
PAAS = "bk-paas-paas,bk-paas-appengine,bk-paas-esb,bk-paas-login,bk-paas-console,bk-paas-apigw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    fact: str
    reading: AnyReading
    will: str
    """The code of what will happen."""
    steps: tuple[str, ...] = ()
    """None: it is only told."""


CASES = {
    "running-but-not-enabled": Case(
        fact="unit.enabled bk-auth.service @10.0.0.3",
        reading=Known("disabled"),
        will="latent-not-at-boot",
        steps=("unit.enable-bk-auth.service@10.0.0.3",),
    ),
    "docker-would-start-elsewhere": Case(
        fact="container.data-root  @10.0.0.2",
        reading=Known("differs"),
        will="latent-docker-root",
        steps=("container.set-data-root@10.0.0.2",),
    ),
    "docker-would-start-who-knows-where": Case(
        fact="container.data-root  @10.0.0.2", reading=Known("unclear"), will="latent-docker-root"
    ),
    "no-restart-policy": Case(
        fact=f"container.no-restart-policy {PAAS} @10.0.0.2",
        reading=Known(("bk-paas-esb",)),
        will="latent-containers",
        steps=("container.restart-policy@10.0.0.2",),
    ),
    "consul-names-a-daemon-that-is-gone": Case(
        fact="consul.definition gse-api @10.0.0.1",
        reading=Known("written"),
        will="latent-consul",
        steps=("consul.deregister-gse-api@10.0.0.1",),
    ),
    "tag-missing": Case(
        fact="tag.state gse /root/.tag /data/install/bin @10.0.0.1",
        reading=Known("tag-missing"),
        will="latent-secrets",
        steps=("tag.restore-gse@10.0.0.1",),
    ),
    "tag-and-secrets-missing": Case(
        fact="tag.state gse /root/.tag /data/install/bin @10.0.0.1", reading=Known("lost"), will="latent-secrets"
    ),
    "defined-twice": Case(
        fact=f"env.duplicates {JOB} BK_JOB_RUN_MODE @10.0.0.1",
        reading=Known(True),
        will="latent-doubled",
        steps=("env.deduplicate-bk-job-run-mode@10.0.0.1", "bkcli.sync-common@10.0.0.1"),
    ),
    "a-row-that-lies": Case(
        fact="mysql.product-version mysql-paas gse @10.0.0.1",
        reading=Known("3.6.21"),
        will="latent-version-row",
        steps=("version.rows@10.0.0.1", "version.set-bkssm@10.0.0.1"),
    ),
    "a-row-of-what-nobody-upgraded": Case(
        fact="mysql.product-version mysql-paas bkssm @10.0.0.1",
        reading=Known("1.0.12"),
        will="latent-version-row",
        steps=("version.set-bkssm@10.0.0.1",),
    ),
}


def named(world: World, wanted: str) -> AnyFact:
    return next(fact for fact in world.facts if fact_id(fact) == wanted)


def looked(world: World) -> tuple[Plan, Difference]:
    plan, readings = study(world)
    advice = {blocked.expected.fact: blocked.diagnostic for blocked in plan.advice}
    seen = without_advice(diff(expected_facts(world.cluster), readings), advice)
    return plan, Difference(
        drift=seen.drift,
        unknown=seen.unknown,
        matching=seen.matching,
        advice=seen.advice,
        latent=latent(world.cluster, seen, readings),
    )


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def world(case: Case) -> World:
    made = finished(WHOLE)
    made.facts[named(made, case.fact)] = case.reading
    return made


def test_it_is_named_with_what_will_happen(case: Case, world: World) -> None:
    _, readings = looked(world)
    (fact,) = readings.latent
    why = readings.latent[fact]
    assert fact_id(fact) == case.fact
    assert isinstance(why, CodedReason)
    assert why.code == case.will
    assert why.code in reasons()
    assert "{" not in reason_text(why, "en") + reason_text(why, "zh")


def test_it_is_mended_by_the_narrowest_steps_or_only_told(case: Case, world: World) -> None:
    plan, readings = looked(world)
    assert tuple(step.id.rsplit("-", 1)[0] for step in plan.steps) == case.steps
    assert plan.blocked == ()
    assert verdict(readings) == ("differs" if case.steps else "converged")
    assert [fact_id(told.drift.expected.fact) for told in readings.advice] == ([] if case.steps else [case.fact])


def test_every_text_and_document_says_what_will_happen(case: Case, world: World) -> None:
    plan, readings = looked(world)
    will = reason_text(next(iter(readings.latent.values())), "en")
    page = RenderOptions(width=400)
    for text in (check_text("6.2.2", readings, page), diff_text("6.2.2", readings, page)):
        assert will in text
        assert ("Latent: correct now" in text) == bool(case.steps)
        assert ("Reported, not repaired" in text) == (not case.steps)
    assert will in plan_text(plan, page, readings.latent) or not case.steps
    document = check_document("6.2.2", readings)
    told = [*document.drift, *document.advice]
    assert [finding.latent.code for finding in told if finding.latent] == [case.will]
    steps = plan_document(plan, latent=readings.latent).steps
    assert [why.code for step in steps for why in step.latent] == ([case.will] if case.steps else [])


def test_a_pristine_6_1_has_nothing_latent() -> None:
    """Old rows are old, old services are served, and what is not installed cannot fail to start."""
    world = World(cluster=WHOLE)
    plan, readings = looked(world)
    assert readings.latent == {}
    assert plan.advice == ()


def test_a_finished_cluster_has_nothing_latent() -> None:
    _, readings = looked(finished(WHOLE))
    assert (readings.latent, readings.advice, readings.drift) == ({}, (), ())


def test_a_service_that_is_still_served_is_drift_and_not_latent() -> None:
    world = finished(WHOLE)
    world.facts[named(world, "consul.definition gse-api @10.0.0.1")] = Known("written")
    world.facts[named(world, "unit.active bk-gse-api.service @10.0.0.1")] = Known("active")
    _, readings = looked(world)
    assert readings.latent == {}


def test_a_unit_that_does_not_run_is_missing_and_not_latent() -> None:
    world = finished(WHOLE)
    for wanted, reading in (("unit.active", Known("inactive")), ("unit.enabled", Known("disabled"))):
        world.facts[named(world, f"{wanted} bk-auth.service @10.0.0.3")] = reading
    _, readings = looked(world)
    assert readings.latent == {}


def test_a_row_that_is_missing_tells_no_lie() -> None:
    world = finished(WHOLE)
    world.facts[named(world, "mysql.product-version mysql-paas gse @10.0.0.1")] = Absent()
    _, readings = looked(world)
    assert readings.latent == {}


def test_a_missing_tag_is_put_back_before_bkenv_and_lost_secrets_bar_it() -> None:
    """What `install bkenv` needs is the tag; where it cannot be made, the run has to stop before that call."""
    for reading, steps in (("tag-missing", 1), ("lost", 0)):
        world = World(cluster=WHOLE, other=pristine)
        world.facts[named(finished(WHOLE), CASES["tag-missing"].fact)] = Known(reading)
        tag = next(f for f in _wanted(world) if fact_id(f) == "path.kind /root/.tag/gse.env @10.0.0.1")
        world.facts[tag] = Absent()
        plan, _ = study(world)
        assert sum(step.id.startswith("tag.restore") for step in plan.steps) == steps
        assert {blocked.diagnostic.code for blocked in plan.blocked} == (set() if steps else {"tag-missing"})
        assert any(step.id.startswith("bkcli.bkenv") for step in plan.steps) == bool(steps)
        assert plan.advice == ()


def _wanted(world: World) -> set[AnyFact]:
    plan, _ = study(world)
    return {expected.fact for step in plan.steps for expected in step.requires}
