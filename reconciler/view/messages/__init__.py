"""Every message, by code, in both languages: one file per part of the program, so that a new code has its message beside it.

A reason (why something is expected, done or unknown) is one text; a diagnostic is what, why and hint. `{name}` is a
field of the reason or diagnostic. `facts.py` and `actions.py` have one line per kind, `ui.py` the labels of the view.
docs/messages.md says how a message is built, and `tests/architecture/test_messages.py` holds all of them to it: a code
without a message, a message without a code, a field that nothing fills, a banned word.
"""

from reconciler.view.messages.registry import diagnostic_text, diagnostics, fill, reason_text, reasons
from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

__all__ = ["DiagnosticText", "LocalizedText", "diagnostic_text", "diagnostics", "fill", "reason_text", "reasons"]
