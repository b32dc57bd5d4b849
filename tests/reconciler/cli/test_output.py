"""A diagnostic stands once per command on stderr, however often it is handed to the emitter."""

import resource
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.cli import output
from reconciler.cli.options import Options
from specs.diagnostic import diagnose

OVERRIDDEN = diagnose("package-overridden", where="cluster.toml", md5="abc", pinned="def")


def test_a_warning_stands_once_per_command(capsys: pytest.CaptureFixture[str]) -> None:
    options = Options(lang="en")
    for _ in range(3):
        output.print_diagnostics((OVERRIDDEN,), options, warnings=True)
    assert capsys.readouterr().err.count("warning[package-overridden]") == 1


def test_the_next_command_warns_again(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        output.print_diagnostics((OVERRIDDEN,), Options(lang="en"), warnings=True)
    assert capsys.readouterr().err.count("warning[package-overridden]") == 2


def test_another_value_is_another_warning(capsys: pytest.CaptureFixture[str]) -> None:
    options = Options(lang="en")
    other = replace(OVERRIDDEN, fields=(("md5", "123"), ("pinned", "def")))
    output.print_diagnostics((OVERRIDDEN,), options, warnings=True)
    output.print_diagnostics((OVERRIDDEN, other), options, warnings=True)
    assert capsys.readouterr().err.count("warning[package-overridden]") == 2


def test_what_was_warned_of_and_becomes_an_error_is_printed_as_one_and_an_error_is_no_warning_after(
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = Options(lang="en")
    output.print_diagnostics((OVERRIDDEN,), options, warnings=True)
    output.print_diagnostics((OVERRIDDEN,), options)
    output.print_diagnostics((OVERRIDDEN,), options)
    output.print_diagnostics((OVERRIDDEN,), options, warnings=True)
    text = capsys.readouterr().err
    assert (text.count("warning[package-overridden]"), text.count("error[package-overridden]")) == (1, 1)


def test_with_nothing_new_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    options = Options(lang="en")
    output.print_diagnostics((OVERRIDDEN,), options)
    capsys.readouterr()
    output.print_diagnostics((OVERRIDDEN,), options)
    assert capsys.readouterr().err == ""


@contextmanager
def _full_after(size: int) -> Generator[None]:
    """As a disk that is full: no file may become longer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_log_whose_disk_was_full_for_a_while_goes_on_in_a_line_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`check --every 5m >> FILE` runs for months."""
    file = tmp_path / "log"
    with file.open("w", encoding="utf-8") as stream:
        monkeypatch.setattr("sys.stderr", stream)
        open_files = len(list(Path("/proc/self/fd").iterdir()))
        output.write_to_stderr("before\n")
        with _full_after(10):
            for _ in range(3):
                output.write_to_stderr("too long for it\n")
        output.write_to_stderr("after\n")
        output.write_to_stderr("and on\n")
        assert len(list(Path("/proc/self/fd").iterdir())) == open_files
    assert file.read_text(encoding="utf-8") == "before\ntoo\nafter\nand on\n"
