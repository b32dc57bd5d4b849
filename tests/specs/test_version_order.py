"""Which of two versions is newer, over a renumbering too, and never for what nobody can order."""

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
        ("4.0", "3.28.14"),
        ("3.6.21", "2.1.3-beta.11"),
    ],
)
def test_newer_and_not_the_other_way_round(there: str, than: str) -> None:
    assert is_newer(there, than)
    assert not is_newer(than, there)


@pytest.mark.parametrize(
    ("there", "than"),
    [
        ("2.14.57", "2.14.57"),
        ("1.2.0", "1.2"),
        ("", "2.14.57"),
        ("2.14.57", ""),
        ("latest", "2.14.57"),
        ("6.1", "latest"),
    ],
)
def test_neither_is_newer_of_equal_ones_or_of_what_is_no_version(there: str, than: str) -> None:
    assert not is_newer(there, than)


@pytest.mark.parametrize("there", ["2.1.3-beta.11", "2.1.4", "4.0.1", "1.0"])
def test_where_a_product_was_renumbered_its_former_line_is_older(there: str) -> None:
    assert is_newer(there, "3.6.21", former_line=3)
    assert not is_newer("3.6.21", there, former_line=3)
    assert is_newer("3.6.22", "3.6.21", former_line=3)
    assert is_newer("4.0.1", "2.1.3", former_line=3)


def test_numbers_are_what_a_version_begins_with() -> None:
    assert numbers_of("2.1.3-beta.11") == (2, 1, 3)
    assert numbers_of("beta") == ()
