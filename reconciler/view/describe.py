"""A fact as a noun phrase, an action as an order, a reading as a word or two: through tables keyed by kind.

A kind without a line falls back to what identifies it anyway (the fact's id; the action's kind and fields), so a new
family can be seen before it can be read. `tests/reconciler/view/test_describe.py` lists the kinds that have no line.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from functools import cache
from string import Formatter
from typing import Any, cast

from actions.action import Action
from probes.fact import Absent, AnyFact, AnyReading, Known, SameAs, Unknown, fact_id, kind_of
from reconciler.core.interim_state import InterimState
from reconciler.core.redact import redact_reading
from reconciler.view.messages.actions import ACTIONS
from reconciler.view.messages.facts import FACTS, STATES, VALUES
from reconciler.view.messages.registry import drop_empty, fill, reason_text
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, clipped, sanitized
from specs.reason import Reason, reason
from specs.text import Lang, LocalizedText

_TOO_LONG = 160
"""Columns of a value shown beside its label; the JSON document has it whole."""


def fact(fact: AnyFact, lang: Lang) -> str:
    return _phrase(FACTS.get(kind_of(fact)), fact, lang) or sanitized(fact_id(fact))


def action(done: Action, lang: Lang) -> str:
    return _phrase(ACTIONS.get(action_kind(done)), done, lang) or _plainly(done)


def recorded_action(kind: str, host: str, recorded: Iterable[str], lang: Lang) -> str:
    """The same from a journal, which has the action's kind and its plain fields, `name=value`."""
    pairs = tuple(
        (name, clipped(sanitized(value), _TOO_LONG)) for name, _, value in (f.partition("=") for f in recorded)
    )
    sentence = ACTIONS.get(kind)
    if sentence is None:
        return " ".join((sanitized(kind), *(f"{name}={value}" for name, value in pairs)))
    values = {"host": host, **dict(pairs)}
    text = sentence.zh if lang == "zh" else sentence.en
    missing = tuple((name, "") for name in _names(text) if name not in values)
    return fill(sentence, (*values.items(), *missing), lang)


def action_kind(done: Action) -> str:
    return str(getattr(done, "kind", type(done).__name__))


def manual_instruction(done: Action) -> bool:
    """True where a person does it, and it is seen done."""
    return bool(done.manual_instruction)


def is_backup(done: Action) -> bool:
    return action_kind(done).startswith("backup.")


def undo(word: str) -> Reason:
    """Why an undo makes that of it; the words are those of `actions/action.py`."""
    return reason(f"undo-{word}")


def interim(release: str, state: InterimState) -> tuple[Reason, ...]:
    """What the cluster is; whether users can work on it, what must not be done manually, whether hosts may reboot."""
    names = {name: ", ".join(getattr(state, name)) for name in ("upgraded", "pending", "down", "unclear")}
    topics = ("", "-users", "-manual")
    if state.not_to_reboot:
        reboots = reason("interim-reboots-lose", hosts=", ".join(state.not_to_reboot))
    else:
        reboots = reason("interim-reboots-unclear" if state.unclear else "interim-reboots-safe")
    return (*(reason(f"interim-{state.state}{topic}", release=release, **names) for topic in topics), reboots)


def reading(read: AnyReading | SameAs[Any], page: RenderOptions, *, kind: str = "") -> str:
    match read if isinstance(read, SameAs) else redact_reading(read):
        case Known(value):
            return value_text(value, page.lang, kind=kind)
        case Absent():
            return label("absent", page.lang)
        case Unknown(why):
            return label("unknown-because", page.lang, why=reason_text(why, page.lang))
        case SameAs(other):
            return label("same", page.lang, fact=f"{fact(other, page.lang)} @{other.host}")


def value_text(value: object, lang: Lang, *, kind: str = "") -> str:
    """One line, without control characters; `kind` chooses the words of a yes or no ("healthy", not "yes")."""
    if isinstance(value, bool):
        words = STATES.get(kind)
        return fill(words[value], (), lang) if words else label("yes" if value else "no", lang)
    wording = VALUES.get(kind, {}).get(str(value))
    if wording is not None:
        return fill(wording, (), lang)
    items = cast(tuple[object, ...], value) if isinstance(value, tuple) else (value,)
    text = ", ".join(str(item) for item in items)
    shown = clipped(sanitized(text.replace("\n", " ⏎ ")), _TOO_LONG)
    return shown or label("empty", lang)


class _Fields(dict[str, str]):
    """A fact's or an action's own fields as text, made only when a sentence asks for them."""

    def __init__(self, it: AnyFact | Action) -> None:
        super().__init__()
        self._it = it

    def __missing__(self, name: str) -> str:
        value = getattr(self._it, name, None)
        return f"{{{name}}}" if value is None else _field(value)


def _phrase(sentence: LocalizedText | None, it: AnyFact | Action, lang: Lang) -> str:
    if sentence is None:
        return ""
    text, reported = sentence.zh if lang == "zh" else sentence.en, _Fields(it)
    return drop_empty(text, (name for name in _names(text) if not reported[name])).format_map(reported)


@cache
def _names(text: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(text) if name)


def _plainly(done: Action) -> str:
    return " ".join((action_kind(done), *_pairs(done)))


def _pairs(done: Action) -> Iterator[str]:
    for name, value in ((f.name, getattr(done, f.name)) for f in fields(done) if f.name not in ("host", "kind")):
        if isinstance(value, str | int) and value != "":
            yield f"{name}={_field(value)}"


def _field(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_field(item) for item in cast(tuple[object, ...], value))
    return clipped(sanitized(str(value)), _TOO_LONG)
