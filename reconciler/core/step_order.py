"""Topological order of steps; where it leaves a choice, the guide's sections, then host, then id."""

from heapq import heapify, heappop, heappush

from reconciler.core.plan import Step
from specs.diagnostic import BkrecError, diagnose


def topological_order(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Raises BkrecError where steps depend on each other in a cycle: a bug in a rule, reported with the cycle."""
    by_id = {step.id: step for step in steps}
    remaining = dict.fromkeys(by_id, 0)
    dependants: dict[str, list[str]] = {}
    for name, step in by_id.items():
        for other in {edge.step for edge in step.after} & by_id.keys():
            dependants.setdefault(other, []).append(name)
            remaining[name] += 1
    ready = [(rank(by_id[name]), name) for name, before in remaining.items() if not before]
    heapify(ready)
    done: list[Step] = []
    while ready:
        _, name = heappop(ready)
        done.append(by_id[name])
        for other in dependants.get(name, ()):
            remaining[other] -= 1
            if not remaining[other]:
                heappush(ready, (rank(by_id[other]), other))
        del remaining[name]
    if remaining:
        raise BkrecError(diagnose("plan-cycle", steps=" ".join(sorted(remaining))))
    return tuple(done)


def rank(step: Step) -> tuple[tuple[int, ...], str, str]:
    """Where a step is in the guide; among those of a section by host and id."""
    return section_rank(step.section), step.action.host, step.id


def section_rank(section: str) -> tuple[int, ...]:
    """ "7.8.1" → (7, 8, 1)."""
    return tuple(int(part) if part.isdigit() else 0 for part in section.split(".")) if section else (99,)
