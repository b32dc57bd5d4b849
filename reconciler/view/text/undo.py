"""A rollback: first what is irreversible and why, then each step, then the manual steps."""

from collections.abc import Iterator, Sequence
from typing import get_args

from actions.action import Undo
from reconciler.core.estimate import estimate
from reconciler.core.eta import NOTHING_KNOWN, Durations
from reconciler.core.plan import Plan
from reconciler.core.undo_scope import IrreversibleStep, UndoScope
from reconciler.view import describe
from reconciler.view.messages.registry import reason_text
from reconciler.view.messages.ui import duration, label
from reconciler.view.render import RenderOptions, lines, sanitized
from reconciler.view.text.plan import blocked_lines, steps_lines
from reconciler.view.text.rows import grouped
from specs.reason import Reason


def undo_text(
    undoing: UndoScope,
    plan: Plan,
    afterwards: Sequence[Reason],
    page: RenderOptions,
    known: Durations = NOTHING_KNOWN,
) -> str:
    return lines(
        (page.paint(_title(undoing, plan, page, known), "bold"), ""),
        _stays(undoing.irreversible, page),
        steps_lines(plan, page, {}),
        blocked_lines(plan.blocked, label("blocked-title", page.lang), page),
        _afterwards(afterwards, page),
    )


def undone_text(undoing: UndoScope, afterwards: Sequence[Reason], remaining: int, page: RenderOptions) -> str:
    """`remaining`: how many items are not restored yet."""
    count = {"count": len(undoing.saved_items), "run": undoing.run}
    if remaining:
        return label("undo-not-done", page.lang, **count, remaining=remaining) + "\n"
    done = label("undo-done", page.lang, **count, stays=len(undoing.irreversible))
    return lines((page.paint(done, "bold", "green"),), _afterwards(afterwards, page))


def _title(undoing: UndoScope, plan: Plan, page: RenderOptions, known: Durations) -> str:
    if not plan.steps:
        return label("undo-title-nothing", page.lang, run=undoing.run)
    hosts = len({step.action.host for step in plan.steps})
    time = duration(estimate(plan.steps, known).total_s, page.lang)
    reported = {"steps": len(plan.steps), "hosts": hosts, "time": time}
    return label("undo-title", page.lang, run=undoing.run, **reported)


def _stays(stays: Sequence[IrreversibleStep], page: RenderOptions) -> Iterator[str]:
    """Each reason once, with all its steps."""
    if not stays:
        yield from (label("undo-irreversible-none", page.lang), "")
        return
    yield page.paint(label("undo-irreversible-title", page.lang, steps=len(stays)), "bold", "yellow")
    gravest = get_args(Undo)
    groups = grouped(stays, lambda step: step.undo)
    for undo, steps in sorted(groups.items(), key=lambda group: gravest.index(group[0]) if group[0] in gravest else 99):
        yield from page.wrapped("  ", f"[{undo}] {reason_text(describe.undo(undo), page.lang)}")
        yield from (f"      {sanitized(step.step)}" for step in steps)
    yield ""


def _afterwards(reasons: Sequence[Reason], page: RenderOptions) -> Iterator[str]:
    if reasons:
        yield page.paint(label("undo-afterwards", page.lang), "bold")
    for because in reasons:
        yield from page.wrapped("  - ", reason_text(because, page.lang))
