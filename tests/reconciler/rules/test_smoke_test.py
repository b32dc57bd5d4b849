"""The trial job before and after GSE: what a plan runs, in which order, and of which cluster it asks nothing."""

from dataclasses import replace

import pytest

from actions.agent import AwaitAgentBaseline
from actions.bkcli import InstallModule
from actions.smoke_test import ArchiveSmokeTest, RecordSmokeTest, RunSmokeTest
from actions.unit import RetireUnit
from probes.agent import RECORD as AGENTS_NOTE
from probes.agent import AgentsOnline
from probes.fact import Absent, AnyFact, AnyReading, Known, Unknown
from probes.smoke_test import RECORD, SmokeTestBroken
from probes.task import TaskPending, TaskRecorded
from probes.unit import UnitActive
from reconciler.core.plan import Plan, Step
from reconciler.rules import baseline
from reconciler.rules.smoke_test import smoke_test_baseline
from specs.cluster import Cluster
from specs.reason import CodedReason, reason
from tests.sim.worlds import World, finished, guide_cluster, study

CLUSTER = guide_cluster()
GSE = CLUSTER.release.module("gse")
(LOST,) = [expected.fact for expected in baseline.recovered(smoke_test_baseline(CLUSTER, GSE))]
HOSTS = CLUSTER.inventory.hosts
OLD = tuple(unit.name for unit in GSE.obsolete_units)
FAILED = ("10002", "smoke-test-status", "job=10002", "status=4")


def planned(world: World, *kinds: type) -> list[Step]:
    plan, _ = study(world)
    return [step for step in plan.steps if isinstance(step.action, kinds)]


def ancestors(plan: Plan, step: Step) -> set[str]:
    by_id, found, todo = {one.id: one for one in plan.steps}, set[str](), [step.id]
    while todo:
        for after in by_id[todo.pop()].after:
            if after.step not in found:
                found.add(after.step)
                todo.append(after.step)
    return found


def half_way(lost: AnyReading) -> World:
    """The new GSE runs, the old one is still there, and the notes with it."""
    world = finished(CLUSTER)
    for unit in OLD:
        for host in CLUSTER.hosts(GSE):
            world.facts[UnitActive(host=host, unit=unit)] = Known("active")
    for note in (RECORD, AGENTS_NOTE):
        world.facts[TaskPending(host=CLUSTER.controller, task=note)] = Known(True)
    world.facts[LOST] = lost
    return world


def test_an_upgrade_runs_it_once_while_all_of_61_serves_and_again_before_anything_is_retired() -> None:
    plan, _ = study(World(cluster=CLUSTER))
    (note,) = [step for step in plan.steps if isinstance(step.action, RecordSmokeTest)]
    (again,) = [step for step in plan.steps if isinstance(step.action, RunSmokeTest)]
    (wait,) = [step for step in plan.steps if isinstance(step.action, AwaitAgentBaseline)]
    (install,) = [s for s in plan.steps if isinstance(s.action, InstallModule) and s.action.module == "gse"]
    retired = [step for step in plan.steps if isinstance(step.action, RetireUnit) and step.action.unit in OLD]
    assert note.id in ancestors(plan, install)
    assert {install.id, wait.id} <= ancestors(plan, again)
    assert len(retired) == len(OLD)
    for step in retired:
        assert again.id in ancestors(plan, step)
        assert LOST in [expected.fact for expected in step.requires], "and its trace is read again just before each"
    outages = [number for number, step in enumerate(plan.steps) if step.action.outage]
    assert plan.steps.index(note) < min(outages)
    assert note.because == reason("smoke-test-before", host=CLUSTER.controller)


def test_jobs_own_upgrade_is_none_of_its_needs() -> None:
    """JOB is 6.1's then, as the guide has it."""
    plan, _ = study(World(cluster=CLUSTER))
    (again,) = [step for step in plan.steps if isinstance(step.action, RunSmokeTest)]
    before = [step.action for step in plan.steps if step.id in ancestors(plan, again)]
    assert "job" not in [getattr(action, "module", "") for action in before]


def test_the_note_is_put_aside_when_the_old_one_is_gone() -> None:
    plan, _ = study(World(cluster=CLUSTER))
    (settle,) = [step for step in plan.steps if isinstance(step.action, ArchiveSmokeTest)]
    retired = {s.id for s in plan.steps if isinstance(s.action, RetireUnit) and s.action.unit in OLD}
    assert retired <= ancestors(plan, settle)


def test_it_runs_on_the_controller_unless_gse_reaches_only_others() -> None:
    def with_online(reading: AnyReading) -> str:
        def other(fact: AnyFact, cluster: Cluster) -> AnyReading:
            return reading if isinstance(fact, AgentsOnline) else base.other(fact, cluster)

        base = World(cluster=CLUSTER)
        (note,) = planned(World(cluster=CLUSTER, other=other), RecordSmokeTest)
        assert isinstance(note.action, RecordSmokeTest)
        return note.action.on

    assert with_online(Known(HOSTS)) == CLUSTER.controller
    assert with_online(Known(HOSTS[1:])) == HOSTS[1]
    assert with_online(Known(())) == CLUSTER.controller
    assert with_online(Unknown(reason("esb-status"))) == CLUSTER.controller


def test_an_interrupted_upgrade_whose_job_works_again_just_goes_on() -> None:
    world = half_way(Known(()))
    assert planned(world, RecordSmokeTest, RunSmokeTest, InstallModule) == []
    assert len(planned(world, RetireUnit)) == len(OLD)


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        (FAILED, reason("smoke-test-status", job=10002, status=4)),
        (("-", "smoke-test-not-repeated", "job=10001"), reason("smoke-test-not-repeated", job=10001)),
    ],
    ids=["failed", "not-yet-tried"],
)
def test_one_whose_job_does_not_work_tries_again_and_says_why(lost: tuple[str, ...], why: CodedReason) -> None:
    plan, _ = study(half_way(Known(lost)))
    (again,) = [step for step in plan.steps if isinstance(step.action, RunSmokeTest)]
    assert again.because == why
    assert all(again.id in ancestors(plan, step) for step in plan.steps if isinstance(step.action, RetireUnit))


def test_a_note_nobody_can_read_keeps_the_old_one_and_the_plan_says_why() -> None:
    plan, _ = study(half_way(Unknown(reason("smoke-test-record-invalid", path="/x"))))
    assert [step for step in plan.steps if isinstance(step.action, RetireUnit)] == []
    (blocked,) = plan.blocked
    assert isinstance(blocked.diagnostic.because, CodedReason)
    assert (blocked.expected.fact, blocked.diagnostic.because.code) == (LOST, "smoke-test-record-invalid")


def test_a_finished_cluster_is_not_even_looked_at() -> None:
    facts: list[AnyFact] = []
    world = finished(CLUSTER)

    def other(fact: AnyFact, _: Cluster) -> AnyReading:
        facts.append(fact)
        return Absent()

    plan, _ = study(World(cluster=CLUSTER, facts=world.facts, other=other))
    assert (plan.steps, plan.blocked) == ((), ())
    assert [fact for fact in facts if isinstance(fact, (SmokeTestBroken, TaskRecorded))] == []


def test_where_job_is_left_to_its_owner_no_job_is_run() -> None:
    release = CLUSTER.release.model_copy(update={"excluded": ("job",)})
    world = World(cluster=replace(CLUSTER, release=release))
    assert planned(world, RecordSmokeTest, RunSmokeTest, ArchiveSmokeTest) == []
    assert planned(world, AwaitAgentBaseline) != []
