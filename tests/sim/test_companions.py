"""Each invariant notices the product that was broken for it, and no other invariant does; the intact one passes.

`python -m tests.sim.companions` prints the table of docs/campaign.md.
"""

from collections.abc import Callable, Iterable

import pytest

from tests.sim.audit import NAMES
from tests.sim.campaign import Told
from tests.sim.companions import COMPANIONS, Companion, caught


@pytest.mark.parametrize("companion", COMPANIONS, ids=lambda companion: f"{companion.invariant}: {companion.what}")
def test_a_product_broken_on_purpose_is_caught_by_its_invariant_and_no_other(companion: Companion) -> None:
    assert set(caught(companion)) == {companion.invariant}


def test_each_invariant_has_a_companion() -> None:
    assert {companion.invariant for companion in COMPANIONS} == set(NAMES)


@pytest.mark.parametrize("games", tuple(dict.fromkeys(companion.games for companion in COMPANIONS)))
def test_the_same_games_are_clean_with_the_product_as_it_is(games: Callable[[], Iterable[Told]]) -> None:
    assert [violation for game in games() for violation in game.violations] == []
