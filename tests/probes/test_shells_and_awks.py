"""Every script of a probe, with what every recording asks, says the same under every shell and with every awk.

    pytest -s tests/probes/test_shells_and_awks.py                      # prints the table
    pytest -m campaign tests/probes/test_shells_and_awks.py             # the same, for docs/campaign.md
    BKREC_AWKS=/path/to/an/older/mawk pytest -s tests/probes/test_shells_and_awks.py      # and with that one

The judge is the first pair alone: what a script ought to say is for the other tests to know, under any one pair.
"""

import os
import shutil
from pathlib import Path

import pytest

from docs import figures
from probes.command import Command
from tests.support.one_host import answer
from tests.support.shells import AWKS, SHELLS, awks, pairs, said_alone, shell_beside, shells

ROOT = Path(__file__).parents[2]
PAIRS = [f"{shell}+{awk}" for shell, awk in pairs()]

pytestmark = pytest.mark.skipif(
    os.getuid() != 0 or shutil.which("unshare") is None, reason="needs root and a mount namespace"
)


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, str]]:
    """Recording → pair → what was answered."""
    return said_alone("tests.support.one_host", PAIRS, timeout_s=250)


@pytest.mark.condition("shells-and-awks")
def test_each_script_says_the_same_under_every_shell_with_every_awk(answers: dict[str, dict[str, str]]) -> None:
    assert different(answers) == {}


def different(answers: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Recording → pair → what was answered, where it is not what was answered under the first pair."""
    others = {
        name: {pair: text for pair, text in by_pair.items() if text != by_pair[PAIRS[0]]}
        for name, by_pair in answers.items()
    }
    print(f"\n{len(answers)} recordings, {len(PAIRS)} pairs; differences:")
    for pair, count in by_pair_counted(others).items():
        print(f"{pair:30} {count}")
    return {name: by_pair for name, by_pair in others.items() if by_pair}


def by_pair_counted(others: dict[str, dict[str, str]]) -> dict[str, int]:
    return {pair: sum(pair in by_pair for by_pair in others.values()) for pair in PAIRS}


@pytest.mark.campaign
def test_the_table_is_written_down(answers: dict[str, dict[str, str]]) -> None:
    found = different(answers)
    assert found == {}
    figures.store("shells-and-awks-probes", {"scripts": len(answers), "differences": by_pair_counted(found)})


def test_no_shell_and_no_awk_complains_of_a_script(answers: dict[str, dict[str, str]]) -> None:
    complaints = {
        (name, pair): text.partition("]\n")[2]
        for name, by_pair in answers.items()
        for pair, text in by_pair.items()
        if not text.endswith("]")
    }
    assert complaints == {}


def test_the_scripts_find_something_to_read(answers: dict[str, dict[str, str]]) -> None:
    """A host where everything is absent would make all of them alike."""
    nothing = {name for name, by_pair in answers.items() if set(by_pair[PAIRS[0]].split()[1::2]) <= {"absent", "end"}}
    assert len(nothing) < len(answers) / 8, sorted(nothing)


@pytest.mark.skipif(len(PAIRS) < len(SHELLS) * len(AWKS), reason="this machine has not all shells and awks")
@pytest.mark.parametrize(
    "script",
    [r"echo 'a\nb'", """awk 'BEGIN { print gensub(/a/, "b", "g", "a") }'""", "cat <(echo yes)"],
    ids=["echo", "gawk alone", "bash alone"],
)
def test_a_script_that_depends_on_them_would_be_seen(script: str, tmp_path: Path) -> None:
    told = {answer(Command(script=script), shell_beside(*pair), tmp_path) for pair in pairs()}  # pyright: ignore[reportArgumentType]
    assert len(told) > 1


def test_the_test_command_has_them_all() -> None:
    """What .ci/test installs; elsewhere those that are missing are not tried."""
    setup = (ROOT / ".ci/test").read_text(encoding="utf-8")
    assert [
        name for name in {*SHELLS.values(), *AWKS.values()} - {"dash", "bash"} if f"{name} {name}" not in setup
    ] == []
    assert {*shells()} >= {"dash", "bash"}
    assert awks()
