"""Steps that wait for a person: deletions that nobody approved, and manual steps.

Such a step is in the plan like any other, with its reasons; it is not started, and neither are its dependants. An
approval is for one run (`apply --approve ID`), and `--yes` is none: it confirms what the plan does, not which of the
users' own data it deletes. A manual step needs no word from the person: its effects are verified.
"""

from collections.abc import Set

from reconciler.core.plan import Plan, Step
from specs.diagnostic import Diagnostic, diagnose


def human_action_needed(step: Step, approved: Set[str]) -> Diagnostic | None:
    """What a person has to approve or to do first; None where the step may start."""
    action = step.action
    if action.approval_id and action.approval_id not in approved:
        return diagnose(
            "approval-needed",
            where=action.host,
            because=action.deletes(),
            source=step.source,
            approval=action.approval_id,
        )
    if action.manual_instruction:
        return diagnose(
            action.manual_instruction,
            where=action.host,
            because=step.because,
            source=step.source,
            approval=action.approval_id,
        )
    return None


def waiting_steps(plan: Plan, approved: Set[str]) -> frozenset[str]:
    """The steps that wait for a person, and all their dependants."""
    waiting: set[str] = set()
    for step in plan.steps:
        if human_action_needed(step, approved) is not None or any(after.step in waiting for after in step.after):
            waiting.add(step.id)
    return frozenset(waiting)


def pending_approvals(plan: Plan, approved: Set[str]) -> tuple[Diagnostic, ...]:
    """What the first of them wait for; nothing is asked about their dependants yet."""
    waiting = waiting_steps(plan, approved)
    first = (step for step in plan.steps if not any(after.step in waiting for after in step.after))
    needed = (human_action_needed(step, approved) for step in first)
    return tuple(dict.fromkeys(diagnostic for diagnostic in needed if diagnostic is not None))
