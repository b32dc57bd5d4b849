"""CMDB's topology of the BlueKing business: as expected, or emptied and rebuilt after approval. Guide 7.17.

It is probed only on request in cluster.toml (`optional = ["cmdb-topology"]`). A host that is not in its modules is
assigned without any deletion. Only where sets or templates differ is the topology deleted and rebuilt, since the vendor
cannot change them; never where it has custom parts. It comes last: .installed_module has to be final, and every product
serves by then.
"""

from collections.abc import Iterator

from actions.cmdb import (
    AssignHosts,
    BuildTopology,
    DeleteSets,
    DeleteTemplates,
    LockTopologyEditing,
    MoveHosts,
    SetJobModules,
    UnlockTopologyEditing,
    job_modules,
    lock_editing,
)
from probes import cmdb as family
from probes.backup import Backup
from probes.cmdb import (
    BusinessHosts,
    EditingLocked,
    EditingUnlocked,
    HostModules,
    HostsNotIdle,
    JobModules,
    RemainingSets,
    RemainingTemplates,
    TopologyCustom,
    TopologyDifferences,
    UnknownModuleLines,
)
from probes.fact import AnyDrift, AnyExpected, AnyFact, Known
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules import database, module_facts
from reconciler.rules.entailed import of_cluster
from reconciler.rules.install import copies, scripts_in_sync, scripts_of_release
from specs.cluster import Cluster
from specs.diagnostic import Diagnostic, diagnose
from specs.reason import inline, reason

FACTS = family.FACTS
SECTION = "7.17"
BACKUP = "cmdb"
"""The copy of what is there, among the backups."""


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    if not cluster.release.rebuilds_topology:
        return ()
    return (
        _job(cluster),
        _matches(cluster),
        *_placed(cluster),
        lock_editing(cluster.controller, cluster.paths.install),
    )


def lost_on_replace(cluster: Cluster) -> tuple[AnyExpected, ...]:
    """Edits of the scripts that their replacement resets."""
    return (_job(cluster),) if cluster.release.rebuilds_topology else ()


def _job(cluster: Cluster) -> AnyExpected:
    return job_modules(cluster.controller, cluster.paths.install, cluster.release.business_topology.job)


@of_cluster
def _matches(cluster: Cluster) -> AnyExpected:
    since = cluster.release.markers[0].path
    fact = TopologyDifferences(host=cluster.controller, install=cluster.paths.install, since=since)
    reading = cluster.release.business_topology
    return fact.must_be((), because=inline(reading.because), source=reading.source)


