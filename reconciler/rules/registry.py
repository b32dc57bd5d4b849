"""All rules: what is desired of a cluster, and which family mends which fact. Listed by hand; a test finds gaps."""

from dataclasses import replace
from types import ModuleType

from probes.backup import Backup
from probes.fact import AnyDrift, AnyExpected, AnyFact
from probes.install_config import ModuleHosts
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision, Rule
from reconciler.rules import (
    agent,
    backup,
    cmdb,
    consul,
    container,
    current,
    database,
    env,
    iam,
    install_config,
    module_facts,
    mysql,
    nginx,
    path,
    program,
    redis,
    saas,
    smoke_test,
    source,
    steady,
    tag,
    task,
    tree,
    unit,
    version,
    yaml,
)
from specs.cluster import Cluster
from specs.diagnostic import diagnose

FAMILIES: tuple[ModuleType, ...] = (
    agent,
    backup,
    cmdb,
    consul,
    container,
    current,
    env,
    iam,
    mysql,
    nginx,
    task,
    path,
    program,
    redis,
    saas,
    source,
    steady,
    tag,
    install_config,
    tree,
    smoke_test,
    unit,
    version,
    yaml,
)

RULE_BY_FACT: dict[type[AnyFact], ModuleType] = {fact: family for family in FAMILIES for fact in family.FACTS}


def expected_facts(cluster: Cluster) -> tuple[AnyExpected, ...]:
    """Every fact a finished release has, on every host; the same for every run on the same cluster."""
    return (
        *source.expect(cluster),
        *path.expect(cluster),
        *install_config.expect(cluster),
        *env.expect(cluster),
        *tag.expect(cluster),
        *tree.expect(cluster),
        *(expected for module in cluster.modules() for expected in module_facts.expect(cluster, module)),
        *container.expect(cluster),
        *mysql.expect(cluster),
        *iam.expect(cluster),
        *nginx.expect(cluster),
        *program.expect(cluster),
        *task.expect(cluster),
        *agent.expect(cluster),
        *smoke_test.expect(cluster),
        *saas.expect(cluster),
        *version.expect(cluster),
        *cmdb.expect(cluster),
    )


def rule_for(cluster: Cluster) -> Rule:
    def mend(drift: AnyDrift, facts: FactReader) -> Decision:
        if _left(cluster, drift):
            return diagnose("excluded-not-ready", where=drift.expected.fact.host, module=drift.expected.module)
        family = RULE_BY_FACT.get(type(drift.expected.fact))
        if family is None:
            return diagnose("no-rule", where=drift.expected.fact.host)
        return _dumped_first(cluster, family.repair(cluster, drift, facts))

    return mend


def _dumped_first(cluster: Cluster, decision: Decision) -> Decision:
    """Nothing whose effect only a backup brings back begins before every database was dumped, whichever rule it is of:
    a host that cannot say so holds it up. A rule that names backups itself knows which (CMDB's data is in MongoDB)."""
    if not isinstance(decision, Repair) or not (decision.action.irreversible or decision.action.disrupts == "data"):
        return decision
    if any(isinstance(expected.fact, Backup) for expected in (*decision.requires, *decision.action.requires())):
        return decision
    return replace(decision, requires=(*decision.requires, *database.backups(cluster)))


def _left(cluster: Cluster, drift: AnyDrift) -> bool:
    """Others need it of a module that cluster.toml leaves to its owner: that is awaited and never brought about. Its
    line in install.config is no part of it: the vendor's generator of variables wants that."""
    return drift.expected.module in cluster.release.excluded and not isinstance(drift.expected.fact, ModuleHosts)
