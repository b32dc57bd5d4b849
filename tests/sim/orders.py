"""Random orders of a plan, and few examples of each: what the tests of whole runs share."""

from random import Random

from hypothesis import HealthCheck, Phase, settings

from reconciler.core.plan import Plan, Step
from tests.sim.worlds import World, live

QUICK = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
)
"""Without shrinking: a smaller random order is no easier to read, and one example takes half a second."""


def shuffled(plan: Plan, random: Random) -> list[Step]:
    """Some order that keeps every "after"."""
    steps, done = list(plan.steps), list[Step]()
    while steps:
        over = {step.id for step in done}
        ready = [step for step in steps if all(edge.step in over for edge in step.after)]
        done.append(random.choice(ready))
        steps.remove(done[-1])
    return done


def run(world: World, plan: Plan, order: list[Step]) -> World:
    place = {step.id: number for number, step in enumerate(plan.steps)}
    return live(world, plan, [place[step.id] for step in order])
