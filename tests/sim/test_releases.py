"""Start from any release: each converges, and what is right already is left alone."""

import pytest

from actions.bkcli import ModuleCall
from actions.nginx import RenderNginx
from actions.program import CopyProgram
from actions.saas import DeploySaas
from actions.task import RunPostUpgradeTask
from actions.version import SetVersion
from reconciler.core.diff import diff
from reconciler.core.plan import Plan
from reconciler.core.verdict import verdict
from reconciler.rules.registry import expected_facts
from tests.sim.history import HISTORY, Before, answered, world
from tests.sim.states import Answers, decide
from tests.sim.worlds import live

RECENT = tuple(before for before in HISTORY if not before.old)


def names(plan: Plan) -> list[str]:
    return [step.id.split("@")[0] for step in plan.steps]


@pytest.mark.parametrize("before", HISTORY, ids=lambda before: before.name)
def test_every_earlier_release_converges_and_then_there_is_nothing_to_do(before: Before) -> None:
    start = answered(world(before))
    plan, _ = decide(start)
    assert plan.steps
    assert plan.blocked == ()
    end = live(start, plan)
    assert verdict(diff(expected_facts(end.cluster), Answers(end))) == "converged"
    assert decide(end)[0].steps == ()


@pytest.mark.parametrize("before", RECENT, ids=lambda before: before.name)
def test_a_cluster_on_6_2_gets_no_step_for_a_module_that_is_right_already(before: Before) -> None:
    """What belongs to no module is the package, the scripts and their distribution, and the version table. Besides,
    SaaS are deployed, of whose numbers in 6.2.0 nothing is known; work without a trace is repeated where that is
    harmless; what equals a file of the scripts (yq, nginx's templates) follows them; a row is set to what is there."""
    plan, _ = decide(world(before))
    shared = (DeploySaas, RunPostUpgradeTask, RenderNginx, CopyProgram, SetVersion)
    theirs = [step for step in plan.steps if not isinstance(step.action, shared)]
    beside = {"apisix"} if "apigw" in before.versions else set[str]()  # it runs from the gateway's directory
    assert {step.module for step in theirs} == {*before.versions, *beside, ""}
    assert {blocked.diagnostic.code for blocked in plan.blocked} == {"task-untraced"}
    kinds = {getattr(step.action, "kind", "") for step in plan.steps if not step.module}
    assert kinds <= {
        "backup.mysql",
        "backup.mongodb",
        "backup.install",
        "bkcli.bkenv",
        "bkcli.sync-common",
        "directory.copy",
        "env.add",
        "env.generate",  # of a variable that the later scripts may ask for
        "package.unpack",
        "package.products",
        "package.scripts",
        "package.swap",
        "version.rows",
    }


@pytest.mark.parametrize("before", RECENT, ids=lambda before: before.name)
def test_the_scripts_of_an_earlier_6_2_are_replaced_before_they_install_anything(before: Before) -> None:
    """6.2.0's scripts have every file by which 6.2 is told from 6.1, and other defaults (ce/bin/default/gse.env)."""
    plan, _ = decide(world(before))
    done = names(plan)
    calls = [number for number, step in enumerate(plan.steps) if isinstance(step.action, ModuleCall)]
    assert done.index("package.scripts") < done.index("package.swap") < min(calls)
