"""Steady: units that were started only just now; only time repairs that. One that never gets older is crash-looping.

Expected once per module and host, last of all, so that the last round of an upgrade, which waits for such facts
(`engine/reconcile.py`), does not end on a unit between two crashes. No step waits for it.
"""

from collections.abc import Iterator

from probes.fact import AnyDrift, AnyFact, Known, require_fact_type
from probes.steady import RecentlyStartedUnits
from probes.unit import UnitActive
from reconciler.core.causes import Findings
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Progressing
from reconciler.core.planner import Decision
from reconciler.rules import dependencies
from specs.cluster import Cluster
from specs.diagnostic import diagnose

FACTS = (RecentlyStartedUnits,)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = require_fact_type(drift, RecentlyStartedUnits)
    units = drift.reading.value if isinstance(drift.reading, Known) else ()
    diagnostic = diagnose("units-recently-started", where=f"{fact.host} {' '.join(units)}", units=" ".join(units))
    return Progressing(diagnostic=diagnostic)


def rests_on(cluster: Cluster, drift: AnyDrift, findings: Findings) -> Iterator[AnyFact]:
    """What a unit uses that dies again and again."""
    fact, module = require_fact_type(drift, RecentlyStartedUnits), dependencies.module_of(cluster, drift)
    for unit in drift.reading.value if isinstance(drift.reading, Known) else ():
        yield UnitActive(host=fact.host, unit=unit)
    if module is not None:
        yield from dependencies.uses(cluster, module, fact.host)
