"""A server of the site's own is the one that the variables of 6.2 name, too: what their forerunners of 6.1 say."""

import pytest

from actions.env import CopyVariable
from probes.env import EnvPresent
from probes.fact import Absent, AnyFact, AnyReading, Known, Unknown
from reconciler.rules import server_variable
from specs.cluster import Cluster
from specs.reason import reason
from tests.sim.cluster_shapes import from_61, servers, without
from tests.sim.shape_judge import planned
from tests.sim.shapes import shape
from tests.sim.worlds import finished, guide_cluster

KINDS = {
    "mysql": {"BK_AUTH_MYSQL_HOST", "BK_AUTH_MYSQL_PORT", "BK_APIGW_MYSQL_HOST", "BK_APIGW_MYSQL_PORT"}
    | {"BK_JOB_MYSQL_HOST", "BK_JOB_MYSQL_PORT", "BK_JOB_MYSQL_USERNAME"}
    | {f"BK_PAAS_MYSQL_{name}" for name in ("HOST", "PORT", "USER", "PASSWORD", "NAME")},
    "redis": {"BK_AUTH_REDIS_ADDR", "BK_APIGW_REDIS_HOST", "BK_APIGW_REDIS_PORT", "BK_USERMGR_REDIS_HOST"}
    | {"BK_USERMGR_REDIS_PORT", "BK_JOB_REDIS_HOST", "BK_JOB_REDIS_PORT"}
    | {"BK_MONITOR_TRANSFER_REDIS_HOST", "BK_MONITOR_TRANSFER_REDIS_PORT"},
    "rabbitmq": {f"BK_JOB_RABBITMQ_{name}" for name in ("HOST", "PORT", "USERNAME", "VHOST")},
    "es7": {f"BK_MONITOR_ALERT_ES7_{name}" for name in ("HOST", "REST_PORT", "TRANSPORT_PORT", "USER")},
}
"""New in 6.2, by the server: diff of ce/bin/default/*.env of 6.1 and 6.2."""


def copied(cluster: Cluster, at: AnyReading, written: AnyReading) -> dict[str, tuple[str, ...]]:
    """Key → sources, where each product reads `at` and each key in 03-userdef `written`."""

    def read(fact: AnyFact) -> AnyReading:
        return written if isinstance(fact, EnvPresent) else at

    readings = {fact: read(fact) for fact in server_variable.facts_of(cluster)}
    before = {variable.key for variable in cluster.release.variables}
    variables = server_variable.with_servers(cluster, readings).release.variables
    return {variable.key: variable.sources for variable in variables if variable.key not in before}


def test_where_bluekings_own_servers_are_used_nothing_is_asked() -> None:
    assert server_variable.facts_of(guide_cluster()) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_what_bluekings_scripts_did_not_set_up_is_followed(kind: str) -> None:
    cluster = shape(without(kind))
    assert set(copied(cluster, Absent(), Absent())) == KINDS[kind]
    assert copied(cluster, Absent(), Absent()) == copied(cluster, Known("2.0.0"), Absent())


def test_the_forerunner_is_read_from_the_merged_file() -> None:
    sources = copied(shape(without("mysql")), Absent(), Absent())
    assert sources["BK_AUTH_MYSQL_HOST"] == ("04-final/paas.env:BK_PAAS_MYSQL_HOST",)
    assert sources["BK_JOB_MYSQL_PORT"] == ("04-final/job.env:BK_JOB_EXECUTE_MYSQL_PORT",)


def test_what_a_person_wrote_counts() -> None:
    assert copied(shape(without("es7")), Absent(), Known(True)) == {}


def test_a_package_whose_scripts_do_not_ask_for_one_is_merged_all_the_same() -> None:
    """The value is written and nobody reads it: no step waits for it in the merged file."""
    cluster = shape(without("mysql"))
    readings = dict.fromkeys(server_variable.facts_of(cluster), Absent())
    own = server_variable.with_servers(cluster, readings).release.variables[len(cluster.release.variables) :]
    assert {variable.final for variable in own} == {""}


def test_where_it_could_not_be_read_nothing_is_written() -> None:
    assert copied(shape(without("mysql")), Absent(), Unknown(reason("no-answer"))) == {}
    assert copied(shape(without("mysql")), Unknown(reason("no-answer")), Absent()) == {}


def test_an_upgrade_copies_them_before_the_products_are_installed() -> None:
    world = from_61(servers("mysql db.example", elsewhere=("mysql db.example",)), without("mysql"))()
    copies = {step.action.key for step in planned(world)[0].steps if isinstance(step.action, CopyVariable)}
    assert KINDS["mysql"] <= copies
    assert KINDS["redis"].isdisjoint(copies)


def test_each_product_learns_of_paas_database_by_its_own_file() -> None:
    world = from_61(servers("mysql db.example", elsewhere=("mysql db.example",)), without("mysql"))()
    steps = (step.action for step in planned(world)[0].steps)
    files = {action.file for action in steps if isinstance(action, CopyVariable) and action.key == "BK_PAAS_MYSQL_HOST"}
    assert files == {world.cluster.env(f"03-userdef/{name}.env") for name in ("bkauth", "bkapigw")}


def test_a_finished_cluster_is_left_as_it_is() -> None:
    world = finished(shape(without("mysql")))
    plan, _, _ = planned(world)
    assert [step for step in plan.steps if isinstance(step.action, CopyVariable)] == []
