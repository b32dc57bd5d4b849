"""The redis cluster: it follows its units; where all run and it was never put together, its instances are joined.

One that was is not made anew: whatever is missing held somebody's keys, and `--cluster create` refuses it anyway.
"""

from actions.redis import FormRedisCluster
from probes.fact import AnyDrift, Known, about
from probes.redis import RedisCluster
from probes.unit import UnitActive
from reconciler.core.fact_reader import Seen
from reconciler.core.plan import Follows, Repair
from reconciler.core.planner import Mend
from reconciler.rules.lookup import running_on
from specs.cluster import Cluster
from specs.diagnostic import diagnose

FACTS = (RedisCluster,)


def mend(cluster: Cluster, drift: AnyDrift, seen: Seen) -> Mend:
    fact = about(drift, RedisCluster)
    module = cluster.release.module(drift.expected.module)
    units = tuple(w for w in running_on(cluster, module, fact.host) if isinstance(w.fact, UnitActive))
    if not seen.all_hold(units):
        return Follows(expected=drift.expected, of=units)
    if drift.reading != Known("incomplete"):
        return diagnose("redis-cluster-damaged", where=fact.host, host=fact.host, port=fact.port)
    action = FormRedisCluster(host=fact.host, file=fact.env_file, key=fact.key, ports=module.redis_cluster_ports)
    return Repair(action=action, because=drift.expected.because, source=drift.expected.source, section=module.section)
