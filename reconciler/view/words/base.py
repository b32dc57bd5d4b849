"""How words are found: a code, its fields, a language → text.

Source of the shape: rustc's and TiUP's diagnostics, where a lasting code leads from any report to one explanation.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from specs.base import Lang
from specs.diagnostic import Diagnostic
from specs.reason import Because, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What happened, why it matters, what to do next (ready to paste where it is a command)."""

    what: Sentence
    why: Sentence
    hint: Sentence


def _sentences() -> Mapping[str, Sentence]:
    from reconciler.view.words import effects, probes, rules

    return {**probes.SENTENCES, **rules.SENTENCES, **effects.SENTENCES}


def _troubles() -> Mapping[str, Trouble]:
    from reconciler.view.words import cli, effects, rules, specs

    return {**specs.TROUBLES, **rules.TROUBLES, **effects.TROUBLES, **cli.TROUBLES}


def say(because: Because, lang: Lang) -> str:
    if isinstance(because, Told):
        return because.zh if lang == "zh" else because.en
    sentence = _sentences().get(because.code)
    if sentence is None:
        return because.code + "".join(f" {name}={value}" for name, value in because.fields)
    return fill(sentence, because.fields, lang)


def trouble(diagnostic: Diagnostic) -> Trouble | None:
    return _troubles().get(diagnostic.code)


def fill(sentence: Sentence, fields: tuple[tuple[str, str], ...], lang: Lang) -> str:
    """The values go in as they are: they are never read as a format themselves."""
    text = sentence.zh if lang == "zh" else sentence.en
    return text.format_map(dict(fields))
