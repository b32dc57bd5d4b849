"""Every wording, by code, in both languages: one file per part of the house, so that who adds a code adds its words.

A because or an Unknown is one sentence (`Sentence`); a diagnostic is what, why and what next (`Trouble`). `{name}` is
a field of the reason or diagnostic. `tests/architecture/test_words.py` finds a code without words, words without a
code, and a field that nobody fills. `labels.py` holds the view's own words, `facts.py` and `orders.py`
one line per kind of fact and of action.
"""

from reconciler.view.messages.registry import diagnostic_text, diagnostics, fill, reason_text, reasons
from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

__all__ = ["DiagnosticText", "LocalizedText", "diagnostic_text", "diagnostics", "fill", "reason_text", "reasons"]
