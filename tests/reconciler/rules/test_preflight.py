"""Gates: asked of just what a plan is going to do, and of nothing on a cluster that is finished."""

from dataclasses import replace

import pytest

from actions.task import MIGRATION, PYTHON
from probes.container import DockerFault
from probes.fact import Absent, AnyFact, AnyReading, Known, Unknown
from probes.host import ClockNear, DiskRoomFor, ForeignWork
from probes.path import PathKind, VersionText
from probes.port import PortOwner
from probes.python import ScriptDefects
from probes.room import BackupRoom
from probes.system import MountPoint
from probes.unit import UnitActive
from reconciler.rules.preflight import hosts_required, preflight_checks
from reconciler.rules.task import SCRIPT
from specs.cluster import Cluster
from specs.reason import reason
from tests.sim.worlds import World, finished, fresh, guide_cluster, pristine, slice_cluster, study

CLUSTER = slice_cluster()


def facts(world: World) -> list[AnyFact]:
    plan, _ = study(world)
    return [gate.fact for gate in preflight_checks(CLUSTER, 1_700_000_000, plan)]


def test_a_finished_cluster_is_asked_nothing() -> None:
    assert facts(finished(CLUSTER)) == []


def test_a_pristine_one_is_asked_for_room_ports_docker_clock_and_solitude() -> None:
    asked = facts(World(cluster=CLUSTER))
    assert {type(fact) for fact in asked} >= {DiskRoomFor, PortOwner, DockerFault, ClockNear, ForeignWork}
    ports = [(fact.host, fact.port) for fact in asked if isinstance(fact, PortOwner)]
    assert ports == [("10.0.0.3", port) for port in (5009, 6380, 6381, 6382)]
    assert [fact.host for fact in asked if isinstance(fact, DockerFault)] == ["10.0.0.2"]


@pytest.mark.condition("v18-mounts")
def test_before_the_products_are_swapped_in_their_place_is_no_mount_point() -> None:
    """The step itself refuses it too (`actions/package.py`), hours later."""
    plan, _ = study(World(cluster=CLUSTER))
    checks = [check for check in preflight_checks(CLUSTER, 0, plan) if isinstance(check.fact, MountPoint)]
    assert [(check.fact, check.reading) for check in checks] == [
        (MountPoint(host=CLUSTER.controller, path="/data/src"), Known(value=False))
    ]


@pytest.mark.condition("v10-room")
def test_each_backup_is_asked_for_the_room_that_what_it_holds_takes() -> None:
    world = World(cluster=slice_cluster("iam"))
    plan, _ = study(world)
    kinds = [str(getattr(step.action, "kind", "")) for step in plan.steps]
    backed_up = {kind.removeprefix("backup.") for kind in kinds if kind.startswith("backup.")}
    facts = [gate.fact for gate in preflight_checks(world.cluster, 1_700_000_000, plan)]
    assert {fact.what for fact in facts if isinstance(fact, BackupRoom)} == backed_up - {"cmdb"}
    assert backed_up >= {"mysql", "mongodb", "install"}
    roomy = {fact.path for fact in facts if isinstance(fact, DiskRoomFor)}
    assert roomy == {world.cluster.paths.work, world.cluster.paths.src}


@pytest.mark.condition("v18-links-elsewhere")
def test_where_the_scripts_lie_behind_a_link_every_host_has_to_have_what_it_leads_to() -> None:
    """The vendor's pcmd.sh:8 follows it, and the installers would fail with the old products retired."""

    def asked(cluster: Cluster) -> dict[str, str]:
        plan, _ = study(World(cluster=cluster))
        checks = preflight_checks(cluster, 0, plan)
        return {
            check.fact.host: check.fact.path
            for check in checks
            if isinstance(check.fact, PathKind) and check.reading == Known("file")
        }

    assert asked(CLUSTER) == asked(replace(CLUSTER, scripts=CLUSTER.paths.install)) == {}
    linked = asked(replace(CLUSTER, scripts="/data2/install"))
    assert linked == dict.fromkeys(CLUSTER.inventory.hosts, "/data2/install/load_env.sh")


