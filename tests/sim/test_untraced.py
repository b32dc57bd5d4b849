"""Work that leaves no trace, on a cluster that somebody has upgraded by hand: asked about, or harmlessly repeated."""

import pytest

from actions.backup import BackupMongodb, BackupMysql
from actions.task import RecordTask, RunPostUpgradeTask
from probes.fact import Absent, AnyReading, Known, Unknown
from probes.task import TaskDone, TaskPending, TaskRecorded
from reconciler.core.plan import Plan
from reconciler.rules.registry import expected_facts
from specs.reason import reason
from tests.sim.worlds import World, finished, guide_cluster, live, study

WHOLE = guide_cluster()
ASKED = {"job-upgrader-before", "job-upgrader-after", "monitor-space-data", "iam-subjects"}
DUTIES = {wish.fact.task: wish.fact for wish in expected_facts(WHOLE) if isinstance(wish.fact, TaskDone)}


def _upgraded_by_hand(**words: AnyReading) -> World:
    """As the probe reads it: no trace of anything, and every product at its version."""
    world = finished(WHOLE)
    for work, fact in DUTIES.items():
        unread = Unknown(reason("task-untraced", task=work, version=fact.version))
        reading = words.get(work.replace("-", "_"), unread if fact.version else Absent())
        noted = TaskRecorded(host=fact.host, task=work, release=fact.release, file=fact.file, version=fact.version)
        world.facts[fact] = reading
        world.facts[noted] = Known(True) if isinstance(reading, Known) else reading
    return world


def _works(plan: Plan) -> set[str]:
    return {step.action.task for step in plan.steps if isinstance(step.action, RunPostUpgradeTask)}


def test_only_what_could_do_harm_is_asked_about_and_the_rest_is_repeated() -> None:
    plan, _ = study(_upgraded_by_hand())
    assert {
        dict(blocked.diagnostic.fields)["task"]
        for blocked in plan.blocked
        if blocked.diagnostic.disposition == "needs-human"
    } == ASKED
    assert _works(plan) == set(DUTIES) - ASKED - {"monitor-iam-actions"}, "which comes after the spaces"
    dumps = (BackupMongodb, BackupMysql)
    assert all(isinstance(step.action, (RunPostUpgradeTask, *dumps)) for step in plan.steps), (
        "no product is upgraded again for it"
    )


def test_what_waits_for_an_answer_is_held_up_by_it_and_says_so() -> None:
    plan, _ = study(_upgraded_by_hand())
    blocked = next(one for one in plan.blocked if one.expected.fact == DUTIES["monitor-space-data"])
    assert blocked.diagnostic.code == "task-untraced"
    assert any("monitor-iam-actions" in held for held in blocked.blocks)


def test_said_to_be_done_nothing_is_left_and_said_not_to_be_it_alone_is_done() -> None:
    done = {work.replace("-", "_"): Known(True) for work in DUTIES}
    plan, _ = study(_upgraded_by_hand(**done))
    assert (plan.steps, plan.blocked) == ((), ())
    plan, _ = study(_upgraded_by_hand(**{**done, "job_upgrader_after": Known(False)}))
    assert [step.action.task for step in plan.steps if isinstance(step.action, RunPostUpgradeTask)] == [
        "job-upgrader-after"
    ]
    assert [type(step.action) for step in plan.steps] == [BackupMysql, BackupMongodb, RunPostUpgradeTask]


def test_on_a_6_1_nobody_is_asked_each_is_noted_before_its_upgrade_and_done_after_it() -> None:
    world = World(cluster=WHOLE)
    plan, _ = study(world)
    assert not any(blocked.diagnostic.disposition == "needs-human" for blocked in plan.blocked)
    noted = {step.action.task: at for at, step in enumerate(plan.steps) if isinstance(step.action, RecordTask)}
    done = {step.action.task: at for at, step in enumerate(plan.steps) if isinstance(step.action, RunPostUpgradeTask)}
    assert noted.keys() == DUTIES.keys() - {"iam-subjects"}, "which is done before the upgrade, and noted with that"
    assert done.keys() == DUTIES.keys()
    assert all(noted[work] < done[work] for work in noted)
    again, _ = study(live(world, plan))
    assert again.steps == ()


@pytest.mark.parametrize("work", sorted(set(DUTIES) - ASKED))
def test_whatever_nobody_is_asked_about_may_be_repeated(work: str) -> None:
    plan, _ = study(World(cluster=WHOLE))
    (action,) = [s.action for s in plan.steps if isinstance(s.action, RunPostUpgradeTask) and s.action.task == work]
    assert action.idempotent


def test_a_note_on_a_host_that_was_once_the_modules_first_forbids_it_here() -> None:
    """JOB's hosts have changed since an upgrade was begun: what became of it there, a person has to say."""
    world = World(cluster=WHOLE)
    here = DUTIES["job-upgrader-after"].host
    elsewhere = next(host for host in WHOLE.inventory.hosts if host != here)
    world.facts[TaskPending(host=elsewhere, task="job-upgrader-after")] = Known(True)
    plan, _ = study(world)
    assert "job-upgrader-after" not in _works(plan)
    diagnostics = [
        blocked.diagnostic for blocked in plan.blocked if blocked.diagnostic.code == "task-recorded-elsewhere"
    ]
    assert [(diagnostic.where, dict(diagnostic.fields)["host"]) for diagnostic in diagnostics] == [(elsewhere, here)]
