"""Events of a run, one line each; a failure with its diagnostic and the end of its log; then the summary."""

from collections.abc import Iterator, Mapping

from reconciler.core import events as ev
from reconciler.core.plan import Plan
from reconciler.view import describe
from reconciler.view.messages.ui import duration, label
from reconciler.view.render import Colour, RenderOptions, sanitized
from reconciler.view.text.diagnostic import block
from reconciler.view.text.plan import numbers
from reconciler.view.text.restore import after_failure_lines


def event_lines(event: ev.Event, plan: Plan, page: RenderOptions) -> Iterator[str]:
    """The plan gives a step its number and text; an unknown ID is shown as it is."""
    numbered = {step: str(number) for step, number in numbers(plan).items()}
    match event:
        case ev.RunStarted():
            yield label("run-started", page.lang, run=event.run, steps=len(event.steps), epoch=event.epoch)
        case ev.ApprovalGiven():
            yield label("approval-given", page.lang, approval=event.approval, user=event.user, source=event.source)
        case ev.PlanConfirmed():
            name = f"plan-confirmed-{event.how}"
            yield label(name, page.lang, user=event.user, source=event.source, steps=event.total)
        case ev.LeaseContended():
            yield label("lease-contended", page.lang, user=event.user, source=event.source, age=event.age_s)
        case ev.JobAdopted():
            yield label("job-adopted", page.lang, host=event.host, job=event.job)
        case ev.StepStarted():
            fields = {
                "number": _number(event.step, numbered),
                "host": event.host,
                "action": _action(event.step, plan, page),
            }
            yield label("step-started", page.lang, **fields)
        case ev.StepOutput():
            line = label("step-output", page.lang, number=_number(event.step, numbered), line=sanitized(event.line))
            yield page.paint(line, "dim")
        case ev.StepDone():
            yield page.paint(_done(event, numbered, page), "green")
        case ev.StepSkipped():
            yield page.paint(label("step-skipped", page.lang, number=_number(event.step, numbered)), "dim")
        case ev.StepFailed():
            yield from _failed(event, plan, numbered, page)
        case ev.StepBlocked():
            number, cause = _number(event.step, numbered), _number(event.cause, numbered)
            yield page.paint(label("step-blocked", page.lang, number=number, cause=cause), "yellow")
        case ev.StepDeferred():
            yield page.paint(label("step-deferred", page.lang, number=_number(event.step, numbered)), "yellow")
        case ev.StepPostponed():
            yield page.paint(label("step-postponed", page.lang, number=_number(event.step, numbered)), "yellow")
        case ev.StepNeedsHuman():
            number = _number(event.step, numbered)
            action = _action(event.step, plan, page)
            yield page.paint(label("step-needs-human", page.lang, number=number, action=action), "yellow")
        case ev.RunHalted():
            yield page.paint(label("run-halted", page.lang), "yellow")
            yield from block(event.diagnostic, page, indent=2)
        case ev.RunInterrupted():
            yield page.paint(_interrupted(event, numbered, page), "yellow")
        case ev.RunEnded():
            yield summary_text(event, page)


def summary_text(ended: ev.RunEnded, page: RenderOptions) -> str:
    colours: dict[str, Colour] = {"converged": "green", "rolled-back": "green", "failed": "red", "refused": "red"}
    reported = {"done": ended.done, "failed": ended.failed, "time": duration(ended.seconds, page.lang)}
    name = f"ended-{ended.verdict}" if ended.failed or ended.verdict != "failed" else "ended-failed-none"
    return page.paint(label(name, page.lang, **reported), "bold", colours.get(ended.verdict, "yellow"))


def _done(event: ev.StepDone, numbered: Mapping[str, str], page: RenderOptions) -> str:
    reported = {
        "number": _number(event.step, numbered),
        "time": duration(event.seconds, page.lang),
        "attempt": event.attempt,
        "status": event.exit_status,
    }
    if event.exit_status not in (0, None):
        return label("step-done-status", page.lang, **reported)
    return label("step-done-again" if event.attempt > 1 else "step-done", page.lang, **reported)


def _failed(event: ev.StepFailed, plan: Plan, numbered: Mapping[str, str], page: RenderOptions) -> Iterator[str]:
    number, done = _number(event.step, numbered), _action(event.step, plan, page)
    yield page.paint(label("step-failed", page.lang, number=number, action=done), "bold", "red")
    yield from block(event.diagnostic, page, indent=2)
    if event.tail:
        yield f"  {label('log-tail', page.lang)}:"
        yield from (f"    | {sanitized(line)}" for line in event.tail)
    yield from after_failure_lines(event.step, plan, page)


def _interrupted(event: ev.RunInterrupted, numbered: Mapping[str, str], page: RenderOptions) -> str:
    if not event.running:
        return label("interrupted-idle", page.lang)
    return label("interrupted", page.lang, steps=", ".join(f"#{_number(s, numbered)}" for s in event.running))


def _number(step: str, numbered: Mapping[str, str]) -> str:
    return numbered.get(step, step)


def _action(step: str, plan: Plan, page: RenderOptions) -> str:
    return next((describe.action(s.action, page.lang) for s in plan.steps if s.id == step), step)
