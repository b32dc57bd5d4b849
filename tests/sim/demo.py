"""The whole upgrade on a cluster made of facts: diff, plan, apply and check as bkrec would show them, without a host.

What `tests/lab/demo` shows where this machine does not permit the namespaces that real hosts need. The engine is the
product's own; only reading and doing are not: facts are made up (`worlds.py`), and a step makes true what it ensures.
"""

import argparse
import sys
from collections.abc import Iterator

from probes.fact import Readings
from reconciler.core.diff import diff
from reconciler.core.events import RunEnded, StepDone, StepStarted
from reconciler.core.plan import Plan
from reconciler.rules.registry import expected_facts
from reconciler.view.render import RenderOptions
from reconciler.view.text.check import check_text
from reconciler.view.text.diff import diff_text
from reconciler.view.text.event import event_lines
from reconciler.view.text.plan import plan_text
from specs.cluster import Cluster
from tests.sim.worlds import World, guide_cluster, live, study

SHORT = 40


def main(args: list[str]) -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--lang", choices=("en", "zh"), default="en")
    sys.stdout.writelines(line + "\n" for line in told(asked.parse_args(args).lang))
    return 0


def told(lang: str) -> Iterator[str]:
    cluster = guide_cluster()
    page = RenderOptions(lang="zh" if lang == "zh" else "en", titles={m.name: m.title for m in cluster.release.modules})
    world = World(cluster=cluster)
    plan, readings = study(world)
    yield "$ bkrec diff"
    yield from _short(diff_text(plan.release, diff(expected_facts(cluster), readings), page), last=True)
    yield "$ bkrec plan"
    yield from _short(plan_text(plan, page))
    yield "$ bkrec apply"
    yield from _applied(plan, page)
    yield "$ bkrec check"
    yield from _checked(cluster, study(live(world, plan)), page)


def _short(text: str, *, last: bool = False) -> Iterator[str]:
    lines = text.splitlines()
    yield from lines[:SHORT]
    yield f"… ({len(lines) - SHORT} more lines)"
    yield from (lines[-1:] if last else ())
    yield ""


def _applied(plan: Plan, page: RenderOptions) -> Iterator[str]:
    """Seconds are those each step is estimated at: the clock is made up, too."""
    for step in plan.steps:
        yield from event_lines(StepStarted(step=step.id, host=step.action.host, job=""), plan, page)
        yield from event_lines(StepDone(step=step.id, seconds=step.action.estimate_s, exit_status=0), plan, page)
    spent = sum(step.action.estimate_s for step in plan.steps)
    yield from event_lines(RunEnded(verdict="converged", done=len(plan.steps), failed=0, seconds=spent), plan, page)
    yield ""


def _checked(cluster: Cluster, seen: tuple[Plan, Readings], page: RenderOptions) -> Iterator[str]:
    plan, readings = seen
    yield from check_text(plan.release, diff(expected_facts(cluster), readings), page).splitlines()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
