"""Latent drift: what is right now and will not last. What will happen, and when.

A judgement over readings and no property of a wish: a unit that is not enabled is latent drift while it runs, and just
missing where it was never installed; a row of production_info lies only once its product is what the release says. So
each family expects and mends its facts as ever, and this file alone says which of the differences nobody notices yet.
"""

from collections.abc import Mapping

from probes.consul import ConsulDefinition
from probes.container import ContainersUnkept, DockerDataRoot
from probes.env import EnvDoubled
from probes.fact import Absent, AnyDrift, AnyFact, Known, Readings, holds
from probes.mysql import ProductVersion
from probes.tag import TagKept
from probes.unit import UnitActive, UnitEnabled
from reconciler.core.diff import Difference
from reconciler.rules import module_facts
from reconciler.rules.lookup import gone_on
from specs.cluster import Cluster
from specs.module import Module
from specs.reason import Because, coded


def latent(cluster: Cluster, difference: Difference, readings: Readings) -> Mapping[AnyFact, Because]:
    drifts = (*difference.drift, *(told.drift for told in difference.advice))
    found = {drift.expected.fact: _latent(cluster, drift, readings) for drift in drifts}
    return {fact: why for fact, why in found.items() if why is not None}


def _latent(cluster: Cluster, drift: AnyDrift, readings: Readings) -> Because | None:
    fact = drift.expected.fact
    match fact:
        case UnitEnabled():
            runs = readings.get(UnitActive(host=fact.host, unit=fact.unit)) == Known("active")
            return coded("latent-not-at-boot", unit=fact.unit) if runs and drift.reading != Absent() else None
        case DockerDataRoot():
            return coded("latent-docker-root")
        case ContainersUnkept():
            return coded("latent-containers", containers=_listed(drift))
        case ConsulDefinition() if drift.expected.reading == Absent():
            return coded("latent-consul", service=fact.service) if _nobody_serves(cluster, drift, readings) else None
        case TagKept():
            return coded("latent-secrets", module=fact.module)
        case EnvDoubled():
            return coded("latent-doubled", key=fact.key, file=fact.file)
        case ProductVersion():
            return _row(cluster, fact, drift, readings)
        case _:
            return None


def _listed(drift: AnyDrift) -> str:
    return ", ".join(drift.reading.value) if isinstance(drift.reading, Known) else ""


def _nobody_serves(cluster: Cluster, drift: AnyDrift, readings: Readings) -> bool:
    """While the old daemons run, the service is not left over but in use."""
    module = cluster.release.module(drift.expected.module)
    return all(holds(wish, readings) for wish in gone_on(cluster, module, drift.expected.fact.host))


def _row(cluster: Cluster, fact: ProductVersion, drift: AnyDrift, readings: Readings) -> Because | None:
    """A lie, where the product is what it should be; before its upgrade an old row is just old."""
    module = next((m for m in cluster.release.modules if m.row == fact.code), None)
    if module is None or not isinstance(drift.reading, Known) or drift.expected.reading == Absent():
        return None
    if not _installed(cluster, module, readings):
        return None
    return coded("latent-version-row", product=fact.code, says=drift.reading.value)


def _installed(cluster: Cluster, module: Module, readings: Readings) -> bool:
    if module not in cluster.modules():
        return True
    return all(holds(wish, readings) for wish in module_facts.proofs(cluster, module))
