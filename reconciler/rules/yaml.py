"""Settings in YAML: set in the controller's template; on a module's hosts its upgrade renders them."""

from actions.yaml import SetYaml
from probes.fact import AnyDrift, require_fact_type
from probes.yaml import YamlValue
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules.install import install, sources_present
from reconciler.rules.path import release_scripts
from specs.cluster import Cluster

FACTS = (YamlValue,)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = require_fact_type(drift, YamlValue)
    module = cluster.release.module(drift.expected.module)
    flag = next((f for f in module.yaml_settings if cluster.src(f.template) == fact.file), None)
    if flag is None:
        return install(cluster, module, facts)
    action = SetYaml(host=fact.host, tool=cluster.install("bin/yq"), file=fact.file, path=flag.path, value=flag.value)
    return Repair.of(
        drift,
        action,
        section=module.section,
        requires=(*sources_present(cluster, module, cluster.controller), *release_scripts(cluster)),
    )
