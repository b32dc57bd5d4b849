"""Equality decides; and two that are not there are not equal, where what is wished for has to be there."""

import pytest

from probes.fact import Absent, AnyFact, AnyReading, Known, SameAs, Unknown, matches
from probes.mysql import ProductVersion
from probes.path import FileDigest, TreeDigest, VersionText
from reconciler.core.diff import compare, diff
from reconciler.core.verdict import verdict
from specs.reason import reason

WHY = reason("not-read")
COPY, STANDARD = FileDigest(host="10.0.0.2", path="/copy"), FileDigest(host="10.0.0.1", path="/standard")
LIKE = COPY.must_equal(STANDARD, because=WHY, source="a test")
EMPTY = "d41d8cd98f00b204e9800998ecf8427e"
"""md5sum </dev/null"""
BARE = "68b329da9893e34099c7d8ad5cb9c940"
"""What the script says of a tree without files: echo | md5sum"""


def read(copy: AnyReading, standard: AnyReading) -> dict[AnyFact, AnyReading]:
    return {COPY: copy, STANDARD: standard}


@pytest.mark.parametrize(
    ("copy", "standard", "word"),
    [
        (Known("a"), Known("a"), "converged"),
        (Known("b"), Known("a"), "differs"),
        (Absent(), Known("a"), "differs"),
        (Absent(), Absent(), "differs"),
        (Known("a"), Absent(), "differs"),
        (Known(EMPTY), Known(EMPTY), "differs"),
        (Known(EMPTY), Known("a"), "differs"),
        (Known("a"), Unknown(WHY), "unknown"),
        (Absent(), Unknown(WHY), "unknown"),
        (Unknown(WHY), Absent(), "unknown"),
    ],
    ids=str,
)
def test_a_copy_equals_a_standard_that_is_there(copy: AnyReading, standard: AnyReading, word: str) -> None:
    found = diff([LIKE], read(copy, standard))
    assert verdict(found) == word
    assert matches(LIKE, read(copy, standard)) is {"converged": True, "differs": False, "unknown": None}[word]


def test_a_drift_names_the_standard_that_is_not_there() -> None:
    drift = compare(LIKE, read(Absent(), Absent()))
    assert drift is not None
    assert drift.expected.reading == SameAs(STANDARD)
    drift = compare(LIKE, read(Absent(), Known("a")))
    assert drift is not None
    assert drift.expected.reading == Known("a")


def test_two_trees_without_a_file_are_not_equal() -> None:
    here, there = TreeDigest(host="10.0.0.1", root="/data/install"), TreeDigest(host="10.0.0.2", root="/data/install")
    like = there.must_equal(here, because=WHY, source="a test")
    assert compare(like, {here: Known(BARE), there: Known(BARE)}) is not None
    assert compare(like, {here: Known("a"), there: Known("a")}) is None


def test_no_version_may_be_shown_of_what_is_not_installed() -> None:
    """The one equality that holds of two that are not there; a row without a product is a lie all the same."""
    row = ProductVersion(host="10.0.0.1", login_path="x", code="bkssm")
    installed = VersionText(host="10.0.0.1", path="/data/bkce/bkssm/VERSION")
    expected = row.must_equal(installed, because=WHY, source="a test")
    assert compare(expected, {row: Absent(), installed: Absent()}) is None
    assert compare(expected, {row: Known("1.0"), installed: Absent()}) is not None
    assert compare(expected, {row: Absent(), installed: Known("1.0")}) is not None
