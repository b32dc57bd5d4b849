"""Every shape of cluster: planned, done in any allowed order, and then there is nothing left to do."""

from random import Random

import pytest

from actions.action import Action
from probes.fact import fact_id
from reconciler.core.diff import diff
from reconciler.core.placement import build_cluster, propose_placement
from reconciler.core.verdict import verdict
from reconciler.rules.registry import expected_facts
from specs import parse
from specs.cluster import Cluster
from specs.diagnostic import LayoutError
from tests.sim.board import Board
from tests.sim.proof import shuffled
from tests.sim.shapes import ELSEWHERE, FIVE, HEAD, MESSY, RELEASE, SHAPES, shape
from tests.sim.states import Answers, decide
from tests.sim.worlds import CONFIG, World, live

ONE = "10.0.0.1 iam,ssm,usermgr,gse,cmdb,job,paas,appo,nginx,nodeman(nodeman),mysql,mongodb,zk(config)\n"
DEFAULTS = ("/data/install", "/data/bkce", "/data/src", "/data/tmp", "/data/dbbak")


@pytest.fixture(scope="module", params=[*SHAPES, "elsewhere"])
def cluster(request: pytest.FixtureRequest) -> Cluster:
    return shape(SHAPES.get(request.param, CONFIG), ELSEWHERE if request.param == "elsewhere" else "")


def test_any_order_converges_and_the_next_plan_is_empty(cluster: Cluster) -> None:
    world = World(cluster=cluster)
    plan, readings = decide(world)
    assert plan.blocked == ()
    board = Board(plan, expected_facts(cluster), readings)
    assert board.run(board.start, shuffled(plan, Random(cluster.name))) & board.goal == board.goal
    end = live(world, plan)
    assert verdict(diff(expected_facts(cluster), Answers(end))) == "converged"
    assert decide(end)[0].steps == ()


def test_no_step_is_in_vain(cluster: Cluster) -> None:
    plan, readings = decide(World(cluster=cluster))
    assert Board(plan, expected_facts(cluster), readings).needless() == []


def test_each_host_of_a_module_gets_it_and_old_units_go_from_each() -> None:
    """Thirty hosts, several for a module."""
    many = shape(SHAPES["thirty"])
    assert len(many.inventory.hosts) == 30
    told = {fact_id(expected.fact) for expected in expected_facts(many)}
    for name, file in (("gse", "gse/VERSION"), ("cmdb", "cmdb/VERSION"), ("usermgr", "usermgr/VERSION")):
        hosts = many.hosts(RELEASE.module(name))
        assert len(hosts) > 1
        assert {f"path.version {many.home(file)} @{host}" for host in hosts} <= told
    plan, _ = decide(World(cluster=many))
    retired = [step.action.host for step in plan.steps if step.id.startswith("unit.retire-bk-usermgr")]
    assert sorted(retired) == sorted(many.hosts(RELEASE.module("usermgr")))
    assert len([step for step in plan.steps if step.id.startswith("bkcli.install-gse")]) == 1


def test_other_paths_are_used_throughout() -> None:
    """Nothing of the vendor's defaults is left in a fact, or in what a step sends to its host."""
    cluster = shape(CONFIG, ELSEWHERE)
    plan, _ = decide(World(cluster=cluster))
    said = [fact_id(expected.fact) for expected in expected_facts(cluster)] + [
        word for step in plan.steps for word in words(step.action)
    ]
    left = [text for text in said for path in DEFAULTS if f"{path}/" in f"{text}/"]
    assert left == []


def words(action: Action) -> tuple[str, ...]:
    command = action.command()
    return (*command.args, command.stdin)


def test_what_the_vendors_parser_lets_through_is_read_as_it_reads_it() -> None:
    messy, plain = shape(MESSY), shape(CONFIG)
    assert messy.inventory.hosts == plain.inventory.hosts
    assert {name: set(hosts) for name, hosts in messy.inventory.groups} == {
        name: set(hosts) for name, hosts in plain.inventory.groups
    }
    assert {fact_id(expected.fact) for expected in expected_facts(messy)} == {
        fact_id(wish.fact) for wish in expected_facts(plain)
    }


def test_one_host_is_refused_with_the_smallest_layout_that_works() -> None:
    file = parse.cluster_file(HEAD, "cluster.toml")
    for refused in (lambda: build_cluster(file, RELEASE, ONE), lambda: propose_placement(RELEASE, ONE, "10.0.0.1")):
        with pytest.raises(LayoutError) as caught:
            refused()
        (diagnostic,) = caught.value.diagnostics
        assert diagnostic.code == "one-host"
        assert dict(diagnostic.fields)["layout"] == "NEW-HOST consul,apigw,etcd"


def test_that_smallest_layout_does_work() -> None:
    cluster = shape(f"{ONE}10.0.0.2 consul,apigw,etcd\n")
    world = World(cluster=cluster)
    plan, _ = decide(world)
    assert plan.blocked == ()
    assert decide(live(world, plan))[0].steps == ()


def test_the_gateway_goes_where_its_certificates_are() -> None:
    """The controller has openresty: then the gateway's host gets etcd too, whose hosts have the certificates."""
    busy = CONFIG.replace("10.0.0.1 iam", "10.0.0.1 nginx,iam").replace("10.0.0.2 nginx", "10.0.0.2 es8")
    third = busy.replace("appt,", "").replace("nodeman(nodeman),", "") + "10.0.0.4 nodeman(nodeman),appt\n"
    places = propose_placement(RELEASE, third, "10.0.0.1")
    assert places["apigw"] == places["etcd"] == ("10.0.0.3",)


def test_a_gateway_away_from_its_certificates_is_refused() -> None:
    text = f'{HEAD}[placement]\napigw = ["10.0.0.4"]\netcd = ["10.0.0.3"]\n'
    config = FIVE.replace("10.0.0.4 ", "10.0.0.4 consul,")
    with pytest.raises(Exception, match="placement-separate-hosts"):
        build_cluster(parse.cluster_file(text, "cluster.toml"), RELEASE, config)
    rest = 'auth = ["10.0.0.2"]\nredis_cluster = ["10.0.0.2"]\niam_search_engine = ["10.0.0.1"]\n'
    ok = text.replace('etcd = ["10.0.0.3"]', 'etcd = ["10.0.0.4"]') + rest
    assert build_cluster(parse.cluster_file(ok, "cluster.toml"), RELEASE, config).inventory.on("apigw") == ("10.0.0.4",)
