"""All rules: the facts expected of a cluster, and which family repairs which fact. A test finds a missing family."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol, runtime_checkable

from probes.backup import Backup
from probes.fact import AnyDrift, AnyExpected, AnyFact
from probes.install_config import ModuleHosts
from reconciler.core.causes import Findings, RestsOn
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision, Rule
from reconciler.rules import (
    agent,
    backup,
    base_service,
    certificate,
    cmdb,
    consul,
    container,
    current,
    database,
    dependencies,
    env,
    gateway,
    health,
    iam,
    install_config,
    module_facts,
    mysql,
    name,
    nginx,
    origin,
    path,
    port,
    program,
    redis,
    saas,
    seal,
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


class RuleFamily(Protocol):
    """A module of this package that repairs drifts of the facts it names."""

    @property
    def FACTS(self) -> tuple[type[AnyFact], ...]: ...  # noqa: N802 - a constant of a module

    def repair(self, cluster: Cluster, drift: AnyDrift, facts: FactReader, /) -> Decision: ...


@runtime_checkable
class ExpectingFamily(Protocol):
    """A family with facts of its own to expect; those of the others follow from the modules (`module_facts.py`)."""

    def expect(self, cluster: Cluster, /) -> Iterable[AnyExpected]: ...


@runtime_checkable
class AdvisingFamily(Protocol):
    """A family whose drift of these facts may be advice: what need not be right, unless a step requires it."""

    @property
    def ADVISED(self) -> tuple[type[AnyFact], ...]: ...  # noqa: N802 - a constant of a module


@runtime_checkable
class RestingFamily(Protocol):
    """A family whose facts rest on others: where those are not as expected, that is why these are not."""

    def rests_on(self, cluster: Cluster, drift: AnyDrift, findings: Findings, /) -> Iterable[AnyFact]: ...


CLUSTER_WIDE: tuple[RuleFamily, ...] = (source, path, install_config, env, tag, tree)
OTHERS: tuple[RuleFamily, ...] = (
    agent,
    backup,
    certificate,
    cmdb,
    consul,
    container,
    current,
    gateway,
    health,
    iam,
    mysql,
    name,
    nginx,
    port,
    program,
    redis,
    saas,
    seal,
    smoke_test,
    steady,
    task,
    unit,
    version,
    yaml,
)
"""A step that repairs several facts shows the reason of the one expected first. So the facts of the whole cluster come
before those of single modules (/data/src is 6.2.2 since every installer needs it, not since bkauth does), in the order
of the guide's chapter 6."""

RULE_BY_FACT: dict[type[AnyFact], RuleFamily] = {
    fact: family for family in (*CLUSTER_WIDE, *OTHERS) for fact in family.FACTS
}
RESTING_BY_FACT: dict[type[AnyFact], RestingFamily] = {
    fact: family for fact, family in RULE_BY_FACT.items() if isinstance(family, RestingFamily)
}
"""Sought once: whether a module has a function is asked of all its names, which for each finding takes longer than the
answer."""

ADVISED: frozenset[type[AnyFact]] = frozenset(
    fact for family in (*CLUSTER_WIDE, *OTHERS) if isinstance(family, AdvisingFamily) for fact in family.ADVISED
)


def may_be_advice(fact: AnyFact) -> bool:
    """All others are drift, whatever their rules say: a comparison need not ask them, nor read what they would."""
    return type(fact) in ADVISED


def expected_facts(cluster: Cluster) -> tuple[AnyExpected, ...]:
    """Every fact a finished release has, on every host; the same for every run on the same cluster. Where two modules
    of a host expect the same (openresty, docker), it is the first one's: one finding, one reason."""
    of_modules = (expected for module in cluster.modules() for expected in module_facts.expect(cluster, module))
    every = (
        *origin.expect(cluster),
        *_expect(cluster, CLUSTER_WIDE),
        *of_modules,
        *base_service.expect(cluster),
        *_expect(cluster, OTHERS),
    )
    first: dict[tuple[AnyFact, object], AnyExpected] = {}
    for expected in every:
        first.setdefault((expected.fact, expected.reading), expected)
    return tuple(first.values())


def _expect(cluster: Cluster, families: Iterable[RuleFamily]) -> Iterator[AnyExpected]:
    for family in families:
        if isinstance(family, ExpectingFamily):
            yield from family.expect(cluster)


def rule_for(cluster: Cluster) -> Rule:
    def repair(drift: AnyDrift, facts: FactReader) -> Decision:
        refused = origin.too_old(cluster, facts) or origin.undecided(cluster)
        if refused is not None:
            return refused
        if _is_excluded(cluster, drift):
            return diagnose("excluded-not-ready", where=drift.expected.fact.host, module=drift.expected.module)
        family = RULE_BY_FACT.get(type(drift.expected.fact))
        if family is None:
            return diagnose("no-rule", where=drift.expected.fact.host)
        decision = _after_backups(cluster, family.repair(cluster, drift, facts))
        return base_service.started_first(cluster, decision, drift, facts) if isinstance(decision, Repair) else decision

    return repair


def rests_on(cluster: Cluster) -> RestsOn:
    def facts_below(drift: AnyDrift, findings: Findings) -> Iterable[AnyFact]:
        family = RESTING_BY_FACT.get(type(drift.expected.fact))
        below = family.rests_on(cluster, drift, findings) if family is not None else ()
        return dependencies.without_unrelated_names(drift, below, findings)

    return facts_below


def _after_backups(cluster: Cluster, decision: Decision) -> Decision:
    """An irreversible step requires a backup of every database, whichever rule it is of; one that cannot be read blocks
    it. A rule that names its backups itself knows which (CMDB's data is in MongoDB)."""
    if not isinstance(decision, Repair) or not (decision.action.irreversible or decision.action.disrupts == "data"):
        return decision
    if any(isinstance(expected.fact, Backup) for expected in (*decision.requires, *decision.action.requires())):
        return decision
    return replace(decision, requires=(*decision.requires, *database.backups(cluster)))


def _is_excluded(cluster: Cluster, drift: AnyDrift) -> bool:
    """A fact of a module that cluster.toml excludes: others may require it, and nothing repairs it. Its line in
    install.config is repaired all the same: the vendor's generator of variables needs it."""
    return drift.expected.module in cluster.release.excluded and not isinstance(drift.expected.fact, ModuleHosts)
