"""`rehearse`: the plan on this cluster's own readings, carried out in a moment and nowhere. Read-only.

The readings are those of now, or those that `probe --save` saved: then no host is connected to, and the plan is the one
that the cluster would have got at that time.
"""

import difflib
import re
from collections.abc import Iterable
from pathlib import Path

from probes.fact import AnyFact, Unknown
from reconciler.commands import cluster_file, files
from reconciler.commands.assess import cluster_report, plan_inputs, report_on, spec_inputs
from reconciler.commands.errors import UsageError
from reconciler.commands.part import MAX_NEAR
from reconciler.commands.recorded_durations import with_durations
from reconciler.commands.result import Result
from reconciler.core import facts_file
from reconciler.core.rehearsal import Rehearsal, rehearse
from reconciler.core.schedule import LostHost
from reconciler.core.verdict import exit_code
from reconciler.engine import assess, release_data
from reconciler.engine.clock import SystemClock
from reconciler.engine.gather import GatheredFacts
from reconciler.view.reports import ClusterReport, RehearsalReport
from specs.cluster import with_site
from specs.diagnostic import diagnose
from specs.reason import reason

_LOST = re.compile(r"(?P<host>.+)@(?P<minutes>\d+(\.\d+)?)")


async def rehearsal(
    path: Path, fails: tuple[str, ...] = (), lost: str = "", readings: Path | None = None
) -> Result[RehearsalReport]:
    """`lost`: HOST@MINUTES. Raises SpecError, TransportError, UsageError."""
    now = int(SystemClock().now().timestamp())
    if readings is None:
        read, read_at = await report_on(path, plan_inputs, began=now), ""
    else:
        read, read_at = await _on_saved(path, readings, now)
    cluster = with_durations(read, path)
    failing = tuple(_step(name, cluster) for name in fails)
    host = _lost_host(lost, cluster) if lost else None
    report = RehearsalReport(
        cluster=cluster,
        planned=_rehearsed(cluster),
        scenario=_rehearsed(cluster, frozenset(failing), host) if failing or host else None,
        fails=failing,
        lost=host,
        read_at=read_at,
    )
    return Result(document=report, warnings=cluster.warnings, exit_code=exit_code(cluster.verdict))


async def _on_saved(path: Path, saved_in: Path, now: int) -> tuple[ClusterReport, str]:
    """And when they were read. A fact that the file does not have was not read. Raises SpecError."""
    file, saved = cluster_file.load(path), facts_file.load(files.read(saved_in), str(saved_in))
    described = facts_file.to_cluster(saved, str(saved_in), file, release_data.load_release(file.release))
    cluster = with_site(described, file, SystemClock().now().astimezone().date())

    readings = facts_file.to_readings(saved)

    async def gather(facts: Iterable[AnyFact]) -> GatheredFacts:
        unread = Unknown(reason("not-read"))
        return GatheredFacts(readings={fact: readings.get(fact, unread) for fact in facts})

    inputs = spec_inputs(cluster, plan_inputs, began=now)
    return cluster_report(cluster, await assess.assess(gather, *plan_inputs(cluster), inputs)), saved.read_at


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
