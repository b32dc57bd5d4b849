"""What a cluster is between two parts, by what is left of the plan of a pristine 6.1."""

import pytest

from reconciler.core.interim_state import interim_state
from reconciler.core.plan import Selection, Step
from reconciler.core.selection import select
from tests.sim import worlds

CLUSTER = worlds.slice_cluster()
PLAN = worlds.study(worlds.World(cluster=CLUSTER))[0]
NEW = ("auth",)


def after(until: str) -> tuple[Step, ...]:
    return tuple(item.step for item in select(PLAN, Selection(until=(until,))).remaining if item.step is not None)


def retired() -> tuple[Step, ...]:
    """The old PaaS is stopped, the new one is not installed."""
    number = next(n for n, step in enumerate(PLAN.steps) if step.id.startswith("bkcli.install-paas"))
    return PLAN.steps[number:]


@pytest.mark.parametrize(
    ("steps", "state", "upgraded", "pending", "down"),
    [
        pytest.param(PLAN.steps, "before", (), ("paas", "auth"), (), id="nothing done"),
        pytest.param(after("6.5"), "before", (), ("paas", "auth"), (), id="prepared"),
        pytest.param(retired(), "down", (), ("paas", "auth"), ("paas",), id="in the middle of an outage"),
        pytest.param(after("7.1"), "mixed", ("paas",), ("auth",), (), id="a new product is not installed"),
        pytest.param(after("7.3"), "complete", ("paas", "auth"), (), (), id="the rest changes no product"),
        pytest.param((), "complete", ("paas", "auth"), (), (), id="nothing left"),
    ],
)
def test_the_steps_that_are_left_say_what_the_cluster_is(
    steps: tuple[Step, ...], state: str, upgraded: tuple[str, ...], pending: tuple[str, ...], down: tuple[str, ...]
) -> None:
    found = interim_state(("paas", "auth"), steps, new=NEW)
    assert (found.state, found.upgraded, found.pending, found.down) == (state, upgraded, pending, down)


def test_a_product_of_which_something_is_blocked_is_not_called_upgraded() -> None:
    """No step is left because none could be planned."""
    found = interim_state(("paas", "auth"), (), blocked=("paas",), new=NEW)
    assert (found.state, found.upgraded, found.unclear) == ("unclear", ("auth",), ("paas",))
