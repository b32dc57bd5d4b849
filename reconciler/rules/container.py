"""Containers: a stopped one is started, a missing one created alone; where none is of this version, all are installed.

"None of this version" means that the module was never upgraded: then its databases are not migrated either, and
only the vendor's whole installer will do.

A crash-looping container is reported after a grace period: docker restarts it, and nothing here can repair it.

Running containers have to start after a reboot too, which the vendor leaves to a person. `docker run` of every
installer goes without a restart policy, no container has a unit, and after a boot a person has to call `bkcli start
paas`, a `docker start` (ce/action.rc:3-33). So each running one is given unless-stopped. It fights no script of the
vendor: they `docker stop` and `docker rm` first, and a stopped container stays stopped. SaaS containers are not
changed: they belong to PaaS agent, whose behaviour is not known well enough here.

install_docker.sh writes public/docker into daemon.json on every run, under a dockerd that continues with the data root
of 6.1 (`enable --now` restarts nothing): its next start would find neither container nor image. So before such a call
public/docker becomes a link to the data root in use, and a reboot at any time finds all of it. Where something else is
at that path, and where daemon.json was changed otherwise, the file is made to name the data root in use afterwards.
Nothing is restarted and nothing moves. Where the file names none, or several, it is reported as advice.

A docker whose daemon does not answer is started by a person: whether it would find its containers again cannot be read
while it is down.
"""

from collections.abc import Iterator

from actions.container import (
    InstallContainer,
    LinkVendorDataRoot,
    RemoveContainer,
    SetDockerDataRoot,
    SetRestartPolicy,
    StartContainer,
)
from probes.container import (
    CONFIG,
    AppContainer,
    ContainerImage,
    ContainerState,
    ContainersWithoutRestartPolicy,
    DockerDataRoot,
    DockerFault,
    UnsteadyContainers,
    VendorDataRoot,
)
from probes.fact import Absent, AnyDrift, AnyExpected, AnyFact, Known, Unknown, require_fact_type
from probes.mysql import AppRegistered, PendingSql
from probes.path import VersionText
from reconciler.core.causes import Findings
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Advice, Progressing, Repair
from reconciler.core.planner import Decision
from reconciler.rules import dependencies, module_facts, newer
from reconciler.rules.install import install, scripts_in_sync, site_code_copied, sources_present
from reconciler.rules.lookup import restart_policies_on
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.module import Container, Module
from specs.reason import reason

FACTS = (
    DockerFault,
    ContainerState,
    ContainerImage,
    ContainersWithoutRestartPolicy,
    UnsteadyContainers,
    DockerDataRoot,
    VendorDataRoot,
)
ADVISED = (DockerDataRoot,)
SAAS_HOSTS = ("appo", "appt")
DOCKER_SOURCE = "bin/install_docker.sh"


def expect(cluster: Cluster) -> Iterator[AnyExpected]:
    """Hosts with containers of BlueKing: of modules, and SaaS."""
    used = {
        expected.fact.host
        for module in cluster.modules()
        for expected in module_facts.restart_policies(cluster, module)
    }
    used.update(cluster.inventory.on_any(SAAS_HOSTS))
    for host in (host for host in cluster.inventory.hosts if host in used):
        yield DockerFault(host=host).must_be_absent(because=reason("containers-need-docker"), source=DOCKER_SOURCE)
        yield module_facts.docker_data_root(host)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = drift.expected.fact
    if isinstance(fact, DockerFault):
        return diagnose("docker-down", where=fact.host)
    if isinstance(fact, DockerDataRoot):
        return _set_data_root(drift)
    if isinstance(fact, VendorDataRoot):
        return Repair.of(drift, LinkVendorDataRoot(host=fact.host, path=fact.path), section="7.1")
    if isinstance(fact, UnsteadyContainers):
        return _unsteady(fact, drift)
    module = cluster.release.module(drift.expected.module)
    if isinstance(fact, ContainersWithoutRestartPolicy):
        return Repair.of(drift, SetRestartPolicy(host=fact.host, containers=fact.containers), section=module.section)
    name = fact.container if isinstance(fact, ContainerImage) else require_fact_type(drift, ContainerState).container
    if isinstance(drift.expected.reading, Absent):
        return _remove(fact.host, name, drift, module)
    container = next(c for c in module.containers if c.name == name)
    tag = facts.read(ContainerImage(host=fact.host, container=name))
    if tag == Known(module_facts.image(cluster, module, container)) and drift.reading != Absent():
        return _start(cluster, module, name, drift)
    if not _module_installed(cluster, module, facts):
        return install(cluster, module, facts)
    refused = newer.reinstall_refused(cluster, module)
    if refused is not None:
        return refused
    first = (
        *site_code_copied(cluster, module, (fact.host,), facts, container.project),
        *newer.versions_read(cluster, module, facts),
    )
    return _again(cluster, module, container, drift, first)


