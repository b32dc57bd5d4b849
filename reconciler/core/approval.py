"""What a plan may not go on with by itself: deletions nobody approved, and work that a person has to do.

Such a step stands in the plan like any other, with its reasons; it is not begun, and neither is what comes after it. An
approval is for one run (`apply --approve ID`) and `--yes` is none: it confirms what the plan does, not what it deletes
of users' own. What a person does by hand needs no word from them: it is seen.
"""

from collections.abc import Set

from reconciler.core.plan import Plan, Step
from specs.diagnostic import Diagnostic, diagnose


def human_action_needed(step: Step, approved: Set[str]) -> Diagnostic | None:
    """What it waits for a person to say or to do; None where it may be begun."""
    action = step.action
    if action.approval_id and action.approval_id not in approved:
        return diagnose(
            "approval-needed", where=action.host, because=action.deletes(), source=step.source, gate=action.approval_id
        )
    if action.manual_instruction:
        return diagnose(
            action.manual_instruction,
            where=action.host,
            because=step.because,
            source=step.source,
            gate=action.approval_id,
        )
    return None


def waiting_steps(plan: Plan, approved: Set[str]) -> frozenset[str]:
    """The steps that wait for a person, and all that come after them."""
    waiting: set[str] = set()
    for step in plan.steps:
        if human_action_needed(step, approved) is not None or any(after.step in waiting for after in step.after):
            waiting.add(step.id)
    return frozenset(waiting)


def pending_approvals(plan: Plan, approved: Set[str]) -> tuple[Diagnostic, ...]:
    """What the next of them wait for; of those behind them nothing is asked yet."""
    waiting = waiting_steps(plan, approved)
    first = (step for step in plan.steps if not any(after.step in waiting for after in step.after))
    told = (human_action_needed(step, approved) for step in first)
    return tuple(dict.fromkeys(diagnostic for diagnostic in told if diagnostic is not None))
