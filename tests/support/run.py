"""A run's context on a world of facts, with whatever a test wants otherwise."""

from typing import Any

from probes.fact import Readings
from reconciler.core.events import Event
from reconciler.core.plan import Plan
from reconciler.engine.lease import Lease, LeaseValidity
from reconciler.engine.run import RunContext
from reconciler.engine.stop import StopSignal
from tests.support.world import Kept, World, plan

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
        "decide": _nothing_to_do,
        "journal": world,
        "clock": world.clock,
        "emit": _ignore,
        "stop": StopSignal(),
        "confirm": _confirm,
    }
    return RunContext(**{**given, **more})


def held_lease(epoch: int = 1, validity: LeaseValidity | None = None) -> Lease:
    """Renewed all the time, unless the test says otherwise."""
    return Lease(controller=CONTROLLER, run="run", epoch=epoch, validity=validity or Kept())
