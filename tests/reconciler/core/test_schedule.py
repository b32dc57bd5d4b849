"""When steps would run: as the executor starts them, and what a failure or a lost host makes of it."""

from hypothesis import given
from hypothesis import strategies as st

from reconciler.core import schedule as schedules
from reconciler.core.schedule import LOST_HOST_S, PARALLEL_STEPS, LostHost, Schedule, Task, schedule, tasks_of
from reconciler.engine import run, timeouts
from tests.reconciler.view.world import PLAN, RETIRE, START


def task(name: str, *after: str, seconds: float = 10, lock: str = "", host: str = "h", outage: str = "") -> Task:
    return Task(id=name, host=host, after=after, locks=(lock or name,), seconds=seconds, outage=outage)


def _starts(planned: Schedule) -> dict[str, float]:
    return {name: span.start_s for name, span in planned.spans.items()}


def test_a_step_begins_when_all_that_it_comes_after_are_done() -> None:
    planned = schedule([task("a"), task("b", seconds=30), task("c", "a", "b"), task("d", "elsewhere")])
    assert _starts(planned) == {"a": 0, "b": 0, "d": 0, "c": 30}
    assert planned.total_s == 40


def test_steps_that_share_a_lock_follow_each_other_and_a_few_run_at_once() -> None:
    assert _starts(schedule([task("a", lock="x"), task("b", lock="x")])) == {"a": 0, "b": 10}
    many = [task(str(number)) for number in range(PARALLEL_STEPS + 1)]
    assert list(_starts(schedule(many)).values()) == [0] * PARALLEL_STEPS + [10]


def test_what_ends_an_outage_has_its_locks_reserved() -> None:
    """The executor has the same rule: an unrelated step would prolong the outage."""
    tasks = [
        task("down", outage="paas", lock="one"), task("slow", seconds=25), task("up", "down", "slow", lock="x"),
        task("other", "down", lock="x"),
    ]  # fmt: skip
    assert _starts(schedule(tasks))["other"] > _starts(schedule(tasks))["up"]


def test_a_failed_step_blocks_what_comes_after_it_and_nothing_else() -> None:
    planned = schedule([task("a"), task("b", "a"), task("c", "b"), task("d")], fails={"a"})
    assert (planned.failed, sorted(planned.blocked), sorted(planned.done)) == (("a",), ["b", "c"], ["d"])


def test_a_lost_host_fails_what_runs_there_and_what_comes_later_once_it_was_waited_for() -> None:
    tasks = [task("early", host="x", seconds=5), task("now", host="x", seconds=20), task("other", seconds=20)]
    planned = schedule(tasks, lost=LostHost(host="x", at_s=10))
    assert (planned.failed, sorted(planned.done)) == (("now",), ["early", "other"])
    assert planned.spans["now"].end_s == 10 + LOST_HOST_S


TASKS = st.lists(
    st.tuples(st.sets(st.integers(0, 11)), st.integers(0, 9), st.sampled_from("xyz"), st.booleans()), max_size=12
)


@given(TASKS, st.sets(st.integers(0, 11)))
def test_every_step_is_done_fails_or_is_blocked_and_no_rule_is_broken(
    made: list[tuple[set[int], int, str, bool]], failing: set[int]
) -> None:
    tasks = [
        task(str(n), *(str(other) for other in after if other < n), seconds=s, lock=lock, outage="o" if out else "")
        for n, (after, s, lock, out) in enumerate(made)
    ]
    planned = schedule(tasks, fails={str(number) for number in failing})
    assert sorted((*planned.done, *planned.failed, *planned.blocked)) == sorted(item.id for item in tasks)
    by_id = {item.id: item for item in tasks}
    for name, span in planned.spans.items():
        assert all(planned.spans[other].end_s <= span.start_s for other in by_id[name].after)
        at_once = [
            other for other, its in planned.spans.items() if its.start_s < span.end_s and span.start_s < its.end_s
        ]
        assert (
            len([other for other in at_once if by_id[other].locks == by_id[name].locks]) <= 1
            or span.end_s == span.start_s
        )


def test_nothing_takes_no_time() -> None:
    assert schedule([]).total_s == 0


def test_a_step_takes_what_is_known_of_it_or_its_estimate() -> None:
    first, second = tasks_of(PLAN.steps, {RETIRE.id: 1.0})
    assert (first.seconds, second.seconds, second.after) == (1.0, START.action.estimate_s, (RETIRE.id,))


def test_the_limits_are_those_of_the_engine() -> None:
    assert schedules.PARALLEL_STEPS == run.PARALLEL_STEPS
    assert schedules.LOST_HOST_S == timeouts.UNREACHABLE_TIMEOUT_S
