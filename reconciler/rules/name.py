"""Names: each host resolves those below service.consul, by its own agent of consul.

One name stands for all of them: consul's own, which its servers register by themselves. Whether another name leads
anywhere, the health of its service says. On a host whose agent is down nothing is resolved: that is the cause, and the
names follow.

The installer of consul puts the host itself into /etc/resolv.conf. Where that line is gone, names may still be resolved
by another host's agent, until that one is down: latent then (`rules/latent.py`), and the cause where they are not.

A line of /etc/hosts for such a name comes before every name server, and stays as it is when consul leads elsewhere. It
differs whatever address it has today: whether that one serves is not in the file. The vendor's scripts write lines of
web domains there, and nothing below service.consul.
"""

from collections.abc import Iterator

from probes.fact import AnyDrift, AnyExpected, AnyFact, Known, require_fact_type
from probes.system import NameResolved, NamesOverridden, ResolverAddress
from reconciler.core.causes import Findings
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Derived
from reconciler.core.planner import Decision
from reconciler.rules.dependencies import CONSUL
from reconciler.rules.lookup import running_on
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.module import Module
from specs.reason import reason

FACTS = (NameResolved, NamesOverridden, ResolverAddress)


def expect(cluster: Cluster) -> Iterator[AnyExpected]:
    agents = _agents(cluster)
    for host in cluster.hosts(agents) if agents is not None else ():
        why, source = reason("names-of-consul"), "bin/install_consul.sh:236-247"
        yield NameResolved(host=host, name=CONSUL).must_be("resolved", because=why, source=source, module="consul")
        why = reason("asks-its-own-agent")
        yield ResolverAddress(host=host).must_be("own", because=why, source=source, module="consul")
        why, source = reason("consul-alone-leads"), "hosts(5); bin/install_consul.sh:236-247"
        yield NamesOverridden(host=host).must_be((), because=why, source=source, module="consul")


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    if isinstance(drift.expected.fact, ResolverAddress):
        servers = drift.reading.value if isinstance(drift.reading, Known) else "-"
        return diagnose("resolver-elsewhere", where=drift.expected.fact.host, servers=servers)
    if isinstance(drift.expected.fact, NamesOverridden):
        lines = drift.reading.value if isinstance(drift.reading, Known) else ()
        return diagnose("names-overridden", where=drift.expected.fact.host, lines=", ".join(lines) or "-")
    fact, agents = require_fact_type(drift, NameResolved), _agents(cluster)
    behind = running_on(cluster, agents, fact.host) if agents is not None else ()
    if not facts.all_match(behind):
        return Derived(expected=drift.expected, depends_on=behind)
    return diagnose("names-unresolved", where=fact.host, name=fact.name)


def _agents(cluster: Cluster) -> Module | None:
    return next((module for module in cluster.base_services() if module.name == "consul"), None)


def rests_on(cluster: Cluster, drift: AnyDrift, findings: Findings) -> tuple[AnyFact, ...]:
    if not isinstance(drift.expected.fact, NameResolved):
        return ()
    host, agents = drift.expected.fact.host, _agents(cluster)
    behind = running_on(cluster, agents, host) if agents is not None else ()
    return (*(expected.fact for expected in behind), ResolverAddress(host=host))
