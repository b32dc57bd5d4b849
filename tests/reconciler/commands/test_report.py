"""`report` after a real `apply` on a cluster made of facts: what was done and seen, and no secret."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.main import run
from reconciler.commands.run import LazyJournal
from reconciler.core.events import RunEnded, RunStarted, StepDeferred, StepDone
from reconciler.view.documents import RunReportDoc
from tests.support.cluster_world import connect, drifted
from tests.support.world import VirtualClock

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def bkrec(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    connect(monkeypatch, tmp_path, drifted(broken=frozenset({"unit.enable"})))

    def ran(*args: str) -> tuple[int, str, str]:
        code = run(("--lang", "en", *args))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return ran


def _document(bkrec: Run) -> RunReportDoc:
    code, out, _ = bkrec("report", "-o", "json")
    assert code == 0
    return RunReportDoc.model_validate_json(out)


def test_a_run_is_reported_with_what_was_read_before_and_verified_after(bkrec: Run) -> None:
    assert bkrec("apply", "--yes")[0] == 3
    report = _document(bkrec)
    steps = {step.step.split("-bk-auth")[0]: step for step in report.steps}
    assert (report.cluster, report.verdict, bool(report.user), bool(report.source)) == ("lab", "failed", True, True)
    assert steps["unit.start"].outcome == "done"
    assert steps["unit.start"].changes == ["unit.active bk-auth.service @10.0.0.3: inactive -> active"]
    failed = steps["unit.enable"]
    assert (failed.outcome, failed.problem and failed.problem.code) == ("failed", "step-not-verified")


@pytest.mark.parametrize("form", ["md", "json", "text"])
def test_no_secret_is_in_it(bkrec: Run, form: str) -> None:
    bkrec("apply", "--yes")
    out = bkrec("report", "-o", form)[1]
    assert "unit.enable" in out.replace("\\", "")
    assert "canary" not in out


def test_the_page_for_the_ticket(bkrec: Run, tmp_path: Path) -> None:
    bkrec("apply", "--yes")
    code, out, _ = bkrec("report", "--report", "md=change.md")
    text = (tmp_path / "change.md").read_text(encoding="utf-8")
    assert (code, text) == (0, out)
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings[1:] == ["## Problems", "## Steps", "## Before and after, verified", "## Backups"]
    assert "- `unit.active bk-auth.service @10.0.0.3`: inactive -&gt; active" in text


def test_a_run_that_is_not_on_record_is_64_and_names_those_that_are(bkrec: Run) -> None:
    code, _, err = bkrec("report")
    assert (code, "error[report-no-run]" in err) == (64, True)
    code, _, err = bkrec("report", "abc")
    assert (code, "error[report-no-run]" in err) == (64, True)
    bkrec("apply", "--yes")
    (known,) = [line["run"] for line in _runs(bkrec)]
    code, _, err = bkrec("report", "20000101T000000-0")
    assert (code, known in err, "error[report-unknown-run]" in err) == (64, True, True)
    assert bkrec("report", known)[0] == 0


def _runs(bkrec: Run) -> list[Any]:
    return json.loads(bkrec("history", "-o", "json")[1])["runs"]


def test_history_and_report_count_alike_what_a_run_planned_again(bkrec: Run) -> None:
    """In a second round a step is new, one is done again, one had been deferred: three steps, all of them done."""
    journal = LazyJournal("lab", Path("cluster.toml"), "20000101T000000-0", VirtualClock())
    for event in (
        RunStarted(run="20000101T000000-0", epoch=1, steps=("a", "b")),
        StepDone(step="a", seconds=1.0, exit_status=0),
        StepDeferred(step="b", fact="f"),
        RunStarted(run="20000101T000000-0", epoch=1, steps=("a", "b", "c")),
        *(StepDone(step=name, seconds=1.0, exit_status=0) for name in "abc"),
        RunEnded(verdict="converged", done=3, failed=0, seconds=4.0),
    ):
        journal.write(event)
    journal.close()
    report, (summary,) = _document(bkrec), _runs(bkrec)
    assert (len(report.steps), {step.outcome for step in report.steps}) == (3, {"done"})
    assert (summary["steps"], summary["done"], summary["failed"]) == (3, 3, 0)
    for page in (bkrec("report")[1], bkrec("history")[1], bkrec("report", "-o", "html")[1]):
        assert "3 of 3 steps" in page


def test_apply_ends_with_the_numbers_that_its_report_has(bkrec: Run) -> None:
    _, out, _ = bkrec("apply", "--yes", "-o", "json")
    ended = json.loads(out.splitlines()[-1])
    report, (summary,) = _document(bkrec), _runs(bkrec)
    outcomes = [step.outcome for step in report.steps]
    counts = {name: (outcomes.count(name), summary[name], ended[name]) for name in ("done", "failed")}
    assert counts == {"done": (1, 1, 1), "failed": (1, 1, 1)}
    assert (len(report.steps), summary["verdict"], ended["verdict"]) == (
        summary["steps"],
        report.verdict,
        report.verdict,
    )
