"""Units: an inactive one is started, a disabled one enabled, a missing one installed, one of 6.1 retired.

One that is masked is refused, once: a person did that on purpose, and systemd refuses to start, restart or enable it.
An obsolete one is retired all the same, mask included.
"""

from collections.abc import Iterator
from dataclasses import replace

from actions.unit import EnableUnit, RetireUnit, StartUnit
from probes.fact import Absent, AnyDrift, AnyExpected, AnyFact, Known, require_fact_type
from probes.unit import UnitActive, UnitEnabled, is_masked
from reconciler.core.causes import Findings
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Progressing, Repair
from reconciler.core.planner import Decision
from reconciler.rules import base_service, baseline, certificate, dependencies, module_facts
from reconciler.rules.agent import agent_baseline
from reconciler.rules.entailed import of_module, of_module_and
from reconciler.rules.install import install, prepared_requirements, site_code_copied, unmasked
from reconciler.rules.lookup import running_facts_as
from reconciler.rules.smoke_test import smoke_test_baseline
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.module import Module
from specs.reason import Reason

FACTS = (UnitActive, UnitEnabled)
FAILING = (Known("failed"), Known("activating"), Known("deactivating"), Known("reloading"))
"""It was not stopped; it does not get as far as running."""


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    module = cluster.release.module(drift.expected.module)
    if isinstance(drift.expected.fact, UnitEnabled):
        return _enable(cluster, module, drift.expected.fact, drift, facts)
    fact = require_fact_type(drift, UnitActive)
    if isinstance(drift.expected.reading, Absent):
        return _retire(cluster, module, fact, drift, facts)
    return _start(cluster, module, fact, drift, facts)


def _start(cluster: Cluster, module: Module, fact: UnitActive, drift: AnyDrift, facts: FactReader) -> Decision:
    start = StartUnit(host=fact.host, unit=fact.unit)
    match drift.reading:
        case Known("inactive" | "failed"):
            free = unmasked(module, (fact,), facts)
            return Repair.of(drift, start, section=module.section, requires=free, common=_required(cluster, module))
        case Absent() if cluster.is_base_service(module):
            return base_service.missing(module, fact.host, fact.unit)
        case Absent() if not module.installer_starts_units:
            return Repair.of(drift, start, section=module.section, requires=_enabled(cluster, module, fact))
        case Absent():
            return install(cluster, module, facts)
        case _:
            # a second start would hide how the first one went
            diagnostic = diagnose(
                "unit-in-transition", where=f"{fact.host} {fact.unit}", unit=fact.unit, state=_text(drift)
            )
            return Progressing(diagnostic=diagnostic)


@of_module
def _required(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    required = (cluster.release.module(requirement.module) for requirement in module.requires)
    return tuple(
        expected for required_module in required for expected in module_facts.readiness(cluster, required_module)
    )


def _enabled(cluster: Cluster, module: Module, fact: UnitActive) -> tuple[AnyExpected, ...]:
    boot = running_facts_as(cluster, module, UnitEnabled(host=fact.host, unit=fact.unit))
    return () if boot is None else (boot,)


def _enable(cluster: Cluster, module: Module, fact: UnitEnabled, drift: AnyDrift, facts: FactReader) -> Decision:
    match drift.reading:
        case Known("disabled"):
            return Repair.of(drift, EnableUnit(host=fact.host, unit=fact.unit), section=module.section)
        case Absent() if cluster.is_base_service(module):
            return base_service.missing(module, fact.host, fact.unit)
        case Absent():
            return install(cluster, module, facts)
        case _:
            return diagnose("unit-not-enabled", where=f"{fact.host} {fact.unit}", unit=fact.unit, state=_text(drift))


def _retire(cluster: Cluster, module: Module, fact: UnitActive, drift: AnyDrift, facts: FactReader) -> Decision:
    """First or last, as the data says; "first" still waits until everything else is prepared, to keep the outage
    short."""
    obsolete = next(unit for unit in module.obsolete_units if unit.name == fact.unit)
    serves = module.name if drift.reading == Known("active") and obsolete.retire == "first" else ""
    action = RetireUnit(host=fact.host, unit=fact.unit, service=serves)
    if obsolete.retire == "last":
        restarted = (expected.fact for expected in module_facts.started_since_retirement(cluster, module))
        action = RetireUnit(
            host=fact.host,
            unit=fact.unit,
            mark=module_facts.retirement_mark(module),
            invalidated=tuple(since for since in restarted if since.host == fact.host),
        )
        after = _after_all(cluster, module, drift.expected.because)
        return Repair.of(drift, action, section=obsolete.section or module.section, common=after)
    evidence = module_facts.install_evidence(cluster, module)
    installed = facts.once(("proven", module.name), lambda: facts.any_holds(evidence))
    first = () if installed else prepared_requirements(cluster, module)
    copied = () if installed else site_code_copied(cluster, module, cluster.hosts(module), facts)
    return Repair.of(drift, action, section=module.section, requires=copied, common=first)


@of_module_and
def _after_all(cluster: Cluster, module: Module, why: Reason) -> tuple[AnyExpected, ...]:
    """All of the new one, and everybody whom the old one served."""
    expectations = (replace(expected, because=why) for expected in module_facts.replacement_ready(cluster, module))
    baselines = agent_baseline(cluster, module), smoke_test_baseline(cluster, module)
    return (*expectations, *(expected for result in baselines for expected in baseline.recovered(result)))


def _text(drift: AnyDrift) -> str:
    return str(drift.reading.value) if isinstance(drift.reading, Known) else ""


def rests_on(cluster: Cluster, drift: AnyDrift, findings: Findings) -> Iterator[AnyFact]:
    """One that is not installed is not enabled; one that is masked was stopped on purpose. One that was stopped stands
    for itself: only one that fails or does not get ready may want something else."""
    fact = drift.expected.fact
    if isinstance(fact, UnitEnabled):
        if drift.reading == Absent():
            yield UnitActive(host=fact.host, unit=fact.unit)
        return
    unit = require_fact_type(drift, UnitActive)
    boot = findings.get(UnitEnabled(host=unit.host, unit=unit.unit))
    if boot is not None and isinstance(boot.reading, Known) and is_masked(boot.reading.value):
        yield boot.expected.fact
    module = dependencies.module_of(cluster, drift)
    if module is not None and drift.reading in FAILING:
        yield from certificate.files_of(cluster, module, unit.host)
        yield from dependencies.uses(cluster, module, unit.host)
