"""`check --every` on the command line: what has not changed is not printed again; reports are written each time."""

from pathlib import Path

import pytest

from reconciler.cli.check import Repeated
from reconciler.cli.options import Options, ReportFile
from reconciler.commands import session
from reconciler.commands.check import CheckReport
from reconciler.commands.result import Result
from reconciler.view.reports import ErrorReport
from specs.diagnostic import diagnose
from tests.reconciler.view.formats.specimens import CLUSTER

READ: Result[CheckReport] = Result(document=CLUSTER)
SILENT = diagnose("host-unreachable", where="10.0.0.1", error="no answer")
SSH_WARNING = diagnose("ssh-missing")
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


@pytest.mark.parametrize("form", ["text", "ndjson", "json"])
def test_on_stderr_each_problem_stands_once_until_it_was_away(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A log of a month is not to be a month of one warning."""
    overridden = diagnose("package-overridden", where="cluster.toml", md5="abc", published="def")
    warned: Result[CheckReport] = Result(document=CLUSTER, warnings=(overridden,))
    repeated = Repeated(Options(lang="en", output=form))
    counts: list[tuple[int, int]] = []
    for result in (warned, warned, AWAY, AWAY, warned, READ, warned):
        repeated.emit(result)
        err = capsys.readouterr().err
        counts.append((err.count("warning[package-overridden]"), err.count("error[host-unreachable]")))
    assert counts == [(1, 0), (0, 0), (0, 1), (0, 0), (1, 0), (0, 0), (1, 0)]


def test_what_ssh_files_of_the_operator_made_it_warn_of_is_printed_while_it_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    repeated = Repeated(Options(lang="en"))
    counts: list[int] = []
    for _ in range(2):
        session.note_ssh_warning(SSH_WARNING)
        repeated.emit(READ)
        counts.append(capsys.readouterr().err.count(f"warning[{SSH_WARNING.code}]"))
    assert counts == [1, 0]


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
