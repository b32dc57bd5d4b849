#!/usr/bin/env python3
"""Writes the sessions that README.md and docs/ show, in both languages. A test holds them in step with the code.

python docs/sessions.py

Readings come from the simulator's clusters (`tests/sim/worlds.py`); planner, rules and every line of output are the
product's own. No step runs: each is reported as done after the seconds that the plan estimates for it.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs import blocks
from probes.cmdb import TopologyDifferences
from probes.consul import ConsulPassing
from probes.container import ContainersWithoutRestartPolicy, DockerDataRoot
from probes.fact import Absent, AnyFact, AnyReading, Known, Readings
from probes.unit import UnitActive, UnitEnabled
from reconciler.core.diff import Difference, diff
from reconciler.core.events import RunEnded, RunStarted, StepDone, StepStarted
from reconciler.core.plan import Plan
from reconciler.rules.latent import latent
from reconciler.rules.registry import expected_facts
from reconciler.rules.undo import afterwards
from reconciler.view.estimate import total_s
from reconciler.view.render import RenderOptions
from reconciler.view.text.check import check_text
from reconciler.view.text.diff import diff_text
from reconciler.view.text.event import event_lines
from reconciler.view.text.plan import header_text, plan_text
from reconciler.view.text.undo import undo_text
from specs.text import Lang
from tests.sim import undone
from tests.sim.worlds import World, finished, guide_cluster, live, study

COMMAND = "docs/sessions.py"
RUN = undone.RUN
CLUSTER = guide_cluster()
CUT = "…"
INSTALL_PAAS = "bkcli.install-paas"


def session(lang: Lang, name: str) -> str:
    """Raises KeyError for a session that is not recorded here."""
    return blocks.fenced(SESSIONS[name](_options(lang)))


def _options(lang: Lang) -> RenderOptions:
    """As `commands` builds them: uncoloured, 100 columns, with the sections no verdict speaks of."""
    titles = {module.name: module.title for module in CLUSTER.release.modules}
    return RenderOptions(
        lang=lang, titles=titles, beyond=tuple(s.id for s in CLUSTER.release.sections if not s.covered)
    )


# The clusters


@cache
def _pristine() -> tuple[Plan, Readings]:
    return study(World(cluster=CLUSTER))


def _drifted(facts: Mapping[AnyFact, AnyReading]) -> World:
    world = finished(CLUSTER)
    known = {fact for fact in world.facts if fact in facts}
    assert known == set(facts), "a session changes a fact that nothing expects"
    world.facts.update(facts)
    return world


def _stopped() -> World:
    """bkauth stopped on one host, a container of PaaS removed on another."""
    auth, paas = "10.0.0.3", "10.0.0.2"
    gone = {
        fact: Absent()
        for fact in finished(CLUSTER).facts
        if fact.host == paas and getattr(fact, "container", "") == "bk-paas-login"
    }
    health = {fact: Known("critical") for fact in finished(CLUSTER).facts if _health(fact)}
    return _drifted({UnitActive(host=auth, unit="bk-auth.service"): Known("inactive"), **gone, **health})


def _health(fact: AnyFact) -> bool:
    return isinstance(fact, ConsulPassing) and fact.service in ("bkauth", "paas-login")


def _until_reboot() -> World:
    """All of it runs now, and would not after the next reboot."""
    paas = "10.0.0.2"
    policies = next(
        f for f in finished(CLUSTER).facts if isinstance(f, ContainersWithoutRestartPolicy) and f.host == paas
    )
    return _drifted(
        {
            UnitEnabled(host="10.0.0.3", unit="bk-auth.service"): Known("disabled"),
            policies: Known(("bk-paas-esb", "bk-paas-login")),
            DockerDataRoot(host=paas): Known("differs"),
        }
    )


def _other_topology() -> World:
    """The BlueKing business lacks a set that 6.2.2 has; cluster.toml asks for its topology."""
    world = finished(guide_cluster(optional=("cmdb-topology",)))
    topology = next(fact for fact in world.facts if isinstance(fact, TopologyDifferences))
    world.facts[topology] = Known(("-set 蓝鲸API网关",))
    return world


def _difference(readings: Readings) -> Difference:
    found = diff(expected_facts(CLUSTER), readings)
    return replace(found, latent=latent(CLUSTER, found, readings))


# What each command prints


def _diff(options: RenderOptions, lines: int) -> Iterator[str]:
    plan, readings = _pristine()
    printed = diff_text(plan.release, _difference(readings), options).splitlines()
    yield from ("$ bkrec diff", *printed[:lines], CUT, printed[-1])


def _first_drift(options: RenderOptions) -> Iterator[str]:
    plan, readings = study(_stopped())
    printed = diff_text(plan.release, _difference(readings), options).splitlines()
    yield from ("$ bkrec diff", *printed[:7], CUT)


def _plan(options: RenderOptions, steps: int) -> Iterator[str]:
    plan, _ = _pristine()
    yield "$ bkrec plan"
    yield from _shortened(header_text(plan, options).splitlines(), options)
    first = replace(plan, steps=plan.steps[:steps], derived=())
    yield from plan_text(first, options).removeprefix(header_text(first, options)).splitlines()[:-1]
    yield CUT


def _plan_of_deletion(options: RenderOptions) -> Iterator[str]:
    """The header, and the step that deletes."""
    plan, _ = study(_other_topology())
    deletes = next(number for number, step in enumerate(plan.steps) if step.action.disrupts == "data")
    header = header_text(plan, options)
    steps = plan_text(plan, options).removeprefix(header).split("\n\n")
    yield from ("$ bkrec plan", *header.splitlines(), CUT, *steps[deletes].splitlines(), CUT)


def _shortened(header: list[str], options: RenderOptions) -> Iterator[str]:
    """The costs, with the first of many outages and no more than two lines of the list of steps that can be undone."""
    rows: list[list[str]] = []
    for line in header:
        if line.startswith("   ") and rows:
            rows[-1].append(line)
        else:
            rows.append([line])
    for row in rows:
        yield from row[:3]
        if len(row) > 3:
            yield row[1][: len(row[1]) - len(row[1].lstrip())] + CUT


def _upgrade(options: RenderOptions, shown: int) -> Iterator[str]:
    plan, _ = _pristine()
    yield "$ bkrec apply --yes"
    yield from _shortened(header_text(plan, options).splitlines(), options)
    steps = _landmarks(plan, shown)
    yield from _run(plan, options, steps)
    yield from _verdict(study(live(World(cluster=CLUSTER), plan))[1], options)


def _landmarks(plan: Plan, first: int) -> set[int]:
    """The first steps, and those an operator waits for: the backups and the installation of each product."""
    landmarks = {number for number, step in enumerate(plan.steps) if step.id.startswith(MILESTONES)}
    return {*range(first), *landmarks}


MILESTONES = (INSTALL_PAAS, "bkcli.install-bkauth", "bkcli.install-gse", "smoke-test.run")


def _run(plan: Plan, options: RenderOptions, steps: Iterable[int]) -> Iterator[str]:
    yield from event_lines(RunStarted(run=RUN, epoch=3, steps=tuple(s.id for s in plan.steps)), plan, options)
    last = -1
    for number in sorted(steps):
        if number != last + 1:
            yield CUT
        step, last = plan.steps[number], number
        yield from event_lines(StepStarted(step=step.id, host=step.action.host, job=""), plan, options)
        yield from event_lines(StepDone(step=step.id, seconds=step.action.estimate_s, exit_status=0), plan, options)
    if last + 1 != len(plan.steps):
        yield CUT
    ended = RunEnded(verdict="converged", done=len(plan.steps), failed=0, seconds=total_s(plan))
    yield from event_lines(ended, plan, options)


def _verdict(readings: Readings, options: RenderOptions) -> list[str]:
    return check_text(CLUSTER.release.version, _difference(readings), options).splitlines()


def _check(options: RenderOptions, world: Callable[[], World]) -> Iterator[str]:
    yield from ("$ bkrec check", *_verdict(study(world())[1], options))


def _repair(options: RenderOptions, world: Callable[[], World]) -> Iterator[str]:
    plan, _ = study(world())
    yield "$ bkrec apply --yes"
    yield from header_text(plan, options).splitlines()
    yield from _run(plan, options, range(len(plan.steps)))
    yield from _verdict(study(live(world(), plan))[1], options)


def _undo(options: RenderOptions, steps: int) -> Iterator[str]:
    """Of an upgrade that was stopped before PaaS was installed."""
    before, (plan, _) = World(cluster=CLUSTER), _pristine()
    until = next(number for number, step in enumerate(plan.steps) if step.id.startswith(INSTALL_PAAS))
    done = replace(plan, steps=plan.steps[:until])
    world = undone.upgraded(before, live(before, done), done.steps)
    case = undone.study(world)
    after = afterwards(CLUSTER, case.undoing, world.facts)
    printed = undo_text(case.undoing, case.plan, after, options).splitlines()
    cut = next(number for number, line in enumerate(printed) if line.startswith(f"{steps + 1:>3}. "))
    again = next(number for number, line in enumerate(printed) if number > cut and line and line[0] != " ")
    yield from ("$ bkrec undo", *printed[:cut], CUT, *printed[again:])


SESSIONS: Mapping[str, Callable[[RenderOptions], Iterable[str]]] = {
    "diff": lambda options: _diff(options, 12),
    "diff-short": lambda options: _diff(options, 7),
    "plan": lambda options: _plan(options, 2),
    "apply": lambda options: _upgrade(options, 3),
    "check-converged": lambda options: _check(options, lambda: finished(CLUSTER)),
    "check-drift": lambda options: _check(options, _stopped),
    "diff-drift": _first_drift,
    "apply-drift": lambda options: _repair(options, _stopped),
    "check-latent": lambda options: _check(options, _until_reboot),
    "plan-of-deletion": _plan_of_deletion,
    "undo": lambda options: _undo(options, 2),
}


if __name__ == "__main__":
    if sys.argv[1:]:
        print(session("zh" if sys.argv[2:] == ["zh"] else "en", sys.argv[1]))
    else:
        blocks.write(COMMAND, session)
