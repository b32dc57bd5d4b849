"""The proof of a plan, on states made of a seed: every step is needed, any order converges, nothing is omitted."""

from collections import Counter
from itertools import count as counting
from itertools import islice
from random import Random

from probes.fact import fact_id
from reconciler.core.plan import Plan
from reconciler.rules.registry import expected_facts
from tests.sim.board import Board
from tests.sim.states import anyhow, decide
from tests.sim.worlds import World, finished, guide_cluster

WHOLE = guide_cluster()


DONE = finished(WHOLE)


WISHES = expected_facts(WHOLE)


SHARES = (0.004, 0.004, 0.01, 0.01, 0.02, 0.02, 0.04, 0.04, 0.1, 0.4)
"""How much of the cluster is not as wished: mostly a handful of facts, sometimes nearly half of all."""


def state(seed: int, done: World = DONE) -> tuple[World, Random]:
    random = Random(seed)
    share = 1.0 if seed % 100 == 0 else random.choice(SHARES)
    return anyhow(done, random, share), random


def busy(count: int) -> list[int]:
    """Seeds of the first states in which there is something to do."""
    return list(islice((seed for seed in counting() if decide(state(seed)[0])[0].steps), count))


def shuffled(plan: Plan, random: Random) -> list[int]:
    """Some order that keeps every "after"."""
    place = {step.id: number for number, step in enumerate(plan.steps)}
    left = {number: {place[edge.step] for edge in step.after} for number, step in enumerate(plan.steps)}
    done: list[int] = []
    while left:
        ready = [number for number, before in left.items() if not before & left.keys()]
        done.append(random.choice(ready))
        del left[done[-1]]
    return done


def untold(plan: Plan, board: Board, end: int) -> list[str]:
    """What does not hold in the end and is neither blocked, nor said to be held up, nor told as advice."""
    told = {fact_id(blocked.expected.fact) for blocked in (*plan.blocked, *plan.advice)}
    told |= {name for blocked in plan.blocked for name in blocked.blocks}
    missed = [fact_id(expected.fact) for expected in board.wishes if not end & board.mask((expected,))]
    return [name for name in missed if name not in told]


def prove(seeds: range, done: World = DONE) -> Counter[str]:
    counts: Counter[str] = Counter()
    expectations = expected_facts(done.cluster)
    for seed in seeds:
        world, random = state(seed, done)
        plan, readings = decide(world)
        board = Board(plan, expectations, readings)
        end = board.run(board.start, range(len(plan.steps)))
        assert [step.id for step in board.needless()] == [], f"state {seed}: steps in vain"
        other = board.run(board.start, shuffled(plan, random))
        assert other & board.goal == end & board.goal, f"state {seed}: an order"
        assert untold(plan, board, end) == [], f"state {seed}: left out in silence"
        counts.update(states=1, steps=len(plan.steps), blocked=len(plan.blocked))
        counts["converged"] += end & board.goal == board.goal
    return counts
