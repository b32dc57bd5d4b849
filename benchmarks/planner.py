"""How long diff and plan take, by hosts and facts: `python benchmarks/planner.py [--profile]`.

Bar: 1,000 hosts x 300 facts in 1 s, growing linearly, below 300 MB. The worlds are generated: one module with many
units and containers on every host, judged and mended by the product's own rules; reading the hosts is not part of it.
Each size runs in a process of its own, so that none pays for another's memory. Seconds are of processor time, the best
of three runs.
"""

import argparse
import cProfile
import gc
import pstats
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from probes.fact import Absent, AnyExpected, AnyFact, AnyReading, Known
from probes.unit import UnitActive, UnitEnabled
from reconciler.core.diff import diff
from reconciler.core.planner import plan
from reconciler.effects import releases
from reconciler.rules import module as modules
from reconciler.rules.catalogue import rules
from specs.cluster import Cluster, Inventory, PackageFile, Paths
from specs.module import Container, Module, Unit

T = TypeVar("T")
SIZES = ((10, 300), (100, 300), (300, 300), (1000, 300), (1000, 30))
DRIFTED = (0.0, 0.01)
"""Shares of the facts that differ: what `check` sees every quarter of an hour, and after somebody stopped units."""
RUNS = 3
HOSTS, FACTS, SHARE, EXPECT_S, DIFF_S, PLAN_S, STEPS, PEAK_MB = range(8)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--profile", action="store_true", help="where the time goes, at 1,000 x 300 with drift")
    asked.add_argument("--one", nargs=3, metavar=("HOSTS", "FACTS", "SHARE"), help="one size, machine-readable")
    args = asked.parse_args()
    if args.one:
        print(*measure(int(args.one[0]), int(args.one[1]), float(args.one[2])))
    elif args.profile:
        profile()
    else:
        table()


def table() -> None:
    print("hosts  facts/host  differ  desired s   diff s   plan s  diff+plan s  steps  peak MB")
    for hosts, facts in SIZES:
        for share in DRIFTED:
            said = subprocess.check_output([sys.executable, __file__, "--one", str(hosts), str(facts), str(share)])
            row = [float(word) for word in said.split()]
            both = row[DIFF_S] + row[PLAN_S]
            print(
                f"{hosts:5d}  {facts:10d}  {share:6.0%}  {row[EXPECT_S]:9.3f}  {row[DIFF_S]:7.3f}  {row[PLAN_S]:7.3f}"
                f"  {both:11.3f}  {row[STEPS]:5.0f}  {row[PEAK_MB]:7.0f}"
            )


def measure(hosts: int, facts: int, share: float) -> tuple[float, ...]:
    cluster, module = generated(hosts, facts)
    took: list[tuple[float, float, float]] = []
    steps = 0
    for _ in range(RUNS):
        expect_s, expected = timed(lambda: modules.expect(cluster, module))
        readings = read(expected, share)
        diff_s, _ = timed(lambda expected=expected, readings=readings: diff(expected, readings))
        plan_s, made = timed(lambda expected=expected, readings=readings: decide(cluster, expected, readings))
        steps = len(made.steps)
        took.append((expect_s, diff_s, plan_s))
        del expected, readings, made
        gc.collect()
    best = min(took, key=lambda run: run[1] + run[2])
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return hosts, facts, share, *best, steps, peak_mb


def timed(run: Callable[[], T]) -> tuple[float, T]:
    began = time.process_time()
    made = run()
    return time.process_time() - began, made


def decide(cluster: Cluster, expected: tuple[AnyExpected, ...], readings: dict[AnyFact, AnyReading]):
    return plan(cluster.release.version, expected, readings, rules(cluster))


def generated(hosts: int, facts: int) -> tuple[Cluster, Module]:
    """A release with one more module, of `facts` facts on each host: half of them units, half containers."""
    release = releases.release("6.2.2")
    pairs = facts // 4
    module = release.module("auth").model_copy(
        update={
            "name": "bench",
            "version_file": "",
            "sql": "",
            "database": None,
            "services": (),
            "signs": (),
            "requires": (),
            "units": tuple(Unit(name=f"bench-{n}.service") for n in range(pairs)),
            "containers": tuple(Container(name=f"bench-{n}", image=f"bench-{n}", project="x") for n in range(pairs)),
        }
    )
    addresses = tuple(f"10.{n // 62500}.{n // 250 % 250}.{n % 250 + 1}" for n in range(hosts))
    inventory = Inventory(controller=addresses[0], hosts=addresses, groups=(("bench", addresses),))
    release = release.model_copy(update={"scope": ("bench",), "modules": (*release.modules, module)})
    package = PackageFile(path="/data/package.tgz")
    return Cluster(name="bench", release=release, inventory=inventory, paths=Paths(), package=package), module


def read(expected: tuple[AnyExpected, ...], share: float) -> dict[AnyFact, AnyReading]:
    """All as wished, but evenly spread units that are stopped or not enabled."""
    every = round(1 / share) if share else len(expected) + 1
    return {wish.fact: _reading(wish, share > 0 and number % every == 0) for number, wish in enumerate(expected)}


def _reading(wish: AnyExpected, differs: bool) -> AnyReading:
    match wish.fact, differs:
        case UnitActive(), True:
            return Known("inactive")
        case UnitEnabled(), True:
            return Known("disabled")
        case _:
            assert isinstance(wish.reading, (Known, Absent))
            return wish.reading


def profile() -> None:
    cluster, module = generated(1000, 300)
    expected = modules.expect(cluster, module)
    readings = read(expected, 0.01)
    watch = cProfile.Profile()
    watch.enable()
    diff(expected, readings)
    decide(cluster, expected, readings)
    watch.disable()
    pstats.Stats(watch).sort_stats("tottime").print_stats(18)


if __name__ == "__main__":
    main()
