"""What became of a job that was followed: facts decide, and are given their time.

The exit status only says how long what it ensures is waited for: the vendor's scripts end with 0 after failures and
with others after success.
"""

from collections.abc import Sequence

from probes.fact import AnyDrift, fact_id
from reconciler.core.diff import compare
from reconciler.core.events import StepDone, StepFailed
from reconciler.core.plan import Step
from reconciler.engine.assess import facts_of
from reconciler.engine.jobs.client import UNREACHABLE_TIMEOUT_S, JobResult, mark_verified
from reconciler.engine.step.context import StepAttempt, StepContext, StepResult
from reconciler.engine.step.decision import expected_text, is_plan_input, is_unreachable, reading_text
from specs.diagnostic import Diagnostic, diagnose

POLL_S = (0.5, 3.0)
"""Shortest and longest wait between two looks at what a step ensures."""
FAILED_COMMAND_GRACE_S = 20.0
"""How long a command that says it failed is given all the same: install_redis_cluster asks too early and says so."""


async def verify_effects(
    attempt: StepAttempt, followed: JobResult, tail: tuple[str, ...], context: StepContext
) -> StepResult:
    step, host, job = attempt.step, attempt.host, attempt.job
    match followed.state:
        case "overdue":
            late = diagnose("job-overdue", where=host, job=job, seconds=f"{step.action.deadline_s:g}")
            return StepFailed(step=step.id, diagnostic=late, tail=tail)
        case "unheard":
            return StepFailed(
                step=step.id, diagnostic=diagnose("job-launch-unconfirmed", where=host, job=job), tail=tail
            )
        case _:
            missing = await _await_effects(step, followed, context)
    if missing:
        return StepFailed(step=step.id, diagnostic=_effects_missing(step, job, followed, missing), tail=tail)
    if not step.action.idempotent:
        await mark_verified(context.transport, host, job)
    seconds = context.clock.steady() - attempt.began
    return StepDone(step=step.id, seconds=seconds, exit_status=followed.exit_status, attempt=attempt.number)


def _effects_missing(step: Step, job: str, followed: JobResult, missing: Sequence[AnyDrift]) -> Diagnostic:
    facts = "; ".join(f"{fact_id(d.expected.fact)}: {expected_text(d)} / {reading_text(d.reading)}" for d in missing)
    if followed.state in ("vanished", "never"):
        return diagnose("job-cut-off" if step.action.idempotent else "job-vanished", where=step.action.host, job=job)
    diagnostic = step.action.explain_failure(missing)
    return diagnostic or diagnose(
        "step-not-verified", where=step.action.host, job=job, rc=followed.exit_status, facts=facts
    )


async def _await_effects(step: Step, followed: JobResult, context: StepContext) -> tuple[AnyDrift, ...]:
    """What it ensures and is not seen in time: nothing, as a rule, at the first look."""
    ensured = step.action.ensures()
    patience = step.action.effects_timeout_s
    if followed.exit_status != 0:
        patience = min(FAILED_COMMAND_GRACE_S, patience)
    began, wait = context.clock.steady(), POLL_S[0]
    while True:
        readings = (await context.gather(facts_of(ensured))).readings
        judged = (drift for expected in ensured if (drift := compare(expected, readings)) is not None)
        missing = tuple(drift for drift in judged if not is_plan_input(drift))
        until = began + (UNREACHABLE_TIMEOUT_S if any(is_unreachable(drift.reading) for drift in missing) else patience)
        if not missing or context.clock.steady() >= until:
            return missing
        await context.clock.sleep(wait)
        wait = min(wait * 1.5, POLL_S[1])
