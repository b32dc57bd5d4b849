"""What runs in a newer version than the package has: reported, and never taken back without a person.

A SaaS updated by its page, or a product by a later package, has migrated its database: an older one deployed over it
finds tables that it does not know, and no backup leads back from there without losing what users did since. What counts
as newer where a product was renumbered: `specs/version_order.py`.

Such a product is expected in the version that runs. What else of it differs is repaired without its installer, which
would take it back.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache, partial, reduce

from probes.container import ContainerImage
from probes.fact import AnyDrift, AnyExpected, AnyFact, Known, Readings, Unknown
from probes.path import VersionText
from reconciler.core.fact_reader import FactReader
from reconciler.rules import module_extras, module_facts
from specs.cluster import Cluster
from specs.diagnostic import Diagnostic, diagnose
from specs.module import Module
from specs.release import SaasApp
from specs.version_order import is_newer


def facts_of(cluster: Cluster) -> tuple[AnyFact, ...]:
    return tuple(_facts(cluster))


def _facts(cluster: Cluster) -> Iterator[AnyFact]:
    for module in cluster.modules():
        yield from _version_facts(cluster, module)
    if cluster.inventory.on("appo"):
        yield from (module_extras.saas_newer(cluster, app) for app in cluster.release.apps)


def _version_facts(cluster: Cluster, module: Module) -> Iterator[AnyFact]:
    """Of a product that runs in containers alone, the tags of their images tell."""
    for host in cluster.hosts(module) if module.version_file else ():
        yield VersionText(host=host, path=cluster.home(module.version_file))
    for container in () if module.version_file else module.containers:
        for host in cluster.hosts_on(module, container.on):
            yield ContainerImage(host=host, container=container.name)


def with_newer(cluster: Cluster, readings: Readings) -> Cluster:
    """The cluster that expects these as they are; unchanged where none is newer, or none was read."""
    return _with(cluster, tuple(_newer(cluster, readings)))


@lru_cache(maxsize=8)
def _with(cluster: Cluster, newer: tuple[tuple[str, str], ...]) -> Cluster:
    """One object for the same versions: results derived from it are cached beside it."""
    return cluster if newer == cluster.newer else replace(cluster, newer=newer)


def _newer(cluster: Cluster, readings: Readings) -> Iterator[tuple[str, str]]:
    for module in cluster.modules():
        read = (readings.get(fact) for fact in _version_facts(cluster, module))
        texts = (str(reading.value).rpartition(":")[2] for reading in read if isinstance(reading, Known))
        newer_than = partial(is_newer, former_line=module.former_line)
        versions = [version for version in texts if newer_than(version, module.version)]
        if versions:
            yield module.name, reduce(lambda newest, other: other if newer_than(other, newest) else newest, versions)
    for app in cluster.release.apps:
        online = readings.get(module_extras.saas_newer(cluster, app))
        if isinstance(online, Known):
            yield app.code, str(online.value)


def versions_read(cluster: Cluster, module: Module, facts: FactReader) -> tuple[AnyExpected, ...]:
    """Required by each of its installers: what could not be read may be newer. No rule repairs it, so that everything
    of the module waits for this one answer."""
    own = [fact for fact in _version_facts(cluster, module) if isinstance(facts.read(fact), Unknown)]
    expectations = module_facts.installer_effects(cluster, module) if own else ()
    return tuple(expected for expected in expectations if expected.fact in own)


def reinstall_refused(cluster: Cluster, module: Module) -> Diagnostic | None:
    """Where something of it is missing that only its installer would bring."""
    version = cluster.version(module.name, "")
    if not version:
        return None
    where = f"{' '.join(cluster.hosts(module))} {cluster.home(module.version_file) if module.version_file else ''}"
    return diagnose(
        "newer-not-reinstalled",
        where=where.strip(),
        module=module.name,
        version=version,
        packaged=module.version,
        command=f"bkcli {module.call} {module.cli}",
    )


def redeployment_refused(cluster: Cluster, app: SaasApp) -> Diagnostic | None:
    version = cluster.version(app.code, "")
    return _saas_refused(cluster, app.code, version) if version else None


def deployment_refused(cluster: Cluster, app: str, drift: AnyDrift) -> Diagnostic:
    """Found when the package had been unpacked and could be compared."""
    return _saas_refused(cluster, app, str(drift.reading.value) if isinstance(drift.reading, Known) else "?")


def _saas_refused(cluster: Cluster, app: str, version: str) -> Diagnostic:
    where = f"{cluster.controller} {cluster.src('official_saas')}"
    return diagnose("saas-newer-not-redeployed", where=where, app=app, version=version)


def warnings(cluster: Cluster) -> tuple[Diagnostic, ...]:
    """Told with every report: who reads "converged" has to know that this is not all of the package."""
    modules = {module.name: module for module in cluster.modules()}
    return tuple(
        diagnose(
            "newer-than-package",
            where=cluster.home(modules[name].version_file) if name in modules and modules[name].version_file else "",
            product=name,
            version=version,
            packaged=modules[name].version if name in modules else "",
            release=cluster.release.version,
        )
        for name, version in cluster.newer
    )
