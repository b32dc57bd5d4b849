"""Base services: started and enabled, before what uses them, and nothing else is ever done to them."""

from random import Random

import pytest

from actions.action import Action
from actions.backup import BackupMongodb, BackupMysql
from actions.unit import EnableUnit, StartUnit
from probes.consul import ConsulDefinition, ConsulPassing
from probes.current import UnitCurrent
from probes.fact import Absent, AnyFact, AnyReading, Known, Unknown
from probes.mysql import LoginPath
from probes.port import PortUnit
from probes.unit import UnitActive, UnitEnabled
from reconciler.core.placement import build_cluster
from reconciler.core.plan import Plan
from reconciler.rules import base_service
from reconciler.rules.preflight import preflight_checks
from reconciler.rules.registry import expected_facts
from specs.reason import reason
from tests.sim.states import instead
from tests.sim.worlds import CONFIG, World, file, finished, guide_cluster, release, study

CLUSTER = guide_cluster()
EXPECTED = base_service.expect(CLUSTER)
WORLD = finished(CLUSTER)
REDIS = UnitActive(host="10.0.0.1", unit="redis@default.service")
MYSQL = UnitActive(host="10.0.0.3", unit="mysql@default.service")


def plan_with(*readings: tuple[AnyFact, AnyReading], base: World = WORLD) -> Plan:
    return study(World(cluster=base.cluster, facts={**base.facts, **dict(readings)}, other=base.other))[0]


def actions(plan: Plan) -> list[object]:
    return [step.action for step in plan.steps]


def codes(plan: Plan) -> list[str]:
    return [blocked.diagnostic.code for blocked in plan.blocked]


def test_every_module_of_install_config_has_a_unit_that_is_expected_on_its_host() -> None:
    named = {(e.fact.host, e.module) for e in EXPECTED if isinstance(e.fact, UnitActive)}
    placed = {
        (host, name.partition("(")[0])
        for name, hosts in CLUSTER.inventory.groups
        for host in hosts
        if name.partition("(")[0] not in {m.name.partition("(")[0] for m in CLUSTER.modules()}
    }
    renamed = {("10.0.0.2", "appo"): ("10.0.0.2", "paasagent"), ("10.0.0.3", "appt"): ("10.0.0.3", "paasagent")}
    assert {renamed.get(pair, pair) for pair in placed} <= named


def test_consul_s_agent_is_on_every_host_and_its_servers_only_where_it_is_named() -> None:
    config = CONFIG.replace("10.0.0.2 nginx,consul,", "10.0.0.2 nginx,")
    cluster = build_cluster(file(), release(), config)
    hosts = {
        e.fact.host for e in base_service.expect(cluster) if isinstance(e.fact, UnitActive) and e.module == "consul"
    }
    assert hosts == {"10.0.0.1", "10.0.0.2", "10.0.0.3"}


@pytest.mark.parametrize("name", ["mysql", "redis", "mongodb", "consul"])
def test_a_database_elsewhere_is_nobody_s_unit_here(name: str) -> None:
    config = "\n".join(line.replace(f",{name},", ",").replace(f",{name},", ",") for line in CONFIG.split("\n"))
    cluster = build_cluster(file(), release(), config)
    assert name not in {e.module for e in base_service.expect(cluster)}


def test_an_instance_for_one_project_of_mysql_is_not_taken_for_the_common_one() -> None:
    cluster = build_cluster(file(), release(), CONFIG.replace(",mysql,", ",mysql(job),"))
    assert "mysql" not in {e.module for e in base_service.expect(cluster)}


def test_one_that_cluster_toml_excludes_is_left_to_its_owner() -> None:
    cluster = build_cluster(file().model_copy(update={"excluded": ("redis",)}), release(), CONFIG)
    assert "redis" not in {e.module for e in base_service.expect(cluster)}


def test_bkssm_is_kept_running_until_its_upgrade_is_asked_for() -> None:
    assert "ssm" in {module.name for module in CLUSTER.base_services()}
    assert "ssm" not in {module.name for module in guide_cluster(optional=("ssm",)).base_services()}


@pytest.mark.parametrize("state", ["inactive", "failed"])
def test_a_stopped_one_is_started_and_no_more(state: str) -> None:
    plan = plan_with((REDIS, Known(state)))
    assert actions(plan) == [StartUnit(host="10.0.0.1", unit="redis@default.service")]
    assert codes(plan) == []


def test_one_that_is_not_enabled_is_enabled_and_no_more() -> None:
    plan = plan_with((UnitEnabled(host=MYSQL.host, unit=MYSQL.unit), Known("disabled")))
    assert actions(plan) == [EnableUnit(host=MYSQL.host, unit=MYSQL.unit)]


def test_what_uses_it_is_started_after_it_and_the_reason_is_in_the_plan() -> None:
    auth = UnitActive(host="10.0.0.3", unit="bk-auth.service")
    plan = plan_with((REDIS, Known("inactive")), (MYSQL, Known("failed")), (auth, Known("inactive")))
    first, second, last = plan.steps
    assert {first.action, second.action} == {StartUnit(host=f.host, unit=f.unit) for f in (REDIS, MYSQL)}
    assert last.action == StartUnit(host=auth.host, unit=auth.unit)
    assert {needed.step for needed in last.after} == {first.id, second.id}
    assert {needed.source for needed in last.after} == {
        "ce/bin/default/*.env: redis.service.consul", "ce/bin/default/*.env: mysql-default.service.consul",
    }  # fmt: skip


