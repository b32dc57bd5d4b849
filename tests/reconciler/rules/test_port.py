"""A port that nobody listens on: with what serves it, once that runs; else for a person to see."""

from actions.line import AddLine
from actions.nginx import RenderNginx
from actions.unit import EnableUnit, StartUnit
from probes.fact import Absent, AnyFact, AnyReading, Known, fact_id
from probes.kv import KeySet
from probes.path import LineInFile, PathKind
from probes.port import PortListening
from probes.unit import UnitActive, UnitEnabled
from reconciler.core.plan import Plan
from tests.sim.states import decide
from tests.sim.worlds import World, finished, guide_cluster

WHOLE = guide_cluster()
PORT = PortListening(host="10.0.0.1", port=3000)


def planned(*facts: tuple[AnyFact, AnyReading]) -> Plan:
    done = finished(WHOLE)
    return decide(World(cluster=WHOLE, facts={**done.facts, **dict(facts)}, other=done.other))[0]


def test_a_port_that_is_silent_while_its_unit_runs_is_reported() -> None:
    plan = planned((PORT, Absent()))
    assert [blocked.diagnostic.code for blocked in plan.blocked] == ["port-silent"]
    assert plan.steps == ()


def test_a_port_whose_unit_is_stopped_comes_back_with_it() -> None:
    plan = planned((PORT, Absent()), (UnitActive(host="10.0.0.1", unit="bk-grafana.service"), Known("inactive")))
    assert [step.action for step in plan.steps] == [StartUnit(host="10.0.0.1", unit="bk-grafana.service")]
    assert plan.blocked == ()
    assert [fact_id(derived.expected.fact) for derived in plan.derived] == [fact_id(PORT)]


def test_docker_that_does_not_start_at_boot_is_enabled_for_its_containers() -> None:
    (step,) = planned((UnitEnabled(host="10.0.0.2", unit="docker.service"), Known("disabled"))).steps
    assert step.action == EnableUnit(host="10.0.0.2", unit="docker.service")


def test_keys_and_files_of_every_virtual_host_are_rendered_again() -> None:
    openresty = "/usr/local/openresty/nginx/conf/conf.d"
    for lost in (
        KeySet(host="10.0.0.2", key="bkcfg/fqdn/cmdb"),
        PathKind(host="10.0.0.2", path=f"{openresty}/job.conf"),
    ):
        assert [type(step.action) for step in planned((lost, Absent())).steps] == [RenderNginx]


def test_the_line_of_each_project_is_written_again_on_its_host() -> None:
    for host, line in (("10.0.0.1", "iam"), ("10.0.0.2", "monitorv3_transfer"), ("10.0.0.3", "bklog-api")):
        lost = LineInFile(host=host, path="/data/bkce/.installed_module", line=line)
        assert [step.action for step in planned((lost, Absent())).steps] == [
            AddLine(host=host, path="/data/bkce/.installed_module", line=line)
        ]
