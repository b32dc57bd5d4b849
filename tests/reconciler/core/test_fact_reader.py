"""How a rule reads facts: what was not read stops it, with all that is missing, and a question is answered once."""

from dataclasses import dataclass
from typing import Literal

import pytest

from probes.fact import Absent, AnyExpected, AnyFact, Fact, Known, Unknown
from reconciler.core.fact_reader import FactNotRead, FactReader
from specs.reason import reason

WHY = reason("not-read")


@dataclass(frozen=True, slots=True, kw_only=True)
class On(Fact[bool]):
    name: str
    kind: Literal["test.on"] = "test.on"


def on(name: str) -> AnyFact:
    return On(host="10.0.0.1", name=name)


def must_be_on(name: str) -> AnyExpected:
    return On(host="10.0.0.1", name=name).must_be(True, because=WHY, source="a test")


READER = FactReader(
    {
        on("on"): Known(True),
        on("too"): Known(True),
        on("off"): Known(False),
        on("gone"): Absent(),
        on("?"): Unknown(WHY),
    }
)


def test_what_was_read_is_answered_and_what_was_not_stops_the_rule() -> None:
    assert [READER.read(on(name)) for name in ("on", "gone", "?")] == [Known(True), Absent(), Unknown(WHY)]
    with pytest.raises(FactNotRead) as raised:
        READER.read(on("new"))
    assert raised.value.facts == raised.value.args == (on("new"),)


def test_of_several_facts_all_that_are_missing_are_named_at_once() -> None:
    assert READER.read_all(on(name) for name in ("off", "on")) == (Known(False), Known(True))
    assert READER.read_all(()) == ()
    with pytest.raises(FactNotRead) as raised:
        READER.read_all(on(name) for name in ("new", "on", "newer"))
    assert raised.value.facts == (on("new"), on("newer"))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("on", True), ("off", False), ("gone", False), ("?", False)],
    ids=["on", "off", "gone", "unknown"],
)
def test_an_expectation_holds_only_where_it_was_read_so(name: str, *, wanted: bool) -> None:
    assert READER.holds(must_be_on(name)) is wanted


def test_an_expectation_whose_fact_was_not_read_stops_the_rule() -> None:
    with pytest.raises(FactNotRead) as raised:
        READER.holds(must_be_on("new"))
    assert raised.value.facts == (on("new"),)


@pytest.mark.parametrize(
    ("names", "every", "some"),
    [
        (("on", "too"), True, True),
        (("on", "off"), False, True),
        (("off", "on"), False, True),
        (("off", "?"), False, False),
        ((), True, False),
    ],
    ids=["all", "first", "last", "none", "nothing"],
)
def test_expectations_are_judged_together(names: tuple[str, ...], *, every: bool, some: bool) -> None:
    assert READER.all_match(must_be_on(name) for name in names) is every
    assert READER.any_holds(must_be_on(name) for name in names) is some


@pytest.mark.parametrize("judge", [READER.all_match, READER.any_holds], ids=["all", "any"])
def test_none_is_judged_before_all_were_read(judge: object) -> None:
    """One more round trip is dearer than a fact too many."""
    assert callable(judge)
    for names in (("on", "new", "newer"), ("off", "new", "newer")):
        with pytest.raises(FactNotRead) as raised:
            judge(must_be_on(name) for name in names)
        assert raised.value.facts == (on("new"), on("newer"))


def test_a_question_is_answered_once_and_what_it_lacks_is_said_each_time() -> None:
    calls: list[str] = []
    reader = FactReader(READER.readings)

    def answer(name: str) -> bool:
        calls.append(name)
        return reader.holds(must_be_on(name))

    for _ in range(2):
        assert reader.once("whether on", lambda: answer("on")) is True
        assert reader.once("whether off", lambda: answer("off")) is False
        with pytest.raises(FactNotRead) as raised:
            reader.once("whether new", lambda: answer("new"))
        assert raised.value.facts == (on("new"),)
    assert calls == ["on", "off", "new"]
    assert FactReader(READER.readings).once("whether on", lambda: "asked anew") == "asked anew"


def test_readers_of_the_same_readings_are_equal_whatever_they_were_asked() -> None:
    asked = FactReader(READER.readings)
    asked.once("question", lambda: 1)
    assert asked == FactReader(READER.readings)
