"""Hostile names and values, from hosts and from people, through the whole way to a report: shown, harmless, whole."""

import json
import unicodedata
from dataclasses import fields
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from probes.fact import Absent, AnyExpected, AnyFact, AnyReading, Known, Unknown
from probes.registry import PROBES
from reconciler.core.diff import diff
from reconciler.view.documents import dumped
from reconciler.view.render import RenderOptions
from reconciler.view.text.diff import diff_text
from reconciler.view.to_documents import diff_document
from specs.reason import reason

FACTS = tuple(fact for probe in PROBES for fact in probe.facts)
NASTY = (
    "$(touch /tmp/x)",
    "`id`",
    "a'b\"c",
    "--help",
    "-rf /",
    "a\nb",
    "a\r\x1b[2J\x1b]0;x\x07",
    "{host}",
    "{0.__class__}",
    "%s%n",
    "../../etc/passwd",
    "\u202egpj.exe",
    "\x00",
    "[red]x[/red]",
    "蓝鲸" * 40,
    "x" * 5000,
    "",
    " ",
)
HOSTILE = st.one_of(st.sampled_from(NASTY), st.text(max_size=30))
QUICK = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def hostile(fact: type[AnyFact]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(fact)
    return st.builds(fact, **{f.name: _field(hints[f.name]) for f in fields(fact) if f.name != "kind"})


def _field(hint: Any) -> st.SearchStrategy[Any]:
    if hint is str:
        return HOSTILE
    return st.lists(HOSTILE, max_size=3).map(tuple) if str in get_args(hint) else st.from_type(hint)


def _unread(output_text: str) -> Unknown:
    return Unknown(reason("parse-failed", family="unit", error=output_text))


READINGS: st.SearchStrategy[AnyReading] = st.one_of(
    st.builds(Known, HOSTILE),
    st.builds(Known, st.lists(HOSTILE, max_size=3).map(tuple)),
    st.just(Absent()),
    HOSTILE.map(_unread),
)


def _harmful(text: str) -> set[str]:
    """Control and direction characters: what would move a cursor, or turn a line around."""
    return {one for one in text if one != "\n" and unicodedata.category(one) in ("Cc", "Cs")} | set(text) & {"\u202e"}


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.__name__)
@given(st.data())
@QUICK
def test_no_name_and_no_value_breaks_a_report(kind: type[AnyFact], data: st.DataObject) -> None:
    fact, wished, read = data.draw(hostile(kind)), data.draw(HOSTILE), data.draw(READINGS)
    source, module = data.draw(HOSTILE), data.draw(HOSTILE)
    expected: AnyExpected = fact.must_be(wished, because=reason("not-read"), source=source, module=module)
    difference = diff([expected], {fact: read})
    document = json.loads(dumped(diff_document("6.2.2", difference)))
    assert len(document["drift"]) + len(document["unknown"]) + document["matching"] == 1
    for lang in ("en", "zh"):
        assert _harmful(diff_text("6.2.2", difference, RenderOptions(lang=lang, width=80))) == set()
