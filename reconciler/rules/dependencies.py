"""What the facts of a module rest on besides each other: the base services that it uses, docker, names.

The families' `rests_on` begin with what is nearest and end with this. It only says which finding explains which
(`core/causes.py`); what a repair requires is the rules' own business.
"""

from collections.abc import Iterable, Iterator, Mapping

from probes.consul import ConsulPassing
from probes.container import DockerFault
from probes.fact import AnyDrift, AnyFact, Known
from probes.health import ServiceHealth
from probes.http import PagesUnserved
from probes.mysql import PrivilegesMissing
from probes.port import PortUnit
from probes.system import NameResolved, NamesOverridden
from probes.unit import UnitActive
from reconciler.core.causes import Findings
from reconciler.rules import module_facts
from reconciler.rules.entailed import of_cluster, of_module, of_module_and
from reconciler.rules.module_facts import LOGIN_PATH
from specs.cluster import Cluster
from specs.module import Module

CONSUL = "consul.service.consul"
"""It stands for all names below service.consul: consul's own servers register it by themselves, whatever else of the
cluster is down."""
SERVING = (UnitActive, PortUnit, ConsulPassing, ServiceHealth)
"""Of a base service: it runs, it listens, it is found, it says that it is well."""


def module_of(cluster: Cluster, drift: AnyDrift) -> Module | None:
    """None of a fact of the whole cluster, or of the site's own."""
    name = drift.expected.module
    return next((module for module in cluster.release.modules if module.name == name), None)


def runs(cluster: Cluster, module: Module | None, host: str) -> tuple[AnyFact, ...]:
    """Its units, and its containers with their docker, on that host."""
    return () if module is None else _runs_by_host(cluster, module).get(host, ())


@of_module
def _runs_by_host(cluster: Cluster, module: Module) -> Mapping[str, tuple[AnyFact, ...]]:
    docker = {host: None for container in module.containers for host in cluster.hosts_on(module, container.on)}
    by_host: dict[str, list[AnyFact]] = {host: [DockerFault(host=host)] for host in docker}
    for expected in module_facts.running(cluster, module):
        by_host.setdefault(expected.fact.host, []).append(expected.fact)
    return {host: tuple(facts) for host, facts in by_host.items()}


@of_module_and
def uses(cluster: Cluster, module: Module, host: str) -> tuple[AnyFact, ...]:
    """The base services that it uses from that host, by their `[[serves]]`: the agent of consul first, then names,
    since all others are found by both."""
    return tuple(_uses(cluster, module.name, host))


def _uses(cluster: Cluster, name: str, host: str) -> Iterator[AnyFact]:
    users = [(base, serves) for base in cluster.base_services() for serves in base.serves if name in serves.modules]
    for base, serves in users:
        if serves.same_host:
            yield from (fact for fact in _serving(cluster, base) if fact.host == host)
            yield NameResolved(host=host, name=CONSUL)
    for base, serves in users:
        if not serves.same_host:
            yield from _serving(cluster, base)
    yield from (fact for base, _ in users for fact in privileges(cluster, base, name))
    yield NamesOverridden(host=host)


def privileges(cluster: Cluster, base: Module, module: str) -> Iterator[PrivilegesMissing]:
    """Of the accounts with which this module logs in to the base service."""
    for account in base.accounts:
        if account.module == module:
            yield PrivilegesMissing(
                host=cluster.controller, login_path=LOGIN_PATH, user=account.user, hosts=cluster.inventory.hosts
            )


@of_module
def _serving(cluster: Cluster, base: Module) -> tuple[AnyFact, ...]:
    return tuple(e.fact for e in module_facts.base_service(cluster, base) if isinstance(e.fact, SERVING))


def mysql(cluster: Cluster, host: str) -> tuple[AnyFact, ...]:
    """The server that the controller's login paths lead to, and its name."""
    return (*_serving_of(cluster).get("mysql", ()), *names(host), NamesOverridden(host=host))


def consul(cluster: Cluster, host: str) -> tuple[AnyFact, ...]:
    """The agent of that host."""
    agents = _serving_of(cluster).get("consul", ())
    return tuple(fact for fact in agents if fact.host == host and isinstance(fact, (UnitActive, PortUnit)))


def names(host: str) -> tuple[AnyFact, ...]:
    return (NameResolved(host=host, name=CONSUL),)


def without_unrelated_names(drift: AnyDrift, below: Iterable[AnyFact], findings: Findings) -> Iterator[AnyFact]:
    """A line of /etc/hosts explains what fails without the service that it names, and nothing else. It comes after the
    services in each of the lists above. Pages are asked by the name of the ingress (`probes/http.py`)."""
    services = {"paas"} if isinstance(drift.expected.fact, PagesUnserved) else set[str]()
    for fact in below:
        if isinstance(fact, ConsulPassing):
            services.add(fact.service)
        if not isinstance(fact, NamesOverridden) or services & _overridden(findings.get(fact)):
            yield fact


def _overridden(drift: AnyDrift | None) -> frozenset[str]:
    """Of "influxdb-proxy.bkmonitorv3.service.consul 10.0.0.9" its tag and its service."""
    lines = drift.reading.value if drift is not None and isinstance(drift.reading, Known) else ()
    return frozenset(label for line in lines for label in line.split(" ")[0].lower().split(".")[:-2])


@of_cluster
def _serving_of(cluster: Cluster) -> Mapping[str, tuple[AnyFact, ...]]:
    return {base.name: _serving(cluster, base) for base in cluster.base_services()}
