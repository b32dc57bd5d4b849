"""The machine that bkrec runs on: its disk full, its power gone, its disk gone. The hosts know what is needed to go on.

BKREC_LAB=own pytest -m campaign tests/lab/test_operator_machine_failures.py
"""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab.machine.place import CONTROLLER
from tests.lab.support.faults import age_lease
from tests.lab.support.ledger import doubled, forget, ledger
from tests.lab.support.operator import Desk, jobs, pace, until

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(900)]


@pytest.fixture
def small_disk(pristine: Desk) -> Iterator[Desk]:
    """Room for the first lines of a journal."""
    pristine.state.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(pristine.state)], check=True)
    yield pristine
    subprocess.run(["umount", str(pristine.state)], check=True)


def test_a_full_state_directory_ends_the_run_and_the_next_goes_on(small_disk: Desk) -> None:
    forget(small_disk.lab)
    full = small_disk.bkrec("apply", "--yes", timeout_s=300).must(3)
    assert "error[journal-unwritable]" in full.err
    assert "XDG_STATE_HOME" in full.err
    subprocess.run(["mount", "-o", "remount,size=32m", str(small_disk.state)], check=True)
    small_disk.bkrec("apply", "--yes", timeout_s=300).must(0)
    assert small_disk.check()["verdict"] == "converged"
    assert doubled(ledger(small_disk.lab), ()) == []


def cut_short(state: Path) -> None:
    """What a power cut leaves of a journal: its last line in part."""
    (journal,) = state.rglob("*.jsonl")
    with journal.open("r+b") as file:
        file.truncate(journal.stat().st_size - 7)


LOSSES: dict[str, Callable[[Path], object]] = {"power": cut_short, "disk": shutil.rmtree}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_machine_that_went_down_in_the_middle_finds_its_job_and_goes_on(pristine: Desk, loss: str) -> None:
    lab = pristine.lab
    forget(lab)
    pace(lab, "5")
    with pristine.watched_over():
        first = pristine.start("apply", "--yes", "-o", "json")
        until(lambda: first.goes_on() and jobs(lab, CONTROLLER, "bkcli-install-"), 200, "an installer runs")
        first.process.kill()
        first.finish()
    LOSSES[loss](pristine.state)
    age_lease(lab)
    pace(lab, "0")
    done = pristine.bkrec("apply", "--yes", "-o", "json", timeout_s=300).must(0)
    assert [one["job"] for one in done.events if one.get("event") == "job-adopted"] != []
    assert pristine.check()["verdict"] == "converged"
    assert doubled(ledger(lab), ()) == []
