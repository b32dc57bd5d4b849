"""Plans of up to six steps have the fewest steps there can be: compared with a search that tries everything.

Two kinds of instance: a handful of random rules, in which actions overlap, or undo each other's work, as no release
would dare; and the real release with a few facts that do not read as wished.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

import pytest

from actions.action import Action
from probes.fact import Absent, AnyDrift, AnyExpected, AnyFact, AnyReading, Fact, Known, about
from reconciler.core import planner
from reconciler.core.plan import Plan, Repair
from reconciler.core.planner import Mend
from reconciler.core.seen import Seen
from reconciler.rules.catalogue import rules
from specs.reason import coded
from tests.sim.board import Board
from tests.sim.optimum import Hunt
from tests.sim.states import decide, few
from tests.sim.test_minimal import DONE, WHOLE, WISHES
from tests.sim.worlds import World

WHY = coded("not-read")
LONGEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class On(Fact[bool]):
    name: str
    kind: Literal["test.on"] = "test.on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch(Action):
    names: str
    needs: str
    undoes: str
    kind: Literal["test.switch"] = "test.switch"

    def requires(self) -> tuple[AnyExpected, ...]:
        return tuple(on(name) for name in self.needs)

    def ensures(self) -> tuple[AnyExpected, ...]:
        return tuple(on(name) for name in self.names)

    def voids(self) -> tuple[AnyFact, ...]:
        return tuple(on(name).fact for name in self.undoes)


def on(name: str) -> AnyExpected:
    return On(host="h", name=name).must_be(True, because=WHY, source="a test")


def rulebook(random: Random) -> dict[str, Repair]:
    """What an action needs is made by earlier letters, what it undoes by later ones: so it is with a real release."""
    letters = "abcdefgh"[: random.randint(3, 8)]
    overlap = random.random() < 0.7
    book: dict[str, Repair] = {}
    for own in letters:
        more = random.sample(letters, random.choice((0, 0, 1, 1, 2))) if overlap else []
        names = "".join(sorted({own, *more}))
        needs = [name for name in random.sample(letters, random.choice((0, 0, 1, 2))) if name < names[0]]
        undoes = [name for name in random.sample(letters, 1) if name > names[-1]] if not overlap else []
        switch = Switch(host="h", names=names, needs="".join(needs), undoes="".join(undoes))
        book[own] = Repair(action=switch, because=WHY, source="a test", section="1")
    return book


def instance(seed: int) -> tuple[Mapping[str, Repair], tuple[AnyExpected, ...], dict[AnyFact, AnyReading]]:
    random = Random(seed)
    book = rulebook(random)
    wishes = tuple(on(name) for name in random.sample(sorted(book), random.randint(1, len(book))))
    return book, wishes, {on(name).fact: Known(True) if random.random() < 0.4 else Absent() for name in book}


def compare(seed: int) -> tuple[Plan, int | None]:
    book, wishes, readings = instance(seed)

    def mend(drift: AnyDrift, seen: Seen) -> Mend:
        return book[about(drift, On).name]

    made = planner.plan("test", wishes, readings, mend)
    board = Board(made, wishes, readings)
    assert board.run(board.start, range(len(made.steps))) & board.goal == board.goal, f"seed {seed}: not reached"
    hunt = Hunt(first=World(cluster=WHOLE, facts=readings, other=lambda fact, _: Absent()), rules=mend, wishes=wishes)
    return made, hunt.fewest(wishes, len(made.steps) - 1) if 0 < len(made.steps) <= LONGEST else None


@pytest.mark.timeout(600)
def test_among_random_rules_no_plan_of_up_to_six_steps_is_longer_than_it_must_be() -> None:
    longer = [
        (seed, len(made.steps), fewest)
        for seed in range(1500)
        for made, fewest in (compare(seed),)
        if fewest is not None
    ]
    assert longer == []


def measure(seed: int) -> tuple[int, int | None]:
    """Steps of the plan, and what fewer would do, on the real release."""
    world = few(DONE, Random(seed))
    made, readings = decide(world)
    if not 0 < len(made.steps) <= LONGEST:
        return len(made.steps), None
    board = Board(made, WISHES, readings)
    end = board.run(board.start, range(len(made.steps)))
    reached = [wish for wish in WISHES if end & board.mask((wish,))]
    return len(made.steps), Hunt(first=world, rules=rules(WHOLE), wishes=WISHES).fewest(reached, len(made.steps) - 1)


def tally(seeds: range) -> Counter[int]:
    counts: Counter[int] = Counter()
    for seed in seeds:
        steps, fewer = measure(seed)
        assert fewer is None, f"state {seed}: {steps} steps, and {fewer} would do"
        counts[steps] += 1
    return counts


@pytest.mark.timeout(600)
def test_on_the_real_release_no_plan_of_up_to_six_steps_is_longer_than_it_must_be() -> None:
    counts = tally(range(60))
    assert all(counts[steps] for steps in range(1, LONGEST + 1))


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_the_same_of_many_more(capsys: pytest.CaptureFixture[str]) -> None:
    counts = tally(range(300))
    sized = {f"{steps} steps": counts[steps] for steps in range(1, LONGEST + 1)}
    random_rules = [compare(seed) for seed in range(5000)]
    assert [fewest for _, fewest in random_rules if fewest is not None] == []
    with capsys.disabled():
        print(f"\nreal release {sized}; random rules {sum(0 < len(p.steps) <= LONGEST for p, _ in random_rules)}")


def test_the_search_finds_what_a_plan_wastes() -> None:
    """It bites: two narrow steps where the rules know a wide one."""
    wide = Repair(action=Switch(host="h", names="ab", needs="", undoes=""), because=WHY, source="a test", section="1")
    first = World(cluster=WHOLE, facts={on(name).fact: Absent() for name in "ab"})
    hunt = Hunt(first=first, rules=lambda drift, seen: wide, wishes=(on("a"), on("b")))
    assert hunt.fewest(hunt.wishes, 2) == 1
