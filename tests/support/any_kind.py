"""Hypothesis strategies for facts, readings, reasons and actions of any kind."""

from dataclasses import fields
from typing import Any, get_type_hints

from hypothesis import strategies as st

from probes.fact import Absent, AnyExpected, AnyFact, Expected, Known, SameAs
from reconciler.core.plan_file import FACTS
from specs.reason import CodedReason, InlineReason, Reason

TEXT = st.text(max_size=8)


FIELDS = st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple)


REASONS: st.SearchStrategy[Reason] = st.one_of(
    st.builds(InlineReason, en=TEXT, zh=TEXT), st.builds(CodedReason, code=TEXT, fields=FIELDS)
)


VALUES = st.one_of(TEXT, st.integers(-(2**40), 2**40), st.booleans(), st.lists(TEXT, max_size=3).map(tuple))


def made(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Any of a kind: each field as its type says."""
    hints = get_type_hints(cls)
    return st.builds(cls, **{f.name: a_field(hints[f.name]) for f in fields(cls) if f.name != "kind"})


def a_field(hint: Any) -> st.SearchStrategy[Any]:
    if hint == tuple[AnyExpected, ...]:
        return st.lists(WISHES, max_size=2).map(tuple)
    if hint == tuple[AnyFact, ...]:
        return st.lists(ANY_FACT, max_size=2).map(tuple)
    if hint is float:
        return st.floats(allow_nan=False, allow_infinity=False)
    return TEXT if hint is str else REASONS if hint == Reason else st.from_type(hint)


ANY_FACT = st.one_of(*(made(fact) for fact in FACTS))


WISHES = st.builds(
    Expected,
    fact=ANY_FACT,
    reading=st.one_of(st.builds(Known, VALUES), st.just(Absent()), st.builds(SameAs, ANY_FACT)),
    because=REASONS,
    source=TEXT,
    module=TEXT,
)