def test_consul_s_agent_is_waited_for_on_the_same_host_alone() -> None:
    auth = UnitActive(host="10.0.0.3", unit="bk-auth.service")
    near, far = (UnitActive(host=host, unit="consul.service") for host in ("10.0.0.3", "10.0.0.1"))
    after = {
        agent.host: [len(step.after) for step in plan_with((agent, Known("failed")), (auth, Known("failed"))).steps]
        for agent in (near, far)
    }
    assert after == {"10.0.0.3": [0, 1], "10.0.0.1": [0, 0]}


def test_a_masked_one_that_is_down_is_named_as_the_cause_of_what_waits_for_it() -> None:
    auth = UnitActive(host="10.0.0.3", unit="bk-auth.service")
    mask = UnitEnabled(host=REDIS.host, unit=REDIS.unit), Known("masked")
    plan = plan_with((REDIS, Known("inactive")), mask, (auth, Known("inactive")))
    assert actions(plan) == []
    (cause,) = [blocked for blocked in plan.blocked if blocked.diagnostic.code == "unit-not-enabled"]
    assert "unit.active bk-auth.service @10.0.0.3" in cause.blocks


@pytest.mark.parametrize("reading", [Absent(), Unknown(reason("not-read")), Known("activating")])
def test_one_that_is_of_another_making_or_cannot_be_read_blocks_nothing_else(reading: AnyReading) -> None:
    auth = UnitActive(host="10.0.0.3", unit="bk-auth.service")
    plan = plan_with((REDIS, reading), (auth, Known("inactive")))
    assert actions(plan) == [StartUnit(host=auth.host, unit=auth.unit)]
    assert REDIS in {blocked.expected.fact for blocked in plan.blocked}


@pytest.mark.parametrize(
    ("fact", "reading", "code"),
    [
        (REDIS, Absent(), "base-service-missing"),
        (UnitEnabled(host=REDIS.host, unit=REDIS.unit), Absent(), "base-service-missing"),
        (ConsulDefinition(host=REDIS.host, service="redis"), Known("empty"), "base-service-unregistered"),
        (ConsulPassing(host=REDIS.host, service="redis"), Known("critical"), "service-unhealthy"),
        (PortUnit(host=REDIS.host, port=6379, unit=REDIS.unit), Absent(), "port-silent"),
        (PortUnit(host=REDIS.host, port=6379, unit=REDIS.unit), Known("nc (4711)"), "port-of-another"),
        (
            UnitCurrent(host="10.0.0.2", unit="bk-paasagent.service", file="/data/bkce/paas_agent/VERSION"),
            Known(False),
            "base-service-outdated",
        ),
    ],
)
def test_everything_else_is_reported_and_left_to_a_person(fact: AnyFact, reading: AnyReading, code: str) -> None:
    plan = plan_with((fact, reading))
    assert actions(plan) == []
    assert codes(plan) == [code]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_wrong_with_one_it_is_named_and_only_started_or_enabled(seed: int) -> None:
    random = Random(seed)
    own = [expected for expected in expected_facts(CLUSTER) if expected in EXPECTED]  # openresty is nginx's here
    for expected in random.sample(own, 12):
        reading = random.choice(instead(expected))
        plan = plan_with((expected.fact, reading))
        assert {type(action) for action in actions(plan)} <= {StartUnit, EnableUnit}
        repaired = {fact.expected.fact for step in plan.steps for fact in step.repairs}
        reported = {reported.expected.fact for reported in (*plan.blocked, *plan.advice)}
        assert expected.fact in repaired | reported


@pytest.mark.parametrize(
    ("unit", "dump"),
    [
        (MYSQL, BackupMysql),
        (UnitActive(host="10.0.0.2", unit="mongod.service"), BackupMongodb),
    ],
)
def test_before_an_upgrade_a_stopped_database_is_started_and_then_dumped(unit: UnitActive, dump: type[Action]) -> None:
    whole, _ = study(World(cluster=CLUSTER, facts={unit: Known("inactive")}))
    start = next(step for step in whole.steps if step.action == StartUnit(host=unit.host, unit=unit.unit))
    backups = [step for step in whole.steps if isinstance(step.action, dump)]
    assert backups
    assert all(start.id in {needed.step for needed in step.after} for step in backups)
    undisturbed, _ = study(World(cluster=CLUSTER))
    assert {step.id for step in whole.steps} - {start.id} == {step.id for step in undisturbed.steps}


def test_nobody_is_asked_to_log_in_to_a_server_that_the_plan_starts_first() -> None:
    at_once: dict[AnyFact, AnyReading] = {MYSQL: Known("inactive")}
    stopped, running = (
        preflight_checks(CLUSTER, 1_700_000_000, study(World(cluster=CLUSTER, facts=facts))[0])
        for facts in (at_once, {})
    )
    assert [[e.fact.host for e in checks if isinstance(e.fact, LoginPath)] for checks in (stopped, running)] == [
        [],
        ["10.0.0.3"],
    ]
