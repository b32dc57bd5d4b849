"""Steady: units that were started only just now; only time repairs that. One that never gets older is crash-looping.

Expected once per module and host, last of all, so that the last round of an upgrade, which waits for such facts
(`engine/reconcile.py`), does not end on a unit between two crashes. No step waits for it.
"""

from probes.fact import AnyDrift, Known, require_fact_type
from probes.steady import RecentlyStartedUnits
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Progressing
from reconciler.core.planner import Decision
from specs.cluster import Cluster
from specs.diagnostic import diagnose

FACTS = (RecentlyStartedUnits,)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = require_fact_type(drift, RecentlyStartedUnits)
    units = drift.reading.value if isinstance(drift.reading, Known) else ()
    diagnostic = diagnose("units-recently-started", where=f"{fact.host} {' '.join(units)}", units=" ".join(units))
    return Progressing(diagnostic=diagnostic)
