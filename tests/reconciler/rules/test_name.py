"""Names: a resolver that does not ask consul, and one that cannot because its agent is down."""

from actions.unit import StartUnit
from probes.fact import AnyFact, AnyReading, Known
from probes.system import NameResolved, NamesOverridden, ResolverAddress
from probes.unit import UnitActive
from reconciler.core.causes import with_causes
from reconciler.core.diff import diff
from reconciler.core.placement import build_cluster
from reconciler.core.plan import Plan
from reconciler.rules import name
from reconciler.rules.latent import latent
from reconciler.rules.preflight import preflight_checks
from reconciler.rules.registry import expected_facts, rests_on
from tests.sim.worlds import CONFIG, World, file, finished, guide_cluster, release, study

CLUSTER = guide_cluster()
LOST = NameResolved(host="10.0.0.2", name="consul.service.consul"), Known("unresolved by 8.8.8.8")


def plan_with(*readings: tuple[AnyFact, AnyReading]) -> Plan:
    world = finished(CLUSTER)
    return study(World(cluster=CLUSTER, facts={**world.facts, **dict(readings)}, other=world.other))[0]


def test_every_host_has_to_resolve_consul_s_own_name() -> None:
    expected = [e.fact for e in name.expect(CLUSTER)]
    for kind in (NameResolved, NamesOverridden, ResolverAddress):
        assert [f.host for f in expected if isinstance(f, kind)] == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]


def test_a_resolver_that_asks_others_is_latent_while_they_know_and_the_cause_once_they_do_not() -> None:
    fact, reading = ResolverAddress(host="10.0.0.2"), Known("8.8.8.8")
    alone, both = plan_with((fact, reading)), plan_with((fact, reading), LOST)
    assert [b.diagnostic.code for b in alone.blocked] == ["resolver-elsewhere"]
    assert {b.diagnostic.code for b in both.blocked} == {"resolver-elsewhere", "names-unresolved"}
    for names, expected in ((Known("resolved"), {fact}), (LOST[1], set[AnyFact]())):
        readings = {**finished(CLUSTER).facts, fact: reading, LOST[0]: names}
        compared = diff(expected_facts(CLUSTER), readings)
        assert set(latent(CLUSTER, compared, readings)) == expected
    compared = with_causes(compared, rests_on(CLUSTER), {})
    assert compared.causes == {LOST[0]: fact}


def test_a_line_of_etc_hosts_is_reported_with_what_it_says_and_repaired_by_nobody() -> None:
    overridden = NamesOverridden(host="10.0.0.2"), Known(("bkiam.service.consul 10.0.0.9",))
    plan = plan_with(overridden)
    assert plan.steps == ()
    (blocked,) = plan.blocked
    assert (blocked.diagnostic.code, blocked.diagnostic.where) == ("names-overridden", "10.0.0.2")
    assert dict(blocked.diagnostic.fields)["lines"] == "bkiam.service.consul 10.0.0.9"


def test_without_consul_in_install_config_nobody_is_asked() -> None:
    cluster = build_cluster(file(), release(), CONFIG.replace(",consul", ""))
    assert list(name.expect(cluster)) == []


def test_where_the_agent_runs_a_person_has_to_set_the_resolver_right() -> None:
    plan = plan_with(LOST)
    assert plan.steps == ()
    assert [(b.diagnostic.code, b.diagnostic.where) for b in plan.blocked] == [("names-unresolved", "10.0.0.2")]


def test_where_the_agent_is_down_its_start_is_all() -> None:
    agent = UnitActive(host="10.0.0.2", unit="consul.service")
    plan = plan_with(LOST, (agent, Known("failed")))
    assert [step.action for step in plan.steps] == [StartUnit(host="10.0.0.2", unit="consul.service")]
    assert plan.blocked == ()


def test_a_base_service_is_started_whatever_names_the_host_resolves() -> None:
    agent, auth = (
        UnitActive(host="10.0.0.2", unit="consul.service"),
        UnitActive(host="10.0.0.3", unit="bk-auth.service"),
    )
    asked = [
        {e.fact.host for e in preflight_checks(CLUSTER, 1_700_000_000, plan) if isinstance(e.fact, NameResolved)}
        for plan in (plan_with((agent, Known("failed"))), plan_with((agent, Known("failed")), (auth, Known("failed"))))
    ]
    assert asked == [set(), {"10.0.0.1", "10.0.0.3"}]
