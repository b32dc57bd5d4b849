"""Containers: a stopped one is started, a missing one made alone; where none is of this version, all are installed.

"None of this version" is how a module looks that was never upgraded: then its databases are not migrated either, and
only the vendor's whole installer will do.
"""

from actions.container import InstallContainer, RemoveContainer, StartContainer
from probes.container import ContainerImage, ContainerState
from probes.fact import Absent, AnyDrift, AnyExpected, Known, about
from probes.mysql import AppRegistered, PendingSql
from probes.path import VersionText
from reconciler.core.plan import Repair
from reconciler.core.planner import Mend
from reconciler.core.seen import Seen
from reconciler.rules import module as modules
from reconciler.rules.install import install, packaged, synced
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.module import Container, Module

FACTS = (ContainerState, ContainerImage)


def mend(cluster: Cluster, drift: AnyDrift, seen: Seen) -> Mend:
    module = cluster.release.module(drift.expected.module)
    fact = drift.expected.fact
    name = fact.container if isinstance(fact, ContainerImage) else about(drift, ContainerState).container
    if isinstance(drift.expected.reading, Absent):
        return _remove(fact.host, name, drift, module)
    container = next(c for c in module.containers if c.name == name)
    tag = seen.read(ContainerImage(host=fact.host, container=name))
    if tag == Known(modules.image(module, container)) and drift.reading != Absent():
        return _wake(cluster, module, name, drift)
    if not _module_installed(cluster, module, seen):
        return install(cluster, module, seen)
    return _again(cluster, module, container, drift)


def _wake(cluster: Cluster, module: Module, name: str, drift: AnyDrift) -> Mend:
    """It is there with its image: whatever else may be wrong, this one only has to run."""
    host = drift.expected.fact.host
    match drift.reading:
        case Known("exited" | "created" | "dead"):
            # an old process put back by hand holds the port: the container would die of it, unseen
            needs = modules.gone_units(cluster, module, "first")
            return _repair(StartContainer(host=host, container=name), drift, module, needs)
        case _:
            state = str(drift.reading.value) if isinstance(drift.reading, Known) else ""
            return diagnose("container-in-between", where=f"{host} {name}", container=name, state=state)


def _module_installed(cluster: Cluster, module: Module, seen: Seen) -> bool:
    """Its VERSION or some container is of this version, and no table or app code waits for the whole installer."""
    tags = [wish for wish in modules.running(cluster, module) if isinstance(wish.fact, ContainerImage)]
    rest = [wish for wish in modules.made(cluster, module) if isinstance(wish.fact, (PendingSql, AppRegistered))]
    versions = [wish for wish in modules.made(cluster, module) if isinstance(wish.fact, VersionText)]
    installed, migrated = seen.any_holds((*tags, *versions)), seen.all_hold(rest)
    return installed and migrated


def _again(cluster: Cluster, module: Module, container: Container, drift: AnyDrift) -> Repair:
    host = drift.expected.fact.host
    action = InstallContainer(
        host=host,
        container=container.name,
        project=container.project,
        image=modules.image(module, container),
        install=cluster.paths.install,
        src=cluster.paths.src,
        home=cluster.paths.home,
        product=module.name,
    )
    needs = (
        *synced(cluster, (host,)),
        *packaged(cluster, module, host),
        *modules.gone_units(cluster, module, "first"),
    )
    return Repair(
        action=action, because=drift.expected.because, source=drift.expected.source, section=module.section, needs=needs
    )


def _remove(host: str, name: str, drift: AnyDrift, module: Module) -> Repair:
    return _repair(RemoveContainer(host=host, container=name), drift, module, ())


def _repair(
    action: StartContainer | RemoveContainer, drift: AnyDrift, module: Module, needs: tuple[AnyExpected, ...]
) -> Repair:
    wish = drift.expected
    return Repair(action=action, because=wish.because, source=wish.source, section=module.section, needs=needs)