@of_cluster
def _placed(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return tuple(
        HostModules(host=host, install=cluster.paths.install, home=cluster.paths.home).must_be(
            (), because=reason("cmdb-host-placed"), source="ce/initdata.sh:165-170"
        )
        for host in cluster.inventory.hosts
    )


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = drift.expected.fact
    match fact:
        case TopologyDifferences():
            return _build(cluster, drift)
        case HostModules():
            return _assign(cluster, drift) if facts.holds(_matches(cluster)) else _build(cluster, drift)
        case JobModules():
            return _list(cluster, drift)
        case EditingLocked():
            action = LockTopologyEditing(host=fact.host, install=cluster.paths.install, cmdb=_cmdb(cluster))
            return Repair.of(drift, action, section=SECTION, requires=(_matches(cluster),))
        case TopologyCustom() | UnknownModuleLines() | BusinessHosts():
            return _refused(fact, drift)
        case _:
            return _emptying(cluster, fact, drift, facts)


def _cmdb(cluster: Cluster) -> str:
    return next(iter(cluster.inventory.on("cmdb")), cluster.controller)


def _refused(fact: AnyFact, drift: AnyDrift) -> Diagnostic:
    custom = ", ".join(drift.reading.value) if isinstance(drift.reading, Known) else ""
    code = "cmdb-topology-custom" if isinstance(fact, TopologyCustom) else "cmdb-unknown-lines"
    return diagnose(code, where=fact.host, source=drift.expected.source, found=custom)


def _list(cluster: Cluster, drift: AnyDrift) -> Repair:
    action = SetJobModules(
        host=cluster.controller,
        install=cluster.paths.install,
        modules=cluster.release.business_topology.job,
        verified_on=copies(cluster),
    )
    return Repair.of(drift, action, section=SECTION, requires=(*scripts_of_release(cluster),))


def _build(cluster: Cluster, drift: AnyDrift) -> Repair:
    return Repair.of(drift, _builder(cluster), section=SECTION, requires=(_unassigned(cluster),), common=_last(cluster))


@of_cluster
def _builder(cluster: Cluster) -> BuildTopology:
    effects = (_matches(cluster), *_placed(cluster))
    return BuildTopology(host=cluster.controller, install=cluster.paths.install, effects=effects)


def _assign(cluster: Cluster, drift: AnyDrift) -> Repair:
    return Repair.of(drift, _assigner(cluster), section=SECTION, requires=(_matches(cluster),), common=_last(cluster))


@of_cluster
def _assigner(cluster: Cluster) -> AssignHosts:
    return AssignHosts(host=cluster.controller, install=cluster.paths.install, placed=_placed(cluster))


@of_cluster
def _last(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return (*_assignable(cluster), *all_modules_ready(cluster))


def _unassigned(cluster: Cluster) -> AnyExpected:
    fact = TopologyCustom(host=cluster.controller, install=cluster.paths.install)
    return fact.must_be((), because=reason("cmdb-no-custom-topology"), source="guide 7.17")


def _assignable(cluster: Cluster) -> Iterator[AnyExpected]:
    """The lines that the vendor's step reads, host by host: it stops at an unknown one."""
    install, home = cluster.paths.install, cluster.paths.home
    yield _job(cluster)
    for host in cluster.inventory.hosts:
        fact, why = UnknownModuleLines(host=host, install=install, home=home), reason("cmdb-lines-known")
        yield fact.must_be((), because=why, source="ce/bin/create_blueking_set.py:680-684")
    yield from scripts_in_sync(cluster, cluster.inventory.hosts)


@of_cluster
def all_modules_ready(cluster: Cluster) -> tuple[AnyExpected, ...]:
    """Guide 7.17: only after all backends are deployed. Their entries are final then."""
    why = reason("cmdb-topology-last")
    return tuple(
        type(expected)(
            fact=expected.fact, reading=expected.reading, because=why, source="guide 7.17", module=expected.module
        )
        for module in cluster.modules()
        for expected in (*module_facts.readiness(cluster, module), *module_facts.installed_markers(cluster, module))
    )


def _emptying(cluster: Cluster, fact: AnyFact, drift: AnyDrift, facts: FactReader) -> Decision:
    local, install = cluster.controller, cluster.paths.install
    sets = _names(facts, RemainingSets(host=local, install=install))
    templates = _names(facts, RemainingTemplates(host=local, install=install))
    strays, cmdb = _strays(cluster, facts), _cmdb(cluster)
    action: DeleteSets | DeleteTemplates | MoveHosts | UnlockTopologyEditing
    needs = (_unassigned(cluster), *_assignable(cluster), *all_modules_ready(cluster), *_copied(cluster))
    match fact:
        case HostsNotIdle():
            action = MoveHosts(host=local, install=install, sets=sets, templates=templates, strays=strays)
        case EditingUnlocked():
            action = UnlockTopologyEditing(
                host=local, install=install, sets=sets, templates=templates, strays=strays, cmdb=cmdb
            )
        case RemainingSets():
            action = DeleteSets(host=local, install=install, sets=sets, templates=templates, strays=strays)
        case _:
            action = DeleteTemplates(host=local, install=install, sets=sets, templates=templates, strays=strays)
    return Repair.of(drift, action, section=SECTION, requires=needs)


def _copied(cluster: Cluster) -> Iterator[AnyExpected]:
    """A copy for a person to read, and a dump of all that CMDB has, the only one to restore from."""
    fact = Backup(host=cluster.controller, what=BACKUP)
    yield fact.must_be("fresh", because=reason("cmdb-topology-copied"), source="guide 7.17")
    for host in database.databases_dumped(cluster, "mongodb"):
        dump = Backup(host=host, what="mongodb", since=cluster.backups_since)
        yield dump.must_be("fresh", because=reason("cmdb-topology-dumped"), source="guide 5.2")


def _names(facts: FactReader, fact: AnyFact) -> tuple[str, ...]:
    reading = facts.read(fact)
    return tuple(reading.value) if isinstance(reading, Known) else ()


def _strays(cluster: Cluster, facts: FactReader) -> tuple[str, ...]:
    hosts = _names(facts, BusinessHosts(host=cluster.controller, install=cluster.paths.install))
    return tuple(host for host in hosts if host not in cluster.inventory.hosts)
