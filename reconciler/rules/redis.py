"""Redis cluster: it follows its units; where all run and it was never created, its instances are joined.

An existing one is not created again: missing parts had data, and `--cluster create` refuses it anyway.
"""

from collections.abc import Iterator

from actions.redis import CreateRedisCluster
from probes.fact import AnyDrift, AnyFact, Known, require_fact_type
from probes.redis import RedisCluster
from probes.unit import UnitActive
from reconciler.core.causes import Findings
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Derived, Repair
from reconciler.core.planner import Decision
from reconciler.rules import dependencies
from reconciler.rules.lookup import running_on
from specs.cluster import Cluster
from specs.diagnostic import diagnose

FACTS = (RedisCluster,)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = require_fact_type(drift, RedisCluster)
    module = cluster.release.module(drift.expected.module)
    units = tuple(w for w in running_on(cluster, module, fact.host) if isinstance(w.fact, UnitActive))
    if not facts.all_match(units):
        return Derived(expected=drift.expected, depends_on=units)
    if drift.reading != Known("incomplete"):
        return diagnose("redis-cluster-damaged", where=fact.host, host=fact.host, port=fact.port)
    action = CreateRedisCluster(host=fact.host, file=fact.env_file, key=fact.key, ports=module.redis_cluster_ports)
    return Repair.of(drift, action, section=module.section)


def rests_on(cluster: Cluster, drift: AnyDrift, findings: Findings) -> Iterator[AnyFact]:
    module = dependencies.module_of(cluster, drift)
    for host in cluster.hosts(module) if module is not None else ():
        yield from dependencies.runs(cluster, module, host)
