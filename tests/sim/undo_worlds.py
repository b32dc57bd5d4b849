"""An upgrade of the first modules, whole and stopped half-way: what the tests of undo roll back."""

from dataclasses import replace

from probes.fact import Known
from probes.undo import LaterRuns, UndoItemState
from reconciler.core.plan import Step
from tests.sim.orders import run
from tests.sim.undone import RUN, upgraded
from tests.sim.worlds import World, slice_cluster
from tests.sim.worlds import study as look

SLICE = slice_cluster()


BEFORE = World(cluster=SLICE)


PLAN, _ = look(BEFORE)


def after(steps: list[Step]) -> World:
    """An upgrade that these steps were done of, in this order."""
    return upgraded(BEFORE, run(BEFORE, PLAN, steps), steps)


WHOLE = after(list(PLAN.steps))


def moved(to: str) -> World:
    path = SLICE.install("install.config")
    fact = UndoItemState(host=SLICE.controller, run=RUN, path=path)
    later = LaterRuns(host=SLICE.controller, path=path)
    return replace(WHOLE, facts={**WHOLE.facts, fact: Known(to), later: Known(("r8", "r9"))})
