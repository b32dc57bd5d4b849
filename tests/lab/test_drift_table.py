"""Every kind of fact that is desired can be spoilt: a new one without a line in the table is found here."""

from random import Random

import pytest

from probes.fact import AnyExpected, fact_id
from reconciler.rules.registry import expected_facts
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
