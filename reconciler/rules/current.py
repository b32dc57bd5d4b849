"""Units older than their files are restarted, each alone; one that does not run follows its start."""

from actions.unit import RestartUnit
from probes.current import UnitCurrent
from probes.fact import Absent, AnyDrift, AnyExpected, Known, about
from probes.path import VersionText
from probes.unit import UnitActive
from reconciler.core.plan import Follows, Repair
from reconciler.core.planner import Mend
from reconciler.core.seen import Seen
from reconciler.rules import module as modules
from reconciler.rules.install import install
from specs.cluster import Cluster
from specs.module import Module

FACTS = (UnitCurrent,)


def mend(cluster: Cluster, drift: AnyDrift, seen: Seen) -> Mend:
    fact = about(drift, UnitCurrent)
    module = cluster.release.module(drift.expected.module)
    active = next(
        (w for w in modules.running(cluster, module) if w.fact == UnitActive(host=fact.host, unit=fact.unit)), None
    )
    if module.call == "upgrade" and drift.reading == Absent():
        return install(cluster, module, seen)
    if active is not None and _only_stopped(cluster, module, active, drift, seen):
        return Follows(expected=drift.expected, of=(active,))
    action = RestartUnit(host=fact.host, unit=fact.unit, file=fact.file, service=module.name)
    return Repair(
        action=action,
        because=drift.expected.because,
        source=drift.expected.source,
        section=module.section,
        needs=() if active is None else (active,),
    )


def _only_stopped(cluster: Cluster, module: Module, active: AnyExpected, drift: AnyDrift, seen: Seen) -> bool:
    """Starting it is enough, unless an installation is still to come, which may replace the files once more."""
    if drift.reading != Absent() or seen.read(active.fact) not in (Known("inactive"), Known("failed")):
        return False
    versions = [wish for wish in modules.ready(cluster, module) if isinstance(wish.fact, VersionText)]
    return bool(versions) and all(seen.read(wish.fact) == wish.reading for wish in versions)
