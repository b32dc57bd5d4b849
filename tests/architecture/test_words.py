"""Codes and words are held together both ways: no code without words, no words without a code, and the same fields.

The fields that a call hands over are what the sentence may ask for. A sentence that asks for another would show a bare
`{name}` to whoever reads the report at night.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter

import pytest

from reconciler.view import describe
from reconciler.view.messages.actions import ACTIONS
from reconciler.view.messages.facts import FACTS
from reconciler.view.messages.registry import diagnostics, fill, reasons
from reconciler.view.messages.ui import LABELS
from specs.text import LocalizedText
from tests.architecture.tree import Source, calls, sources, strings
from tests.sim.worlds import World, guide_cluster, study

NOT_FIELDS = {"where", "because", "source"}
"""What `diagnose` takes besides the fields of the code."""


@dataclass(frozen=True, slots=True)
class Use:
    where: str
    call: str
    code: str
    fields: frozenset[str]
    open: bool
    """True where `**fields` hides what is handed over."""


def _uses(source: Source) -> Iterator[Use]:
    for call in calls(source, "coded", "diagnose"):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        given = frozenset(k.arg for k in call.keywords if k.arg and not (name == "diagnose" and k.arg in NOT_FIELDS))
        hidden = any(k.arg is None for k in call.keywords)
        for code in _codes(call.args[0]) if name and call.args else ():
            yield Use(f"{source.name}:{call.lineno}", name, code, given, hidden)


def _codes(argument: ast.expr) -> Iterator[str]:
    match argument:
        case ast.Constant(value=str() as code):
            yield code
        case ast.IfExp(body=one, orelse=other):
            yield from _codes(one)
            yield from _codes(other)
        case _:
            return


def _spelt() -> Iterator[str]:
    """Codes may be kept in tables, or put together from a beginning and a word."""
    for source in sources():
        if "/view/messages/" not in source.name:
            yield from strings(source)


USES = [use for source in sources() if source.name != "specs/diagnostic.py" for use in _uses(source)]
BUILT = [
    prefix
    for source in sources()
    for call in calls(source, "coded", "diagnose")
    for prefix in [call.args[0].values[0] if call.args and isinstance(call.args[0], ast.JoinedStr) else None]
    if isinstance(prefix, ast.Constant) and isinstance(prefix.value, str)
]


@pytest.mark.parametrize("use", USES, ids=lambda u: f"{u.where} {u.code}")
def test_every_code_has_words(use: Use) -> None:
    assert use.code in (reasons() if use.call == "coded" else diagnostics()), f"no words for `{use.code}`"


@pytest.mark.parametrize("use", USES, ids=lambda u: f"{u.where} {u.code}")
def test_every_placeholder_is_filled(use: Use) -> None:
    asked = {name for sentence in _worded(use) for name in _placeholders(sentence.en)}
    assert use.open or asked <= use.fields, f"{sorted(asked - use.fields)} are asked for and not handed over"


@pytest.mark.parametrize("code", [*reasons(), *diagnostics()])
def test_every_wording_has_a_code(code: str) -> None:
    spelt = set(_spelt())
    built = any(code.startswith(str(prefix.value)) for prefix in BUILT)
    assert built or code in spelt, f"nothing uses `{code}` any more"


@pytest.mark.parametrize("table", ["REASONS", "DIAGNOSTICS"])
def test_a_code_is_worded_in_one_way(table: str) -> None:
    """Two files that word it differently would make it a matter of luck which one is read."""
    words: dict[str, set[object]] = {}
    for source in sources("reconciler/view/messages"):
        for code, worded in vars(importlib.import_module(source.module)).get(table, {}).items():
            words.setdefault(code, set()).add(worded)
    assert [code for code, ways in words.items() if len(ways) > 1] == []


@pytest.mark.parametrize("code", [*reasons(), *diagnostics(), *LABELS])
def test_codes_are_kebab_case(code: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)


def _all() -> Iterator[tuple[str, LocalizedText]]:
    yield from reasons().items()
    yield from LABELS.items()
    for code, text in diagnostics().items():
        yield from ((f"{code}.{part}", getattr(text, part)) for part in ("what", "why", "hint"))


@pytest.mark.parametrize(("code", "sentence"), list(_all()), ids=[code for code, _ in _all()])
def test_both_languages_say_the_same(code: str, sentence: LocalizedText) -> None:
    assert sentence.en, code
    assert sentence.zh, code
    assert _placeholders(sentence.en) == _placeholders(sentence.zh)


WORDS = [*_all(), *FACTS.items(), *ACTIONS.items()]


@pytest.mark.parametrize(("code", "sentence"), WORDS, ids=[code for code, _ in WORDS])
def test_no_sentence_has_two_blanks_whichever_of_its_fields_is_empty(code: str, sentence: LocalizedText) -> None:
    """etcd's archive brings no version: "distribute etcd  to 10.0.0.1"."""
    names = sorted(_placeholders(sentence.en))
    for text in (sentence.en, sentence.zh):
        for empty in ((), *((name,) for name in names), tuple(names)):
            told = tuple((name, "" if name in empty else "x") for name in names)
            plain = re.sub(r"(\{\w+):[^}]*", r"\1", text)
            filled = fill(LocalizedText(en=plain, zh=plain), told, "en")
            assert "  " not in filled, (code, empty, filled)


def test_no_step_of_the_whole_guide_is_told_with_two_blanks() -> None:
    plan, _ = study(World(cluster=guide_cluster()))
    told = [describe.action(step.action, lang) for step in plan.steps for lang in ("en", "zh")]
    assert [one for one in told if "  " in one or one != one.strip()] == []


def _worded(use: Use) -> tuple[LocalizedText, ...]:
    if use.call == "coded":
        return (reasons()[use.code],) if use.code in reasons() else ()
    text = diagnostics().get(use.code)
    return (text.what, text.why, text.hint) if text else ()


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
