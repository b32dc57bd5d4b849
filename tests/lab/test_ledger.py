"""The ledger by which double starts are counted notices them, and excuses what it has to."""

import pytest

from tests.lab.support.ledger import Mark, calls, doubled, repeats

PAAS = "begin 10 b1 install paas\nend 10 b1 install paas\n"
PAAS_AGAIN = "begin 20 b1 install paas\nend 20 b1 install paas\n"
REDIS = "begin 11 b1 install redis_cluster\n"
REDIS_AGAIN = "begin 21 b2 install redis_cluster\n"

CASES: dict[str, tuple[str, list[Mark], list[str]]] = {
    "each-once": (PAAS + REDIS, [], []),
    "again-for-no-reason": (PAAS + PAAS_AGAIN, [], ["bkcli install paas again"]),
    "again-after-a-host-went-down": (PAAS + PAAS_AGAIN, [Mark(at=1, kind="host")], []),
    "a-host-went-down-before-the-first": (PAAS + PAAS_AGAIN, [Mark(at=0, kind="host")], ["bkcli install paas again"]),
    "one-beside-another": (
        PAAS.splitlines()[0] + "\n" + REDIS, [], ["bkcli install redis_cluster beside install paas"],
    ),
    "cut-by-a-power-loss": (REDIS + "begin 12 b2 sync common\n", [Mark(at=1, kind="host")], []),
    "what-runs-once-after-a-power-loss": (
        REDIS + REDIS_AGAIN, [Mark(at=1, kind="host")], ["bkcli install redis_cluster again"],
    ),
    "what-runs-once-by-a-persons-leave": (
        REDIS + REDIS_AGAIN, [Mark(at=1, kind="host"), Mark(at=1, kind="person")], [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_was_started_twice_is_told(name: str) -> None:
    log, marks, told = CASES[name]
    assert doubled(calls(log), marks) == told


def test_repeats_are_counted_excused_or_not() -> None:
    assert repeats(calls(PAAS + PAAS_AGAIN + REDIS)) == ["install paas"]
