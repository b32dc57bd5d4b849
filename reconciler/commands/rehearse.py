"""`rehearse`: the plan on this cluster's own readings, carried out in a moment and nowhere. Read-only."""

import difflib
import os
import re
from dataclasses import replace
from pathlib import Path

from reconciler.commands.assess import plan_inputs, report_on
from reconciler.commands.errors import UsageError
from reconciler.commands.part import MAX_NEAR
from reconciler.commands.result import Result
from reconciler.core.eta import RUNS_USED, durations_of
from reconciler.core.rehearsal import Rehearsal, rehearse
from reconciler.core.run_report import run_report
from reconciler.core.schedule import LostHost
from reconciler.core.verdict import exit_code
from reconciler.engine import journal
from reconciler.engine.clock import SystemClock
from reconciler.engine.local_files import state_path
from reconciler.view.reports import ClusterReport, RehearsalReport
from specs.diagnostic import diagnose

_LOST = re.compile(r"(?P<host>.+)@(?P<minutes>\d+(\.\d+)?)")


async def rehearsal(path: Path, fails: tuple[str, ...] = (), lost: str = "") -> Result[RehearsalReport]:
    """`lost`: HOST@MINUTES. Raises SpecError, TransportError, UsageError."""
    now = int(SystemClock().now().timestamp())
    cluster = with_durations(await report_on(path, plan_inputs, began=now))
    failing = tuple(_step(name, cluster) for name in fails)
    host = _lost_host(lost, cluster) if lost else None
    report = RehearsalReport(
        cluster=cluster,
        planned=_rehearsed(cluster),
        scenario=_rehearsed(cluster, frozenset(failing), host) if failing or host else None,
        fails=failing,
        lost=host,
    )
    return Result(document=report, warnings=cluster.warnings, exit_code=exit_code(cluster.verdict))


def _rehearsed(cluster: ClusterReport, fails: frozenset[str] = frozenset(), lost: LostHost | None = None) -> Rehearsal:
    return rehearse(cluster.plan, cluster.expected, cluster.readings, cluster.durations, fails=fails, lost=lost)


def _step(name: str, cluster: ClusterReport) -> str:
    """By its id, or its number in the plan. Raises UsageError."""
    names = tuple(step.id for step in cluster.plan.steps)
    number = int(name.removeprefix("#")) if name.removeprefix("#").isdigit() else 0
    if 0 < number <= len(names):
        return names[number - 1]
    if name not in names:
        near = difflib.get_close_matches(name, names, n=MAX_NEAR, cutoff=0.4) or names[:MAX_NEAR]
        raise UsageError(diagnose("step-unknown", name=name, near=", ".join(near) or "-"))
    return name


def _lost_host(text: str, cluster: ClusterReport) -> LostHost:
    """Raises UsageError."""
    match, hosts = _LOST.fullmatch(text), {step.action.host for step in cluster.plan.steps}
    if match is None or match["host"] not in hosts:
        raise UsageError(diagnose("lost-host-unreadable", text=text, hosts=", ".join(sorted(hosts)) or "-"))
    return LostHost(host=match["host"], at_s=float(match["minutes"]) * 60)


def with_durations(report: ClusterReport) -> ClusterReport:
    """With what this machine's journals know of the cluster's steps; a journal that cannot be read tells nothing."""
    try:
        directory = state_path(report.name, os.environ)
        contents = [(run, journal.read_run(directory, run)) for run in journal.runs(directory)[-2 * RUNS_USED :]]
    except OSError:
        return report
    runs = (run_report(run, ((entry.at, entry.event) for entry in c.entries)) for run, c in contents)
    return replace(report, durations=durations_of(runs, report.plan.steps))
