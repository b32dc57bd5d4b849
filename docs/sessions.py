#!/usr/bin/env python3
"""Writes the sessions that README.md and docs/ show, in both languages. A test holds them in step with the code.

python docs/sessions.py

Readings come from the simulator's clusters (`tests/sim/worlds.py`); rules, planner, reports and every line are the
product's own. No step runs: each is reported as done after the seconds that the plan estimates for it.
"""

import asyncio
import re
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
from probes.fact import Absent, AnyFact, AnyReading, Known
from probes.unit import UnitActive, UnitEnabled
from reconciler.commands.assess import PlanInputs, cluster_report, comparing, plan_inputs, spec_inputs
from reconciler.core.estimate import estimate
from reconciler.core.eta import NOTHING_KNOWN
from reconciler.core.events import RunEnded, RunStarted, StepDone, StepStarted
from reconciler.core.plan import Plan
from reconciler.engine.assess import assess
from reconciler.engine.cluster_state import state_path
from reconciler.engine.gather import GatheredFacts
from reconciler.rules.undo import afterwards
from reconciler.view import formats, systemd_units
from reconciler.view.formats.text import for_cluster
from reconciler.view.render import RenderOptions
from reconciler.view.reports import ClusterReport, ReportKind
from reconciler.view.text.event import event_lines
from reconciler.view.text.plan import header_text
from reconciler.view.text.timer import timer_text
from reconciler.view.text.undo import undo_text
from specs.cluster import Cluster
from specs.text import Lang
from tests.sim import undone
from tests.sim.worlds import World, finished, guide_cluster, live

COMMAND = "docs/sessions.py"
RUN = undone.RUN
CLUSTER = guide_cluster()
CUT = "…"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
INSTALL_PAAS = "bkcli.install-paas"
LANDMARKS = (INSTALL_PAAS, "bkcli.install-bkauth", "bkcli.install-gse", "smoke-test.run")


def session(lang: Lang, name: str) -> str:
    """Raises KeyError for a session that is not recorded here."""
    return blocks.fenced(SESSIONS[name](_options(lang)))


def _options(lang: Lang) -> RenderOptions:
    """As on no terminal: without colour, 100 columns."""
    return RenderOptions(lang=lang)


def report_of(world: World, goal: Callable[[Cluster], PlanInputs] = plan_inputs) -> ClusterReport:
    """What `diff`, `check` (with the goal `comparing`) and `plan` report of these hosts."""

    async def gather(facts: Iterable[AnyFact]) -> GatheredFacts:
        return GatheredFacts(readings=world.read(facts))

    expected, make_plan = goal(world.cluster)
    assessment = asyncio.run(assess(gather, expected, make_plan, spec_inputs(world.cluster, goal)))
    return cluster_report(world.cluster, assessment)


def _text(kind: ReportKind, report: ClusterReport, options: RenderOptions) -> list[str]:
    form = formats.load("text").form(kind)
    assert form is not None
    return form(report, options).splitlines()


def _header(report: ClusterReport, options: RenderOptions) -> list[str]:
    return header_text(report.plan, for_cluster(options, report)).splitlines()


# The clusters


@cache
def pristine_report() -> ClusterReport:
    return report_of(World(cluster=CLUSTER))


def _drifted(facts: Mapping[AnyFact, AnyReading]) -> World:
    world = finished(CLUSTER)
    known = {fact for fact in world.facts if fact in facts}
    assert known == set(facts), "a session changes a fact that nothing expects"
    world.facts.update(facts)
    return world


def stopped_world() -> World:
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


# What each command prints


def _diff(options: RenderOptions, report: ClusterReport, lines: int) -> Iterator[str]:
    printed = _text("diff", report, options)
    yield from ("$ bkrec diff", *printed[:lines], CUT, printed[-1])


def _plan(options: RenderOptions, steps: int) -> Iterator[str]:
    report = pristine_report()
    header = _header(report, options)
    printed = _text("plan", report, options)
    yield from ("$ bkrec plan", *_shortened(header), *printed[len(header) : _begin(printed, steps + 1)], CUT)


def _plan_of_deletion(options: RenderOptions) -> Iterator[str]:
    """The header, and the step that deletes."""
    report = report_of(_other_topology())
    deletes = next(number for number, step in enumerate(report.plan.steps, 1) if step.action.disrupts == "data")
    printed = _text("plan", report, options)
    step = printed[_begin(printed, deletes) : _begin(printed, deletes + 1)]
    yield from ("$ bkrec plan", *_header(report, options), CUT, *step, CUT)


def _begin(printed: list[str], step: int) -> int:
    """The line at which a numbered step begins; it may be in colour."""
    plain = (COLOUR.sub("", line) for line in printed)
    return next(number for number, line in enumerate(plain) if line.startswith(f"{step:>3}. "))


def _shortened(header: list[str]) -> Iterator[str]:
    """The costs, no row of them longer than three lines."""
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


