"""Services in consul: healthy once their process runs and they are registered.

The check itself is not changed.
"""

from collections.abc import Iterator

from actions.consul import DeregisterService, RegisterService
from probes.consul import ConsulDefinition, ConsulPassing
from probes.fact import Absent, AnyDrift, AnyExpected, AnyFact, Unknown, require_fact_type
from probes.port import PortUnit
from reconciler.core.causes import Findings
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Derived, Progressing, Repair
from reconciler.core.planner import Decision
from reconciler.rules import dependencies, module_facts
from reconciler.rules.install import scripts_in_sync
from reconciler.rules.lookup import obsolete_on, running_on, units_up_to_date_on
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.module import Module
from specs.reason import reason

FACTS = (ConsulPassing, ConsulDefinition)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    module = cluster.release.module(drift.expected.module)
    if isinstance(drift.expected.fact, ConsulDefinition):
        if isinstance(drift.expected.reading, Absent):
            return _deregister(cluster, module, drift.expected.fact, drift)
        if cluster.is_base_service(module):
            fact = drift.expected.fact
            return diagnose("base-service-unregistered", where=f"{fact.host} {fact.service}", service=fact.service)
        return _register(cluster, module, drift.expected.fact, drift)
    fact = require_fact_type(drift, ConsulPassing)
    behind = _behind(cluster, module, fact)
    if facts.all_match(behind):
        return Progressing(
            diagnostic=diagnose("service-unhealthy", where=f"{fact.host} {fact.service}", service=fact.service)
        )
    return Derived(expected=drift.expected, depends_on=behind)


def _behind(cluster: Cluster, module: Module, fact: ConsulPassing) -> tuple[AnyExpected, ...]:
    definition = ConsulDefinition(host=fact.host, service=fact.service)
    why = reason("found-through-consul", service=fact.service)
    written = definition.must_be("written", because=why, source="ce/tools.sh:68", module=module.name)
    return (*running_on(cluster, module, fact.host), *units_up_to_date_on(cluster, module, fact.host), written)


def _register(cluster: Cluster, module: Module, fact: ConsulDefinition, drift: AnyDrift) -> Repair:
    """Once it runs: a service whose installation is blocked must not be announced."""
    service = next(service for service in module.services if service.definition == fact.service)
    action = RegisterService(
        host=fact.host,
        install=cluster.paths.install,
        service=service.name,
        port=service.port,
        tag=service.tag,
    )
    return Repair.of(
        drift,
        action,
        section=module.section,
        requires=(*scripts_in_sync(cluster, (fact.host,)), *running_on(cluster, module, fact.host)),
    )


def _deregister(cluster: Cluster, module: Module, fact: ConsulDefinition, drift: AnyDrift) -> Repair:
    """After those who served it are gone, and after those who look it up run this release."""
    service = next(service for service in module.obsolete_services if service.name == fact.service)
    return Repair.of(
        drift,
        DeregisterService(host=fact.host, service=fact.service),
        section=service.section or module.section,
        requires=(*obsolete_on(cluster, module, fact.host), *_upgraded(cluster, service.used_by)),
    )


def _upgraded(cluster: Cluster, modules: tuple[str, ...]) -> Iterator[AnyExpected]:
    for module in cluster.modules():
        if module.name in modules:
            yield from module_facts.readiness(cluster, module)


def rests_on(cluster: Cluster, drift: AnyDrift, findings: Findings) -> Iterator[AnyFact]:
    """Health: what runs behind the service, its definition, the agent that answers, and what it uses itself."""
    if isinstance(drift.expected.fact, ConsulDefinition):
        return
    fact, module = require_fact_type(drift, ConsulPassing), dependencies.module_of(cluster, drift)
    agent = dependencies.consul(cluster, fact.host)
    if isinstance(drift.reading, Unknown):
        yield from agent
        return
    yield from dependencies.runs(cluster, module, fact.host)
    if module is not None:
        yield from (PortUnit(host=fact.host, port=port, unit=unit.name) for unit in module.units for port in unit.ports)
    if drift.reading == Absent():
        yield ConsulDefinition(host=fact.host, service=fact.service)
    yield from agent
    if module is not None:
        yield from dependencies.uses(cluster, module, fact.host)
