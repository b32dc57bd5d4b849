"""A diagnostic stands once per command on stderr, however often it is handed to the emitter."""

from dataclasses import replace

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
