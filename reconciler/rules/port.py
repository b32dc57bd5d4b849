"""Ports: listened on once what serves them runs. Of products only where consul cannot say it; of base services always,
and by whom.

A service that is registered under a tag shares its name with its siblings, and consul's word would be the worst of all
of them; so it is not asked, and the port itself is.
"""

from collections.abc import Iterator

from probes.fact import AnyDrift, AnyFact, Known, require_fact_type
from probes.port import PortListening, PortUnit
from probes.unit import UnitActive
from reconciler.core.causes import Findings
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Derived, Progressing
from reconciler.core.planner import Decision
from reconciler.rules import dependencies
from reconciler.rules.lookup import running_on, units_up_to_date_on
from specs.cluster import Cluster
from specs.diagnostic import diagnose

FACTS = (PortListening, PortUnit)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = drift.expected.fact
    if not isinstance(fact, PortUnit):
        fact = require_fact_type(drift, PortListening)
    module = cluster.release.module(drift.expected.module)
    behind = (*running_on(cluster, module, fact.host), *units_up_to_date_on(cluster, module, fact.host))
    if not facts.all_match(behind):
        return Derived(expected=drift.expected, depends_on=behind)
    if isinstance(fact, PortUnit) and isinstance(drift.reading, Known):
        where, holder = f"{fact.host} {fact.port}", drift.reading.value
        return diagnose("port-of-another", where=where, port=fact.port, unit=fact.unit, holder=holder)
    return Progressing(diagnostic=diagnose("port-silent", where=f"{fact.host} {fact.port}", port=fact.port))


def rests_on(cluster: Cluster, drift: AnyDrift, findings: Findings) -> Iterator[AnyFact]:
    """A port that another program took follows from nothing."""
    fact = drift.expected.fact
    if isinstance(fact, PortUnit):
        if not isinstance(drift.reading, Known):
            yield UnitActive(host=fact.host, unit=fact.unit)
    else:
        module = dependencies.module_of(cluster, drift)
        yield from dependencies.runs(cluster, module, fact.host)
        if module is not None:
            yield from dependencies.uses(cluster, module, fact.host)
