"""`doctor`: all that may stop the upgrade, on any day before it: the preflight checks of its plan, all at once.

They are the checks that `apply` asks before its first write, of the same plan, from the same list. Where the package is
not on the controller yet the plan is made as if it were, so that the checks of the whole upgrade are asked, and its
absence is reported with them. Nothing is written to any host.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from probes.fact import AnyFact, Known
from probes.package import PackageDigest
from reconciler.commands import session
from reconciler.commands.assess import cluster_report, plan_inputs, spec_inputs
from reconciler.commands.result import Result
from reconciler.commands.session import ClusterSession
from reconciler.core.preflight import check_results
from reconciler.core.verdict import exit_code
from reconciler.engine import assess
from reconciler.engine.assess import Assessment
from reconciler.engine.clock import SystemClock
from reconciler.engine.gather import GatheredFacts
from reconciler.rules import preflight
from reconciler.view.reports import DoctorReport
from specs.cluster import Cluster


async def doctor(path: Path) -> Result[DoctorReport]:
    """Raises SpecError, TransportError."""
    async with session.open_cluster(path) as opened:
        cluster = opened.cluster
        assessment = await _assessed(opened)
        whole = await _assessed(opened, package=True) if _lacks_package(cluster, assessment) else assessment
        now = int(SystemClock().now().timestamp())
        checks = preflight.preflight_checks(cluster, now, whole.plan)
        gathered = await opened.gather(assess.facts_of(checks))
    results = check_results(checks, gathered.readings)
    unread = dict.fromkeys((*assessment.diagnostics.values(), *gathered.diagnostics.values()))
    # a host that does not answer is one finding, not one for each of its checks
    answered = tuple(r for r in results if r.expected.fact.host not in gathered.diagnostics or r.diagnostic is None)
    report = DoctorReport(
        release=cluster.release.version,
        steps=len(whole.plan.steps),
        checks=answered,
        problems=tuple(dict.fromkeys((*unread, *(blocked.diagnostic for blocked in assessment.plan.blocked)))),
        unread=len(unread) + len(assessment.difference.unknown),
        warnings=tuple(w for w in cluster_report(cluster, assessment).warnings if w not in unread),
    )
    return Result(document=report, warnings=report.warnings, exit_code=exit_code(report.verdict))


async def _assessed(opened: ClusterSession, *, package: bool = False) -> Assessment:
    """`package`: as if it were on the controller, whole."""

    async def gather(facts: Iterable[AnyFact]) -> GatheredFacts:
        gathered = await opened.gather(facts)
        present = {fact: Known(opened.cluster.md5) for fact in gathered.readings if isinstance(fact, PackageDigest)}
        return replace(gathered, readings={**gathered.readings, **present}) if package else gathered

    expected, decide = plan_inputs(opened.cluster)
    return await assess.assess(gather, expected, decide, spec_inputs(opened.cluster))


def _lacks_package(cluster: Cluster, assessment: Assessment) -> bool:
    return any(
        reading != Known(cluster.md5)
        for fact, reading in assessment.readings.items()
        if isinstance(fact, PackageDigest)
    )
