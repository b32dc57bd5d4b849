"""Where `apply` and `undo` meet the engine: a run may take hours, and its context has to stay true as long."""

import asyncio
import functools
from pathlib import Path
from typing import Any

from probes.host import ClockNear
from probes.registry import PROBES
from reconciler.commands.assess import plan_inputs
from reconciler.commands.run import run_context
from reconciler.commands.session import ClusterSession
from reconciler.engine.gather import gather_facts
from reconciler.engine.journal import LazyJournal
from reconciler.engine.stop import StopRequest
from tests.sim.worlds import World, slice_cluster, study
from tests.support.world import World as Hosts

CLUSTER = slice_cluster()


async def _yes(_: Any) -> bool:
    return True


def test_a_preflight_check_of_a_later_round_compares_host_clocks_with_the_time_of_that_round() -> None:
    hosts, goal = Hosts(), plan_inputs(CLUSTER)
    journal = LazyJournal("lab", Path("cluster.toml"), "run", hosts.clock)
    gather = functools.partial(gather_facts, hosts, PROBES)
    opened = ClusterSession(transport=hosts, gather=gather, controller=CLUSTER.controller, cluster=CLUSTER)
    context = run_context(opened, journal, goal, confirm=_yes, emit=print, stop=StopRequest())
    plan, _ = study(World(cluster=CLUSTER))

    def references() -> set[int]:
        return {check.fact.reference for check in context.preflight_checks(plan) if isinstance(check.fact, ClockNear)}

    (first,) = references()
    asyncio.run(hosts.clock.sleep(3600))
    assert references() == {first + 3600}
