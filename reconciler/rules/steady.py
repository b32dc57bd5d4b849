"""Units that have only just been started: nothing repairs that but time. One that never gets older keeps dying.

Desired once per module and host, last of all, so that the last look of an upgrade, which gives such things their time
(`engine/reconcile.py`), does not end on a unit that is between two of its deaths. No step waits for it.
"""

from probes.fact import AnyDrift, Known, about
from probes.steady import YoungUnits
from reconciler.core.fact_reader import Seen
from reconciler.core.plan import Settling
from reconciler.core.planner import Mend
from specs.cluster import Cluster
from specs.diagnostic import diagnose

FACTS = (YoungUnits,)


def mend(cluster: Cluster, drift: AnyDrift, seen: Seen) -> Mend:
    fact = about(drift, YoungUnits)
    units = drift.reading.value if isinstance(drift.reading, Known) else ()
    told = diagnose("units-young", where=f"{fact.host} {' '.join(units)}", units=" ".join(units))
    return Settling(diagnostic=told)
