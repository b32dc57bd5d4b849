"""Files that have to equal the controller's: programs on every host, templates of the entrance on nginx hosts.

Where the scripts are this release's and still have no such file, there is nothing to copy, and a copy that is there may
be the last one.
"""

from actions.program import CopyProgram
from probes.fact import AnyDrift, AnyExpected, about
from probes.path import FileDigest
from reconciler.core.fact_reader import Seen
from reconciler.core.plan import Repair
from reconciler.core.planner import Mend
from reconciler.rules import module_extras, nginx
from reconciler.rules.install import standard_missing, synced
from reconciler.rules.path import scripts
from specs.cluster import Cluster

FACTS = (FileDigest,)


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return tuple(wish for module in cluster.modules() for wish in module_extras.programs(cluster, module))


def mend(cluster: Cluster, drift: AnyDrift, seen: Seen) -> Mend:
    fact = about(drift, FileDigest)
    missing = standard_missing(drift, seen)
    if missing is not None and seen.all_hold(scripts(cluster)):
        return missing
    if fact.path.startswith(nginx.CONSUL_TEMPLATE):
        return nginx.render(cluster, fact.host, drift)
    name = fact.path.rsplit("/", 1)[-1]
    module = cluster.release.module(drift.expected.module)
    action = CopyProgram(
        host=fact.host, source=cluster.install("bin", name), path=fact.path, standard=cluster.controller
    )
    needs = (*scripts(cluster), *synced(cluster, (fact.host,)))
    return Repair(
        action=action,
        because=drift.expected.because,
        source=drift.expected.source,
        section=module.section,
        needs=needs,
    )
