"""The planner's proof, on the whole release: no step is in vain, no order matters, and nothing is left out in silence.

A state is made of its seed alone (`tests/sim/states.py`), and every assertion names it: `STATES[seed:seed + 1]`.
"""

import pytest

from probes.fact import AnyFact, AnyReading
from reconciler.core.plan import Plan
from reconciler.core.simulate import simulate_steps
from tests.sim.board import Board
from tests.sim.proof import WISHES, busy, prove, shuffled, state
from tests.sim.states import decide


@pytest.mark.timeout(600)
def test_every_step_taken_out_leaves_the_goal_unmet_and_any_order_reaches_it() -> None:
    assert prove(range(200))["steps"] > 2000


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_every_step_taken_out_leaves_the_goal_unmet_in_more_states(capsys: pytest.CaptureFixture[str]) -> None:
    counts = prove(range(1000))
    with capsys.disabled():
        print(f"\n{' '.join(f'{name} {count}' for name, count in counts.items())}")


@pytest.mark.parametrize("seed", range(0, 40, 4))
def test_the_board_says_what_the_simulator_says(seed: int) -> None:
    """The proof above rests on `Board`, and `Board` on this."""
    world, random = state(seed)
    plan, told = decide(world)
    readings: dict[AnyFact, AnyReading] = dict(told)
    board = Board(plan, WISHES, readings)
    order = shuffled(plan, random)[: random.randrange(len(plan.steps) + 1)]
    after = simulate_steps([plan.steps[number] for number in order], readings, plan)
    held = Board(plan, WISHES, after)
    assert held.bits == board.bits
    assert held.start & held.goal == board.run(board.start, order) & board.goal


def test_a_plan_with_one_step_too_many_is_found_out() -> None:
    """The proof bites: a step that nobody needs shows."""
    _, one, *others = busy(6)
    world, _ = state(one)
    plan, readings = decide(world)
    known = {step.id for step in plan.steps}
    broken = {fact for step in plan.steps for fact in step.action.invalidates()}
    more = next(
        step
        for seed in others
        for step in decide(state(seed)[0])[0].steps
        if step.id not in known and not broken & {expected.fact for expected in step.action.ensures()}
    )
    board = Board(Plan(release="", steps=(*plan.steps, more), blocked=()), WISHES, readings)
    assert board.needless() == [more]
