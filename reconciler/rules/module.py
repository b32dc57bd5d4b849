"""What a module's data entails, fact by fact: what must be seen of it, what makes it ready, what must be gone.

Pure reading of `specs/module.py`; the rules of the families ask here, so none of them has to know another.
"""

from collections.abc import Iterator

from probes.consul import ConsulDefinition, ConsulPassing
from probes.container import ContainerImage, ContainerState
from probes.fact import AnyExpected
from probes.mysql import AppRegistered, PendingSql
from probes.path import LineInFile, PathKind, VersionText
from probes.redis import RedisCluster
from probes.unit import UnitActive, UnitEnabled
from specs.cluster import Cluster
from specs.module import Container, Module
from specs.reason import coded, told

MARKS = "/root/.migrate"
LOGIN = "mysql-paas"
"""The login path of 6.1 on the controller that may read every BlueKing database."""


def image(module: Module, container: Container) -> str:
    return f"{container.image}:{module.version}"


def expect(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """Everything desired of one module, on every host of it."""
    return (*made(cluster, module), *gone(cluster, module))


def made(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """What its installer makes: this is what `bkcli install` is held to."""
    return (
        *running(cluster, module),
        *_versions(cluster, module),
        *_database(cluster, module),
        *_cluster(cluster, module),
        *_services(cluster, module),
        *_signed(cluster, module),
    )


def running(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """Units active and enabled, containers running their image."""
    return tuple(fact for host in cluster.hosts(module) for fact in (*_units(module, host), *_containers(module, host)))


def ready(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """What another module that requires this one waits for."""
    return (*running(cluster, module), *_cluster(cluster, module))


def _units(module: Module, host: str) -> Iterator[AnyExpected]:
    why = told(module.because)
    for unit in module.units:
        active = UnitActive(host=host, unit=unit.name)
        enabled = UnitEnabled(host=host, unit=unit.name)
        yield active.must_be("active", because=why, source=module.source, module=module.name)
        yield enabled.must_be("enabled", because=coded("starts-at-boot"), source=module.source, module=module.name)


def _containers(module: Module, host: str) -> Iterator[AnyExpected]:
    why = told(module.because)
    for container in module.containers:
        state = ContainerState(host=host, container=container.name)
        tag = ContainerImage(host=host, container=container.name)
        yield state.must_be("running", because=why, source=module.source, module=module.name)
        yield tag.must_be(image(module, container), because=why, source=module.source, module=module.name)


def _versions(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    if module.version_file:
        for host in cluster.hosts(module):
            fact = VersionText(host=host, path=cluster.home(module.version_file))
            yield fact.must_be(module.version, because=told(module.because), source=module.source, module=module.name)


def _database(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    here = cluster.controller
    if module.sql:
        pending = PendingSql(host=here, directory=cluster.src(module.sql), marks=MARKS)
        yield pending.must_be((), because=coded("tables-migrated"), source="bin/sql_migrate.sh:113", module=module.name)
    for app in module.apps:
        fact = AppRegistered(host=here, login_path=LOGIN, code=app)
        why = coded("app-may-call", app=app)
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
            yield fact.must_be("ok", because=told(module.because), source=module.source, module=module.name)


def _services(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    for service in module.services:
        for host in cluster.hosts(module):
            why = coded("found-through-consul", service=service.name)
            written = ConsulDefinition(host=host, service=service.name)
            yield written.must_be("written", because=why, source="ce/tools.sh:68", module=module.name)
            fact = ConsulPassing(host=host, service=service.name)
            yield fact.must_be("passing", because=why, source="ce/tools.sh:68", module=module.name)


def _signed(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    for name in module.signs:
        for host in cluster.hosts(module):
            fact = LineInFile(host=host, path=cluster.home(".installed_module"), line=name)
            yield fact.must_be(True, because=coded("topology-reads-it"), source="ce/tools.sh:429", module=module.name)


def gone(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    return (*gone_units(cluster, module, "first"), *gone_units(cluster, module, "last"), *_gone_venvs(cluster, module))


def gone_units(cluster: Cluster, module: Module, retire: str) -> tuple[AnyExpected, ...]:
    return tuple(
        UnitActive(host=host, unit=unit.name).must_be_absent(
            because=told(unit.because), source=unit.source, module=module.name
        )
        for unit in module.gone_units
        if unit.retire == retire
        for host in cluster.hosts(module)
    )


def _gone_venvs(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    for venv in module.gone_venvs:
        for host in cluster.hosts(module):
            fact = PathKind(host=host, path=cluster.home(".envs", venv.name))
            why = coded("venv-unused", module=module.name)
            yield fact.must_be_absent(because=why, source=f"guide {module.section}", module=module.name)
