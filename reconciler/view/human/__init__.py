"""For people: each document as text, in one language, at one width, with or without colour."""

from reconciler.view.human.check import check_text
from reconciler.view.human.diff import diff_text
from reconciler.view.human.event import event_lines, summary_text
from reconciler.view.human.plan import header_text, plan_text
from reconciler.view.human.trouble import Severity, troubles_text
from reconciler.view.human.verdict import verdict_line

__all__ = [
    "Severity",
    "check_text",
    "diff_text",
    "event_lines",
    "header_text",
    "plan_text",
    "summary_text",
    "troubles_text",
    "verdict_line",
]
