"""Health of services: of whom it is asked, what it follows from, and that nothing is repaired."""

import pytest

from actions.unit import StartUnit
from probes.fact import Absent, AnyFact, AnyReading, Known, Unknown
from probes.health import ServiceHealth
from probes.mysql import MysqlWritable, ProductVersion
from probes.path import PathKind
from probes.unit import UnitActive
from reconciler.core.causes import with_causes
from reconciler.core.diff import diff
from reconciler.core.placement import build_cluster
from reconciler.core.plan import Plan
from reconciler.rules.registry import expected_facts, rests_on
from specs.reason import reason
from tests.sim.worlds import CONFIG, World, file, finished, guide_cluster, release, study

CLUSTER = guide_cluster()
WORLD = finished(CLUSTER)
HEALTH = {e.fact.service: e.fact for e in expected_facts(CLUSTER) if isinstance(e.fact, ServiceHealth)}


def plan_with(*readings: tuple[AnyFact, AnyReading]) -> Plan:
    return study(World(cluster=CLUSTER, facts={**WORLD.facts, **dict(readings)}, other=WORLD.other))[0]


def test_each_service_of_install_config_that_can_say_it_is_asked() -> None:
    assert {name: fact.host for name, fact in HEALTH.items() if name != "consul"} == {
        "elasticsearch": "10.0.0.1",
        "etcd": "10.0.0.3",
        "influxdb": "10.0.0.2",
        "kafka": "10.0.0.3",
        "mongodb": "10.0.0.2",
        "rabbitmq": "10.0.0.2",
        "redis": "10.0.0.1",
        "zookeeper": "10.0.0.3",
    }


def test_consul_is_asked_on_every_host_for_as_many_servers_as_install_config_names() -> None:
    config = CONFIG.replace("10.0.0.2 nginx,consul,", "10.0.0.2 nginx,")
    for text, servers in ((CONFIG, 3), (config, 2)):
        cluster = build_cluster(file(), release(), text)
        facts = [e.fact for e in expected_facts(cluster) if isinstance(e.fact, ServiceHealth)]
        asked = {(fact.host, fact.members) for fact in facts if fact.service == "consul"}
        assert asked == {(host, servers) for host in ("10.0.0.1", "10.0.0.2", "10.0.0.3")}


@pytest.mark.parametrize(
    ("service", "reading", "code"),
    [
        ("zookeeper", Known("no leader"), "health-no-leader"),
        ("kafka", Known("brokers 2/3"), "health-members-missing"),
        ("elasticsearch", Known("red"), "health-data-missing"),
        ("redis", Known("not writing"), "health-no-room"),
        ("influxdb", Known("HTTP 503"), "health-faulty"),
    ],
)
def test_what_it_says_is_reported_with_what_to_do_and_nothing_is_done(
    service: str, reading: AnyReading, code: str
) -> None:
    plan = plan_with((HEALTH[service], reading))
    assert plan.steps == ()
    (blocked,) = plan.blocked
    assert blocked.diagnostic.code == code
    if isinstance(reading, Known):
        assert dict(blocked.diagnostic.fields)["report"] == reading.value


@pytest.mark.parametrize(
    ("service", "reading", "code"),
    [
        ("rabbitmq", Absent(), "health-no-answer"),
        ("zookeeper", Known("no answer"), "health-no-answer"),
        ("elasticsearch", Known("password refused"), "health-denied"),
        ("redis", Known("password unknown"), "health-no-password"),
    ],
)
def test_one_that_says_nothing_of_its_health_is_advice_and_changes_no_verdict(
    service: str, reading: AnyReading, code: str
) -> None:
    plan = plan_with((HEALTH[service], reading))
    assert (plan.steps, plan.blocked) == ((), ())
    assert [(advice.expected.fact, advice.diagnostic.code) for advice in plan.advice] == [(HEALTH[service], code)]


