"""IAM: the permission models of a product are handed over, by the narrowest call, once the product and IAM run.

It is no proof of a finished installer and no reason to run one again: the vendor's script stops after the first model
that it has to render, so the best installer may leave one behind.
"""

from collections.abc import Iterator

from actions.iam import RegisterModels
from probes.fact import AnyDrift, AnyExpected, about
from probes.iam import ModelsPending
from reconciler.core.fact_reader import Seen
from reconciler.core.plan import Repair
from reconciler.core.planner import Mend
from reconciler.rules import module_facts
from reconciler.rules.install import packaged, scripts
from specs.cluster import Cluster
from specs.reason import coded

FACTS = (ModelsPending,)
KEEPER = "iam"
"""The module that takes them."""


def expect(cluster: Cluster) -> Iterator[AnyExpected]:
    why = coded("models-registered")
    for module in cluster.modules():
        if module.models:
            directory = cluster.src(module.models)
            fact = ModelsPending(host=cluster.controller, directory=directory, marks=module_facts.MARKS)
            yield fact.must_be((), because=why, source="bin/bkiam_migrate.sh:149", module=module.name)


def mend(cluster: Cluster, drift: AnyDrift, seen: Seen) -> Mend:
    fact, module = about(drift, ModelsPending), cluster.release.module(drift.expected.module)
    action = RegisterModels(host=fact.host, install=cluster.paths.install, module=module.name, pending=fact)
    keeper = [one for one in cluster.modules() if one.name == KEEPER]
    needs = (
        *scripts(cluster),
        *packaged(cluster, module, fact.host),
        *module_facts.running(cluster, module),
        *(wish for one in keeper for wish in module_facts.ready(cluster, one)),
    )
    wish = drift.expected
    return Repair(action=action, because=wish.because, source=wish.source, section=module.section, needs=needs)
