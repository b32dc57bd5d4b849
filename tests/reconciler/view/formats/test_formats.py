"""Every format says of every kind of report whether it has a form for it; what it has can be made of a whole report."""

import json
from typing import get_args
from xml.etree import ElementTree

import pytest

from reconciler.view.documents import RunDoc, UndoDoc
from reconciler.view.formats import FORMATS, available, load
from reconciler.view.formats.json import stream
from reconciler.view.render import RenderOptions
from reconciler.view.reports import ErrorReport, ReportKind
from reconciler.view.schema import KINDS as SCHEMAS
from specs.diagnostic import diagnose
from tests.reconciler.view.formats.specimens import EVENTS, KINDS, PREVIEW, REPORTS

MISSING = diagnose("ssh-missing")
EN, ZH = RenderOptions(), RenderOptions(lang="zh")


def test_there_is_a_specimen_of_each_kind() -> None:
    assert set(REPORTS) == set(get_args(ReportKind))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_form_is_made_of_a_whole_report_in_both_languages(kind: ReportKind, name: str) -> None:
    form = load(name).form(kind)
    if form is None:
        assert name not in available(kind)
        return
    for page in (EN, ZH):
        text = form(REPORTS[kind], page)
        assert text.endswith("\n") or text == ""
    assert name in available(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_text_and_json_have_a_form_for_everything(kind: ReportKind) -> None:
    assert {"text", "json"} <= set(available(kind))


@pytest.mark.parametrize("name", FORMATS)
def test_an_error_has_a_form_in_every_format(name: str) -> None:
    form = load(name).form("error")
    assert form is not None
    assert "x already exists" in form(REPORTS["error"], EN)


@pytest.mark.parametrize("kind", KINDS)
def test_json_is_a_document_that_names_its_schema(kind: ReportKind) -> None:
    form = load("json").form(kind)
    assert form is not None
    document = json.loads(form(REPORTS[kind], EN))
    name = document.get("schema", "").removeprefix("bkrec.").removesuffix("/1")
    assert kind == "schema" or name in SCHEMAS


def test_the_json_of_a_run_has_its_events_and_the_cluster_as_it_ended() -> None:
    form = load("json").form("apply")
    assert form is not None
    document = RunDoc.model_validate_json(form(REPORTS["apply"], EN))
    assert [event.event for event in document.events] == [event.event for event in EVENTS]
    assert (document.result.verdict, [problem.code for problem in document.problems]) == ("unknown", ["usage"])
    undone = RunDoc.model_validate_json(form(REPORTS["undo"], EN))
    assert undone.undo is not None
    assert (undone.command, [step.undo for step in undone.undo.irreversible]) == ("undo", ["migrated"])


def test_a_json_stream_is_a_line_each() -> None:
    lines = [stream(item) for item in (PREVIEW, *EVENTS, ErrorReport(exit_code=5, diagnostics=()))]
    assert all(line.count("\n") == 1 for line in lines)
    assert UndoDoc.model_validate_json(lines[0]).run == "r1"


def _suite(kind: ReportKind) -> ElementTree.Element:
    form = load("junit").form(kind)
    assert form is not None
    (suite,) = ElementTree.fromstring(form(REPORTS[kind], EN))
    cases = suite.findall("testcase")
    assert suite.get("tests") == str(len(cases))
    for outcome in ("failure", "error"):
        assert suite.get(f"{outcome}s") == str(sum(case.find(outcome) is not None for case in cases))
    return suite


def _cases(kind: ReportKind, outcome: str) -> list[str]:
    return [case.get("name", "") for case in _suite(kind).findall("testcase") if case.find(outcome) is not None]


@pytest.mark.parametrize("kind", ["diff", "check"])
def test_in_junit_drift_is_a_failure_and_what_was_not_read_an_error(kind: ReportKind) -> None:
    assert _cases(kind, "failure") == [
        "unit.active bk-paas-login.service @10.0.0.2",
        "unit.active bk-auth.service @10.0.0.3",
        "install-config.module-hosts /data/install/install.config etcd @10.0.0.1",
    ]
    assert _cases(kind, "error") == ["unit.enabled bk-auth.service @10.0.0.3"]


def test_in_junit_steps_of_a_plan_are_skipped_and_what_is_blocked_is_an_error() -> None:
    assert len(_cases("plan", "skipped")) == 2
    assert len(_cases("plan", "error")) == 1


def test_in_junit_a_failed_step_has_its_diagnostic_and_the_end_of_its_log() -> None:
    (failure, *_) = _suite("apply").iter("failure")
    assert failure.get("message", "").startswith("error[usage]: stuck")
    assert (failure.text or "").endswith("<last & line>")
    assert len(_cases("apply", "skipped")) == 1


def test_in_junit_all_that_was_probed_is_a_case() -> None:
    assert len(_suite("probe").findall("testcase")) == 4 + 1
    assert _cases("probe", "error") == ["unit.enabled bk-auth.service @10.0.0.3"]


def test_junit_says_of_what_it_has_no_form() -> None:
    assert list(available("pause")) == ["text", "json"]
    assert list(available("diff")) == [name for name in FORMATS if name != "sh"]


@pytest.mark.parametrize("name", ["json", "ndjson", "html", "prom"])
def test_a_check_that_could_not_read_its_cluster_says_which_and_when(name: str) -> None:
    """One log has the lines of many clusters and checks."""
    form = load(name).form("error")
    assert form is not None
    away = ErrorReport(
        exit_code=4,
        diagnostics=(diagnose("ssh-missing"),),
        cluster="prod",
        checked_at=1700000000,
        last_success=1600000000,
    )
    text = form(away, RenderOptions(lang="en"))
    assert "prod" in text
    moments = ("1700000000", "1600000000") if name == "prom" else ("2023-11-14T22:13:20Z", "2020-09-13T12:26:40Z")
    assert all(moment in text for moment in moments)
