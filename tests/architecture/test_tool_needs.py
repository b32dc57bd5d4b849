"""Every tool and option that a script asks of a host is in docs/tools.toml, and no newer than the oldest host's."""

from pathlib import Path

import pytest

from tests.architecture.tool_needs import known, needs, packages, version

ROOT = Path(__file__).parents[2]
WORDS = {"POSIX", "<="}


@pytest.mark.condition("wgetrc")
def test_every_need_is_in_the_table_and_nothing_else_is() -> None:
    in_table = {(tool, option) for tool, about in known().items() for option in about["since"]}
    assert {*needs()} - in_table == set(), "since which version is there that? docs/tools.toml"
    assert in_table - {*needs()} == set(), "no script asks for it any more"


def test_no_host_is_too_old_for_it() -> None:
    too_new = [
        (tool, option, since)
        for tool, about in known().items()
        for option, since in about["since"].items()
        if since not in WORDS and version(since) > version(packages()[about["package"]]["oldest"])
    ]
    assert too_new == []


def test_what_is_read_of_an_output_is_held_by_something() -> None:
    held = [(tool, path) for tool, about in known().items() for path in about.get("held", ())]
    assert [pair for pair in held if not (ROOT / pair[1]).exists()] == []
    assert [tool for tool, about in known().items() if "reads" in about and not about.get("held")] == ["dd"]


@pytest.mark.parametrize(("one", "other"), [("8.5", "8.22"), ("7.29.0", "7.76"), ("219", "237"), ("5.3.0", "8.22")])
def test_versions_are_compared_number_by_number(one: str, other: str) -> None:
    assert version(one) < version(other)