@pytest.mark.parametrize(
    ("fellow", "waited"),
    [
        (Known("active"), True),
        (Known("failed"), False),
        (Unknown(reason("host-unreachable", host="10.0.0.3")), False),
    ],
)
def test_a_member_that_cannot_join_is_not_waited_for(fellow: AnyReading, waited: bool) -> None:
    asked = next(e.fact for e in expected_facts(CLUSTER) if isinstance(e.fact, ServiceHealth)
                 and e.fact.service == "consul" and e.fact.host == "10.0.0.1")  # fmt: skip
    plan = plan_with((asked, Known("servers 2/3")), (UnitActive(host="10.0.0.3", unit="consul.service"), fellow))
    (blocked,) = [blocked for blocked in plan.blocked if blocked.expected.fact == asked]
    assert (blocked.diagnostic.code, blocked.progressing) == ("health-members-missing", waited)


def test_where_its_unit_is_down_its_start_is_all() -> None:
    unit = UnitActive(host="10.0.0.3", unit="zookeeper.service")
    plan = plan_with((unit, Known("failed")), (HEALTH["zookeeper"], Absent()))
    assert [step.action for step in plan.steps] == [StartUnit(host="10.0.0.3", unit="zookeeper.service")]
    assert plan.blocked == ()


def test_a_leader_is_missing_because_of_a_fellow_that_is_down() -> None:
    config = CONFIG.replace("10.0.0.2 nginx,", "10.0.0.2 zk(config),nginx,")
    cluster = build_cluster(file(), release(), config)
    facts = {e.fact.host: e.fact for e in expected_facts(cluster) if isinstance(e.fact, ServiceHealth)
             and e.fact.service == "zookeeper"}  # fmt: skip
    down = UnitActive(host="10.0.0.2", unit="zookeeper.service")
    readings = {**finished(cluster).facts, down: Known("failed"), facts["10.0.0.3"]: Known("no leader")}
    compared = with_causes(diff(expected_facts(cluster), readings), rests_on(cluster), {})
    assert compared.causes[facts["10.0.0.3"]] == down


def test_etcd_cannot_be_asked_because_its_key_is_gone() -> None:
    key = PathKind(host="10.0.0.3", path="/data/bkce/cert/etcd/etcd0-key.pem")
    readings = {**WORLD.facts, key: Absent(), HEALTH["etcd"]: Known("no answer")}
    compared = with_causes(diff(expected_facts(CLUSTER), readings), rests_on(CLUSTER), {})
    assert compared.causes == {HEALTH["etcd"]: key}


def test_kafka_follows_from_a_zookeeper_without_a_leader() -> None:
    readings = {
        **WORLD.facts, HEALTH["kafka"]: Known("no controller"), HEALTH["zookeeper"]: Known("no leader"),
    }  # fmt: skip
    compared = with_causes(diff(expected_facts(CLUSTER), readings), rests_on(CLUSTER), {})
    assert compared.causes == {HEALTH["kafka"]: HEALTH["zookeeper"]}


def test_a_read_only_mysql_is_reported_and_not_touched() -> None:
    fact = MysqlWritable(host=CLUSTER.controller, login_path="mysql-paas")
    plan = plan_with((fact, Known(False)))
    assert plan.steps == ()
    assert [b.diagnostic.code for b in plan.blocked] == ["mysql-read-only"]


def test_all_that_a_login_path_reads_follows_from_the_server_that_is_down() -> None:
    server = UnitActive(host="10.0.0.3", unit="mysql@default.service")
    unread = Unknown(reason("mysql-unreachable", login_path="mysql-paas", error="2003"))
    asked = [e.fact for e in expected_facts(CLUSTER) if getattr(e.fact, "login_path", "") == "mysql-paas"]
    assert {MysqlWritable, ProductVersion} <= {type(fact) for fact in asked}
    readings = {**WORLD.facts, **dict.fromkeys(asked, unread), server: Known("failed")}
    compared = with_causes(diff(expected_facts(CLUSTER), readings), rests_on(CLUSTER), {})
    assert compared.causes == dict.fromkeys(asked, server)
