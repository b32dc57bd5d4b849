"""Identifiers are words of the field: those that only this house uses may become fewer, never more."""

from collections import Counter

from docs.identifiers import HOUSE_WORDS, house_words, identifiers, words

AT_MOST = 41
"""Uses of house words as parts of identifiers (`python docs/identifiers.py --total`). Lower it with each that goes."""


def test_house_words_only_become_fewer() -> None:
    found = house_words(identifiers())
    assert found.total() <= AT_MOST, f"{found.total()}: {found.most_common(12)}"


def test_a_house_word_within_an_identifier_would_be_counted() -> None:
    counts = Counter({"was_left_out": 2, "TroubleText": 1, "toldest": 5, "settled": 1})
    assert house_words(counts) == {"left": 2, "trouble": 1, "settled": 1}
    assert words("JobsRunning") == words("jobs_running") == ["jobs", "running"]


def test_the_product_is_counted() -> None:
    assert identifiers()["Known"] > 50
    assert len(HOUSE_WORDS) > 60
