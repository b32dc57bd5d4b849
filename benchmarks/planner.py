"""How long diff and plan take with the release's own rules, by hosts: `python benchmarks/planner.py [--json FILE]`.

Bar: a pristine 6.1 of 100 hosts, where everything differs, in 1 s; growing as the hosts do (exponent at most 1.1) up to
1,000, there in 10 s, and a finished 6.2.2 of 1,000 hosts in 1 s; 300 MB. The clusters are those of `tests/sim/big.py`;
reading the hosts is not part of it, nor is what was worked out for another cluster: each run gets a new one. Each size
has a process of its own, so that none pays for another's memory. Seconds are of processor time, the median of the runs.

`--profile N` says where the time goes at N hosts. OLD is what commit 9003106 took on the same machine, with this very
file and the clusters put into it; larger ones took minutes and were not waited for.
"""

import argparse
import cProfile
import gc
import json
import math
import pstats
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from probes.fact import AnyExpected, AnyFact, AnyReading
from reconciler.core.diff import diff
from reconciler.core.plan import Plan
from reconciler.core.planner import plan
from reconciler.rules.registry import expected_facts, rule_for
from specs.cluster import Cluster
from tests.sim.big import big_cluster
from tests.sim.states import Answers
from tests.sim.worlds import World, finished

T = TypeVar("T")
Row = dict[str, float]
HOSTS = (3, 10, 33, 100, 300, 1000)
STATES = ("different", "converged")
RUNS: Mapping[int, int] = {300: 3, 1000: 3}
"""Others five times."""
FITTED_FROM = 100
"""Below, what does not depend on hosts is most of it, and would make it look better than it is."""
OLD: Mapping[tuple[int, str], tuple[float, float]] = {
    (3, "different"): (0.433, 46),
    (10, "different"): (0.693, 48),
    (33, "different"): (2.176, 52),
    (100, "different"): (19.118, 80),
}
"""Hosts, state → seconds together, peak MB."""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--json", type=Path, metavar="FILE", help="the figures, for a machine too")
    asked.add_argument("--hosts", type=int, nargs="+", default=HOSTS, metavar="N")
    asked.add_argument("--profile", type=int, metavar="N", help="where the time goes, at N hosts where all differs")
    asked.add_argument("--one", nargs=2, metavar=("N", "STATE"), help="one size, machine-readable")
    args = asked.parse_args()
    if args.one:
        print(json.dumps(measure(int(args.one[0]), args.one[1])))
    elif args.profile:
        profile(args.profile)
    else:
        table(args.hosts, args.json)


def table(sizes: Sequence[int], file: Path | None) -> None:
    print(
        "hosts  state      facts  differ  desired s  diff s   plan s  together s  steps  peak MB   before s  before MB"
    )
    found: dict[str, list[Row]] = {state: [] for state in STATES}
    for state in STATES:
        for hosts in sizes:
            said = subprocess.check_output([sys.executable, __file__, "--one", str(hosts), state])
            row: Row = json.loads(said)
            found[state].append(row)
            print(_line(state, row), flush=True)
    exponents = {state: exponent(rows) for state, rows in found.items()}
    for state, grows in exponents.items():
        print(f"{state}: seconds grow as hosts to the power of {grows:.2f} (from {FITTED_FROM} on)")
    if file is not None:
        file.write_text(json.dumps({"rows": found, "exponents": exponents}, indent=1) + "\n", encoding="utf-8")


def _line(state: str, row: Row) -> str:
    old = OLD.get((round(row["hosts"]), state))
    before = "         -          -" if old is None else f"{old[0]:10.2f} {old[1]:10.0f}"
    return (
        f"{row['hosts']:5.0f}  {state:9}  {row['facts']:5.0f}  {row['differ']:6.0f}  {row['desired_s']:9.3f}"
        f"  {row['diff_s']:6.3f}  {row['plan_s']:7.3f}  {row['together_s']:10.3f}  {row['steps']:5.0f}"
        f"  {row['peak_mb']:7.0f} {before}"
    )


def exponent(rows: Sequence[Row]) -> float:
    """The slope of a line through the logarithms, by least squares."""
    points = [(math.log(r["hosts"]), math.log(r["together_s"])) for r in rows if r["hosts"] >= FITTED_FROM]
    return statistics.linear_regression(*zip(*points, strict=True)).slope if len(points) > 1 else math.nan


def measure(hosts: int, state: str) -> Row:
    readings = read(big_cluster(hosts), state)
    took: list[tuple[float, float, float]] = []
    facts = differ = steps = 0
    for _ in range(RUNS.get(hosts, 5)):
        gc.collect()
        cluster = big_cluster(hosts)
        desired_s, expected = timed(lambda cluster=cluster: expected_facts(cluster))
        diff_s, difference = timed(lambda expected=expected: diff(expected, readings))
        plan_s, plan = timed(lambda cluster=cluster, expected=expected: decide(cluster, expected, readings))
        took.append((desired_s, diff_s, plan_s))
        facts, differ, steps = len(expected), len(difference.drift), len(plan.steps)
        del cluster, expected, difference, plan
    desired_s, diff_s, plan_s = (statistics.median(each) for each in zip(*took, strict=True))
    return {
        "hosts": hosts,
        "facts": facts,
        "differ": differ,
        "desired_s": desired_s,
        "diff_s": diff_s,
        "plan_s": plan_s,
        "together_s": statistics.median(sum(each) for each in took),
        "steps": steps,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def timed(run: Callable[[], T]) -> tuple[float, T]:
    began = time.process_time()
    made = run()
    return time.process_time() - began, made


def decide(cluster: Cluster, expected: Sequence[AnyExpected], readings: Mapping[AnyFact, AnyReading]) -> Plan:
    return plan(cluster.release.version, expected, readings, rule_for(cluster))


def read(cluster: Cluster, state: str) -> Mapping[AnyFact, AnyReading]:
    """Of all that a plan looks at."""
    answers = Answers(finished(cluster) if state == "converged" else World(cluster=cluster))
    decide(cluster, expected_facts(cluster), answers)
    return answers.told


def profile(hosts: int) -> None:
    readings, cluster = read(big_cluster(hosts), "different"), big_cluster(hosts)
    watch = cProfile.Profile()
    watch.enable()
    expected = expected_facts(cluster)
    diff(expected, readings)
    decide(cluster, expected, readings)
    watch.disable()
    pstats.Stats(watch).sort_stats("tottime").print_stats(18)


if __name__ == "__main__":
    main()
