"""Clusters that lack a line of install.config, or two: refused with what to write, then planned; none ends as a bug."""

import re
from itertools import combinations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from actions.backup import BackupMongodb, BackupMysql
from probes.backup import Backup
from probes.database import DatabaseElsewhere, DatabaseServers
from probes.fact import AnyFact, AnyReading, Known, Unknown
from probes.task import TaskDone
from reconciler.commands.assess import spec_inputs
from reconciler.core.placement import build_cluster as describe
from reconciler.core.placement import lacking, propose_placement
from reconciler.core.plan import Plan, Selection, aborts_run
from reconciler.core.selection import select
from reconciler.rules import database, preflight
from reconciler.rules.registry import expected_facts
from specs import parse
from specs.cluster import Cluster
from specs.diagnostic import Diagnostic, LayoutError
from specs.reason import reason
from tests.sim.shapes import HEAD, RELEASE
from tests.sim.states import Answers, decide
from tests.sim.worlds import CONFIG, World, finished, fresh, guide_cluster, pristine

NAMES = tuple(dict.fromkeys(re.findall(r"(?<=[ ,])([a-z_0-9]+)(?:\([a-z-]+\))?", CONFIG)))
PAIRS = tuple(combinations(NAMES, 2))
SOME = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


def without(*names: str) -> str:
    """The guide's three hosts, of which nobody has these modules; a host keeps something, or the line would be gone."""
    config = CONFIG
    for name in names:
        config = re.sub(rf"(?<=[ ,]){name}(\([a-z-]+\))?(,|$)", "", config, flags=re.M)
    return re.sub(r",$", "", config, flags=re.M)


def settled(config: str) -> Cluster:
    """As somebody comes to it who does what each refusal says: the placements and `leave` are pasted, line by line."""
    places = {name: list(hosts) for name, hosts in propose_placement(RELEASE, config, "10.0.0.1").items()}
    lines = "".join(f'"{name}" = {hosts!r}\n'.replace("'", '"') for name, hosts in places.items())
    left = f"excluded = {list(lacking(RELEASE, config))!r}".replace("'", '"')
    for _ in range(12):
        text = f"{left}\n{HEAD}[placement]\n{lines}"
        try:
            return describe(parse.cluster_file(text, "cluster.toml"), RELEASE, config)
        except LayoutError as refused:
            left = _said(refused.diagnostics)
    raise AssertionError(left)


def _said(diagnostics: tuple[Diagnostic, ...]) -> str:
    fields = [dict(diagnostic.fields) for diagnostic in diagnostics]
    names = {name for one in fields for name in re.findall(r'"([^"]+)"', one["excluded"])}
    assert names, diagnostics
    return f"excluded = {sorted(names)!r}".replace("'", '"')


def plans(cluster: Cluster) -> list[Plan]:
    """From a pristine 6.1, from a finished cluster of which nothing was read, and from one where nothing is there."""
    return [decide(World(cluster=cluster, other=other))[0] for other in (pristine, fresh, unread)]


def unread(fact: AnyFact, _: Cluster) -> AnyReading:
    return Unknown(reason("host-unreachable", host=fact.host, error="gone"))


def test_the_modules_are_those_of_the_guide() -> None:
    assert {"mysql", "mongodb", "redis", "gse", "appo", "monitorv3", "log"} <= {*NAMES}
    assert "mysql" not in without("mysql")
    assert without("consul").count("\n") == 3


@pytest.mark.parametrize("name", NAMES)
def test_one_line_less_is_planned_once_what_the_refusals_say_is_done(name: str) -> None:
    cluster = settled(without(name))
    for plan in plans(cluster):
        assert preflight.preflight_checks(cluster, 0, plan) is not None
        assert set(preflight.hosts_required(cluster, plan)) <= {*cluster.inventory.everyone}


@given(st.sampled_from(PAIRS))
@SOME
def test_two_lines_less_are_planned_once_what_the_refusals_say_is_done(pair: tuple[str, str]) -> None:
    plans(settled(without(*pair)))


