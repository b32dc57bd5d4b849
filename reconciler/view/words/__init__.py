"""Every wording, by code, in both languages: one file per part of the house, so that who adds a code adds its words.

A because or an Unknown is one sentence (`Sentence`); a diagnostic is what, why and what next (`Trouble`). `{name}` is
a field of the reason or diagnostic. `tests/architecture/test_words.py` finds a code without words, words without a
code, and a field that nobody fills.
"""

from reconciler.view.words.base import Sentence, Trouble, say, trouble

__all__ = ["Sentence", "Trouble", "say", "trouble"]
