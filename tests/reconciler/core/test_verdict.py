"""Verdicts and exit codes: one number per word, and each error class says with which word a command ends."""

import importlib
import pkgutil
import signal
from collections.abc import Iterator
from typing import get_args

import pytest

import reconciler
from reconciler.core.verdict import EXIT_CODES, CommandEnd, EventVerdict, ExitCode, RunVerdict, event_verdict, exit_code
from specs.diagnostic import BkrecError


def _words(literal: object) -> Iterator[str]:
    for part in get_args(literal):
        yield from (part,) if isinstance(part, str) else _words(part)


def test_every_word_has_an_exit_code() -> None:
    assert set(EXIT_CODES) == set(_words(CommandEnd))
    assert set(EXIT_CODES.values()) == set(ExitCode) - {ExitCode.TERMINATED}


def test_no_two_words_of_a_run_share_a_code() -> None:
    """`doctor` says with two of these codes whether an upgrade can begin."""
    codes = {word: code for word, code in EXIT_CODES.items() if word not in ("ready", "not-ready")}
    assert len(set(codes.values())) == len(codes)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, ExitCode.INTERRUPTED), (signal.SIGTERM, ExitCode.TERMINATED)]
)
def test_an_interrupted_command_ends_as_a_shell_has_it(number: int, code: ExitCode) -> None:
    assert exit_code("interrupted", number) == code
    assert exit_code("converged", number) == ExitCode.OK


def test_events_know_every_word_but_waiting() -> None:
    assert {event_verdict(word) for word in _words(RunVerdict)} == set(_words(EventVerdict))  # type: ignore[arg-type]
    assert event_verdict("waiting") == "differs"


def _errors(cls: type[BkrecError] = BkrecError) -> Iterator[type[BkrecError]]:
    yield cls
    for derived in cls.__subclasses__():
        yield from _errors(derived)


def test_every_error_ends_as_a_word_that_has_a_code() -> None:
    for module in pkgutil.walk_packages(reconciler.__path__, "reconciler."):
        importlib.import_module(module.name)
    ends = {cls.__name__: exit_code(cls.ends_as) for cls in _errors() if not cls.__module__.startswith("tests")}
    assert ends == {
        "BkrecError": 4,
        "SpecError": 65,
        "LayoutError": 5,
        "RefusedError": 5,
        "UsageError": 64,
        "StalePlanError": 5,
        "LeaseHeld": 5,
        "LeaseError": 4,
        "KnownHostsError": 5,
        "JournalError": 3,
        "TransportError": 4,
        "PauseError": 4,
        "AckError": 4,
        "ApproveError": 4,
        "SealError": 4,
    }
