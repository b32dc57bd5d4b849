"""Expected facts of a module, from its data: what runs, what makes it ready, what is obsolete.

Pure reading of `specs/module.py`; the rules of all families use it.
"""

from collections.abc import Iterator, Mapping

from probes.consul import ConsulDefinition, ConsulPassing
from probes.container import (
    ContainerImage,
    ContainerState,
    ContainersWithoutRestartPolicy,
    DockerDataRoot,
    UnsteadyContainers,
)
from probes.current import UnitCurrent, UnitStartedSince
from probes.fact import AnyExpected
from probes.health import ServiceHealth
from probes.kv import KeySet
from probes.mysql import AppRegistered, PendingSql, ProductVersion
from probes.path import LineInFile, PathKind, VersionText
from probes.port import PortListening, PortUnit
from probes.redis import RedisCluster
from probes.steady import RecentlyStartedUnits
from probes.unit import UnitActive, UnitEnabled
from probes.yaml import YamlValue
from reconciler.rules.entailed import of_cluster, of_module, of_module_and
from specs.cluster import Cluster
from specs.module import Container, Module, Unit
from specs.reason import inline, reason

DOCKER = "docker.service"
PORTS_OF_GSE = (
    "ce/bin/default/gse.env:37, 48, 76, 93 of 6.2; ce/bin/default/port.yaml:106-133 and blueking_service_module.tpl:24"
    " of 6.1: 59313, 52030, 59702, 58930"
)
MIGRATION_MARKERS = "/root/.migrate"
NGINX = "nginx"
LOGIN_PATH = "mysql-paas"
"""The login path of 6.1 on the controller that may read every BlueKing database."""


def image(cluster: Cluster, module: Module, container: Container) -> str:
    return f"{container.image}:{cluster.version(module.name, module.version)}"


