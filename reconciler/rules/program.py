"""Files that have to equal the controller's: programs on every host, templates of the ingress on nginx hosts.

Where the scripts are this release's and still have no such file, there is nothing to copy, and an existing copy may
be the last one.
"""

from actions.program import CopyProgram
from probes.fact import AnyDrift, AnyExpected, require_fact_type
from probes.path import FileDigest
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules import module_extras, nginx
from reconciler.rules.install import scripts_in_sync, standard_missing
from reconciler.rules.path import release_scripts
from specs.cluster import Cluster

FACTS = (FileDigest,)


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return tuple(expected for module in cluster.modules() for expected in module_extras.programs(cluster, module))


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = require_fact_type(drift, FileDigest)
    missing = standard_missing(drift, facts)
    if missing is not None and facts.all_match(release_scripts(cluster)):
        return missing
    if fact.path.startswith(nginx.CONSUL_TEMPLATE):
        return nginx.render(cluster, fact.host, drift)
    name = fact.path.rsplit("/", 1)[-1]
    module = cluster.release.module(drift.expected.module)
    action = CopyProgram(
        host=fact.host, source=cluster.install("bin", name), path=fact.path, standard=cluster.controller
    )
    expectations = (*release_scripts(cluster), *scripts_in_sync(cluster, (fact.host,)))
    return Repair.of(drift, action, section=module.section, requires=expectations)
