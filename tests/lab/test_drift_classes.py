"""Every class of drift, spoilt by a plain command on instances that a seed draws: named, and nothing else but what
follows from it.

    BKREC_LAB=drift pytest -m campaign -s tests/lab/test_drift_classes.py              # all classes; prints the table
    BKREC_LAB=drift BKREC_SEED=7 pytest -m campaign -s tests/lab/test_drift_classes.py # other instances

A few classes are spoilt at a time, on different subjects: one check for all of them. Where a finding follows from
another is what bkrec itself says (`cause`); a class that is named only as the consequence of another one fails.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from random import Random

import pytest

from tests.lab.support.drift_classes import CLASSES, Draw, Drift, rounds
from tests.lab.support.drifts import expectations
from tests.lab.support.operator import Desk, on, until

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(3000)]

SEED = int(os.environ.get("BKREC_SEED", "62"))
AT_ONCE = 6
Named = Mapping[str, str | None]
"""Finding → what it follows from."""


def draw(desk: Desk) -> Draw:
    def files(host: str, arguments: str) -> Sequence[str]:
        return on(desk.lab, host, f"set -f; find {arguments}").split()

    return Draw(Random(SEED), expectations(desk), files)


def named(desk: Desk, batch: Mapping[str, Drift]) -> Named:
    """What differs or is unknown, and of advice what one of these is about (a certificate for other names)."""
    document = desk.check()
    found = {found["fact"]: found.get("cause") for found in (*document["drift"], *document["unknown"])}
    advised = (advice["fact"] for advice in document["advice"])
    about = tuple(drift.finding for drift in batch.values())
    return found | {fact: None for fact in advised if about and fact.startswith(about)}


def wrong(batch: Mapping[str, Drift], found: Named) -> Iterator[str]:
    spoilt = {name: _finding(drift, found) for name, drift in batch.items()}
    for name, finding in spoilt.items():
        if finding not in found:
            yield f"{name}: not named: {batch[name].finding}"
        elif found[finding] is not None:
            yield f"{name}: named as a consequence of {found[finding]}"
    causes = {*spoilt.values(), *(fact for fact in found if _is_also(fact, batch))}
    for fact, cause in found.items():
        if fact not in causes and cause not in causes:
            yield f"{', '.join(batch)}: named as well: {fact} (cause: {cause})"


def _finding(drift: Drift, found: Named) -> str:
    return next((fact for fact in found if fact.startswith(drift.finding)), drift.finding)


def _is_also(fact: str, batch: Mapping[str, Drift]) -> bool:
    return any(fact.startswith(prefix) for drift in batch.values() for prefix in drift.also)


def undone(desk: Desk, batch: Mapping[str, Drift]) -> None:
    for drift in batch.values():
        on(desk.lab, drift.host, drift.undo, expect=None)


def test_each_class_is_named_with_its_cause_first_and_nothing_else(repaired: Desk) -> None:
    failures, done = list[str](), 0
    for batch in rounds(draw(repaired), AT_ONCE):
        for drift in batch.values():
            on(repaired.lab, drift.host, f"set -e\n{drift.spoil}")
        found: Named = {}
        left: list[str] = []
        for _ in range(3):  # consul's checks and restarts lag behind
            found = named(repaired, batch)
            left = list(wrong(batch, found))
            if not left:
                break
        failures += left
        done += len(batch) if not left else 0
        for name, drift in batch.items():
            finding = _finding(drift, found)
            mine = sum(cause == finding for cause in found.values())
            print(f"{'ok' if not left else 'WRONG':5} {name:52} {finding[:90]} (+{mine} that follow)", flush=True)
        print("\n".join(left), flush=True)
        undone(repaired, batch)
        until(
            lambda batch=batch: named(repaired, batch) == {},
            120,
            f"nothing is found once these are undone: {', '.join(batch)}",
        )
    print(f"{done} of {len(CLASSES)} classes, seed {SEED}")
    assert failures == [], "\n".join(failures)
