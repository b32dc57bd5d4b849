"""Settings in YAML: set in the controller's template; on a module's hosts its upgrade renders them."""

from actions.yaml import SetYaml
from probes.fact import AnyDrift, about
from probes.yaml import YamlValue
from reconciler.core.fact_reader import Seen
from reconciler.core.plan import Repair
from reconciler.core.planner import Mend
from reconciler.rules.install import install, packaged
from reconciler.rules.path import scripts
from specs.cluster import Cluster

FACTS = (YamlValue,)


def mend(cluster: Cluster, drift: AnyDrift, seen: Seen) -> Mend:
    fact = about(drift, YamlValue)
    module = cluster.release.module(drift.expected.module)
    flag = next((f for f in module.flags if cluster.src(f.template) == fact.file), None)
    if flag is None:
        return install(cluster, module, seen)
    action = SetYaml(host=fact.host, tool=cluster.install("bin/yq"), file=fact.file, path=flag.path, value=flag.value)
    return Repair(
        action=action,
        because=drift.expected.because,
        source=drift.expected.source,
        section=module.section,
        needs=(*packaged(cluster, module, cluster.controller), *scripts(cluster)),
    )
