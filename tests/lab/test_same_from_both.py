"""Two machines that check one cluster are compared without what each remembers, and only while the cluster rests."""

from typing import Any, get_type_hints

import pytest

from reconciler.view.documents.diff import FindingDoc
from tests.lab.support.operator import HISTORY, of_the_cluster, same_from_both

FINDING = {"fact": "unit.active x @h", "since": "2026-01-01T00:00:00Z", "times": 1, "flapping": False}


def check(**finding: object) -> dict[str, Any]:
    return {"checked": "2026-01-01T00:00:00Z", "last_success": None, "drift": [FINDING | finding], "unknown": []}


def test_what_a_machine_remembers_is_no_difference_and_anything_else_is() -> None:
    there = check(since="2026-01-02T00:00:00Z", times=7, flapping=True)
    assert of_the_cluster(there) == of_the_cluster(check())
    assert of_the_cluster(check(fact="unit.active y @h")) != of_the_cluster(check())


def test_a_cluster_on_its_way_is_asked_again() -> None:
    ours, theirs = iter(["down", "up", "up", "up"]), iter(["up", "up"])
    assert same_from_both(lambda: next(ours), lambda: next(theirs)) == "up"


def test_a_difference_while_it_rests_fails() -> None:
    with pytest.raises(AssertionError, match="down"):
        same_from_both(lambda: "up", lambda: "down")


def test_the_names_of_the_history_are_those_of_the_document() -> None:
    assert set(HISTORY) <= set(get_type_hints(FindingDoc))
