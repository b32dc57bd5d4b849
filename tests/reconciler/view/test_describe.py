"""Every kind of fact and action has a line, in both languages, that asks only for fields it has."""

from dataclasses import dataclass, fields
from string import Formatter
from typing import Any, ClassVar, Literal, get_args

import pytest

from actions.action import Action, Undo
from actions.registry import ACTIONS
from probes.fact import Absent, Fact, Known, SameAs, Unknown
from probes.registry import PROBES
from probes.unit import UnitActive
from reconciler.view import describe
from reconciler.view.messages.actions import ACTIONS as ACTION_TEXTS
from reconciler.view.messages.facts import FACTS, STATES, VALUES
from reconciler.view.messages.registry import reasons
from reconciler.view.render import RenderOptions
from specs.reason import reason
from specs.text import LocalizedText

KINDS = {_kind: cls for probe in PROBES for cls in probe.facts for _kind in [cls.__dataclass_fields__["kind"].default]}
BY_KIND = {cls.__dataclass_fields__["kind"].default: cls for cls in ACTIONS}
UNIT = UnitActive(host="10.0.0.3", unit="bk-auth.service")


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd(Fact[str]):
    thing: str
    kind: Literal["odd.thing"] = "odd.thing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Polish(Action):
    thing: str
    identity: ClassVar[tuple[str, ...]] = ("thing",)
    kind: Literal["odd.polish"] = "odd.polish"


def test_every_kind_of_fact_has_a_line_and_no_line_is_left_over() -> None:
    assert set(FACTS) == set(KINDS)


def test_every_kind_of_action_has_a_line_and_no_line_is_left_over() -> None:
    assert set(ACTION_TEXTS) == set(BY_KIND)


def test_a_yes_or_no_that_has_words_is_a_fact() -> None:
    assert set(STATES) <= set(FACTS)


def test_a_named_value_is_one_that_its_fact_can_have() -> None:
    for kind, named in VALUES.items():
        base: Any = vars(KINDS[kind])["__orig_bases__"][0]
        assert set(named) == set(get_args(get_args(base)[0])), kind


@pytest.mark.parametrize(
    ("kind", "sentence", "cls"),
    [*((k, s, KINDS[k]) for k, s in FACTS.items()), *((k, s, BY_KIND[k]) for k, s in ACTION_TEXTS.items())],
    ids=[*FACTS, *ACTION_TEXTS],
)
def test_a_line_asks_only_for_fields_that_are_there(kind: str, sentence: LocalizedText, cls: type) -> None:
    known = {f.name for f in fields(cls)}
    asked = {lang: {name for _, name, _, _ in Formatter().parse(text) if name} for lang, text in _texts(sentence)}
    assert asked["en"] <= known, kind
    assert asked["en"] == asked["zh"], kind


def _texts(sentence: LocalizedText) -> tuple[tuple[str, str], ...]:
    return (("en", sentence.en), ("zh", sentence.zh))


def test_an_unknown_kind_falls_back_to_what_identifies_it() -> None:
    assert describe.fact(Odd(host="10.0.0.1", thing="x"), "en") == "odd.thing x @10.0.0.1"
    assert describe.action(Polish(host="10.0.0.1", thing="x"), "zh") == "odd.polish thing=x"


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        pytest.param(True, "port.listening", "in use", id="a yes has the fact's own words"),
        pytest.param(True, "nothing.known", "yes", id="else it is a yes"),
        pytest.param("file", "path.kind", "file", id="a value of ours has words"),
        pytest.param("", "", "empty", id="nothing is told as nothing"),
        pytest.param((), "", "empty", id="no items"),
        pytest.param(("a", "b"), "", "a, b", id="items"),
        pytest.param("a\nb", "", "a ⏎ b", id="one line"),
        pytest.param("\x1b[31mred", "", "red", id="no colours of others"),
        pytest.param(7, "", "7", id="a number"),
    ],
)
def test_a_value_is_one_harmless_line(value: object, kind: str, shown: str) -> None:
    assert describe.value_text(value, "en", kind=kind) == shown


def test_a_reading_that_is_none_is_worded() -> None:
    page = RenderOptions(lang="zh")
    assert describe.reading(Absent(), page) == "不存在"
    assert describe.reading(Known("active"), page) == "active"
    assert describe.reading(Unknown(reason("no-such-code")), page).startswith("未知")
    assert "bk-auth.service" in describe.reading(SameAs(UNIT), page)


def test_every_outcome_of_an_undo_has_a_reason() -> None:
    """Its code is put together from the outcome: nothing else would find one without a text."""
    assert [outcome for outcome in get_args(Undo) if f"undo-{outcome}" not in reasons()] == []
