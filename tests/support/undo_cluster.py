"""A cluster of facts right after an upgrade, whose jobs put back what that upgrade saved: for tests of undo."""

from dataclasses import replace

from reconciler.core.plan import Plan, Step
from tests.sim import worlds
from tests.sim.undo_worlds import BEFORE, WHOLE
from tests.sim.undone import put_back, study
from tests.support.cluster_world import ClusterWorld


def upgraded() -> ClusterWorld:
    world = ClusterWorld(cluster=replace(WHOLE, facts=dict(WHOLE.facts)), plan=_plan, after=_restored)
    world.pass_preflight()
    return world


def _plan(cluster: worlds.World) -> Plan:
    return study(cluster).plan


def _restored(cluster: worlds.World, step: Step, _: Plan) -> worlds.World:
    return put_back(BEFORE, cluster, [step])
