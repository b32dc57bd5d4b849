"""What a run took, and what it could have taken, by its journal and its hosts' records."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.makespan import document, lines, records_in
from benchmarks.timeline import LOGINS, Figures, JobTime, at_once, figures, timed_steps
from reconciler.core import events as ev
from reconciler.engine.journal import JournalEntry

BEGIN = 1_800_000_000.0
H1, H2 = "10.0.0.1", "10.0.0.2"


def entry(at_s: float, event: ev.Event) -> JournalEntry:
    return JournalEntry(run="r", at=datetime.fromtimestamp(BEGIN + at_s, UTC).isoformat(), event=event)


def started(step: str, host: str = H1, after: str = "", locks: str = "", attempt: int = 1) -> ev.StepStarted:
    locked = tuple(locks.split())
    return ev.StepStarted(step=step, host=host, job=f"{step}.{attempt}", after=tuple(after.split()), locks=locked)


def done(step: str) -> ev.StepDone:
    return ev.StepDone(step=step, seconds=0.0, exit_status=0)


def ran(begin_s: float, end_s: float) -> JobTime:
    return JobTime(begin_s=BEGIN + begin_s, end_s=BEGIN + end_s)


RUN = (
    entry(2.0, ev.RunStarted(run="r", epoch=1, steps=("a", "b", "c", "d"))),
    entry(3.0, started("a", locks="bkcli")),
    entry(3.5, started("b", H2)),
    entry(5.0, done("a")),
    entry(5.5, started("c", after="a", locks="bkcli")),
    entry(9.0, done("b")),
    entry(9.5, done("c")),
    entry(10.0, started("d", H2, after="b c")),
    entry(12.0, done("d")),
    entry(14.0, ev.RunEnded(verdict="converged", done=4, failed=0, seconds=13.0)),
)
"""Reading begins at 1."""
RECORDS = {
    (H1, "a.1"): ran(3.2, 4.2),
    (H2, "b.1"): ran(3.6, 8.6),
    (H1, "c.1"): ran(6.0, 9.0),
    (H2, "d.1"): ran(10.5, 11.0),
}


def near(value: object) -> object:
    return pytest.approx(value, abs=1e-3)


@pytest.fixture
def measured() -> Figures:
    return figures(RUN, RECORDS)


def test_a_run_is_divided_at_its_first_and_its_last_step(measured: Figures) -> None:
    assert (measured.whole_s, measured.before_s, measured.steps_s, measured.after_s) == near((13, 2, 9, 2))


def test_the_bound_is_the_longest_chain_or_what_shares_a_lock(measured: Figures) -> None:
    assert (measured.chain_s, measured.chain) == (near(5.5), ("b", "d"))
    (bkcli,) = measured.locks
    assert (bkcli.name, bkcli.steps, bkcli.command_s, bkcli.taken_s) == ("bkcli", 2, near(4.0), near(6.5))
    assert (measured.bound_s, measured.ratio, measured.steps_ratio) == near((5.5, 13 / 5.5, 9 / 5.5))
    longer = figures(RUN, {**RECORDS, (H1, "a.1"): ran(3.0, 5.0), (H1, "c.1"): ran(5.5, 9.5)})
    assert longer.bound_s == near(6.5), "a, c and d: longer than what shares bkcli"
    alone = [replace(e, event=replace(e.event, after=())) if isinstance(e.event, ev.StepStarted) else e for e in RUN]
    assert figures(alone, {**RECORDS, (H2, "b.1"): ran(3.6, 4.0)}).bound_s == near(4.0), "bkcli's, one after the other"


def test_a_step_s_time_is_divided_into_phases() -> None:
    a, b, c, d = timed_steps(RUN, RECORDS)
    assert (a.wait_s, a.launch_s, a.command_s, a.verify_s) == near((0.0, 0.2, 1.0, 0.8))
    assert (b.wait_s, c.wait_s, d.wait_s) == near((0.0, 0.5, 0.5))
    assert c.overhead_s == near(1.5)
    assert all(step.overhead_s == near(step.wait_s + step.launch_s + step.verify_s) for step in (a, b, c, d))


def test_the_path_that_decided_the_end_is_followed_back_from_the_last_step(measured: Figures) -> None:
    assert measured.path_steps == 3, "a, c, d: c ended after b"
    assert measured.path == near({"wait": 1.0, "launch": 1.2, "command": 4.5, "verify": 2.3})
    assert sum(measured.path.values()) == near(measured.steps_s)


def test_a_step_waits_for_a_slot_without_being_late() -> None:
    names = [f"s{number}" for number in range(5)]
    starts = [entry(number * 0.01, started(name, after="none")) for number, name in enumerate(names[:4])]
    rest = [entry(4.0, done("s2")), entry(4.25, started("s4", after="none"))]
    ends = [entry(5.0 + number, done(name)) for number, name in enumerate(("s0", "s1", "s3", "s4"))]
    before = entry(-1.0, started("none")), entry(-0.5, done("none"))
    last = timed_steps((*before, *starts, *rest, *ends), {})[-1]
    assert (last.step, last.wait_s) == ("s4", near(0.25)), "four others ran from the moment at which it was ready"


def test_what_runs_at_once_adds_up_to_the_time_between_first_and_last(measured: Figures) -> None:
    assert measured.running == near({0: 0.5, 1: 0.5 + 0.5 + 0.5 + 2.0, 2: 1.5 + 3.5})
    assert sum(measured.running.values()) == near(measured.steps_s) == near(sum(measured.commands.values()))
    assert at_once([], 1.0, 3.0) == {0: 2.0}
    assert at_once([(0.0, 9.0)], 1.0, 3.0) == {1: 2.0}


def test_each_attempt_of_a_step_counts_and_the_rest_is_overhead() -> None:
    run = (
        entry(0.0, started("a")),
        entry(4.0, started("a", attempt=2)),
        entry(9.0, done("a")),
    )
    (step,) = timed_steps(run, {(H1, "a.1"): ran(1.0, 3.0), (H1, "a.2"): ran(5.0, 8.0)})
    assert (step.launch_s, step.command_s, step.verify_s, step.overhead_s) == near((2.0, 5.0, 2.0, 4.0))


def test_one_job_of_several_steps_counts_once() -> None:
    def sharing(name: str, after: str = "") -> ev.StepStarted:
        return replace(started(name, after=after, locks="bkcli"), job="both.1")

    run = (
        entry(0.0, sharing("a")),
        entry(0.0, sharing("b", "a")),
        entry(3.0, done("a")),
        entry(3.0, done("b")),
        entry(4.0, ev.RunEnded(verdict="converged", done=2, failed=0, seconds=5.0)),
    )
    both = figures(run, {(H1, "both.1"): ran(1.0, 3.0)})
    assert (both.chain_s, both.locks[0].command_s) == near((2.0, 2.0))


def test_a_step_without_a_record_is_counted_and_makes_the_bound_lower() -> None:
    without = {job: times for job, times in RECORDS.items() if job[1] != "b.1"}
    assert (figures(RUN, without).without_record, figures(RUN, without).bound_s) == (1, near(4.5))


def test_a_step_planned_again_and_one_that_failed_do_not_disturb_the_others() -> None:
    again = (entry(12.5, started("a")), entry(13.0, done("a")), entry(13.1, started("e")))
    steps = timed_steps((*RUN[:-1], *again), RECORDS)
    assert [step.step for step in steps] == ["a", "b", "c", "d", "a"]


@pytest.mark.parametrize("entries", [RUN[:-1], (RUN[0], RUN[-1])], ids=["no end", "no step"])
def test_a_run_that_has_no_end_or_no_step_has_no_figures(entries: tuple[JournalEntry, ...]) -> None:
    with pytest.raises(ValueError, match="no step that was done, or no end"):
        figures(entries, RECORDS)


def test_commands_that_run_in_a_login_shell_are_known_by_their_kind() -> None:
    assert "bkcli.install" in LOGINS
    assert "unit.start" not in LOGINS


def test_the_record_is_read_from_the_times_of_the_job_s_files(tmp_path: Path) -> None:
    for job, ending in (("a.1", "exit"), ("b.1", "status"), ("c.1", "")):
        directory = tmp_path / "var/lib/bkrec/jobs" / job
        directory.mkdir(parents=True)
        for name, at_s in (("child", 1.25), *(((ending, 3.75),) if ending else ())):
            (directory / name).touch()
            os.utime(directory / name, (BEGIN + at_s, BEGIN + at_s))
    records = records_in({H1: tmp_path})
    assert sorted(records) == [(H1, "a.1"), (H1, "b.1")]
    assert [(time.begin_s - BEGIN, time.end_s - BEGIN) for time in records.values()] == [near((1.25, 3.75))] * 2


def test_the_table_and_the_document_have_the_ratio(measured: Figures) -> None:
    assert "ratio 2.36 (bar: 1.1)" in "\n".join(lines(measured))
    assert document(measured)["ratio"] == near(13 / 5.5)