def expect(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """Everything desired of one module, on every host of it."""
    later = () if module.call == "upgrade" else units_up_to_date(cluster, module)
    return (
        *installer_effects(cluster, module),
        *(() if module.call == "install" else installed_markers(cluster, module)),
        *later,
        *after_install(cluster, module),
        *restart_policies(cluster, module),
        *units_stay_up(cluster, module),
        *health(cluster, module),
        *obsolete(cluster, module),
        *started_since_retirement(cluster, module),
    )


def base_service(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """Of a base service: that it runs, is enabled, serves its ports, is found through consul, and reports itself
    well."""
    return (
        *running(cluster, module),
        *units_up_to_date(cluster, module),
        *_ports(cluster, module),
        *_services(cluster, module),
        *units_stay_up(cluster, module),
        *health(cluster, module),
    )


def after_install(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """Effects that its call alone does not have: units it only enables, health that needs a restart."""
    first = frozenset(installer_effects(cluster, module))
    return tuple(
        expected for expected in (*running(cluster, module), *_services(cluster, module)) if expected not in first
    )


@of_module
def installer_effects(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """Effects of its installer, by which `bkcli install` is verified."""
    return (
        *(
            expected
            for expected in running(cluster, module)
            if module.installer_starts_units or not isinstance(expected.fact, UnitActive)
        ),
        *_versions(cluster, module),
        *_database(cluster, module),
        *_cluster(cluster, module),
        *(expected for expected in _services(cluster, module) if not _awaits_module(module, expected)),
        *_keys(cluster, module),
        *pages(cluster, module),
        *_rendered(cluster, module),
        *(units_up_to_date(cluster, module) if module.call == "upgrade" else ()),
        *(installed_markers(cluster, module) if module.call == "install" else ()),
    )


@of_module
def running(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """Units active and enabled, containers running their image."""
    return (*_units(cluster, module), *_containers(cluster, module))


@of_module
def readiness(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """Facts that a module which requires this one waits for."""
    return (*running(cluster, module), *_versions(cluster, module), *_cluster(cluster, module))


@of_module
def replacement_ready(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """The new one is complete and verified: required by the retirement of an old one that goes last."""
    return (*installer_effects(cluster, module), *units_up_to_date(cluster, module), *after_install(cluster, module))


@of_module
def install_evidence(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """Any of these shows that the new one was installed: a unit alone may be a neighbour's or of 6.1."""
    expectations = readiness(cluster, module)
    own = tuple(expected for expected in expectations if isinstance(expected.fact, (ContainerImage, VersionText)))
    return own or expectations


@of_module
def units_up_to_date(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """Units that were started after their files were last replaced."""
    return tuple(
        UnitCurrent(host=host, unit=unit.name, file=file_of(cluster, unit)).must_be(
            True, because=reason("runs-replaced-files", unit=unit.name), source=module.source, module=module.name
        )
        for unit in module.units
        if unit.file
        for host in cluster.hosts_on(module, unit.on, first=unit.first)
    )


@of_module
def units_of_its_files(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """Units of other modules that run from this one's directory (apisix from the gateway's): they are older than what
    its installer replaces."""
    return tuple(
        expected
        for other in cluster.modules()
        if other is not module and module.version_file
        for expected in units_up_to_date(cluster, other)
        if getattr(expected.fact, "file", "") == cluster.home(module.version_file)
    )


def _awaits_module(module: Module, expected: AnyExpected) -> bool:
    """Units of 6.1 that keep their name serve their old port until they are restarted (gse-data)."""
    old = module.call == "install" and any(unit.file and not is_new(module, unit) for unit in module.units)
    return old and isinstance(expected.fact, (ConsulPassing, PortListening))


def is_new(module: Module, unit: Unit) -> bool:
    """No unit of this name ran on a 6.1."""
    return module.new or unit.new


def file_of(cluster: Cluster, unit: Unit) -> str:
    return unit.file if unit.file.startswith("/") else cluster.home(unit.file)


def _units(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    why = inline(module.because)
    for unit in module.units:
        for host in cluster.hosts_on(module, unit.on, first=unit.first):
            active = UnitActive(host=host, unit=unit.name)
            yield active.must_be("active", because=why, source=module.source, module=module.name)
            if unit.enabled:
                boot, expected = UnitEnabled(host=host, unit=unit.name), reason("starts-at-boot")
                yield boot.must_be("enabled", because=expected, source=module.source, module=module.name)


def _containers(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    why = inline(module.because)
    for container in module.containers:
        for host in cluster.hosts_on(module, container.on):
            state = ContainerState(host=host, container=container.name)
            tag = ContainerImage(host=host, container=container.name)
            yield state.must_be("running", because=why, source=module.source, module=module.name)
            yield tag.must_be(image(cluster, module, container), because=why, source=module.source, module=module.name)
    for host, _ in _per_host({c.name: cluster.hosts_on(module, c.on) for c in module.containers}):
        boot, source = UnitEnabled(host=host, unit=DOCKER), "bin/install_docker.sh"
        yield boot.must_be("enabled", because=reason("docker-at-boot"), source=source, module=module.name)


@of_module
def restart_policies(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """Its containers start after a reboot. Not part of `readiness`: it serves without, so no step waits for it."""
    why, source = reason("containers-come-back"), "ce/bin/install_paas.sh:191"
    placed = {container.name: cluster.hosts_on(module, container.on) for container in module.containers}
    return tuple(
        ContainersWithoutRestartPolicy(host=host, containers=names).must_be(
            (), because=why, source=source, module=module.name
        )
        for host, names in _per_host(placed)
    )


def _per_host(placed: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Host → what is on it, in the order of the data."""
    result: dict[str, dict[str, None]] = {}
    for name, hosts in placed.items():
        for host in hosts:
            result.setdefault(host, {})[name] = None
    return ((host, tuple(names)) for host, names in result.items())


def units_stay_up(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    """Its units and containers stay up. Not part of `readiness` either: only time repairs it."""
    placed = {unit.name: cluster.hosts_on(module, unit.on, first=unit.first) for unit in module.units}
    for host, units in _per_host(placed):
        yield RecentlyStartedUnits(host=host, units=units).must_be(
            (), because=reason("units-stay-up"), source="systemd.service(5), Restart=", module=module.name
        )

    boxes = {container.name: cluster.hosts_on(module, container.on) for container in module.containers}
    for host in dict.fromkeys(host for hosts in boxes.values() for host in hosts):
        names = tuple(name for name, hosts in boxes.items() if host in hosts)
        yield stay_up(UnsteadyContainers(host=host, containers=names), module.name)


def stay_up(fact: UnsteadyContainers, module: str) -> AnyExpected:
    return fact.must_be((), because=reason("containers-stay-up"), source="docker-run(1), --restart", module=module)


def docker_data_root(host: str) -> AnyExpected:
    """Docker finds its containers and images after its next start."""
    fact = DockerDataRoot(host=host)
    return fact.must_be("lasting", because=reason("docker-finds-its-data"), source="bin/install_docker.sh:15,35")


def _versions(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    if module.version_file:
        for host in cluster.hosts(module):
            fact = VersionText(host=host, path=cluster.home(module.version_file))
            version, why = cluster.version(module.name, module.version), inline(module.because)
            yield fact.must_be(version, because=why, source=module.source, module=module.name)


def _database(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    local = cluster.controller
    if module.sql:
        pending = PendingSql(host=local, directory=cluster.src(module.sql), marks=MIGRATION_MARKERS)
        yield pending.must_be(
            (), because=reason("tables-migrated"), source="bin/sql_migrate.sh:113", module=module.name
        )
    for app in module.apps:
        fact = AppRegistered(host=local, login_path=LOGIN_PATH, code=app)
        why = reason("app-may-call", app=app)
        yield fact.must_be(True, because=why, source="ce/install.sh:651", module=module.name)


def _cluster(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    if module.redis_cluster_ports:
        for host in cluster.hosts(module):
            fact = RedisCluster(
                host=host,
                port=module.redis_cluster_ports[0],
                env_file=cluster.env("01-generate/dbadmin.env"),
                key="BK_REDIS_CLUSTER_ADMIN_PASSWORD",
            )
            yield fact.must_be("ok", because=inline(module.because), source=module.source, module=module.name)


def _ports(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    for unit in module.units:
        for host in cluster.hosts_on(module, unit.on, first=unit.first):
            for port in unit.ports:
                why, fact = reason("serves-its-port", unit=unit.name), PortUnit(host=host, port=port, unit=unit.name)
                yield fact.must_be(unit.name, because=why, source="ce/bin/default/port.yaml", module=module.name)


def health(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    """What the service reports of itself. Nothing waits for it: what can be repaired of it, its unit's facts name."""
    for own in module.health:
        members = len(cluster.inventory.on(module.name)) if own.together else 1
        for host in cluster.hosts_on(module, own.on):
            fact = ServiceHealth(
                host=host, service=own.service, port=own.port, members=members, env=cluster.install("bin")
            )
            why = reason("reports-itself-well")
            yield fact.must_be("ok", because=why, source=own.source, module=module.name)


def _services(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    """One that is registered under a tag answers for itself: consul's word would be the worst of all its siblings."""
    for service in module.services:
        for host in cluster.hosts_on(module, service.on, first=service.first):
            why = reason("found-through-consul", service=service.name)
            written = ConsulDefinition(host=host, service=service.definition)
            yield written.must_be("written", because=why, source="ce/tools.sh:68", module=module.name)
            if service.tag:
                port, source = PortListening(host=host, port=service.port), "ce/bin/default/port.yaml"
                why = reason("served-under-tag", port=service.port)
                yield port.must_be(True, because=why, source=source, module=module.name)
            else:
                fact = ConsulPassing(host=host, service=service.name)
                yield fact.must_be("passing", because=why, source="ce/tools.sh:68", module=module.name)


def _keys(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    """Keys that the module's call writes; those of the templates are the renderer's."""
    if not module.templates:
        for key in module.keys:
            fact = KeySet(
                host=cluster.controller, key=key.replace("{version}", cluster.version(module.name, module.version))
            )
            why = reason("migrated-once", key=fact.key)
            yield fact.must_be(True, because=why, source="bin/release_cmdb.sh:291", module=module.name)


@of_module
def pages(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """What browsers load of it, with the addresses that it was rendered with."""
    files = (
        PathKind(host=host, path=cluster.home(page)) for page in module.pages for host in cluster.inventory.on(NGINX)
    )
    why, source = reason("pages-rendered"), "ce/install.sh:698-709"
    return tuple(file.must_be("file", because=why, source=source, module=module.name) for file in files)


def _rendered(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    for flag in module.yaml_settings:
        for host in cluster.hosts(module):
            fact = YamlValue(host=host, file=cluster.home(flag.rendered), path=flag.path)
            yield fact.must_be(flag.value, because=inline(flag.because), source=flag.source, module=module.name)


def installed_markers(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    """By which the topology of CMDB and `bkcli` know what runs where. An upgrade writes none, an installation does."""
    placed = {name: cluster.hosts(module) for name in module.installed_markers}
    placed |= {marker.line: cluster.hosts_on(module, marker.on) for marker in module.project_markers}
    for name, hosts in placed.items():
        for host in hosts:
            fact = LineInFile(host=host, path=cluster.home(".installed_module"), line=name)
            yield fact.must_be(
                True, because=reason("cmdb-topology-reads-it"), source="ce/tools.sh:429", module=module.name
            )


@of_cluster
def unmanaged_version_rows(cluster: Cluster) -> tuple[AnyExpected, ...]:
    """Products that are not taken to the package's version: those that the guide never upgrades, and those that run a
    newer one. Their rows have the installed version, whatever is in /data/src.

    Excluded ones are not among them: nothing is claimed of those.
    """
    return tuple(_unmanaged_version_rows(cluster))


def _unmanaged_version_rows(cluster: Cluster) -> Iterator[AnyExpected]:
    newer = dict(cluster.newer)
    alone = (m for m in cluster.release.modules if (m.optional or m.name in newer) and m.version_row and m.version_file)
    for module in alone:
        managed = module.name in (*cluster.release.scope, *cluster.release.excluded) and module.name not in newer
        for host in () if managed else cluster.hosts(module)[:1]:
            fact = ProductVersion(host=cluster.controller, login_path=LOGIN_PATH, code=module.version_row)
            installed = VersionText(host=host, path=cluster.home(module.version_file))
            why = reason("version-row-as-installed")
            yield fact.must_equal(installed, because=why, source="ce/tools.sh:316-371", module=module.name)


def obsolete(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    return (
        *obsolete_units(cluster, module, "first"),
        *obsolete_units(cluster, module, "last"),
        *_obsolete_venvs(cluster, module),
        *_obsolete_services(cluster, module),
        *obsolete_containers(cluster, module),
    )


@of_module_and
def obsolete_units(cluster: Cluster, module: Module, retire: str) -> tuple[AnyExpected, ...]:
    return tuple(
        UnitActive(host=host, unit=unit.name).must_be_absent(
            because=inline(unit.because), source=unit.source, module=module.name
        )
        for unit in module.obsolete_units
        if unit.retire == retire
        for host in cluster.hosts(module)
    )


@of_module
def started_since_retirement(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """Units that ran beside old ones which hold some of their ports: what they could not take then, they take when they
    are started again."""
    if all(unit.retire != "last" for unit in module.obsolete_units):
        return ()
    return tuple(
        UnitStartedSince(host=host, unit=unit.name, mark=retirement_mark(module)).must_be(
            True, because=reason("restarted-after-retirement"), source=PORTS_OF_GSE, module=module.name
        )
        for unit in module.units
        for host in cluster.hosts_on(module, unit.on, first=unit.first)
    )


def retirement_mark(module: Module) -> str:
    return f"/var/lib/bkrec/retired/{module.name}"


def _obsolete_venvs(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    for venv in module.obsolete_venvs:
        for host in cluster.hosts(module):
            fact = PathKind(host=host, path=cluster.home(".envs", venv.name))
            why = reason("venv-unused", module=module.name)
            yield fact.must_be_absent(because=why, source=f"guide {module.section}", module=module.name)


def _obsolete_services(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    for service in module.obsolete_services:
        for host in cluster.hosts(module):
            fact = ConsulDefinition(host=host, service=service.name)
            why = inline(service.because)
            yield fact.must_be_absent(because=why, source=service.source, module=module.name)


def obsolete_containers(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    for container in module.obsolete_containers:
        for host in cluster.hosts_on(module, container.on, first=True):
            fact = ContainerState(host=host, container=container.name)
            why = inline(container.because)
            yield fact.must_be_absent(because=why, source=container.source, module=module.name)
