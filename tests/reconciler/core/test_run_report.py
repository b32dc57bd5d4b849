"""A run's report, from its journal's records alone."""

from dataclasses import replace

from reconciler.core import events as ev
from reconciler.core.run_report import FactCounts, RunReport, StepOutcome, run_report
from specs.diagnostic import diagnose

STUCK = diagnose("usage", message="stuck", help="x")
APPROVAL = ev.ApprovalGiven(approval="cmdb-topology", user="li", source="ops")


def _report(*events: ev.Event) -> RunReport:
    return run_report("r1", ((f"2026-01-01T02:00:{second:02}", event) for second, event in enumerate(events)))


def _started(step: str, *restore: str) -> ev.StepStarted:
    return ev.StepStarted(
        step=step, host="h", job="j", module="m", section="7.1", changes=("f: a -> b",), restore=restore
    )


START = ev.RunStarted(run="r1", epoch=1, steps=("a", "b", "c"), user="wang", source="ops")


def test_who_when_what_and_what_was_approved_by_whom() -> None:
    report = _report(
        START,
        APPROVAL,
        _started("b"),
        ev.StepDone(step="b", seconds=4.0, exit_status=0),
        ev.RunEnded(verdict="differs", done=1, failed=0, seconds=5.0),
    )
    assert (report.user, report.source, report.verdict) == ("wang", "ops", "differs")
    assert (report.started, report.ended) == ("2026-01-01T02:00:00", "2026-01-01T02:00:04")
    assert report.approvals == (APPROVAL,)
    assert [(step.step, step.outcome) for step in report.steps] == [
        ("b", "done"),
        ("a", "not-started"),
        ("c", "not-started"),
    ]
    assert (report.steps[0].changes, report.steps[0].seconds, report.steps[0].section) == (("f: a -> b",), 4.0, "7.1")


def test_steps_are_in_the_order_of_the_journal_whatever_its_clock_was_set_to() -> None:
    times = ("02:00:00", "02:00:01", "02:00:03", "01:00:04", "01:00:05")
    done = {step: ev.StepDone(step=step, seconds=1.0, exit_status=0) for step in "bc"}
    events = (START, _started("c"), done["c"], _started("b"), done["b"])
    report = run_report("r1", ((f"2026-01-01T{time}", event) for time, event in zip(times, events, strict=True)))
    assert [step.step for step in report.steps] == ["c", "b", "a"]


def test_the_whole_cluster_before_and_after() -> None:
    found = replace(START, matching=390, drift=317, unknown=1)
    left = ev.RunEnded(verdict="converged", done=3, failed=0, seconds=5.0, matching=708, drift=0, unknown=0)
    report = _report(found, left)
    assert (report.before, report.after) == (
        FactCounts(matching=390, drift=317, unknown=1),
        FactCounts(matching=708, drift=0, unknown=0),
    )
    assert [counts.verdict for counts in (report.before, report.after) if counts] == ["unknown", "converged"]
    assert FactCounts(matching=1, drift=1, unknown=0).verdict == "differs"


def test_of_a_run_that_was_killed_only_what_it_found_is_known_and_of_an_older_journal_nothing() -> None:
    assert _report(replace(START, matching=1, drift=2, unknown=0)).after is None
    assert _report(START).before is None


def test_who_agreed_to_the_plan_and_how_is_in_it() -> None:
    answered = ev.PlanConfirmed(user="wang", source="ops", how="answer", total=3)
    assert _report(START, answered).confirmations == (answered,)


def test_a_step_waited_for_the_last_of_what_it_comes_after_or_shares_a_lock_with() -> None:
    locked = ev.StepStarted(step="b", host="h", job="j", locks=("bkcli",))
    waiting = ev.StepStarted(step="c", host="h", job="j", after=("a",), locks=("bkcli",))
    alone = ev.StepStarted(step="d", host="h", job="j")
    report = _report(
        _started("a"), locked, ev.StepDone(step="a", seconds=1.0, exit_status=0),
        ev.StepDone(step="b", seconds=1.0, exit_status=0), waiting, alone,
    )  # fmt: skip
    assert {step.step: step.waited_for for step in report.steps} == {"a": "", "b": "", "c": "b", "d": ""}


def test_only_a_backup_that_was_completed_can_be_restored() -> None:
    done = (_started("a", "cp"), ev.StepDone(step="a", seconds=1.0, exit_status=0))
    failed = (_started("b", "cp"), ev.StepFailed(step="b", diagnostic=STUCK))
    report = _report(START, *done, *failed, _started("c", "cp"))
    assert [step.step for step in report.backups] == ["a"]
    assert {step.step: step.outcome for step in report.steps} == {"a": "done", "b": "failed", "c": "unfinished"}


def test_of_a_step_that_is_tried_again_the_last_outcome_counts_and_the_first_reading() -> None:
    again = ev.StepStarted(step="a", host="h", job="j2", changes=("f: half -> b",))
    report = _report(
        START, _started("a"), ev.StepFailed(step="a", diagnostic=STUCK, tail=("x",)), again,
        ev.StepDone(step="a", seconds=1.0, exit_status=0),
    )  # fmt: skip
    (step, *_) = report.steps
    assert (step.outcome, step.attempts, step.changes, step.diagnostic, step.log) == (
        "done", 2, ("f: a -> b",), None, (),
    )  # fmt: skip


def test_every_end_of_a_step_has_its_word() -> None:
    ends: dict[StepOutcome, ev.Event] = {
        "skipped": ev.StepSkipped(step="a"),
        "blocked": ev.StepBlocked(step="a", cause="b"),
        "deferred": ev.StepDeferred(step="a", fact="f"),
        "postponed": ev.StepPostponed(step="a"),
        "needs-human": ev.StepNeedsHuman(step="a", diagnostic=STUCK),
    }
    for outcome, event in ends.items():
        steps = {step.step: step for step in _report(START, event).steps}
        assert (steps["a"].outcome, steps["a"].attempts) == (outcome, 0)


def test_a_run_that_was_killed_has_no_end_and_a_halted_one_its_reason() -> None:
    report = _report(START, ev.RunHalted(diagnostic=STUCK), _started("a"))
    assert (report.verdict, report.ended, report.diagnostics) == (None, "", (STUCK,))


def test_a_journal_without_records_is_a_run_of_which_nothing_is_known() -> None:
    assert run_report("r1", ()) == RunReport(run="r1")
