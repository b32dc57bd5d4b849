"""Every kind of fact that is desired can be spoilt: a new one without a line in the table, or without a class of drift,
is found here."""

from random import Random

import pytest

from probes.fact import AnyExpected, fact_id
from reconciler.rules.registry import expected_facts
from tests.lab.support.drift_classes import CLASSES, SERVING, Draw, rounds
from tests.lab.support.drifts import dealt, spoil
from tests.sim.worlds import guide_cluster

WISHES = expected_facts(guide_cluster())


def kinds(expectations: tuple[AnyExpected, ...]) -> set[str]:
    return {fact_id(expected.fact).split(" ")[0] for expected in expectations}


@pytest.mark.parametrize("expected", WISHES, ids=lambda wish: fact_id(wish.fact))
def test_somebody_knows_how_it_is_spoilt(expected: AnyExpected) -> None:
    spoilt = spoil(expected, Random(1))
    assert (spoilt.host, bool(spoilt.script)) == (expected.fact.host, True)


def test_sixty_are_dealt_with_every_kind_among_them() -> None:
    hand = tuple(dealt(WISHES, 60, 62))
    assert len({fact_id(expected.fact) for expected in hand}) == 60
    assert kinds(hand) == kinds(WISHES)


WITHOUT_A_CLASS = {
    "container.docker-fault": "it takes all containers of its host with it: tests/lab/test_seeded_drifts.py",
    "container.image": "tests/lab/test_seeded_drifts.py",
    "container.unsteady": "time alone makes it: tests/lab/test_latent.py",
    "steady.recently-started": "time alone makes it: tests/lab/test_latent.py",
    "current.unit": "by the class of VERSION, whose file it goes by",
    "current.since": "by a mark of a run: tests/lab/test_seeded_drifts.py",
    "env.filled": "a password that is lost is lost: tests/lab/test_seeded_drifts.py",
    "env.present": "by the class of a variable dropped",
    "http.unserved": "by the classes of SaaS and openresty, from which it follows",
    "marker": "of a run that was cut: tests/lab/test_kills.py",
    "port.listening": "by the class of a unit stopped, from which it follows",
    "port.unit": "by the class of a unit stopped, from which it follows",
    "system.name": "by the class of the name server, from which it follows",
}
"""Kinds of facts that no class begins with, and where they are spoilt."""


def drawn(seed: int) -> Draw:
    return Draw(Random(seed), WISHES, lambda host, arguments: (f"/{host}/{arguments.split()[0].strip('/')}/a-file",))


def test_there_are_sixty_classes_of_drift_and_every_kind_is_among_them_or_has_a_reason() -> None:
    found = {make(drawn(1)).finding.split(" ")[0] for make in CLASSES.values()}
    assert len(CLASSES) >= 60
    assert found - {"seal.file"} == kinds(WISHES) - set(WITHOUT_A_CLASS)


@pytest.mark.parametrize("seed", range(20))
def test_rounds_have_every_class_once_and_no_subject_twice(seed: int) -> None:
    batches = list(rounds(drawn(seed), 6))
    assert sorted(name for batch in batches for name in batch) == sorted(CLASSES)
    for batch in batches:
        assert len({drift.finding for drift in batch.values()}) == len(batch)
        serving = [drift.host for drift in batch.values() if drift.finding.split(" ")[0] in SERVING]
        assert len(serving) == len(set(serving)), "one would be named as the consequence of the other"


def test_a_seed_draws_the_same_and_another_one_others() -> None:
    one, again, other = (
        [(name, drift.finding) for batch in rounds(drawn(seed), 6) for name, drift in batch.items()]
        for seed in (1, 1, 2)
    )
    assert one == again != other
