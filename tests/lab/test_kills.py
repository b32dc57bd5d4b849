"""Upgrades that are killed all the way: bkrec, sshd, whole hosts, cables pulled, bkrec stopped for a while.

    BKREC_LAB=kills pytest -m campaign -s tests/lab/test_kills.py              # all seeds, and docs/campaign.md's table
    BKREC_LAB=kills pytest -m campaign -s tests/lab/test_kills.py -k 'seed-4]'  # one

Each seed deals an order of troubles and their moments (`support/faults.py`); `apply` is run again until the cluster
has converged. Then: did anything start twice that must not (`support/ledger.py`), was any verdict false
(`support/plain_checks.py`, and `check`), does one more apply do nothing.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.lab.machine.api import Lab
from tests.lab.machine.place import HOSTS
from tests.lab.support.faults import KILLS, Sight, Trouble, age_lease, dealt, strike
from tests.lab.support.file_traces import wrote
from tests.lab.support.ledger import Mark, doubled, forget, ledger, repeats, started
from tests.lab.support.operator import Desk, Running, Said, fresh, on, pace
from tests.lab.support.plain_checks import untruths

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(1800)]

SEEDS = range(1, 15)
WAITS_FOR_REAL = 4
"""Every so many seeds the dead holder's lease is waited for as it is; else a minute passes for it alone."""
TRIES = 8
"""How often apply is run again, when the troubles are over, before it counts as stuck."""
ASKS = ("job-vanished", "job-repeat-refused")
"""Where bkrec stops for a person, since a second start would be a risk."""


@dataclass(slots=True)
class Story:
    desk: Desk
    seed: int
    struck: list[Trouble] = field(default_factory=list[Trouble])
    marks: list[Mark] = field(default_factory=list[Mark])
    runs: list[Said] = field(default_factory=list[Said])
    false: list[str] = field(default_factory=list[str])
    asked: list[str] = field(default_factory=list[str])
    twice: list[str] = field(default_factory=list[str])
    starts: int = 0
    repeated: list[str] = field(default_factory=list[str])
    written: list[str] = field(default_factory=list[str])
    converged: bool = False

    def mark(self, kind: str) -> None:
        self.marks.append(Mark(at=len(ledger(self.desk.lab)), kind=kind))

    def ended(self, said: Said) -> None:
        self.runs.append(said)
        print(f"  run {len(self.runs)}: exit {said.code} after {said.seconds:.0f} s{_codes(said)}")
        if said.code == 0:
            self.converged = True
            self._believe()
        self._answer(said)

    def _believe(self) -> None:
        """It says converged: it had better be."""
        readings = self.desk.bkrec("check", "-o", "json")
        if readings.code != 0:
            document = readings.document
            self.false += [str(one["fact"]) for one in (*document["drift"], *document["unknown"])]
        self.false += untruths(self.desk.lab)

    def _answer(self, said: Said) -> None:
        """A person who read the log of a job that must not run twice blindly, and takes it aside as the hint says."""
        for event in said.events:
            problem: dict[str, Any] = event.get("problem") or {}
            if problem.get("code") in ASKS:
                job, where = problem["fields"]["job"], problem["where"]
                host = next(name for name, address in HOSTS.items() if address == where)
                self.asked.append(job)
                self.mark("person")
                on(self.desk.lab, host, f"mv /var/lib/bkrec/jobs/{job} /root/")

    def dead_lease(self) -> None:
        if self.seed % WAITS_FOR_REAL or self.marks_of("bkrec") > 1:
            age_lease(self.desk.lab)

    def marks_of(self, kind: str) -> int:
        return sum(diagnostic.kind == kind for diagnostic in self.struck)


def _codes(said: Said) -> str:
    found = [event["problem"]["code"] for event in said.events if event.get("problem")]
    found += [one["code"] for event in said.events for one in event.get("errors", ())]
    return f" {' '.join(dict.fromkeys(found))}" if found else ""


def play(desk: Desk, seed: int) -> Story:
    story = Story(desk=desk, seed=seed)
    running: Running | None = None
    for diagnostic in dealt(seed):
        running = _struck(story, diagnostic, running)
        if story.converged:
            return story
    if running is not None:
        story.ended(running.finish(600))
    for _ in range(TRIES):
        if story.converged:
            break
        story.ended(_started(desk).finish(600))
    return story


def _struck(story: Story, diagnostic: Trouble, running: Running | None) -> Running | None:
    """The run that goes on afterwards, if one does. Runs that end before the moment comes are started again."""
    desk = story.desk
    for _ in range(TRIES):
        running = running or _started(desk)
        if Sight(desk.lab, running).await_(diagnostic):
            break
        story.ended(running.finish())
        running = None
        if story.converged:
            return None
    else:
        raise AssertionError(f"{diagnostic}: its moment never came")
    print(f"  {diagnostic}")
    story.struck.append(diagnostic)
    hosts_feel_it = diagnostic.kind not in ("bkrec", "stop")
    if hosts_feel_it:
        story.mark(diagnostic.kind)
    strike(desk.lab, diagnostic, running)
    if hosts_feel_it:
        story.mark(diagnostic.kind)
    if diagnostic.kind != "bkrec":
        return running
    story.runs.append(running.finish())
    story.dead_lease()
    return None


def _started(desk: Desk) -> Running:
    return desk.start("apply", "--yes", "-o", "json")


@pytest.fixture(scope="module")
def stories() -> Iterator[list[Story]]:
    told: list[Story] = []
    yield told
    print(f"\n\n{figures(told)}")


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"seed-{seed}")
def test_killed_all_the_way_it_converges_and_nothing_runs_twice(
    lab: Lab, tmp_path: Path, stories: list[Story], seed: int
) -> None:
    print(f"\nseed {seed}")
    desk = fresh(lab, tmp_path / "desk")
    pace(lab, "1")
    forget(lab)
    with desk.watched_over():
        story = play(desk, seed)
    stories.append(story)
    log = ledger(lab)
    story.twice, story.starts, story.repeated = doubled(log, story.marks), len(started(log)), repeats(log)
    assert story.converged, story.runs[-1].all[-4000:]
    again, story.written = wrote(lab, lambda: desk.bkrec("apply", "--yes", "-o", "json"))
    print(f"  started again: {', '.join(story.repeated) or 'nothing'}; of these without a reason: {story.twice}")
    print(f"  false: {story.false}; written by an apply after apply: {story.written}")
    again.must(0)
    assert (story.twice, story.false, story.written) == ([], [], [])
    assert "step-started" not in again.out


def figures(stories: list[Story]) -> str:
    struck = Counter(diagnostic.kind for story in stories for diagnostic in story.struck)
    kills, starts = sum(struck[kind] for kind in KILLS), sum(story.starts for story in stories)
    rows = [
        ("upgrades, converged", len(stories), sum(story.converged for story in stories)),
        ("kills: bkrec, sshd, host", kills, *(struck[kind] for kind in KILLS)),
        ("besides: cable pulled, bkrec stopped", struck["cut"] + struck["stop"], struck["cut"], struck["stop"]),
        ("runs of apply", sum(len(story.runs) for story in stories)),
        ("bkcli started, of these again after a host's trouble", starts, sum(len(story.repeated) for story in stories)),
        ("a person was asked", sum(len(story.asked) for story in stories)),
        ("double starts", sum(len(story.twice) for story in stories)),
        ("false successes", sum(len(story.false) for story in stories)),
        ("writes of an apply after apply", sum(len(story.written) for story in stories)),
    ]
    return "\n".join(f"{name:56}" + "".join(f"{count:>6}" for count in counts) for name, *counts in rows)
