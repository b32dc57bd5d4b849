"""Estimate: what a plan costs: how long it takes, and how long which product is down.

The steps are laid on a time line by their estimates (`core/timeline.py`). A product is down while a step that disrupts
it runs; steps that run at once are counted once. An estimate, and shown as one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.core.plan import Plan, Step
from reconciler.core.timeline import Span, timeline_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    module: str
    seconds: float
    first: int
    """Number of the first step in the plan that disrupts it, counted from 1."""
    last: int


def timeline(plan: Plan, remaining_s: Mapping[str, float] | None = None) -> Mapping[str, Span]:
    """When each step would run, in seconds from now; `remaining_s` corrects the estimate of steps begun or done."""
    return timeline_of(plan.steps, remaining_s)


def total_s(plan: Plan) -> float:
    return max((span.end_s for span in timeline(plan).values()), default=0.0)


def outages(plan: Plan) -> tuple[Outage, ...]:
    """The longest first."""
    spans = timeline(plan)
    result: dict[str, list[tuple[int, Step]]] = {}
    for number, step in enumerate(plan.steps, start=1):
        if step.action.disrupts != "no" and step.action.outage:
            result.setdefault(step.action.outage, []).append((number, step))
    reported = (
        Outage(module=module, seconds=_covered(spans[s.id] for _, s in steps), first=steps[0][0], last=steps[-1][0])
        for module, steps in result.items()
    )
    return tuple(sorted(reported, key=lambda outage: (-outage.seconds, outage.module)))


def _covered(spans: Iterable[Span]) -> float:
    total, reached = 0.0, 0.0
    for span in sorted(spans, key=lambda s: s.start_s):
        total += max(0.0, span.end_s - max(span.start_s, reached))
        reached = max(reached, span.end_s)
    return total
