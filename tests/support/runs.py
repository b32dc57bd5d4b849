"""A run of the engine on a world of facts: its context, its plan, and carrying it out."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from probes.fact import Readings, matches
from reconciler.core.plan import Plan
from reconciler.engine.reconcile import RunContext, RunResult, reconcile
from reconciler.engine.stop import StopSignal
from tests.support.flags import Raise
from tests.support.world import World, plan, step

H, H2 = "10.0.0.1", "10.0.0.2"


def decide_for(actions: Sequence[Raise]) -> Callable[[Readings], Plan]:
    def decide(readings: Readings) -> Plan:
        down = [action for action in actions if matches(action.flag.up(), readings) is False]
        return plan(*(step(action) for action in down))

    return decide


async def yes(_: Any) -> bool:
    return True


def undertaking(world: World, actions: Sequence[Raise], **more: Any) -> RunContext:
    given: dict[str, Any] = {"confirm": yes, "stop": StopSignal(), "decide": decide_for(actions), **more}
    return RunContext(
        run="run",
        user="wang",
        source="laptop",
        transport=world,
        gather=world.look,
        controller=H,
        hosts=(H, H2),
        expected=[action.flag.up() for action in actions],
        journal=world,
        clock=world.clock,
        emit=lambda event: None,
        **given,
    )


def applied(context: RunContext) -> RunResult:
    return asyncio.run(reconcile(context))
