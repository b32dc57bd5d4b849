"""Every script that changes a host does the same under every shell and with every awk: actions, jobs, leases, records.

    pytest -s tests/actions/test_shells_and_awks.py                  # every shell and every awk once; prints the table
    pytest -s -m campaign tests/actions/test_shells_and_awks.py      # each with each; for docs/campaign.md

What asks for a login is run by bash, by design (`Action.login_shell`); awk and /bin/sh are the pair's for it too. The
judge is the first pair alone: what a script ought to do is for the other tests to know.
"""

import os
import shutil
from typing import Any

import pytest

from actions.registry import ACTIONS
from docs import figures
from tests.support.shells import once_each, pairs, said_alone

RANDOM = {"env.generate 1": "a password, made of what the kernel's generator says"}
FAILING = 12
"""So many end with another status than 0, on a host that has only what most scripts need."""

pytestmark = pytest.mark.skipif(
    os.getuid() != 0 or shutil.which("unshare") is None, reason="needs root and a mount namespace"
)
Answers = dict[str, dict[str, Any]]


def tried(under: list[str], timeout_s: float) -> tuple[set[str], dict[str, Answers]]:
    """The kinds of the actions that were tried; pair → script → what was done."""
    answer = said_alone("tests.support.one_host_changed", under, timeout_s=timeout_s)
    return set(answer["kinds"]), answer["found"]


def different(found: dict[str, Answers]) -> dict[str, dict[str, Any]]:
    """Script → pair → what is not as under the first pair. Of what is random, the places alone are compared."""
    first, *others = found
    table: dict[str, dict[str, Any]] = {}
    print(f"\n{len(found[first])} scripts, {len(found)} pairs; differences:\n{first:30} 0")
    for pair in others:
        for script, answer in found[pair].items():
            one, other = (_compared(script, each) for each in (found[first][script], answer))
            if one != other:
                table.setdefault(script, {})[pair] = {
                    key: (one[key], other[key]) for key in one if one[key] != other[key]
                }
        print(f"{pair:30} {sum(pair in by_pair for by_pair in table.values())}")
    return table


def _compared(script: str, answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "changed": sorted(answer["changed"])} if script in RANDOM else answer


@pytest.fixture(scope="module")
def done() -> tuple[set[str], dict[str, Answers]]:
    return tried(["+".join(pair) for pair in once_each()], 250)


@pytest.mark.condition("shells-and-awks")
def test_each_script_does_the_same_under_every_shell_with_every_awk(done: tuple[set[str], dict[str, Answers]]) -> None:
    assert different(done[1]) == {}


def test_no_shell_and_no_awk_complains_of_a_script(done: tuple[set[str], dict[str, Answers]]) -> None:
    said = {(pair, script): answer.get("complaints") for pair, by in done[1].items() for script, answer in by.items()}
    assert {where: complaints for where, complaints in said.items() if complaints} == {}


def test_every_kind_of_action_is_among_them(done: tuple[set[str], dict[str, Answers]]) -> None:
    assert {kind.__dataclass_fields__["kind"].default for kind in ACTIONS} == done[0]


def test_most_of_them_come_to_their_end_and_many_change_the_host(done: tuple[set[str], dict[str, Answers]]) -> None:
    """On a host where every script fails at once all of them would be alike."""
    answers = next(iter(done[1].values()))
    assert answers["engine"]["said"].count("exited:7") == 2
    failed = [script for script, answer in answers.items() if answer.get("status")]
    assert len(failed) <= FAILING, failed
    assert sum(bool(answer.get("changed")) for answer in answers.values()) > 25


@pytest.mark.parametrize("what", ["said", "status", "stderr", "changed"])
def test_whatever_differs_is_reported_for_its_script_and_its_pair(what: str) -> None:
    answer: dict[str, Any] = {
        "said": "",
        "status": 0,
        "complaints": [],
        "stderr": "",
        "changed": {"/data/x": "100644 a"},
    }
    other: dict[str, Any] = {**answer, what: {"/data/x": "100644 b"} if what == "changed" else "b"}
    found = different({"dash+mawk": {"a": answer, "b": answer}, "bash+gawk": {"a": answer, "b": other}})
    assert found == {"b": {"bash+gawk": {what: (answer[what], other[what])}}}


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_each_script_does_the_same_under_each_shell_with_each_awk() -> None:
    _, found = tried(["+".join(pair) for pair in pairs()], 1700)
    others = different(found)
    assert others == {}
    counted = {pair: sum(pair in by_pair for by_pair in others.values()) for pair in found}
    figures.store("shells-and-awks-actions", {"scripts": len(next(iter(found.values()))), "differences": counted})
