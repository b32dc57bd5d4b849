"""Units: an inactive one is started, a disabled one enabled, a missing one installed, one of 6.1 retired.

One that is masked is refused, once: a person meant it, and systemd starts, restarts and enables nothing by that name.
One of 6.1 is retired all the same, mask and all: what it was to keep from starting is gone then.
"""

from dataclasses import replace

from actions.unit import EnableUnit, RetireUnit, StartUnit
from probes.fact import Absent, AnyDrift, AnyExpected, Known, about
from probes.unit import UnitActive, UnitEnabled
from reconciler.core.plan import Repair, Settling
from reconciler.core.planner import Mend
from reconciler.core.seen import Seen
from reconciler.rules import agent, trial
from reconciler.rules import module as modules
from reconciler.rules.install import install, prepared, unmasked
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.module import Module

FACTS = (UnitActive, UnitEnabled)


def mend(cluster: Cluster, drift: AnyDrift, seen: Seen) -> Mend:
    module = cluster.release.module(drift.expected.module)
    if isinstance(drift.expected.fact, UnitEnabled):
        return _enable(cluster, module, drift.expected.fact, drift, seen)
    fact = about(drift, UnitActive)
    if isinstance(drift.expected.reading, Absent):
        return _retire(cluster, module, fact, drift, seen)
    return _start(cluster, module, fact, drift, seen)


def _start(cluster: Cluster, module: Module, fact: UnitActive, drift: AnyDrift, seen: Seen) -> Mend:
    match drift.reading:
        case Known("inactive" | "failed"):
            needs = tuple(
                wish
                for required in module.requires
                for wish in modules.ready(cluster, cluster.release.module(required.module))
            )
            needs = (*unmasked(module, (fact,), seen), *needs)
            return _repair(StartUnit(host=fact.host, unit=fact.unit), drift, module, needs)
        case Absent() if not module.starts:
            return _repair(StartUnit(host=fact.host, unit=fact.unit), drift, module, _enabled(cluster, module, fact))
        case Absent():
            return install(cluster, module, seen)
        case _:
            # a second start would hide how the first one went
            told = diagnose("unit-in-between", where=f"{fact.host} {fact.unit}", unit=fact.unit, state=_text(drift))
            return Settling(diagnostic=told)


def _enabled(cluster: Cluster, module: Module, fact: UnitActive) -> tuple[AnyExpected, ...]:
    boot = UnitEnabled(host=fact.host, unit=fact.unit)
    return tuple(wish for wish in modules.running(cluster, module) if wish.fact == boot)


def _enable(cluster: Cluster, module: Module, fact: UnitEnabled, drift: AnyDrift, seen: Seen) -> Mend:
    match drift.reading:
        case Known("disabled"):
            return _repair(EnableUnit(host=fact.host, unit=fact.unit), drift, module)
        case Absent():
            return install(cluster, module, seen)
        case _:
            return diagnose("unit-not-enabled", where=f"{fact.host} {fact.unit}", unit=fact.unit, state=_text(drift))


def _retire(cluster: Cluster, module: Module, fact: UnitActive, drift: AnyDrift, seen: Seen) -> Mend:
    """First or last is the data's word; "first" still waits until nothing but the outage itself is left to do."""
    gone = next(unit for unit in module.gone_units if unit.name == fact.unit)
    serves = module.name if drift.reading == Known("active") and gone.retire == "first" else ""
    action = RetireUnit(host=fact.host, unit=fact.unit, service=serves)
    if gone.retire == "last":
        why = drift.expected.because
        needs = tuple(replace(w, because=why) for w in modules.replaced(cluster, module))
        needs = (*needs, *agent.back(cluster, module), *trial.worked(cluster, module))
        return replace(_repair(action, drift, module, needs), section=gone.section or module.section)
    installed = seen.any_holds(modules.proofs(cluster, module))
    return _repair(action, drift, module, () if installed else prepared(cluster, module))


def _repair(
    action: StartUnit | EnableUnit | RetireUnit, drift: AnyDrift, module: Module, needs: tuple[AnyExpected, ...] = ()
) -> Repair:
    wish = drift.expected
    return Repair(action=action, because=wish.because, source=wish.source, section=module.section, needs=needs)


def _text(drift: AnyDrift) -> str:
    return str(drift.reading.value) if isinstance(drift.reading, Known) else ""
