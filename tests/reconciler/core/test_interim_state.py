"""What a cluster is between two parts, by what is left of the plan of a pristine 6.1."""

import pytest

from probes.container import DockerDataRoot, VendorDataRoot
from probes.fact import AnyFact, AnyReading, Known
from probes.mysql import ProductVersion
from probes.unit import UnitEnabled
from reconciler.core.interim_state import hosts_not_to_reboot, interim_state
from reconciler.core.plan import Selection, Step
from reconciler.core.selection import select
from specs.reason import Reason, reason
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


HOST = "10.0.0.2"
ROOT = DockerDataRoot(host=HOST)
LATENT: dict[AnyFact, Reason] = {
    ROOT: reason("latent-docker-root"),
    UnitEnabled(host="10.0.0.3", unit="x"): reason("latent-not-at-boot"),
}


def test_a_host_that_would_lose_something_at_its_next_boot_is_named() -> None:
    assert hosts_not_to_reboot(LATENT, PLAN.steps) == (HOST, "10.0.0.3")
    row = ProductVersion(host="10.0.0.1", login_path="mysql-default", code="bk_paas")
    assert hosts_not_to_reboot({row: reason("latent-version-row")}, PLAN.steps) == ()


def test_what_is_repaired_first_is_not_lost() -> None:
    repaired = plan_of(ROOT, Known("differs"))
    assert hosts_not_to_reboot({ROOT: reason("latent-docker-root")}, (), repaired) == ()
    assert hosts_not_to_reboot({ROOT: reason("latent-docker-root")}, repaired) == (HOST,)


def test_what_the_installers_are_going_to_break_is_lost_until_it_is_repaired() -> None:
    """Something else is where they point, so daemon.json is set right after the last of them."""
    steps = plan_of(VendorDataRoot(host=HOST, path="/data/bkce/public/docker"), Known("other"))
    number = next(n for n, step in enumerate(steps) if step.id.startswith("container.set-data-root"))
    assert hosts_not_to_reboot({}, steps[number:], steps[:number]) == (HOST,)
    assert hosts_not_to_reboot({}, steps[number + 1 :], steps[: number + 1]) == ()
    assert hosts_not_to_reboot({}, PLAN.steps[number:], PLAN.steps[:number]) == ()


def plan_of(fact: AnyFact, reading: AnyReading) -> tuple[Step, ...]:
    world = worlds.World(cluster=CLUSTER)
    world.facts[fact] = reading
    return worlds.study(world)[0].steps