def _upgrade(options: RenderOptions, first: int) -> Iterator[str]:
    """The first steps, and those an operator waits for."""
    report = pristine_report()
    landmarks = {number for number, step in enumerate(report.plan.steps) if step.id.startswith(LANDMARKS)}
    yield from ("$ bkrec apply --yes", *_shortened(_header(report, options)))
    yield from _run(report, options, {*range(first), *landmarks})
    yield from _text("check", report_of(live(World(cluster=CLUSTER), report.plan), comparing), options)


def _run(report: ClusterReport, options: RenderOptions, steps: Iterable[int]) -> Iterator[str]:
    plan, page = report.plan, for_cluster(options, report)
    yield from event_lines(RunStarted(run=RUN, epoch=3, steps=tuple(step.id for step in plan.steps)), plan, page)
    last = -1
    for number in sorted(steps):
        if number != last + 1:
            yield CUT
        step, last = plan.steps[number], number
        yield from event_lines(StepStarted(step=step.id, host=step.action.host, job=""), plan, page)
        yield from event_lines(StepDone(step=step.id, seconds=step.action.estimate_s, exit_status=0), plan, page)
    if last + 1 != len(plan.steps):
        yield CUT
    yield from event_lines(_ended(plan), plan, page)


def _ended(plan: Plan) -> RunEnded:
    return RunEnded(
        verdict="converged", done=len(plan.steps), failed=0, seconds=estimate(plan.steps, NOTHING_KNOWN).total_s
    )


def _check(options: RenderOptions, world: Callable[[], World]) -> Iterator[str]:
    yield from ("$ bkrec check", *_text("check", report_of(world(), comparing), options))


def _repair(options: RenderOptions, world: Callable[[], World]) -> Iterator[str]:
    report = report_of(world())
    yield from ("$ bkrec apply --yes", *_header(report, options))
    yield from _run(report, options, range(len(report.plan.steps)))
    yield from _text("check", report_of(live(world(), report.plan), comparing), options)


def _undo(options: RenderOptions, steps: int) -> Iterator[str]:
    """Of an upgrade that was stopped before PaaS was installed."""
    before, plan = World(cluster=CLUSTER), pristine_report().plan
    until = next(number for number, step in enumerate(plan.steps) if step.id.startswith(INSTALL_PAAS))
    done = replace(plan, steps=plan.steps[:until])
    world = undone.upgraded(before, live(before, done), done.steps)
    case = undone.study(world)
    after = afterwards(CLUSTER, case.undoing, world.facts)
    printed = undo_text(case.undoing, case.plan, after, for_cluster(options, pristine_report())).splitlines()
    cut = _begin(printed, steps + 1)
    again = next(number for number, line in enumerate(printed) if number > cut and line and line[0] != " ")
    yield from ("$ bkrec undo", *printed[:cut], CUT, *printed[again:])


def _timer(options: RenderOptions) -> Iterator[str]:
    units = systemd_units.TimerUnits(
        cluster="prod",
        scope="system",
        user="ops",
        command=("/usr/local/bin/bkrec", "-c", "/etc/bkrec/cluster.toml", "--lang", options.lang, "check"),
        every_s=900,
        writable=(str(state_path("prod", Path("/etc/bkrec/cluster.toml"), {"HOME": "/home/ops"})),),
    )
    texts = (("service", systemd_units.service(units)), ("timer", systemd_units.timer(units)))
    files = ((f"/etc/systemd/system/{units.name}.{kind}", text) for kind, text in texts)
    enable = ("systemctl", "enable", "--now", f"{units.name}.timer")
    text = timer_text(files, (("systemctl", "daemon-reload"), enable), options)
    yield from ("$ sudo bkrec -c /etc/bkrec/cluster.toml check --install-timer", *text.splitlines())


SESSIONS: Mapping[str, Callable[[RenderOptions], Iterable[str]]] = {
    "diff": lambda options: _diff(options, pristine_report(), 12),
    "diff-short": lambda options: _diff(options, pristine_report(), 7),
    "plan": lambda options: _plan(options, 2),
    "apply": lambda options: _upgrade(options, 3),
    "check-converged": lambda options: _check(options, lambda: finished(CLUSTER)),
    "check-drift": lambda options: _check(options, stopped_world),
    "diff-drift": lambda options: _diff(options, report_of(stopped_world(), comparing), 7),
    "apply-drift": lambda options: _repair(options, stopped_world),
    "check-timer": _timer,
    "check-latent": lambda options: _check(options, _until_reboot),
    "plan-of-deletion": _plan_of_deletion,
    "undo": lambda options: _undo(options, 2),
}


if __name__ == "__main__":
    if sys.argv[1:]:
        print(session("zh" if sys.argv[2:] == ["zh"] else "en", sys.argv[1]))
    else:
        blocks.write(COMMAND, session)