def _unsteady(fact: UnsteadyContainers, drift: AnyDrift) -> Progressing:
    names = " ".join(drift.reading.value) if isinstance(drift.reading, Known) else ""
    return Progressing(diagnostic=diagnose("containers-unsteady", where=f"{fact.host} {names}", containers=names))


def _set_data_root(drift: AnyDrift) -> Decision:
    host = drift.expected.fact.host
    if drift.reading == Known("unclear"):
        return Advice(diagnostic=diagnose("docker-root-unclear", where=f"{host} {CONFIG}", file=CONFIG))
    action = SetDockerDataRoot(host=host, file=CONFIG)
    return Repair.of(drift, action, section="7.1")


def _start(cluster: Cluster, module: Module, name: str, drift: AnyDrift) -> Decision:
    """It is there with its image: whatever else may be wrong, this one only has to run."""
    host = drift.expected.fact.host
    match drift.reading:
        case Known("exited" | "created" | "dead"):
            # an old process that was restored manually holds the port: the container would exit, unnoticed
            first = module_facts.obsolete_units(cluster, module, "first")
            return Repair.of(drift, StartContainer(host=host, container=name), section=module.section, common=first)
        case _:
            state = str(drift.reading.value) if isinstance(drift.reading, Known) else ""
            diagnostic = diagnose("container-in-transition", where=f"{host} {name}", container=name, state=state)
            return Progressing(diagnostic=diagnostic)


def _module_installed(cluster: Cluster, module: Module, facts: FactReader) -> bool:
    return facts.once(("installed", module.name), lambda: _installed(cluster, module, facts))


def _installed(cluster: Cluster, module: Module, facts: FactReader) -> bool:
    """Its VERSION or some container is of this version, and no table or app code waits for the whole installer."""
    tags = [expected for expected in module_facts.running(cluster, module) if isinstance(expected.fact, ContainerImage)]
    effects = module_facts.installer_effects(cluster, module)
    versions = [expected for expected in effects if isinstance(expected.fact, VersionText)]
    rest = [expected for expected in effects if isinstance(expected.fact, (PendingSql, AppRegistered))]
    installed, migrated = facts.any_holds((*tags, *versions)), facts.all_match(rest)
    return installed and migrated


def _again(
    cluster: Cluster, module: Module, container: Container, drift: AnyDrift, first: tuple[AnyExpected, ...]
) -> Repair:
    host = drift.expected.fact.host
    action = InstallContainer(
        host=host,
        container=container.name,
        project=container.project,
        image=module_facts.image(cluster, module, container),
        install=cluster.paths.install,
        src=cluster.paths.src,
        home=cluster.paths.home,
        product=module.name,
        invalidated=tuple(expected.fact for expected in restart_policies_on(cluster, module, host)),
    )
    return Repair.of(
        drift,
        action,
        section=module.section,
        requires=(*scripts_in_sync(cluster, (host,)), *sources_present(cluster, module, host), *first),
        common=module_facts.obsolete_units(cluster, module, "first"),
    )


def _remove(host: str, name: str, drift: AnyDrift, module: Module) -> Repair:
    return Repair.of(drift, RemoveContainer(host=host, container=name), section=module.section)


def rests_on(cluster: Cluster, drift: AnyDrift, findings: Findings) -> Iterator[AnyFact]:
    """Docker. A container that was stopped or removed stands for itself; one that dies again and again may want what
    its module uses."""
    fact, module = drift.expected.fact, dependencies.module_of(cluster, drift)
    if isinstance(drift.reading, Unknown):
        if not isinstance(fact, DockerFault):
            yield DockerFault(host=fact.host)
        return
    match fact:
        case ContainerImage() if drift.reading == Absent():
            yield ContainerState(host=fact.host, container=fact.container)
        case ContainerState() if drift.reading == Known("restarting") and module is not None:
            yield from dependencies.uses(cluster, module, fact.host)
        case UnsteadyContainers() if module is not None:
            yield from (ContainerState(host=fact.host, container=name) for name in fact.containers)
            yield from (AppContainer(host=fact.host, app=app) for app in fact.apps)
            yield from dependencies.uses(cluster, module, fact.host)
        case _:
            return