def goal(cluster: Cluster, *servers: str) -> Cluster:
    """The cluster once its variables were read."""
    return database.with_databases(cluster, {database.fact_of(cluster): Known(servers)})


@pytest.mark.parametrize("kind", ["mysql", "mongodb"])
def test_a_database_of_the_sites_own_is_a_gate_of_its_own_until_a_person_says_it_was_dumped(kind: str) -> None:
    cluster = goal(settled(without(kind)), f"{kind} db.example")
    plan, _ = decide(World(cluster=cluster))
    expected = database.elsewhere(cluster)
    assert isinstance(expected.fact, DatabaseElsewhere)
    assert kind not in expected.fact.served
    assert expected in preflight.preflight_checks(cluster, 0, plan)
    assert expected not in preflight.preflight_checks(cluster, 0, plan, frozenset({database.DUMPED}))
    (diagnostic,) = preflight.undumped(cluster, plan, {expected.fact: Known((f"{kind} db.example",))})
    assert (diagnostic.code, dict(diagnostic.fields)["servers"]) == ("database-elsewhere", f"{kind} db.example")


def test_a_plan_that_loses_nothing_asks_nobody_about_databases() -> None:
    cluster = guide_cluster()
    plan = Plan(release="6.2.2", steps=(), blocked=())
    assert preflight.undumped(cluster, plan, {database.elsewhere(cluster).fact: Known(("mysql ?",))}) == ()


def test_users_on_a_server_of_the_sites_own_are_left_to_a_person_with_what_to_grant() -> None:
    cluster = goal(settled(without("mysql")), "mysql db.example")
    plan, _ = decide(World(cluster=cluster))
    told = {blocked.diagnostic.code: dict(blocked.diagnostic.fields) for blocked in plan.blocked}
    assert told["grant-elsewhere"]["hosts"] == "10.0.0.1, 10.0.0.2, 10.0.0.3"
    assert told["grant-elsewhere"]["declared"] in {
        f"/data/install/bin/03-userdef/{product}.env" for product in ("bkauth", "bkapigw")
    }, "the merged file has no such password before the upgrade made one"
    assert "bkcli.install-bkauth" not in {step.id.split("@")[0] for step in plan.steps}


def aborting(plan: Plan) -> set[str]:
    return {blocked.diagnostic.code for blocked in plan.blocked if aborts_run(blocked, plan.steps)}


def test_an_upgrade_is_not_begun_whose_new_products_could_not_be_installed_for_want_of_a_user_elsewhere() -> None:
    """On the vendor's own scripts PaaS would have been of 6.2.2 by then, without the bkauth that it asks."""
    plan, _ = decide(World(cluster=goal(settled(without("mysql")), "mysql db.example")))
    assert aborting(plan) == {"grant-elsewhere"}
    assert aborting(select(plan, Selection(until=("7.1",)))) == {"grant-elsewhere"}


def test_what_only_a_user_elsewhere_lacks_keeps_nobody_from_preparing_or_repairing_something_else() -> None:
    plan, _ = decide(World(cluster=goal(settled(without("mysql")), "mysql db.example")))
    prepared = select(plan, Selection(until=("6.5",)))
    assert prepared.steps
    assert aborting(prepared) == set()


def test_where_nobody_says_where_mysql_is_nothing_is_set_up_for_it() -> None:
    plan, _ = decide(World(cluster=settled(without("mysql"))))
    assert {"mysql-nowhere", "grant-elsewhere"} <= {blocked.diagnostic.code for blocked in plan.blocked}


TWO = CONFIG.replace("10.0.0.1 iam", "10.0.0.1 mysql,iam")
REPLICAS = CONFIG.replace("10.0.0.1 iam", "10.0.0.1 mongodb,iam")


