"""Sixty things of a finished cluster are taken away on the lab, one after the other: `check` never says converged.

BKREC_LAB=oracle pytest -m campaign -s tests/lab/test_oracle.py      # prints the table
"""

import time
from collections import Counter
from random import Random

import pytest

from reconciler.core.verdict import ExitCode
from tests.lab.support.operator import Desk, on, until
from tests.lab.support.taking import taking
from tests.oracle.finished import finished, load_recording
from tests.oracle.layout import hosts_of, layout
from tests.oracle.not_noticed import classes
from tests.oracle.things import Thing

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(3600)]

COUNT, SEED = 60, 12
RECORDING = load_recording("lab-finished")


def dealt(things: tuple[Thing, ...], count: int, seed: int) -> list[Thing]:
    """One of every kind first, then at random; none of the classes that are not noticed."""
    random = Random(seed)
    kinds: dict[str, list[Thing]] = {}
    for thing in things:
        if not any(group.holds(thing) for group in classes()):
            kinds.setdefault(thing.kind, []).append(thing)
    first = [random.choice(found) for _, found in sorted(kinds.items())]
    rest = [thing for found in kinds.values() for thing in found if thing not in first]
    return (first + random.sample(rest, max(0, count - len(first))))[:count]


def test_whatever_of_sixty_is_taken_away_check_does_not_say_converged(
    converged: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    nginx = hosts_of(layout(RECORDING.install_config), "nginx")[0]
    rows: list[tuple[Thing, str]] = []
    for thing in dealt(finished(RECORDING.install_config, RECORDING.controller), COUNT, SEED):
        how = taking(thing, nginx)
        on(converged.lab, how.host, how.take)
        rows.append((thing, found(converged)))
        on(converged.lab, how.host, how.back)
        until(lambda: converged.bkrec("check").code == ExitCode.OK, 90, f"{thing} is back")
        with capsys.disabled():
            print(f"{rows[-1][1]:10} {thing}")
    with capsys.disabled():
        print(table(rows))
    assert [str(thing) for thing, verdict in rows if verdict == "ok"] == []


def found(desk: Desk) -> str:
    """What `check` ends with; what consul watches is noticed within its own interval."""
    end = time.monotonic() + 15
    while (code := desk.bkrec("check").code) == ExitCode.OK and time.monotonic() < end:
        continue
    return ExitCode(code).name.lower()


def table(rows: list[tuple[Thing, str]]) -> str:
    taken = Counter(thing.kind for thing, _ in rows)
    false = Counter(thing.kind for thing, verdict in rows if verdict == "ok")
    lines = [f"{kind:14}{taken[kind]:6}{false[kind]:6}" for kind in sorted(taken)]
    return "\n".join((*lines, f"{'all':14}{taken.total():6}{false.total():6}"))
