"""Documents as text for people, in one language, at one width, with or without colour."""

from reconciler.view.text.check import check_text
from reconciler.view.text.diagnostic import Severity, diagnostics_text
from reconciler.view.text.diff import diff_text
from reconciler.view.text.event import event_lines, summary_text
from reconciler.view.text.plan import header_text, plan_text
from reconciler.view.text.verdict import verdict_line

__all__ = [
    "Severity",
    "check_text",
    "diagnostics_text",
    "diff_text",
    "event_lines",
    "header_text",
    "plan_text",
    "summary_text",
    "verdict_line",
]
