"""One frame of the live screen: what runs, for how long, its last line; how much is done, how much is left.

`advance` folds events into a `ProgressState`; `frame` draws it at a moment it is given. Both pure, so a whole run can
be drawn in a test; `cli/progress.py` ticks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconciler.core import eta
from reconciler.core import events as ev
from reconciler.core.eta import NOTHING_KNOWN, Durations
from reconciler.core.plan import Plan
from reconciler.core.schedule import tasks_of
from reconciler.view import describe
from reconciler.view.messages.ui import duration, label
from reconciler.view.render import RenderOptions, clipped, columns, sanitized
from reconciler.view.text.plan import numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningStep:
    step: str
    host: str
    since_s: float
    line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressState:
    """Where a run is. Moments are seconds of any one clock that only goes forward."""

    started_s: float
    running: tuple[RunningStep, ...] = ()
    finished: tuple[str, ...] = ()
    took_s: Mapping[str, float] = field(default_factory=dict[str, float])
    """Of the steps that this run did."""
    failed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    adopted: tuple[str, ...] = ()
    """Hosts where a job of an earlier run is waited for."""


def advance(screen: ProgressState, event: ev.Event, now_s: float) -> ProgressState:
    match event:
        case ev.RunStarted():
            return ProgressState(started_s=screen.started_s)
        case ev.LeaseContended() | ev.StepDeferred() | ev.StepPostponed() | ev.RunHalted():
            return screen
        case ev.ApprovalGiven() | ev.PlanConfirmed():
            return screen
        case ev.JobAdopted():
            return replace(screen, adopted=(*screen.adopted, event.host))
        case ev.StepStarted():
            begun = RunningStep(step=event.step, host=event.host, since_s=now_s)
            return replace(screen, running=(*_others(screen, event.step), begun))
        case ev.StepOutput():
            return replace(screen, running=tuple(_with_output(r, event) for r in screen.running))
        case ev.StepDone():
            took_s = {running.step: now_s - running.since_s for running in screen.running if running.step == event.step}
            finished = (*screen.finished, event.step)
            running = _others(screen, event.step)
            return replace(screen, running=running, finished=finished, took_s={**screen.took_s, **took_s})
        case ev.StepSkipped():
            return replace(screen, running=_others(screen, event.step), finished=(*screen.finished, event.step))
        case ev.StepFailed():
            return replace(screen, running=_others(screen, event.step), failed=(*screen.failed, event.step))
        case ev.StepBlocked() | ev.StepNeedsHuman():
            return replace(screen, blocked=(*screen.blocked, event.step))
        case ev.RunInterrupted() | ev.RunEnded():
            return replace(screen, running=())


def frame(screen: ProgressState, plan: Plan, now_s: float, page: RenderOptions, remaining: float | None = None) -> str:
    """`remaining`: seconds, where they are known better than by the plan's own estimates."""
    numbered = numbers(plan)
    if remaining is None:
        remaining = remaining_s(screen, plan, now_s)
    return "\n".join((_head(screen, plan, now_s, remaining, page), *_running(screen, plan, numbered, now_s, page)))


def remaining_s(screen: ProgressState, plan: Plan, now_s: float, known: Durations = NOTHING_KNOWN) -> float:
    return eta.remaining_s(
        tasks_of(plan.steps, {}),
        known,
        took=screen.took_s,
        ended=(*screen.finished, *screen.failed, *screen.blocked),
        running={running.step: now_s - running.since_s for running in screen.running},
    )


def _others(screen: ProgressState, step: str) -> tuple[RunningStep, ...]:
    return tuple(running for running in screen.running if running.step != step)


def _with_output(running: RunningStep, event: ev.StepOutput) -> RunningStep:
    return (
        replace(running, line=sanitized(event.line)) if running.step == event.step and event.line.strip() else running
    )


def _head(screen: ProgressState, plan: Plan, now_s: float, remaining: float, page: RenderOptions) -> str:
    done = label("frame-done", page.lang, done=len(screen.finished), total=len(plan.steps))
    parts = [done, label("frame-elapsed", page.lang, time=duration(now_s - screen.started_s, page.lang))]
    if remaining:
        parts.append(label("frame-eta", page.lang, time=duration(remaining, page.lang)))
    return page.paint("  ·  ".join(parts), "bold")


def _running(
    screen: ProgressState, plan: Plan, numbered: Mapping[str, int], now_s: float, page: RenderOptions
) -> Iterator[str]:
    actions = {step.id: step.action for step in plan.steps}
    for host in screen.adopted if not screen.running else ():
        yield "  " + label("frame-adopted", page.lang, host=host)
    for running in screen.running:
        action = actions.get(running.step)
        what = running.step if action is None else describe.action(action, page.lang)
        time = duration(now_s - running.since_s, page.lang)
        head = f"  #{numbered.get(running.step, '?')} {running.host}  {time}  "
        yield head + clipped(what, max(10, page.width - columns(head)))
        if running.line:
            yield page.paint(clipped(f"     | {running.line}", page.width), "dim")
    if not screen.running and not screen.adopted:
        yield "  " + label("frame-waiting", page.lang)
    for name, steps in (("frame-failed", screen.failed), ("frame-blocked", screen.blocked)):
        if steps:
            listed = ", ".join(f"#{numbered.get(step, step)}" for step in steps)
            yield clipped("  " + label(name, page.lang, steps=listed), page.width)
