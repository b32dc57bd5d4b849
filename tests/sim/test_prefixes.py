"""Somebody followed the guide by hand and stopped: from wherever it was, also the middle of a step, it goes on."""

from random import Random

import pytest

from actions.env import EditEnv, MergeEnv
from actions.task import RunPostUpgradeTask
from reconciler.core.diff import diff
from reconciler.core.plan import Plan
from reconciler.core.verdict import verdict
from reconciler.rules.registry import expected_facts
from tests.sim.guide import after
from tests.sim.history import answered
from tests.sim.proof import WHOLE
from tests.sim.rows import ROWS
from tests.sim.states import Answers, decide
from tests.sim.worlds import World, live

NAMES = ["nothing", *(name for name, _ in ROWS)]
REFUSED = {"7.8.1 install redis_cluster": {"installer-not-repeatable"}}
"""Not made whole: the vendor's installer stops at ports it opened itself (bin/install_redis_cluster.sh:108)."""


def converges(start: World, told: set[str]) -> Plan:
    """What nobody can see whether it was done is asked about first, and said not to be."""
    world = answered(start)
    plan, _ = decide(world)
    assert {blocked.diagnostic.code for blocked in plan.blocked} <= told
    end = live(world, plan)
    assert decide(end)[0].steps == ()
    if not plan.blocked:
        assert verdict(diff(expected_facts(end.cluster), Answers(end))) == "converged"
    return plan


@pytest.mark.parametrize("prefix", range(len(ROWS) + 1), ids=NAMES)
def test_it_goes_on_from_wherever_the_guide_was_left(prefix: int) -> None:
    converges(after(prefix), set())


@pytest.mark.parametrize("prefix", range(1, len(ROWS) + 1, 3), ids=NAMES[1::3])
def test_it_goes_on_from_the_middle_of_a_step(prefix: int) -> None:
    converges(after(prefix, Random(prefix)), REFUSED.get(NAMES[prefix], set()))


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_it_goes_on_from_the_middle_of_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    tries = [(prefix, seed) for prefix in range(1, len(ROWS) + 1) for seed in range(2)]
    plans = [converges(after(prefix, Random(seed)), REFUSED.get(NAMES[prefix], set())) for prefix, seed in tries]
    refused = sum(bool(plan.blocked) for plan in plans)
    with capsys.disabled():
        print(f"\nprefixes {len(ROWS) + 1}, half done {len(tries)}, of them refused {refused}")


def test_a_half_made_redis_cluster_is_told_and_holds_up_only_what_needs_it() -> None:
    number = NAMES.index("7.8.1 install redis_cluster")
    worlds = (answered(after(number, Random(seed))) for seed in range(20))
    plan = next(plan for plan in (decide(world)[0] for world in worlds) if plan.blocked)
    held_up = " ".join(name for blocked in plan.blocked for name in blocked.blocks)
    assert "gse/VERSION" in held_up
    assert "usermgr" not in held_up
    assert {step.module for step in plan.steps} >= {"nginx", "log"}


def test_what_the_guide_leaves_undone_is_named_and_done() -> None:
    """The gateway's virtual host, a GSE process its list omits, services of daemons that are gone, grafana,
    keys that nobody fills, units that began beside the old ones; and the work of which nobody can tell whether it was
    done (tests/sim/test_untraced.py)."""
    plan = converges(after(len(ROWS)), set())
    names = [
        step.id.split("@")[0]
        for step in plan.steps
        if not isinstance(step.action, (RunPostUpgradeTask, EditEnv, MergeEnv))
    ]
    assert names == [
        "backup.mysql",
        "backup.mongodb",
        "bkcli.sync-common",
        "nginx.render",
        "unit.retire-bk-gse-syncdata.service",
        "consul.deregister-gse-api",
        "consul.deregister-gse-config",
        *(f"unit.restart-since-bk-gse-{name}.service" for name in ("cluster", "data", "file", "proc", "task")),
        "unit.start-bk-log-grafana.service",
    ]
    keys = {step.action.key for step in plan.steps if isinstance(step.action, EditEnv)}
    assert keys == {variable.key for variable in WHOLE.release.variables if variable.if_empty}
