"""What a person does to an `apply` that is at work: looks at it from a second terminal, pauses it, Ctrl-C, SIGTERM.

    BKREC_LAB=hands pytest -m campaign -s tests/lab/test_operator_interrupts.py

One upgrade, stopped in every way there is; each time it says how it ended, what had been begun is as it was promised,
and the next one goes on from there.
"""

import signal
from collections.abc import Iterator

import pytest

from tests.lab.machine.api import Lab
from tests.lab.machine.place import HOSTS
from tests.lab.support.ledger import doubled, forget, ledger
from tests.lab.support.operator import Desk, Running, jobs, pace, until
from tests.lab.support.plain_checks import untruths

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(900)]

SLOW = "5"


@pytest.fixture
def desk(pristine: Desk) -> Iterator[Desk]:
    forget(pristine.lab)
    pace(pristine.lab, SLOW)
    with pristine.watched_over():
        yield pristine


def at_work(desk: Desk) -> Running:
    """An `apply` in the middle of a command of the vendor's."""
    run = desk.start("apply", "--yes", "-o", "json")
    until(lambda: run.goes_on() and unfinished(desk.lab), 300, "something of the vendor's is at work")
    return run


def unfinished(lab: Lab) -> set[str]:
    every = {job for host in HOSTS for job in jobs(lab, host, "bkcli-")}
    return {job.name for job in every if (job / "child").exists() and not (job / "exit").exists()}


def test_an_upgrade_is_watched_paused_and_stopped_in_every_way_and_ends_well(desk: Desk) -> None:
    lab = desk.lab
    second = Desk(lab, desk.home.parent / "second")

    run = at_work(desk)
    readings = second.bkrec("status").must(0)
    assert all(name.rpartition(".")[0] in readings.all for name in unfinished(lab)), readings.all
    second.bkrec("pause", "--why", "the night shift goes home").must(0)
    paused = run.finish(400).must(6)
    assert unfinished(lab) == set(), "what was at work was waited for"
    assert "goes home" in paused.all
    assert "goes home" in second.bkrec("status").must(0).all

    kept = started(lab)
    assert "goes home" in desk.bkrec("apply", "--yes").must(6).all
    assert started(lab) == kept, "nothing begins while it is paused"
    second.bkrec("resume").must(0)

    run = at_work(desk)
    run.process.send_signal(signal.SIGINT)
    run.finish(400).must(130)
    assert unfinished(lab) == set(), "asked once, it waits for what is at work"

    run = at_work(desk)
    pace(lab, "20")
    run.process.send_signal(signal.SIGINT)
    until(lambda: run.goes_on() and b"stopping:" in (run.home / "err").read_bytes(), 30, "it says that it waits")
    run.process.send_signal(signal.SIGINT)
    ended = run.finish(30).must(130)
    left = unfinished(lab)
    assert left, "told twice, it leaves what is at work to itself"

    run = desk.start("apply", "--yes", "-o", "json")
    until(lambda: run.goes_on() and '"job-adopted"' in run.out, 90, "what was left is adopted")
    pace(lab, SLOW)
    until(lambda: run.goes_on() and unfinished(lab) - left, 300, "something else is at work")
    run.process.send_signal(signal.SIGTERM)
    run.finish(400).must(143)

    pace(lab, "0")
    done = desk.bkrec("apply", "--yes", timeout_s=600).must(0)
    assert (list(untruths(lab)), doubled(ledger(lab), [])) == ([], []), (ended.all, done.all)


def started(lab: Lab) -> set[str]:
    return {f"{host} {job.name}" for host in HOSTS for job in jobs(lab, host, "")}
