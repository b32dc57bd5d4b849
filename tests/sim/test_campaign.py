"""The campaign, as tests: every crash point killed, two hundred seeds of everything at once.

That each check bites is shown by `test_companions.py`. `pytest -m campaign -s tests/sim` plays 10,000 seeds and prints
the figures that docs/campaign.md quotes.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from random import Random

import pytest

from reconciler.engine.failpoints import hooked, registered
from reconciler.engine.lease import force_release
from tests.sim.audit import NAMES
from tests.sim.campaign import Told, abandoned, cluster, duel, killed_at, play
from tests.sim.operator import Killed
from tests.sim.simulation import Troubles
from tests.support import virtual
from tests.support.command_failpoints import POINTS as KILLED_BESIDE

QUICK = 200
LONG = 10_000
BATCHES = 8
REFERENCE = killed_at(None, power=False)


def test_the_reference_run_is_quiet_and_passes_every_crash_point() -> None:
    assert REFERENCE.violations == []
    elsewhere = {f"{name}.{side}" for name in ("lease-force-release", *KILLED_BESIDE) for side in ("before", "after")}
    assert set(REFERENCE.passed) | elsewhere == set(registered())


@pytest.mark.parametrize("batch", range(BATCHES))
def test_killed_at_any_passage_of_any_crash_point_it_resumes_and_converges(batch: int) -> None:
    """kill -9 at the odd ones, a power cut at the even ones; the long campaign does both everywhere."""
    for passage in range(batch, len(REFERENCE.passed), BATCHES):
        told = killed_at(passage, power=passage % 2 == 0)
        assert told.violations == [], f"passage {passage}, {REFERENCE.passed[passage]}"
        assert told.tally["deaths"] == 1


@pytest.mark.parametrize("point", ["lease-force-release.before", "lease-force-release.after"])
def test_killed_while_it_breaks_a_lease_the_lease_is_its_holders_or_nobodys(point: str) -> None:
    simulation = cluster(Random(1), tame=True)

    def die(passed: str) -> None:
        if passed == point:
            raise Killed

    async def story() -> None:
        await simulation.once(Troubles(kill_at=60))
        who = simulation.process(0.0)
        with hooked(die), pytest.raises(Killed):
            await force_release(who.wire, "10.0.0.1")
        held = simulation.hosts["10.0.0.1"].lease
        assert held is not None
        assert held.run.endswith("!broken") == point.endswith("after")
        await asyncio.sleep(90.0)
        await simulation.until_done()

    virtual.run(story())
    assert simulation.audit.violations == []


@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_seed_breaks_an_invariant(batch: int) -> None:
    for seed in range(batch, QUICK, BATCHES):
        assert play(seed).violations == [], f"seed {seed}"


def test_a_holder_that_wakes_up_after_a_takeover_starts_nothing_any_more() -> None:
    told = [duel(seed) for seed in range(40)]
    assert [output_text for one in told for output_text in one.violations] == []
    assert sum(one.tally["sigstop"] for one in told) > 20


@pytest.mark.parametrize("seed", [3, 44])
def test_a_seed_replays_exactly(seed: int) -> None:
    one, two = play(seed), play(seed)
    assert (one.course, one.counts, one.tally) == (two.course, two.counts, two.tally)
    assert len(one.course) > 1000


def test_a_host_that_could_not_be_told_of_a_takeover_starts_nothing_that_comes_too_late() -> None:
    """The second holder works where it can, and ends; then the first one wakes up. No fence reaches that far: that the
    start deadline does, `companions.py` shows by taking it away."""
    assert [violation for seed in range(40) for violation in duel(seed, deaf=True).violations] == []


def test_who_leaves_with_a_launch_on_its_way_lets_the_lease_run_out() -> None:
    """Two Ctrl-C, and a second person a moment later: what the first one sent begins before the second has the lease,
    or not at all."""
    played = [abandoned(seed) for seed in range(20)]
    assert [violation for game in played for violation in game.violations] == []
    assert all(game.tally["abandoned"] for game in played)


# the long one


@pytest.mark.campaign
@pytest.mark.timeout(6 * 3600)
def test_ten_thousand_seeds_and_every_passage_both_ways(capsys: pytest.CaptureFixture[str]) -> None:
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        kills = [
            pool.submit(killed_at, at, power=power) for at in range(len(REFERENCE.passed)) for power in (False, True)
        ]
        told = [*(kill.result() for kill in kills), *pool.map(play, range(LONG), chunksize=25)]
        told += pool.map(duel, range(LONG // 10), chunksize=25)
    with capsys.disabled():
        print(figures(told))
    assert [one for one in told if one.violations] == []


def figures(told: Iterable[Told]) -> str:
    everything = list(told)
    counts = sum((one.counts for one in everything), Counter[str]())
    tally = sum((one.tally for one in everything), Counter[str]())
    broken = Counter(output_text.partition(" ")[0] for one in everything for output_text in one.violations)
    points = {name.removeprefix("killed ") for name in tally if name.startswith("killed ")}
    lines = [f"seeds and passages {len(everything)}, crash points {len(registered())}, killed at {len(points)}"]
    lines += [f"{name:6} {NAMES[name]:48} {counts[name]:>10} {broken[name]:>4}" for name in NAMES]
    lines += [f"{what:28} {tally[what]:>10}" for what in sorted(tally)]
    return "\n".join(lines)
