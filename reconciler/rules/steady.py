"""Units that have only just been started: nothing repairs that but time. One that never gets older keeps dying.

Desired once per module and host, last of all, so that the last look of an upgrade, which gives such things their time
(`engine/reconcile.py`), does not end on a unit that is between two of its deaths. No step waits for it.
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
