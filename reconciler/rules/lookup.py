"""What a module entails on one host, or of one fact: looked up, where a rule would else walk all hosts for a drift."""

from collections.abc import Iterable, Mapping

from probes.fact import AnyExpected, AnyFact
from reconciler.rules import module_facts
from reconciler.rules.entailed import of_module
from specs.cluster import Cluster
from specs.module import Module

ByHost = Mapping[str, tuple[AnyExpected, ...]]


def running_facts_as(cluster: Cluster, module: Module, fact: AnyFact) -> AnyExpected | None:
    """What is expected of this unit or container."""
    return _running_as(cluster, module).get(fact)


@of_module
def _running_as(cluster: Cluster, module: Module) -> Mapping[AnyFact, AnyExpected]:
    readings: dict[AnyFact, AnyExpected] = {}
    for expected in module_facts.running(cluster, module):
        readings.setdefault(expected.fact, expected)
    return readings


def running_on(cluster: Cluster, module: Module, host: str) -> tuple[AnyExpected, ...]:
    return _running_on(cluster, module).get(host, ())


@of_module
def _running_on(cluster: Cluster, module: Module) -> ByHost:
    return _by_host(module_facts.running(cluster, module))


def units_up_to_date_on(cluster: Cluster, module: Module, host: str) -> tuple[AnyExpected, ...]:
    return _units_up_to_date_on(cluster, module).get(host, ())


@of_module
def _units_up_to_date_on(cluster: Cluster, module: Module) -> ByHost:
    return _by_host(module_facts.units_up_to_date(cluster, module))


def restart_policies_on(cluster: Cluster, module: Module, host: str) -> tuple[AnyExpected, ...]:
    return _restart_policies_on(cluster, module).get(host, ())


@of_module
def _restart_policies_on(cluster: Cluster, module: Module) -> ByHost:
    return _by_host(module_facts.restart_policies(cluster, module))


def obsolete_on(cluster: Cluster, module: Module, host: str) -> tuple[AnyExpected, ...]:
    """Units that must not be there, whenever they are retired."""
    return _obsolete_on(cluster, module).get(host, ())


@of_module
def _obsolete_on(cluster: Cluster, module: Module) -> ByHost:
    first, last = (module_facts.obsolete_units(cluster, module, retire) for retire in ("first", "last"))
    return _by_host((*first, *last))


def _by_host(expectations: Iterable[AnyExpected]) -> ByHost:
    by_host: dict[str, list[AnyExpected]] = {}
    for expected in expectations:
        by_host.setdefault(expected.fact.host, []).append(expected)
    return {host: tuple(expectations_of) for host, expectations_of in by_host.items()}
