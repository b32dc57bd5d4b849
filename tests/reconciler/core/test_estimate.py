"""What a plan costs: how long, and who is cut off for how long."""

from reconciler.core.estimate import Outage, OutageWindow, estimate
from reconciler.core.eta import NOTHING_KNOWN, Durations
from reconciler.core.schedule import PARALLEL_STEPS
from tests.reconciler.view.world import PLAN, RETIRE, START
from tests.support.timed_steps import CHAIN, timed
from tests.support.world import plan


def test_steps_that_come_after_each_other_add_up() -> None:
    estimated = estimate(PLAN.steps, NOTHING_KNOWN)
    assert estimated.total_s == RETIRE.action.estimate_s + START.action.estimate_s
    assert estimated.schedule.spans[START.id].start_s == RETIRE.action.estimate_s


def test_no_more_steps_run_at_once_than_the_executor_starts() -> None:
    many = plan(*(timed(str(number)) for number in range(PARALLEL_STEPS + 1)))
    assert estimate(many.steps, NOTHING_KNOWN).total_s == 120.0


def test_what_is_known_of_the_cluster_counts_for_each_step_and_the_moments_between_them_too() -> None:
    known = Durations(seconds={RETIRE.id: (60.0,), START.id: (30.0,)}, moment_s=1.0, runs=1)
    estimated = estimate(PLAN.steps, known)
    assert (dict(estimated.seconds), estimated.total_s) == ({RETIRE.id: 61.0, START.id: 31.0}, 92.0)


def test_an_outage_is_that_of_its_product() -> None:
    due_s = RETIRE.action.estimate_s
    assert estimate(PLAN.steps, NOTHING_KNOWN).outages == (Outage(module="paas", seconds=due_s, first=1, last=1),)


def test_a_product_is_down_from_the_step_that_retires_it_until_its_successor_is_installed() -> None:
    """Also while the two wait for something else."""
    slow = plan(*(timed("load", lasts_s=200.0) if step.id == "load" else step for step in CHAIN.steps))
    estimated = estimate(slow.steps, NOTHING_KNOWN)
    assert estimated.windows == (OutageWindow(module="paas", start_s=60.0, end_s=560.0),)
    assert [(outage.seconds, outage.first, outage.last) for outage in estimated.outages] == [(500.0, 2, 4)]


def test_between_two_outages_that_have_nothing_to_do_with_each_other_a_product_is_up() -> None:
    apart = plan(
        timed("one", product="paas", shares=("x",)),
        timed("wait", shares=("x",)),
        timed("other", product="paas", lasts_s=10.0, shares=("x",)),
    )
    estimated = estimate(apart.steps, NOTHING_KNOWN)
    assert [(window.start_s, window.end_s) for window in estimated.windows] == [(0.0, 60.0), (120.0, 130.0)]
    assert estimated.outages == (Outage(module="paas", seconds=70.0, first=1, last=3),)


def test_two_hosts_of_a_product_at_once_are_one_outage() -> None:
    both = plan(timed("one", product="paas"), timed("other", product="paas", lasts_s=40.0))
    assert estimate(both.steps, NOTHING_KNOWN).outages == (Outage(module="paas", seconds=60.0, first=1, last=2),)