def test_one_stopped_unit_asks_for_no_package_room_and_no_ports() -> None:
    world = finished(CLUSTER)
    stopped = next(fact for fact in world.facts if getattr(fact, "unit", "") == "bk-auth.service")
    world.facts[stopped] = Known("inactive")
    assert not {type(fact) for fact in facts(world)} & {DiskRoomFor, PortOwner, DockerFault}


def test_an_upgrade_concerns_every_host_and_a_repair_only_those_it_works_on() -> None:
    plan, _ = study(World(cluster=CLUSTER))
    assert hosts_required(CLUSTER, plan) == CLUSTER.inventory.hosts
    world = finished(CLUSTER)
    for unit in ("bk-auth.service", "bk-filebeat@java.service"):
        for fact in [fact for fact in world.facts if getattr(fact, "unit", "") == unit]:
            world.facts[fact] = Known("inactive")
    repair, _ = study(world)
    assert repair.steps
    assert hosts_required(CLUSTER, repair) == ()


def test_an_upgrade_of_which_only_the_controller_answers_still_concerns_all() -> None:
    """The plan shrinks to what can be seen: that it begins a change must not shrink with it."""
    world = World(cluster=CLUSTER, other=_one_host_answers)
    plan, _ = study(world)
    assert {step.action.host for step in plan.steps} == {CLUSTER.controller}
    assert hosts_required(CLUSTER, plan) == CLUSTER.inventory.hosts


def _one_host_answers(fact: AnyFact, cluster: Cluster) -> AnyReading:
    return pristine(fact, cluster) if fact.host == cluster.controller else _silent(fact)


def _silent(fact: AnyFact) -> AnyReading:
    return Unknown(reason("host-unreachable", host=fact.host, error="gone"))


def test_one_product_installed_again_concerns_its_hosts_and_the_databases() -> None:
    whole = guide_cluster()
    world = finished(whole)
    gone = VersionText(host="10.0.0.1", path=whole.home("usermgr/VERSION"))
    assert gone in world.facts
    world.facts[gone] = Absent()
    plan, _ = study(world)
    assert [step.id.split("@")[0] for step in plan.steps if step.action.irreversible] == ["bkcli.install-usermgr"]
    assert {"10.0.0.1", "10.0.0.3", "10.0.0.2"} == {*hosts_required(whole, plan)}


def test_a_half_installed_redis_cluster_is_told_and_never_installed_over() -> None:
    """The vendor's installer takes its own listening ports for an error, and joins only empty instances."""
    world = World(cluster=CLUSTER)
    world.facts[UnitActive(host="10.0.0.3", unit="redis-cluster-6380.service")] = Known("active")
    plan, _ = study(world)
    assert not [step for step in plan.steps if "redis-cluster" in step.id and step.id.startswith("bkcli.install")]
    assert "installer-not-repeatable" in {blocked.diagnostic.code for blocked in plan.blocked}
    assert [fact.port for fact in facts(world) if isinstance(fact, PortOwner)] == [5009]


def test_before_iam_is_upgraded_the_script_that_a_person_has_to_bring_is_there() -> None:
    """It is in no package; without it the run would stop with IAM's groups in tables that nobody reads any more."""
    cluster = slice_cluster("iam")
    readings = {gate.fact: gate for gate in preflight_checks(cluster, 1_700_000_000, study(World(cluster=cluster))[0])}
    script = ScriptDefects(host=cluster.controller, path=SCRIPT, python=PYTHON, sentences=MIGRATION)
    assert readings[script].reading == Known(())
    assert not any(isinstance(fact, ScriptDefects) for fact in facts(World(cluster=CLUSTER)))


@pytest.mark.parametrize("host", guide_cluster().inventory.hosts)
def test_a_finished_cluster_with_a_dead_host_is_repaired_and_no_change_of_release(host: str) -> None:
    whole = guide_cluster()
    world = finished(whole)
    for fact, reading in tuple(world.facts.items()):
        if isinstance(fact, UnitActive) and reading == Known("active"):
            world.facts[fact] = Known("inactive")
    silent = World(
        cluster=whole,
        facts={fact: reading for fact, reading in world.facts.items() if fact.host != host},
        other=lambda fact, cluster: _silent(fact) if fact.host == host else fresh(fact, cluster),
    )
    plan, _ = study(silent)
    assert plan.steps
    assert host not in {step.action.host for step in plan.steps}
    assert hosts_required(whole, plan) == ()
