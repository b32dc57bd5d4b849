"""Base services: databases, queues, consul, agents of SaaS: what install.config has and no upgrade brings.

They are kept running: a unit that is stopped is started, one that is not enabled is enabled. Nothing else is ever done
to them: to install one again, or to restart a database that runs, is a person's decision, so that is reported.
A base service that install.config does not have (a database elsewhere) is nobody's unit here.

Where one is down, it is started before anything of the modules that use it. It is required only then: one that cannot
be read, or is not of the vendor's making, must not keep a whole upgrade from going on.
"""

from collections.abc import Iterator
from dataclasses import replace

from actions.backup import BackupMongodb, BackupMysql
from actions.bkcli import ModuleCall
from actions.container import InstallContainer, StartContainer
from actions.task import RunPostUpgradeTask
from actions.unit import RestartUnit, RestartUnitSince, StartUnit
from probes.fact import AnyDrift, AnyExpected, Known
from probes.unit import UnitActive
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.rules import module_facts
from reconciler.rules.entailed import of_cluster
from specs.cluster import Cluster
from specs.diagnostic import Diagnostic, diagnose
from specs.module import Module, Serves
from specs.reason import inline, reason

USES = (
    ModuleCall,
    StartUnit,
    RestartUnit,
    RestartUnitSince,
    StartContainer,
    InstallContainer,
    RunPostUpgradeTask,
)
"""What starts a program of a module, or runs one: it connects to what it uses."""
DUMPS = {BackupMysql: "mysql", BackupMongodb: "mongodb"}


@of_cluster
def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return tuple(_expect(cluster))


def _expect(cluster: Cluster) -> Iterator[AnyExpected]:
    for module in cluster.base_services():
        for expected in module_facts.base_service(cluster, module):
            # why an optional one is upgraded is no reason for it to run
            why = reason("in-use-as-it-is") if module.optional and expected.because == inline(module.because) else None
            yield expected if why is None else replace(expected, because=why)


def missing(module: Module, host: str, unit: str) -> Diagnostic:
    return diagnose("base-service-missing", where=f"{host} {unit}", unit=unit, module=module.name)


def started_first(cluster: Cluster, repair: Repair, drift: AnyDrift, facts: FactReader) -> Repair:
    """The repair, after the start of each base service that it uses and that is down."""
    down = tuple(_down(cluster, repair, drift.expected.module, facts))
    return replace(repair, requires=(*repair.requires, *down)) if down else repair


def _down(cluster: Cluster, repair: Repair, name: str, facts: FactReader) -> Iterator[AnyExpected]:
    action = repair.action
    what = next((kind for backup, kind in DUMPS.items() if isinstance(action, backup)), "")
    if what:
        yield from _units_down(cluster, what, None, (action.host,), facts)
    elif isinstance(action, USES):
        called = isinstance(action, ModuleCall)
        hosts = cluster.hosts(cluster.release.module(name)) if called and name else (action.host,)
        for base in cluster.base_services():
            for serves in base.serves:
                if name in serves.modules:
                    yield from _units_down(cluster, base.name, serves, hosts if serves.same_host else None, facts)


def _units_down(
    cluster: Cluster, base: str, serves: Serves | None, hosts: tuple[str, ...] | None, facts: FactReader
) -> Iterator[AnyExpected]:
    """`hosts`: only there; None: wherever it is."""
    for expected in facts.once(("base service down", base), lambda: _read_down(cluster, base, facts)):
        if hosts is None or expected.fact.host in hosts:
            yield (
                expected if serves is None else replace(expected, because=inline(serves.because), source=serves.source)
            )


def _read_down(cluster: Cluster, base: str, facts: FactReader) -> tuple[AnyExpected, ...]:
    module = next((module for module in cluster.base_services() if module.name == base), None)
    running = module_facts.running(cluster, module) if module is not None else ()
    units = [expected for expected in running if isinstance(expected.fact, UnitActive)]
    readings = facts.read_all(expected.fact for expected in units)
    return tuple(
        e for e, reading in zip(units, readings, strict=True) if reading in (Known("inactive"), Known("failed"))
    )
