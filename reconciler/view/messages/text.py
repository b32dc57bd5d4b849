"""The types of a message: a text in both languages; a diagnostic's what, why and hint."""

from dataclasses import dataclass

from specs.text import LocalizedText


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticText:
    """What happened, why it matters, what to do next (ready to paste where it is a command)."""

    what: LocalizedText
    why: LocalizedText
    hint: LocalizedText
