"""`check --every` on the command line: what has not changed is not printed again; reports are written each time."""

from pathlib import Path

import pytest

from reconciler.cli.check import Repeated
from reconciler.cli.options import Options, ReportFile
from reconciler.commands.check import CheckReport
from reconciler.commands.result import Result
from reconciler.view.reports import ErrorReport
from specs.diagnostic import diagnose
from tests.reconciler.view.formats.specimens import CLUSTER

READ: Result[CheckReport] = Result(document=CLUSTER)
SILENT = diagnose("host-unreachable", where="10.0.0.1", error="no answer")
AWAY: Result[CheckReport] = Result(
    document=ErrorReport(exit_code=4, diagnostics=(SILENT,)), diagnostics=(SILENT,), exit_code=4
)


def _printed(options: Options, capsys: pytest.CaptureFixture[str], *results: Result[CheckReport]) -> tuple[int, int]:
    """How often the verdict was printed, how often the outage."""
    repeated = Repeated(options)
    for result in results:
        repeated.emit(result)
    out, err = capsys.readouterr()
    return out.count("no verdict on 6.2.2"), err.count("error[host-unreachable]")


def test_an_outage_is_worded_once_and_the_text_again_once_it_is_over(capsys: pytest.CaptureFixture[str]) -> None:
    results = (READ, READ, AWAY, AWAY, AWAY, READ, READ, AWAY)
    assert _printed(Options(lang="en"), capsys, *results) == (2, 2)


def test_programs_get_every_check(capsys: pytest.CaptureFixture[str]) -> None:
    repeated = Repeated(Options(lang="en", output="ndjson"))
    for result in (READ, READ, AWAY):
        repeated.emit(result)
    out = capsys.readouterr().out
    assert (out.count("bkrec.summary/1"), out.count("bkrec.error/1")) == (2, 1)


def test_a_report_is_written_by_every_check(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "check.prom"
    options = Options(lang="en", reports=(ReportFile(format="prom", path=file),))
    repeated = Repeated(options)
    repeated.emit(READ)
    first = file.read_text(encoding="utf-8")
    file.unlink()
    repeated.emit(READ)
    assert file.read_text(encoding="utf-8") == first
    repeated.emit(AWAY)
    assert 'verdict="unknown"} 1' in file.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["check.prom"]
    assert capsys.readouterr().err