@pytest.mark.parametrize(
    ("config", "servers", "mysql", "mongodb"),
    [
        (CONFIG, (), {"10.0.0.3"}, {"10.0.0.2"}),
        (TWO, (), {"10.0.0.1", "10.0.0.3"}, {"10.0.0.2"}),
        (REPLICAS, ("mongodb 10.0.0.2",), {"10.0.0.3"}, {"10.0.0.1"}),
        (CONFIG, ("mysql 10.0.0.2", "mysql db.example"), {"10.0.0.3", "10.0.0.2"}, {"10.0.0.2"}),
        (without("mongodb"), ("mongodb 10.0.0.1",), {"10.0.0.3"}, {"10.0.0.1"}),
    ],
    ids=["guide", "two-mysql", "a-replica-set-once", "named-besides", "only-named"],
)
def test_every_server_is_dumped_before_anything_that_only_a_backup_brings_back(
    config: str, servers: tuple[str, ...], mysql: set[str], mongodb: set[str]
) -> None:
    cluster = goal(settled(config), *servers)
    plan, _ = decide(World(cluster=cluster))
    wanted = {
        Backup(host=host, what=what) for what, hosts in (("mysql", mysql), ("mongodb", mongodb)) for host in hosts
    }
    losing = [step for step in plan.steps if step.action.irreversible or step.action.disrupts == "data"]
    assert losing
    for step in losing:
        facts = {expected.fact for expected in (*step.requires, *step.action.requires())}
        assert wanted <= facts, step.id


def test_work_that_is_all_that_is_left_a_day_later_is_dumped_for_anew() -> None:
    """JOB's migration failed last night; its backups are stale by now."""
    cluster = guide_cluster()
    world = finished(cluster)
    work = next(
        w.fact for w in expected_facts(cluster) if isinstance(w.fact, TaskDone) and w.fact.task == "monitor-space-data"
    )
    world.facts[work] = Known(False)
    plan, _ = decide(world)
    assert [step.id.split("@")[0] for step in plan.steps if step.action.irreversible] == ["task.run-monitor-space-data"]
    assert {BackupMysql, BackupMongodb} <= {type(step.action) for step in plan.steps}


@pytest.mark.parametrize("host", ["10.0.0.2", "10.0.0.3"])
def test_nothing_that_only_a_backup_brings_back_is_begun_while_a_database_is_not_read(host: str) -> None:
    def deaf(fact: AnyFact, cluster: Cluster) -> AnyReading:
        return unread(fact, cluster) if fact.host == host else pristine(fact, cluster)

    plan, _ = decide(World(cluster=guide_cluster(), other=deaf))
    assert plan.steps
    assert [step.id for step in plan.steps if step.action.irreversible or step.action.disrupts == "data"] == []


def test_what_the_variables_say_is_read_with_every_look_and_decides() -> None:
    cluster = guide_cluster()
    read = {type(fact) for fact in spec_inputs(cluster).facts}
    assert {DatabaseServers, DatabaseElsewhere} <= read
    world = World(cluster=cluster, facts={database.fact_of(cluster): Known(("mysql 10.0.0.1", "mysql db.example"))})
    answers = Answers(world)
    _, decide_ = spec_inputs(cluster).plan_inputs(answers)
    dumps = [step.action.host for step in decide_(answers).steps if isinstance(step.action, BackupMysql)]
    assert sorted(dumps) == ["10.0.0.1", "10.0.0.3"]


@pytest.mark.parametrize("module", ["nginx", "appo", "appt", "nodeman"])
def test_init_itself_refuses_a_layout_that_cannot_be(module: str) -> None:
    """Or it would write a cluster.toml that every other command refuses."""
    with pytest.raises(LayoutError) as refused:
        propose_placement(RELEASE, CONFIG.replace("10.0.0.1 iam", f"10.0.0.1 {module},apigw,iam"), "10.0.0.1")
    assert {diagnostic.code for diagnostic in refused.value.diagnostics} == {"install-config-conflict"}
