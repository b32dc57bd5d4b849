"""Health of services in their own words: what follows from a unit is its own; the rest is reported with what to do.

Nothing is repaired: a database without a leader, or with a full disk, is not to be restarted by a program. One that
says nothing of its health is reported as advice: a password that was changed, a plugin that is off, a port that speaks
another version's language are no fault of the platform; that its unit runs and its port is open, other facts say.
"""

from collections.abc import Iterator, Mapping

from probes.fact import Absent, AnyDrift, AnyFact, Known, Unknown, require_fact_type
from probes.health import DENIED, NO_PASSWORD, SECRETS, UNJUDGED, ServiceHealth
from probes.port import PortUnit
from reconciler.core.causes import Findings
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Advice, Derived, Progressing
from reconciler.core.planner import Decision
from reconciler.rules import certificate, dependencies
from reconciler.rules.lookup import running_on
from specs.cluster import Cluster
from specs.diagnostic import diagnose

FACTS = (ServiceHealth,)
ADVISED = (ServiceHealth,)
CODES: Mapping[str, str] = {
    "no leader": "health-no-leader",
    "no controller": "health-no-leader",
    "neither primary nor secondary": "health-no-leader",
    "red": "health-data-missing",
    "not writing": "health-no-room",
    "memory alarm": "health-no-room",
    "disk alarm": "health-no-room",
}
UNJUDGED_CODES: Mapping[str, str] = {DENIED: "health-denied", NO_PASSWORD: "health-no-password"}
COUNTED = ("servers ", "nodes ", "brokers ")


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact, module = require_fact_type(drift, ServiceHealth), cluster.release.module(drift.expected.module)
    behind = running_on(cluster, module, fact.host)
    if not facts.all_match(behind):
        return Derived(expected=drift.expected, depends_on=behind)
    where, report = f"{fact.host} {fact.service}", drift.reading.value if isinstance(drift.reading, Known) else "-"
    if drift.reading == Absent() or report in UNJUDGED:
        key = SECRETS.get(fact.service, ("-", ""))[0]
        return Advice(
            diagnostic=diagnose(
                UNJUDGED_CODES.get(report, "health-no-answer"),
                where=where, service=fact.service, port=fact.port, directory=fact.env, key=key,
            )
        )  # fmt: skip
    unit = next((unit.name for unit in module.units), "-")
    diagnostic = diagnose(_code(report), where=where, service=fact.service, report=report, port=fact.port, unit=unit)
    others = [host for host in cluster.hosts(module) if host != fact.host]
    fellows = [expected for host in others for expected in running_on(cluster, module, host)]
    # members may be joining; without one that is down, or on a host that does not answer, there is nothing to wait for
    return Progressing(diagnostic=diagnostic) if facts.all_match(fellows) else diagnostic


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
