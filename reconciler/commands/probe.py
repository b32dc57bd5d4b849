"""`probe`: every fact that a plan would be decided on, with its module; nothing is evaluated."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC
from fnmatch import fnmatchcase
from pathlib import Path

from probes.fact import AnyExpected, AnyFact, SameAs, Unknown, fact_id, kind_of
from reconciler.commands import files, session
from reconciler.commands.assess import cluster_as_read, cluster_report, plan_inputs, spec_inputs
from reconciler.commands.errors import UsageError
from reconciler.commands.result import Result
from reconciler.commands.session import ClusterSession
from reconciler.core import facts_file
from reconciler.core.verdict import ExitCode
from reconciler.engine import assess
from reconciler.engine.clock import SystemClock
from reconciler.version import VERSION
from reconciler.view.reports import ProbeReport
from specs.diagnostic import diagnose


async def probe(path: Path, patterns: Sequence[str] = (), save: Path | None = None) -> Result[ProbeReport]:
    """Reads as `plan` does. `save`: the readings are saved there too. Raises SpecError, TransportError, UsageError."""
    now = SystemClock().now().astimezone(UTC)
    async with session.open_cluster(path) as opened:
        cluster = opened.cluster
        report = filter_facts(await read_all(opened, int(now.timestamp())), patterns)
    if save is not None:
        read_at = now.isoformat(timespec="seconds")
        saved = facts_file.save(report.readings, report.modules, cluster, bkrec=VERSION, read_at=read_at)
        files.write(save, facts_file.dump(saved))
    unread = any(isinstance(reading, Unknown) for reading in report.readings.values())
    code = ExitCode.UNKNOWN if unread else ExitCode.OK
    return Result(document=report, warnings=report.cluster.warnings, exit_code=code)


async def read_all(opened: ClusterSession, began: int) -> ProbeReport:
    cluster = opened.cluster
    assessment = await assess.assess(opened.gather, *plan_inputs(cluster), spec_inputs(cluster, began=began))
    expected, _ = plan_inputs(cluster_as_read(cluster, assessment.readings))
    modules = _modules(expected)
    first = [fact for fact in modules if fact in assessment.readings]
    rest = sorted(assessment.readings.keys() - modules.keys(), key=fact_id)
    readings = {fact: assessment.readings[fact] for fact in (*first, *rest)}
    return ProbeReport(cluster=cluster_report(cluster, assessment), readings=readings, modules=modules)


def _modules(expected: Iterable[AnyExpected]) -> dict[AnyFact, str]:
    """A fact that another has to equal belongs to the module that asks for it, where none expects it for itself."""
    modules: dict[AnyFact, str] = {}
    for fact in expected:
        modules.setdefault(fact.fact, fact.module)
        if isinstance(fact.reading, SameAs):
            modules.setdefault(fact.reading.fact, fact.module)
    return modules


def filter_facts(report: ProbeReport, patterns: Sequence[str]) -> ProbeReport:
    """Facts that one of the patterns matches: a host, a kind, a fact's id with `*`. Raises UsageError for none."""
    if not patterns:
        return report
    readings = {
        fact: reading
        for fact, reading in report.readings.items()
        if any(_matches(fact, pattern) for pattern in patterns)
    }
    if not readings:
        raise UsageError(diagnose("probe-no-match", patterns=", ".join(patterns)))
    return replace(report, readings=readings)


def _matches(fact: AnyFact, pattern: str) -> bool:
    return pattern in (fact.host, kind_of(fact)) or fnmatchcase(fact_id(fact), pattern)
