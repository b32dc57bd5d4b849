"""Drifts dealt by a seed over every kind of fact: `check` names each, and nothing but what follows; `apply` mends it.

BKREC_LAB=seeded pytest -m campaign -s tests/lab/test_seeded_drifts.py      # 60 drifts and 100 checks; prints the table
"""

from collections.abc import Iterator
from random import Random

import pytest

from probes.fact import fact_id
from tests.lab.machine.place import HOSTS
from tests.lab.support.drifts import dealt, expectations, spoil
from tests.lab.support.operator import Desk, on, until

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(1200)]

COUNT, SEED = 60, 62


@pytest.fixture(scope="module")
def table() -> Iterator[list[str]]:
    lines: list[str] = []
    yield lines
    print("\n" + "\n".join(lines))


@pytest.mark.parametrize("number", range(COUNT))
def test_a_seeded_drift_is_named_with_what_follows_from_it_and_nothing_else(
    converged: Desk, table: list[str], number: int
) -> None:
    every = expectations(converged)
    expected = list(dealt(every, COUNT, SEED))[number]
    spoilt = spoil(expected, Random(number))
    name = fact_id(expected.fact)
    allowed = {name, *(fact_id(other.fact) for other in every if spoilt.related(other))}
    host = next(short for short, address in HOSTS.items() if address == spoilt.host)
    on(converged.lab, host, f"set -e\n{spoilt.script}")
    found = until(lambda: named(converged, name, allowed), 20, f"{name} and of these no other: {sorted(allowed)}")
    table.append(f"{number:3} {len(found) - 1:3} {mended(converged):34} {name[:90]}")


def named(desk: Desk, name: str, allowed: set[str]) -> set[str]:
    """All that is found, once what was spoilt is among it and nothing that has nothing to do with it."""
    readings = desk.check()
    found = {finding["fact"] for finding in (*readings["drift"], *readings["unknown"], *readings["advice"])}
    return found if name in found and found <= allowed else set()


def mended(desk: Desk) -> str:
    """Converged by `apply`; or refused with a reason, and then nothing is called converged."""
    planned = desk.bkrec("plan", "-o", "json").document
    codes = sorted({blocked["problem"]["code"] for blocked in planned["blocked"]})
    done = desk.bkrec("apply", "--yes", timeout_s=600)
    if codes or done.code:
        assert codes, done.all[-3000:]
        assert done.code in (3, 4, 5, 6), done.all[-3000:]
        desk.bkrec("check").must(4 if done.code in (4, 6) else 2)
        return f"exit {done.code}: {' '.join(codes)}"
    assert desk.check()["verdict"] == "converged"
    assert desk.planned() == []
    return f"mended, {len(planned['steps'])} steps"


def test_a_clean_cluster_gives_no_finding_in_a_hundred_checks(converged: Desk) -> None:
    for _ in range(100):
        readings = converged.check()
        assert (readings["verdict"], readings["drift"], readings["unknown"]) == ("converged", [], [])
