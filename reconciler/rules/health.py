"""Health of services in their own words: what follows from a unit is its own; the rest is reported with what to do.

Nothing is repaired: a database without a leader, or with a full disk, is not to be restarted by a program.
"""

from collections.abc import Iterator, Mapping

from probes.fact import Absent, AnyDrift, AnyFact, Known, Unknown, require_fact_type
from probes.health import ServiceHealth
from probes.port import PortUnit
from reconciler.core.causes import Findings
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Derived, Progressing
from reconciler.core.planner import Decision
from reconciler.rules import certificate, dependencies
from reconciler.rules.lookup import running_on
from specs.cluster import Cluster
from specs.diagnostic import diagnose

FACTS = (ServiceHealth,)
CODES: Mapping[str, str] = {
    "no leader": "health-no-leader",
    "no controller": "health-no-leader",
    "neither primary nor secondary": "health-no-leader",
    "red": "health-data-missing",
    "not writing": "health-no-room",
    "memory alarm": "health-no-room",
    "disk alarm": "health-no-room",
}
COUNTED = ("servers ", "nodes ", "brokers ")


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact, module = require_fact_type(drift, ServiceHealth), cluster.release.module(drift.expected.module)
    behind = running_on(cluster, module, fact.host)
    if not facts.all_match(behind):
        return Derived(expected=drift.expected, depends_on=behind)
    if drift.reading == Absent():
        return Progressing(diagnostic=diagnose("port-silent", where=f"{fact.host} {fact.port}", port=fact.port))
    report = drift.reading.value if isinstance(drift.reading, Known) else "-"
    unit = next((unit.name for unit in module.units), "-")
    where = f"{fact.host} {fact.service}"
    return Progressing(
        diagnostic=diagnose(_code(report), where=where, service=fact.service, report=report, port=fact.port, unit=unit)
    )


def _code(report: str) -> str:
    if report.startswith(COUNTED):
        return "health-members-missing"
    return CODES.get(report, "health-faulty")


def rests_on(cluster: Cluster, drift: AnyDrift, findings: Findings) -> Iterator[AnyFact]:
    """What runs behind it, its port, the certificates that it is asked with; then its fellows on the other hosts,
    without whom there is no quorum."""
    fact, module = require_fact_type(drift, ServiceHealth), dependencies.module_of(cluster, drift)
    if module is None:
        return
    yield from dependencies.runs(cluster, module, fact.host)
    ports = [(unit.name, port) for unit in module.units for port in unit.ports]
    yield from (PortUnit(host=fact.host, port=port, unit=unit) for unit, port in ports)
    yield from certificate.files_of(cluster, module, fact.host)
    if isinstance(drift.reading, Unknown):
        return
    for host in cluster.hosts(module):
        if host != fact.host:
            yield from dependencies.runs(cluster, module, host)
    yield from dependencies.uses(cluster, module, fact.host)
