"""IAM: the permission models of a product are registered, by the narrowest call, once the product and IAM run.

A pending model does not mean that the installer failed, and is no reason to run it again: the vendor's script stops
after the first model that it has to render.
"""

from collections.abc import Iterator

from actions.iam import RegisterModels
from probes.fact import AnyDrift, AnyExpected, require_fact_type
from probes.iam import ModelsPending
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules import module_facts
from reconciler.rules.install import scripts_of_release, sources_present
from specs.cluster import Cluster
from specs.reason import reason

FACTS = (ModelsPending,)
KEEPER = "iam"
"""The module that takes them."""


def expect(cluster: Cluster) -> Iterator[AnyExpected]:
    why = reason("models-registered")
    for module in cluster.modules():
        if module.models:
            directory = cluster.src(module.models)
            fact = ModelsPending(host=cluster.controller, directory=directory, marks=module_facts.MIGRATION_MARKERS)
            yield fact.must_be((), because=why, source="bin/bkiam_migrate.sh:149", module=module.name)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact, module = require_fact_type(drift, ModelsPending), cluster.release.module(drift.expected.module)
    action = RegisterModels(host=fact.host, install=cluster.paths.install, module=module.name, pending=fact)
    keeper = [owner for owner in cluster.modules() if owner.name == KEEPER]
    expectations = (
        *scripts_of_release(cluster),
        *sources_present(cluster, module, fact.host),
        *module_facts.running(cluster, module),
        *(expected for module in keeper for expected in module_facts.readiness(cluster, module)),
    )
    return Repair.of(drift, action, section=module.section, requires=expectations)
