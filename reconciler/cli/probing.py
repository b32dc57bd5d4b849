"""What `bkrec probe` reads: all that a plan would be decided on, with each fact's module."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from probes.fact import AnyExpected, AnyFact, Readings, SameAs, Unknown, fact_id, kind_of
from probes.registry import PROBES
from reconciler.cli import exits, wiring
from reconciler.cli.goal import goal_for, grounds
from reconciler.cli.reach import open_session
from reconciler.cli.wiring import ClusterReport
from reconciler.core import facts_file
from reconciler.engine import assess
from reconciler.engine.gather import gather_facts
from reconciler.engine.local_files import replace_keeping_mode
from reconciler.rules import package_versions
from reconciler.version import VERSION
from specs.diagnostic import BkrecError, SpecError, diagnose


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    studied: ClusterReport
    readings: Readings
    """In the order of what is expected; what only the plan rests on comes after it."""
    modules: Mapping[AnyFact, str]

    @property
    def exit_code(self) -> int:
        return exits.UNKNOWN if any(isinstance(read, Unknown) for read in self.readings.values()) else exits.OK


async def probe(path: Path) -> ProbeResult:
    """Reads as `plan` does. Raises SpecError, TransportError."""
    async with open_session(path) as (transport, cluster):
        goal, decide = goal_for(cluster)
        assessment = await assess.assess(
            functools.partial(gather_facts, transport, PROBES), goal, decide, grounds(cluster)
        )
    expected, _ = goal_for(package_versions.with_package_versions(cluster, assessment.readings))
    modules = _modules(expected)
    first = [fact for fact in modules if fact in assessment.readings]
    facts = sorted(assessment.readings.keys() - modules.keys(), key=fact_id)
    ordered = {fact: assessment.readings[fact] for fact in (*first, *facts)}
    return ProbeResult(studied=wiring.report(cluster, assessment), readings=ordered, modules=modules)


def _modules(expected: Iterable[AnyExpected]) -> dict[AnyFact, str]:
    """A fact that another has to equal belongs to the module that asks for it, where none expects it for itself."""
    own: dict[AnyFact, str] = {}
    for wish in expected:
        own.setdefault(wish.fact, wish.module)
        if isinstance(wish.reading, SameAs):
            own.setdefault(wish.reading.fact, wish.module)
    return own


def filter_facts(probed: ProbeResult, patterns: Sequence[str]) -> ProbeResult:
    """What one of the patterns names: a host, a kind, a fact's id, with `*`. Raises Misused where none names any."""
    readings = {
        f: read for f, read in probed.readings.items() if not patterns or any(_named(f, one) for one in patterns)
    }
    if not readings:
        raise exits.UsageError(BkrecError(diagnose("probe-no-match", patterns=", ".join(patterns))))
    return replace(probed, readings=readings)


def _named(fact: AnyFact, pattern: str) -> bool:
    return pattern in (fact.host, kind_of(fact)) or fnmatchcase(fact_id(fact), pattern)


def save(path: Path, probed: ProbeResult) -> None:
    """Raises SpecError where it cannot be written."""
    report = probed.studied
    saved = facts_file.save(probed.readings, probed.modules, cluster=report.name, release=report.release, bkrec=VERSION)
    try:
        replace_keeping_mode(path, facts_file.dump(saved))
    except OSError as error:
        diagnostic = diagnose("file-not-written", where=str(path), path=path, error=error.strerror or error)
        raise SpecError(diagnostic) from error
