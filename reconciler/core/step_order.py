"""Steps in an order that keeps every "after"; where that leaves a choice, the guide's sections, then host, then id."""

from heapq import heapify, heappop, heappush

from reconciler.core.plan import Step
from specs.diagnostic import BkrecError, diagnose


def topological_order(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Raises Troubled where steps wait for each other in a ring: a bug in a rule, told with the ring."""
    by_id = {step.id: step for step in steps}
    left = dict.fromkeys(by_id, 0)
    behind: dict[str, list[str]] = {}
    for name, step in by_id.items():
        for one in {edge.step for edge in step.after} & by_id.keys():
            behind.setdefault(one, []).append(name)
            left[name] += 1
    ready = [(_rank(by_id[name]), name) for name, before in left.items() if not before]
    heapify(ready)
    done: list[Step] = []
    while ready:
        _, name = heappop(ready)
        done.append(by_id[name])
        for one in behind.get(name, ()):
            left[one] -= 1
            if not left[one]:
                heappush(ready, (_rank(by_id[one]), one))
        del left[name]
    if left:
        raise BkrecError(diagnose("plan-cycle", steps=" ".join(sorted(left))))
    return tuple(done)


def _rank(step: Step) -> tuple[tuple[int, ...], str, str]:
    return section_rank(step.section), step.action.host, step.id


def section_rank(section: str) -> tuple[int, ...]:
    """ "7.8.1" → (7, 8, 1)."""
    return tuple(int(part) if part.isdigit() else 0 for part in section.split(".")) if section else (99,)
