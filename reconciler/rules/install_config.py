"""install.config names a host for every module of the release; those it lacks are placed as cluster.toml says."""

from actions.install_config import PlaceModule
from probes.fact import Absent, AnyDrift, AnyExpected, require_fact_type
from probes.install_config import ModuleHosts
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules.install import copies
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.reason import inline

FACTS = (ModuleHosts,)


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    """Also of a module that is left to its owner: the generator of variables needs its line (bkcli:29)."""
    path = cluster.install("install.config")
    return tuple(
        ModuleHosts(host=cluster.controller, path=path, module=module.name).must_be(
            cluster.hosts(module), because=inline(module.because), source=module.source, module=module.name
        )
        for module in cluster.release.modules
        if module.new and not module.hosts_of and cluster.hosts(module)
    )


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = require_fact_type(drift, ModuleHosts)
    if not isinstance(drift.reading, Absent):
        return diagnose("module-elsewhere", where=f"{fact.host} {fact.path}", module=fact.module)
    module = cluster.release.module(fact.module)
    action = PlaceModule(
        host=fact.host,
        config=fact.path,
        module=fact.module,
        hosts=cluster.hosts(module),
        verified_on=copies(cluster),
    )
    why, source = drift.expected.because, drift.expected.source
    if module.placement is not None:
        why, source = inline(module.placement.because), module.placement.source
    return Repair(action=action, because=why, source=source, section="6.2")
