"""The types of a message: a text in both languages; a diagnostic's what, why and hint."""

from dataclasses import dataclass


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
