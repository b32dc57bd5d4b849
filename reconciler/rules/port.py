"""Ports: listened on once what serves them runs. Only where consul cannot say it.

A service that is registered under a tag shares its name with its siblings, and consul's word would be the worst of all
of them; so it is not asked, and the port itself is.
"""

from probes.fact import AnyDrift, require_fact_type
from probes.port import PortListening
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Derived, Progressing
from reconciler.core.planner import Decision
from reconciler.rules.lookup import running_on, units_up_to_date_on
from specs.cluster import Cluster
from specs.diagnostic import diagnose

FACTS = (PortListening,)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = require_fact_type(drift, PortListening)
    module = cluster.release.module(drift.expected.module)
    behind = (*running_on(cluster, module, fact.host), *units_up_to_date_on(cluster, module, fact.host))
    if facts.all_match(behind):
        return Progressing(diagnostic=diagnose("port-silent", where=f"{fact.host} {fact.port}", port=fact.port))
    return Derived(expected=drift.expected, depends_on=behind)
