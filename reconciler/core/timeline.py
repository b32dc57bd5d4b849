"""Timeline: when each step of a plan would run, by its estimate.

Each begins when all it comes after are done and when no other step holds a lock that it needs (two bkcli calls never
overlap). An estimate: the executor starts what is ready.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.core.plan import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    start_s: float
    end_s: float


def timeline_of(steps: Iterable[Step], remaining_s: Mapping[str, float] | None = None) -> Mapping[str, Span]:
    """In seconds from now, of steps in the order of their plan; `remaining_s` corrects the estimate of steps begun or
    done."""
    known = remaining_s or {}
    spans: dict[str, Span] = {}
    free: dict[str, float] = {}
    for step in steps:
        begins = max((spans[after.step].end_s for after in step.after if after.step in spans), default=0.0)
        begins = max((begins, *(free.get(lock, 0.0) for lock in step.action.locks)))
        ends = begins + known.get(step.id, step.action.estimate_s)
        spans[step.id] = Span(start_s=begins, end_s=ends)
        free.update((lock, ends) for lock in step.action.locks)
    return spans
