"""Every kind of fact that is desired can be spoilt: a new one without a line in the table is found here."""

from random import Random

import pytest
from support_spoils import dealt, spoil

from probes.fact import AnyExpected, fact_id
from reconciler.rules.registry import expected_facts
from tests.sim.worlds import guide_cluster

WISHES = expected_facts(guide_cluster())


def kinds(wishes: tuple[AnyExpected, ...]) -> set[str]:
    return {fact_id(wish.fact).split(" ")[0] for wish in wishes}


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: fact_id(wish.fact))
def test_somebody_knows_how_it_is_spoilt(wish: AnyExpected) -> None:
    spoilt = spoil(wish, Random(1))
    assert (spoilt.host, bool(spoilt.script)) == (wish.fact.host, True)


def test_sixty_are_dealt_with_every_kind_among_them() -> None:
    hand = tuple(dealt(WISHES, 60, 62))
    assert len({fact_id(wish.fact) for wish in hand}) == 60
    assert kinds(hand) == kinds(WISHES)
