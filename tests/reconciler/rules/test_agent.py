"""Agents before and after GSE: what a plan asks of them, and of which cluster it asks nothing."""

import pytest

from actions.agent import ArchiveAgentBaseline, AwaitAgentBaseline, RecordAgentBaseline
from actions.bkcli import InstallModule
from actions.smoke_test import RunSmokeTest
from actions.unit import RetireUnit
from probes.agent import RECORD, AgentsMissing, AgentsOnline
from probes.fact import Absent, AnyFact, AnyReading, Known, Unknown
from probes.task import TaskPending, TaskRecorded
from probes.unit import UnitActive
from reconciler.core.plan import Plan, Step
from reconciler.rules import baseline
from reconciler.rules.agent import agent_baseline
from specs.cluster import Cluster
from specs.reason import CodedReason, reason
from tests.sim.worlds import World, finished, guide_cluster, study

CLUSTER = guide_cluster()
GSE = CLUSTER.release.module("gse")
(LOST,) = [expected.fact for expected in baseline.recovered(agent_baseline(CLUSTER, GSE))]
HOSTS = CLUSTER.inventory.hosts
OLD = tuple(unit.name for unit in GSE.obsolete_units)
OFFLINE = HOSTS[2]


def planned(world: World, *kinds: type) -> list[Step]:
    plan, _ = study(world)
    return [step for step in plan.steps if isinstance(step.action, kinds)]


def reads(world: World, kind: type[AnyFact], reading: AnyReading) -> World:
    def other(fact: AnyFact, cluster: Cluster) -> AnyReading:
        return reading if isinstance(fact, kind) else before(fact, cluster)

    before = world.other
    return World(cluster=world.cluster, facts=world.facts, other=other)


def ancestors(plan: Plan, step: Step) -> set[str]:
    by_id, found, todo = {one.id: one for one in plan.steps}, set[str](), [step.id]
    while todo:
        for after in by_id[todo.pop()].after:
            if after.step not in found:
                found.add(after.step)
                todo.append(after.step)
    return found


def half_way(**facts: AnyReading) -> World:
    """The new GSE runs, the old one is still there, and the note with it."""
    world = finished(CLUSTER)
    for unit in OLD:
        for host in CLUSTER.hosts(GSE):
            world.facts[UnitActive(host=host, unit=unit)] = Known("active")
    world.facts[TaskPending(host=CLUSTER.controller, task=RECORD)] = Known(True)
    world.facts[LOST] = facts.get("lost", Known(()))
    return world


def test_an_upgrade_notes_who_is_online_before_anything_is_installed_over_it() -> None:
    plan, _ = study(World(cluster=CLUSTER))
    (note,) = [step for step in plan.steps if isinstance(step.action, RecordAgentBaseline)]
    (install,) = [s for s in plan.steps if isinstance(s.action, InstallModule) and s.action.module == "gse"]
    assert note.action.command().args[-4:] == ("online", *HOSTS)
    assert note.because == reason("agents-online-now", count=3, of=3)
    assert note.id in ancestors(plan, install)
    outages = [number for number, step in enumerate(plan.steps) if step.action.outage]
    assert plan.steps.index(note) < min(outages), "while all of 6.1 still serves"


@pytest.mark.condition("v5-gse-ports")
def test_nothing_of_the_old_one_is_retired_before_they_are_seen_again() -> None:
    plan, _ = study(World(cluster=CLUSTER))
    (wait,) = [step for step in plan.steps if isinstance(step.action, AwaitAgentBaseline)]
    (install,) = [s for s in plan.steps if isinstance(s.action, InstallModule) and s.action.module == "gse"]
    retired = [step for step in plan.steps if isinstance(step.action, RetireUnit) and step.action.unit in OLD]
    assert len(retired) == len(OLD)
    assert install.id in ancestors(plan, wait)
    for step in retired:
        assert wait.id in ancestors(plan, step)
        assert LOST in [expected.fact for expected in step.requires], "and read again just before each"
    steps = [s for s in plan.steps if s not in retired and LOST in [need.fact for need in s.requires]]
    asking = {type(step.action) for step in steps}
    assert asking == {RunSmokeTest, ArchiveAgentBaseline}, "what comes next, and the end: they are counted again"


def test_the_note_is_put_aside_when_the_old_one_is_gone() -> None:
    plan, _ = study(World(cluster=CLUSTER))
    (settle,) = [step for step in plan.steps if isinstance(step.action, ArchiveAgentBaseline)]
    retired = {s.id for s in plan.steps if isinstance(s.action, RetireUnit) and s.action.unit in OLD}
    assert retired <= ancestors(plan, settle)


@pytest.mark.parametrize(
    ("reading", "code"),
    [
        (Unknown(reason("esb-status", api="gse/get_agent_status", status="502")), "esb-status"),
        (Known(()), "agents-none-online"),
    ],
    ids=["nobody-to-ask", "nobody-online"],
)
def test_where_nobody_is_known_to_be_online_the_plan_says_so(reading: AnyReading, code: str) -> None:
    (note,) = planned(reads(World(cluster=CLUSTER), AgentsOnline, reading), RecordAgentBaseline)
    assert note.because == reason("agents-not-known", reason=code)
    assert note.action.command().args[-2:] == ("not-known", code)


def test_a_finished_cluster_is_not_even_asked() -> None:
    facts: list[AnyFact] = []
    world = finished(CLUSTER)

    def other(fact: AnyFact, cluster: Cluster) -> AnyReading:
        facts.append(fact)
        return Absent()

    plan, _ = study(World(cluster=CLUSTER, facts=world.facts, other=other))
    assert (plan.steps, plan.blocked) == ((), ())
    assert [fact for fact in facts if isinstance(fact, (AgentsOnline, AgentsMissing, TaskRecorded))] == []


def test_a_gse_that_lost_a_unit_demands_nothing_of_agents_where_no_old_one_is_left() -> None:
    world = finished(CLUSTER)
    for host in CLUSTER.hosts(GSE):
        world.facts[UnitActive(host=host, unit="bk-gse-task.service")] = Absent()
    assert planned(world, InstallModule)
    assert planned(world, RecordAgentBaseline, AwaitAgentBaseline, ArchiveAgentBaseline) == []


def test_an_interrupted_upgrade_whose_agents_are_back_just_goes_on() -> None:
    assert planned(half_way(), RecordAgentBaseline, AwaitAgentBaseline, InstallModule) == []
    assert len(planned(half_way(), RetireUnit)) == len(OLD)


def test_one_whose_agents_are_missing_waits_for_them_by_name() -> None:
    world = half_way(lost=Known((OFFLINE,)))
    (wait,) = planned(world, AwaitAgentBaseline)
    assert wait.because == reason("agents-missing-now", hosts=OFFLINE)
    plan, _ = study(world)
    assert all(wait.id in ancestors(plan, step) for step in plan.steps if isinstance(step.action, RetireUnit))


def test_while_nobody_can_be_asked_the_old_one_stays_and_the_plan_says_why() -> None:
    why = reason("esb-no-answer", api="gse/get_agent_status", exit=7)
    plan, _ = study(half_way(lost=Unknown(why)))
    assert [step for step in plan.steps if isinstance(step.action, RetireUnit)] == []
    (blocked,) = plan.blocked
    assert isinstance(blocked.diagnostic.because, CodedReason)
    assert (blocked.expected.fact, blocked.diagnostic.because.code) == (LOST, "esb-no-answer")
