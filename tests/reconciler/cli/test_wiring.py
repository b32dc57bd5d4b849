"""Where the commands meet the engine: a run may take hours, and what it is handed has to stay true as long."""

import asyncio
from typing import Any

from probes.host import ClockNear
from reconciler.cli.diary import LazyJournal
from reconciler.cli.goal import goal_for
from reconciler.cli.wiring import run_context
from reconciler.engine.stop import StopSignal
from tests.sim.worlds import World, slice_cluster, study
from tests.support.world import World as Hosts

CLUSTER = slice_cluster()


async def _yes(_: Any) -> bool:
    return True


def test_a_gate_asked_again_in_a_later_round_holds_hosts_clocks_against_the_time_it_is_then() -> None:
    hosts, goal = Hosts(), goal_for(CLUSTER)
    diary = LazyJournal("lab", "run", hosts.clock)
    context = run_context(hosts, CLUSTER, diary, goal, confirm=_yes, emit=print, stop=StopSignal())
    plan, _ = study(World(cluster=CLUSTER))

    def told() -> set[int]:
        return {gate.fact.reference for gate in context.preflight_checks(plan) if isinstance(gate.fact, ClockNear)}

    (first,) = told()
    asyncio.run(hosts.clock.sleep(3600))
    assert told() == {first + 3600}
