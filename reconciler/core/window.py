"""Maintenance window: `--stop-at HH:MM`. No step is begun that would end later, by its estimate.

A step that begins an outage is begun only if the steps that end it fit as well; and once an outage has begun, what ends
it is begun however late it has become: a product that is down until the next night is worse than a window overrun.
"""

import re
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.core.eta import NOTHING_KNOWN, Durations, expected_schedule
from reconciler.core.plan import Plan
from reconciler.core.selection import StepGraph

TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    stop_at: str
    """As it was given: 04:30."""
    ends_s: float
    """By the clock's steady seconds."""
    durations: Durations = NOTHING_KNOWN
    """By which steps are estimated."""


def window_end(now: datetime, stop_at: str) -> datetime | None:
    """The next time that a clock with `now`'s own zone shows HH:MM; None where that is not a time of day.

    `now` without a zone: the caller knows which zone it is, and what a change to summer time does to it.
    """
    match = TIME.fullmatch(stop_at)
    if match is None:
        return None
    end = now.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)
    return end if end > now else end + timedelta(days=1)


def fits(graph: StepGraph, name: str, begun: Set[str], seconds: float, known: Durations = NOTHING_KNOWN) -> bool:
    """Whether this step may be begun with so many seconds to go, after those that are done or running."""
    return name in graph.closed(begun) or needed_s(graph, name, begun, known) <= seconds


def needed_s(graph: StepGraph, name: str, begun: Set[str], known: Durations = NOTHING_KNOWN) -> float:
    """From its start until it is done, and the outage that it begins is over."""
    needed = graph.closed([name]) - begun
    return expected_schedule((step for step in graph.steps.values() if step.id in needed), known).total_s


def steps_outside(plan: Plan, seconds: float, known: Durations = NOTHING_KNOWN) -> frozenset[str]:
    """The steps that would not be begun if the run started now, by the estimates."""
    graph, spans = StepGraph.of(plan.steps), expected_schedule(plan.steps, known).spans
    outside: set[str] = set()
    to_finish: frozenset[str] = frozenset()
    for step in plan.steps:
        ends_s = spans[step.id].end_s
        if step.id in graph.begins:
            start_s = spans[step.id].start_s
            ended = {name for name, span in spans.items() if span.end_s <= start_s}
            ends_s = start_s + needed_s(graph, step.id, ended, known)
        if not outside.isdisjoint(graph.needs[step.id]) or (ends_s > seconds and step.id not in to_finish):
            outside.add(step.id)
        elif step.id in graph.begins:
            to_finish |= graph.closed([step.id])
    return frozenset(outside)
