"""A plan rehearsed on readings: what it reaches, who is cut off when, and what a failure leaves."""

from reconciler.core.estimate import OutageWindow
from reconciler.core.eta import NOTHING_KNOWN
from reconciler.core.rehearsal import Rehearsal, rehearse
from reconciler.core.schedule import LOST_HOST_S, LostHost
from tests.reconciler.view.world import EXPECTED, PLAN, READINGS, RETIRE, START

RETIRE_S, START_S = RETIRE.action.estimate_s, START.action.estimate_s


def _rehearsed(fails: frozenset[str] = frozenset(), lost: LostHost | None = None) -> Rehearsal:
    return rehearse(PLAN, EXPECTED, READINGS, NOTHING_KNOWN, fails=fails, lost=lost)


def test_what_the_plan_does_not_reach_differs_in_the_end() -> None:
    """etcd's place is blocked; the others come right."""
    assert (_rehearsed().differing, _rehearsed().unfinished) == (1, ())


def test_a_product_is_down_while_the_step_runs_that_takes_it_away() -> None:
    assert _rehearsed().outages == (OutageWindow(module="paas", start_s=0.0, end_s=RETIRE_S),)


def test_a_step_that_fails_leaves_what_waits_for_it_and_the_outage_lasts() -> None:
    failed = _rehearsed(frozenset((RETIRE.id,)))
    assert (failed.unfinished, failed.differing) == ((RETIRE, START), 3)
    assert failed.schedule.blocked == (START.id,)


def test_a_host_that_is_lost_fails_its_steps() -> None:
    lost = _rehearsed(lost=LostHost(host="10.0.0.3", at_s=0.0))
    assert lost.schedule.failed == (START.id,)
    assert lost.schedule.total_s == RETIRE_S + LOST_HOST_S


def test_the_time_is_that_of_the_steps_in_their_order() -> None:
    assert _rehearsed().schedule.total_s == RETIRE_S + START_S
    assert _rehearsed().p50_s <= _rehearsed().p90_s
