"""A run's context on a world of facts, with whatever a test wants otherwise."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from probes.fact import Readings, matches
from reconciler.core.events import Event
from reconciler.core.plan import Plan
from reconciler.engine.lease import Lease, LeaseValidity
from reconciler.engine.reconcile import RunResult, reconcile
from reconciler.engine.run import RunContext
from reconciler.engine.stop import StopRequest
from tests.support.flags import Raise
from tests.support.world import AlwaysRenewed, World, plan, step

CONTROLLER = "10.0.0.1"


async def _confirm(_: Any) -> bool:
    return True


def _ignore(_: Event) -> None:
    """Nobody watches."""


def _nothing_to_do(_: Readings) -> Plan:
    return plan()


def run_context(world: World, **more: Any) -> RunContext:
    given: dict[str, Any] = {
        "run": "run",
        "user": "wang",
        "source": "laptop",
        "transport": world,
        "gather": world.look,
        "controller": CONTROLLER,
        "hosts": (CONTROLLER,),
        "expected": (),
        "make_plan": _nothing_to_do,
        "journal": world,
        "clock": world.clock,
        "emit": _ignore,
        "stop": StopRequest(),
        "confirm": _confirm,
    }
    return RunContext(**{**given, **more})


def held_lease(epoch: int = 1, validity: LeaseValidity | None = None) -> Lease:
    """Renewed all the time, unless the test says otherwise."""
    return Lease(controller=CONTROLLER, run="run", epoch=epoch, validity=validity or AlwaysRenewed())


H, H2 = "10.0.0.1", "10.0.0.2"


def decide_for(actions: Sequence[Raise]) -> Callable[[Readings], Plan]:
    def decide(readings: Readings) -> Plan:
        down = [action for action in actions if matches(action.flag.up(), readings) is False]
        return plan(*(step(action) for action in down))

    return decide


def context_for(world: World, actions: Sequence[Raise], **more: Any) -> RunContext:
    expected = [action.flag.up() for action in actions]
    return run_context(world, **{"hosts": (H, H2), "expected": expected, "make_plan": decide_for(actions), **more})


def applied(context: RunContext) -> RunResult:
    return asyncio.run(reconcile(context))
