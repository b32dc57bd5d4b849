"""A run's page: its time line, what a step waited for, what it changed, how to restore."""

from dataclasses import replace

from reconciler.core import events as ev
from reconciler.core.run_report import run_report
from reconciler.view.documents import RunReportDoc
from reconciler.view.html.run import document_of, run_page
from reconciler.view.render import RenderOptions
from reconciler.view.to_documents import run_report_document
from specs.text import Lang
from tests.reconciler.view.formats.specimens import REPORTS

EVENTS: tuple[tuple[float, ev.Event], ...] = (
    (0, ev.RunStarted(run="r1", epoch=1, steps=("a", "b", "c", "d"), user="wang", source="ops")),
    (0, ev.PlanConfirmed(user="wang", source="ops", how="option", total=4)),
    (1, ev.StepStarted(
        step="a", host="10.0.0.1", job="j", locks=("bkcli",), restore=("cp x y",), action="unit.start",
        fields=("unit=bk-auth.service",), changes=("unit.active x @h: inactive -> active",))),
    (2, ev.StepStarted(step="b", host="10.0.0.2", job="j", outage="paas", irreversible=True)),
    (11, ev.StepDone(step="a", seconds=10, exit_status=0)),
    (11, ev.StepStarted(step="c", host="10.0.0.1", job="j", locks=("bkcli",))),
    (32, ev.StepDone(step="b", seconds=30, exit_status=0)),
    (33, ev.RunEnded(verdict="failed", done=2, failed=0, seconds=33)),
)  # fmt: skip


def _document() -> RunReportDoc:
    records = ((f"2026-01-01T02:00:{at:02.0f}.000+00:00", event) for at, event in EVENTS)
    return run_report_document("prod", run_report("r1", records), 0)


def _rows(lang: Lang = "en") -> dict[str, tuple[str, str, str]]:
    shown = run_page(_document(), RenderOptions(lang=lang))
    return {row.step: (row.what, row.offset, row.waited_for) for row in (*shown.steps, *shown.not_started)}


def test_a_step_says_when_it_began_and_whose_end_it_waited_for() -> None:
    rows = _rows()
    assert rows["a"] == ("start bk-auth.service", "+0:01", "")
    assert rows["c"] == ("c", "+0:11", "#1")
    assert rows["d"] == ("d", "", "")


def test_what_was_done_is_worded_in_the_language_that_is_asked_for() -> None:
    assert _rows("zh")["a"][0] == "启动 bk-auth.service"


def test_hosts_are_lanes_and_a_step_without_an_end_lasts_as_long_as_the_run() -> None:
    chart = run_page(_document(), RenderOptions()).chart
    assert chart is not None
    assert [lane.name for lane in chart.lanes] == ["10.0.0.1", "10.0.0.2"]
    endless = chart.drawn[1]
    assert round(endless.x + endless.width) == round(chart.width - 8)


def test_it_says_who_confirmed_how_many_ran_at_once_and_how_to_restore() -> None:
    shown = run_page(_document(), RenderOptions())
    assert ("plan confirmed by", "wang@ops, by --yes, 4 steps") in shown.facts
    assert ("most at once", "2") in [(tile.name, tile.value) for tile in shown.tiles]
    assert [(backup.host, backup.commands) for backup in shown.backups] == [("10.0.0.1", ("cp x y",))]
    assert [(change.before, change.after) for change in shown.changes] == [("inactive", "active")]


def test_a_run_that_has_just_ended_has_the_page_that_its_journal_gives() -> None:
    times = tuple(f"2026-01-01T02:00:{at:02.0f}.000+00:00" for at, _ in EVENTS)
    ended = replace(REPORTS["apply"], events=tuple(event for _, event in EVENTS), times=times)
    document = document_of(ended, "prod")
    assert document == _document().model_copy(update={"titles": document.titles})


def test_where_no_times_are_known_there_is_no_time_line() -> None:
    assert run_page(document_of(REPORTS["apply"], "prod"), RenderOptions()).chart is None
