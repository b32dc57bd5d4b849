"""API gateways that products register: released once their product and the gateway itself are installed.

Nothing is repaired: the vendor registers one in the course of a whole installation, which passes whether that worked or
not. So it follows from the installation while that is still to come; afterwards a person reads why it was not done.
"""

from collections.abc import Iterator

from probes.fact import AnyDrift, AnyExpected, AnyFact, require_fact_type
from probes.gateway import GatewayReleased
from probes.mysql import LoginPath
from reconciler.core.causes import Findings
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Derived
from reconciler.core.planner import Decision
from reconciler.rules import dependencies, module_facts
from reconciler.rules.entailed import of_module
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.module import Module
from specs.reason import inline

FACTS = (GatewayReleased,)
SERVICE = "apigw"


def expect(cluster: Cluster) -> Iterator[AnyExpected]:
    service = _service(cluster)
    if service is None or service.database is None:
        return
    for module in cluster.modules():
        for gateway in module.gateways:
            fact = GatewayReleased(
                host=cluster.controller,
                login_path=service.database.login_path,
                gateway=gateway.name,
                stage=gateway.stage,
            )
            yield fact.must_be(True, because=inline(gateway.because), source=gateway.source, module=module.name)


def _service(cluster: Cluster) -> Module | None:
    return next((module for module in cluster.modules() if module.name == SERVICE), None)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact, module = require_fact_type(drift, GatewayReleased), cluster.release.module(drift.expected.module)
    behind = _behind(cluster, module)
    if not facts.all_match(behind):
        return Derived(expected=drift.expected, depends_on=behind)
    return diagnose(
        "gateway-not-released",
        where=f"{fact.host} {fact.gateway}",
        gateway=fact.gateway,
        stage=fact.stage,
        module=module.name,
        cli=module.cli,
    )


@of_module
def _behind(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    service = _service(cluster)
    modules = (module,) if service is None or service.name == module.name else (service, module)
    return tuple(expected for product in modules for expected in module_facts.readiness(cluster, product))


def rests_on(cluster: Cluster, drift: AnyDrift, findings: Findings) -> Iterator[AnyFact]:
    """The way to the server, the server itself, then what runs of the product and of the gateway."""
    fact = require_fact_type(drift, GatewayReleased)
    yield LoginPath(host=fact.host, login_path=fact.login_path)
    yield from dependencies.mysql(cluster, fact.host)
    yield from (expected.fact for expected in _behind(cluster, cluster.release.module(drift.expected.module)))
