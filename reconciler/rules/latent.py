"""Latent drift: facts that are right now and will not last, what will happen, and when.

It depends on readings, not on the expected fact: a unit that is not enabled is latent drift while it runs, and just
missing where it was never installed; a row of production_info lies only once its product is what the release says. So
each family expects and repairs its facts as usual, and this file alone decides which drifts are latent.
"""

from collections.abc import Mapping

from probes.consul import ConsulDefinition
from probes.container import ContainersWithoutRestartPolicy, DockerDataRoot
from probes.env import EnvDuplicates
from probes.fact import Absent, AnyDrift, AnyFact, Known, Readings, matches
from probes.mysql import ProductVersion
from probes.system import NameResolved, ResolverAddress
from probes.tag import SecretsTag
from probes.unit import UnitActive, UnitEnabled
from reconciler.core.diff import Difference
from reconciler.rules import module_facts
from reconciler.rules.dependencies import CONSUL
from reconciler.rules.lookup import obsolete_on
from specs.cluster import Cluster
from specs.module import Module
from specs.reason import Reason, reason


def latent(cluster: Cluster, difference: Difference, readings: Readings) -> Mapping[AnyFact, Reason]:
    drifts = (*difference.drift, *(reported.drift for reported in difference.advice))
    result = {drift.expected.fact: _latent(cluster, drift, readings) for drift in drifts}
    return {fact: why for fact, why in result.items() if why is not None}


def _latent(cluster: Cluster, drift: AnyDrift, readings: Readings) -> Reason | None:
    fact = drift.expected.fact
    match fact:
        case UnitEnabled():
            runs = readings.get(UnitActive(host=fact.host, unit=fact.unit)) == Known("active")
            return reason("latent-not-at-boot", unit=fact.unit) if runs and drift.reading != Absent() else None
        case ResolverAddress():
            resolved = readings.get(NameResolved(host=fact.host, name=CONSUL)) == Known("resolved")
            return reason("latent-resolver") if resolved else None
        case DockerDataRoot():
            return reason("latent-docker-root")
        case ContainersWithoutRestartPolicy():
            return reason("latent-containers", containers=_listed(drift))
        case ConsulDefinition() if drift.expected.reading == Absent():
            return reason("latent-consul", service=fact.service) if _nobody_serves(cluster, drift, readings) else None
        case SecretsTag():
            return reason("latent-secrets", module=fact.module)
        case EnvDuplicates():
            return reason("latent-doubled", key=fact.key, file=fact.file)
        case ProductVersion():
            return _row(cluster, fact, drift, readings)
        case _:
            return None


def _listed(drift: AnyDrift) -> str:
    return ", ".join(drift.reading.value) if isinstance(drift.reading, Known) else ""


def _nobody_serves(cluster: Cluster, drift: AnyDrift, readings: Readings) -> bool:
    """While the old daemons run, the service is in use and not a leftover."""
    module = cluster.release.module(drift.expected.module)
    return all(matches(expected, readings) for expected in obsolete_on(cluster, module, drift.expected.fact.host))


def _row(cluster: Cluster, fact: ProductVersion, drift: AnyDrift, readings: Readings) -> Reason | None:
    """A lie, where the product is what it should be; before its upgrade an old row is just old."""
    module = next((m for m in cluster.release.modules if m.version_row == fact.code), None)
    if module is None or not isinstance(drift.reading, Known) or drift.expected.reading == Absent():
        return None
    if not _installed(cluster, module, readings):
        return None
    return reason("latent-version-row", product=fact.code, says=drift.reading.value)


def _installed(cluster: Cluster, module: Module, readings: Readings) -> bool:
    if module not in cluster.modules():
        return True
    return all(matches(expected, readings) for expected in module_facts.install_evidence(cluster, module))
