"""Which of two versions is newer: on one line only, and never for what nobody can order."""

import pytest

from specs.version_order import is_newer, numbers_of


@pytest.mark.parametrize(
    ("there", "than"),
    [
        ("2.14.58", "2.14.57"),
        ("2.14.100", "2.14.57"),
        ("2.15", "2.14.57"),
        ("3.8.10", "3.8.9"),
        ("2.1.3", "2.1.3-beta.11"),
        ("2.1.3-beta.12", "2.1.3-beta.11"),
        ("2.1.3-beta.101", "2.1.3-beta.11"),
        ("2.1.3-rc.1", "2.1.3-beta.11"),
        ("2.1.4-beta.1", "2.1.3"),
        ("2.14.57-company.3", "2.14.57"),
        ("1.2.1", "1.2"),
    ],
)
def test_newer_on_the_same_line(there: str, than: str) -> None:
    assert is_newer(there, than)
    assert not is_newer(than, there)


@pytest.mark.parametrize(
    ("there", "than"),
    [
        ("3.6.21", "2.1.3-beta.11"),
        ("2.1.3-beta.11", "3.6.21"),
        ("2.14.57", "2.14.57"),
        ("1.2.0", "1.2"),
        ("", "2.14.57"),
        ("2.14.57", ""),
        ("latest", "2.14.57"),
        ("6.1", "latest"),
    ],
)
def test_neither_is_newer_across_lines_or_of_what_is_no_version(there: str, than: str) -> None:
    assert not is_newer(there, than)


def test_numbers_are_what_a_version_begins_with() -> None:
    assert numbers_of("2.1.3-beta.11") == (2, 1, 3)
    assert numbers_of("beta") == ()
