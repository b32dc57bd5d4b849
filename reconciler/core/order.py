"""Steps in an order that keeps every "after"; where that leaves a choice, the guide's sections, then host, then id."""

from reconciler.core.plan import Step
from specs.diagnostic import Troubled, diagnose


def order(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Raises Troubled where steps wait for each other in a ring: a bug in a rule, told with the ring."""
    left = {step.id: {edge.step for edge in step.after} for step in steps}
    by_id = {step.id: step for step in steps}
    done: list[Step] = []
    while left:
        ready = sorted((by_id[name] for name, before in left.items() if not before & left.keys()), key=_rank)
        if not ready:
            raise Troubled(diagnose("plan-ring", steps=" ".join(sorted(left))))
        done.append(ready[0])
        del left[ready[0].id]
    return tuple(done)


def _rank(step: Step) -> tuple[tuple[int, ...], str, str]:
    return section_rank(step.section), step.action.host, step.id


def section_rank(section: str) -> tuple[int, ...]:
    """ "7.8.1" → (7, 8, 1)."""
    return tuple(int(part) if part.isdigit() else 0 for part in section.split(".")) if section else (99,)
