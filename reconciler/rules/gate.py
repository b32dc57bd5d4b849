"""Gates: what must be so before the first write of a run, asked only of what this plan is going to do.

A gate is an expected fact with a reason like any other; it is not repaired but refused: exit 5, nothing changed.
"""

from collections.abc import Iterator

from actions.backup import MONGOD_CONF, BackupInstall, BackupMongodb, BackupMysql
from actions.bkcli import InstallModule
from actions.mysql import SetLoginPath
from actions.owed import NoteWork
from actions.package import UnpackPackage, UnpackProducts
from probes.container import DockerFault
from probes.fact import Absent, AnyExpected
from probes.host import ClockNear, Commands, DiskRoom, DiskRoomFor, ForeignWork, HostAddress, Root
from probes.path import PathKind
from probes.port import PortListening
from probes.room import BackupRoom
from probes.unit import UnitActive
from reconciler.core.plan import Blocked, Plan, Step
from reconciler.rules import owed
from specs.cluster import Cluster
from specs.module import Module
from specs.reason import coded

CLOCK_S = 120
"""How far a host's clock may be off before leases, certificates and dated backups stop making sense."""


BARRING = frozenset({"package-md5", "package-missing", "tag-lost", "cert-lost", "pin-refused"})
"""Diagnostics that refuse the whole run: what they stand for is the ground of everything after."""


WAITING = frozenset({"work-untraced"})
"""Diagnostics that a person's word clears up."""


TOLD = frozenset({"topology-custom", "topology-strange-lines"})
"""Diagnostics that refuse one thing and hold up nothing else: told when the run ends, with what to do."""


def tells(blocked: Blocked) -> bool:
    return blocked.diagnostic.code in TOLD


def approvals(cluster: Cluster) -> tuple[str, ...]:
    """What `apply --approve` may name here."""
    return (cluster.release.topology.id,) if cluster.release.rebuilds_topology else ()


def bars(blocked: Blocked) -> bool:
    return blocked.diagnostic.code in BARRING


def waits(blocked: Blocked) -> bool:
    return blocked.diagnostic.code in WAITING


def gates(cluster: Cluster, now: int, plan: Plan) -> tuple[AnyExpected, ...]:
    """`now`: seconds since the epoch by this machine's clock, which every host's must be near."""
    if not plan.steps:
        return ()
    found = (
        *_hosts(cluster, now, plan),
        *_alone(cluster),
        *_room(cluster, plan),
        *_tools(plan),
        *_brought(plan),
        *_docker(cluster, plan),
        *_ports(cluster, plan),
    )
    return tuple(dict.fromkeys(found))


def _hosts(cluster: Cluster, now: int, plan: Plan) -> Iterator[AnyExpected]:
    """Every host the plan works on is the one it is taken for, lets us in as root, and knows the time."""
    used = {cluster.controller} | {step.action.host for step in plan.steps}
    used |= {promise.fact.host for step in plan.steps for promise in step.action.ensures()}
    for host in (host for host in cluster.inventory.hosts if host in used):
        yield HostAddress(host=host).must_be(True, because=coded("gate-right-host"), source="install.config")
        yield Root(host=host).must_be("root", because=coded("gate-root"), source="sudo(8)")
        clock = ClockNear(host=host, reference=now, seconds=CLOCK_S)
        yield clock.must_be(True, because=coded("gate-clock", seconds=CLOCK_S), source="date(1)")


def _alone(cluster: Cluster) -> Iterator[AnyExpected]:
    fact = ForeignWork(host=cluster.controller)
    yield fact.must_be((), because=coded("gate-nobody-works"), source="bkcli:29, which locks nothing")


def _room(cluster: Cluster, plan: Plan) -> Iterator[AnyExpected]:
    """Twice the package and the product archives unpacked: four times its size; and a little for everything else."""
    here = cluster.controller
    if any(isinstance(step.action, (UnpackPackage, UnpackProducts)) for step in plan.steps):
        fact = DiskRoomFor(host=here, path=cluster.paths.work, package=cluster.package.path, times=4)
        yield fact.must_be("enough", because=coded("gate-room-package"), source="guide 4")
    if any(isinstance(step.action, UnpackPackage) for step in plan.steps):
        # on another file system than the work directory the tree is copied there before it is renamed in
        fact = DiskRoomFor(host=here, path=cluster.paths.src, package=cluster.package.path, times=4)
        yield fact.must_be("enough", because=coded("gate-room-package"), source="guide 6.1")
    for step in plan.steps:
        for needed in _room_for_backup(step):
            yield needed.must_be("enough", because=coded("gate-room-dump"), source="guide 5")
    for host in dict.fromkeys(step.action.host for step in plan.steps):
        small = DiskRoom(host=host, path="/var/lib/bkrec", mb=64)
        yield small.must_be("enough", because=coded("gate-room-jobs"), source="design: jobs keep their logs")


def _room_for_backup(step: Step) -> Iterator[BackupRoom]:
    """Measured by what is there to be dumped: a dump that fills the database's own disk stops the database."""
    match step.action:
        case BackupMysql(host=host, directory=path):
            yield BackupRoom(host=host, what="mysql", path=path, source="default-root")
        case BackupMongodb(host=host, directory=path):
            yield BackupRoom(host=host, what="mongodb", path=path, source=MONGOD_CONF)
        case BackupInstall(host=host, path=path):
            yield BackupRoom(host=host, what="install", path=path.rpartition("/")[0] or "/", source=path)
        case _:
            return


def _tools(plan: Plan) -> Iterator[AnyExpected]:
    for host in dict.fromkeys(step.action.host for step in plan.steps):
        fact = Commands(host=host, names=("bash", "flock", "awk", "rsync"))
        yield fact.must_be((), because=coded("gate-tools"), source="util-linux, gawk, rsync")
    for step in plan.steps:
        if isinstance(step.action, SetLoginPath):
            fact = Commands(host=step.action.host, names=("expect", "mysql_config_editor"))
            yield fact.must_be((), because=coded("gate-login-tools"), source="bin/setup_mysql_loginpath.sh")


def _brought(plan: Plan) -> Iterator[AnyExpected]:
    """Before IAM is upgraded, which is where its note is left: what the guide has a person download."""
    for step in plan.steps:
        if isinstance(step.action, NoteWork) and step.action.work == "iam-subjects":
            fact = PathKind(host=step.action.host, path=owed.SCRIPT)
            yield fact.must_be("file", because=coded("gate-subjects-script"), source="guide 7.6")


def _installs(cluster: Cluster, plan: Plan) -> Iterator[tuple[Step, Module]]:
    modules = {module.cli: module for module in cluster.modules()}
    for step in plan.steps:
        if isinstance(step.action, InstallModule):
            yield step, modules[step.action.module]


def _docker(cluster: Cluster, plan: Plan) -> Iterator[AnyExpected]:
    """A docker that is there must answer; one that is missing, the vendor's installer brings."""
    for _, module in _installs(cluster, plan):
        for host in cluster.hosts(module) if module.containers else ():
            fact = DockerFault(host=host)
            yield fact.must_be_absent(because=coded("gate-docker"), source="ce/bin/install_paas.sh:191")


def _ports(cluster: Cluster, plan: Plan) -> Iterator[AnyExpected]:
    """What a new module will listen on is free: its installer takes a busy port for its own, or dies unseen."""
    for step, module in _installs(cluster, plan):
        if not module.new or not _untouched(step):
            continue
        ports = dict.fromkeys((*(service.port for service in module.services), *module.redis_cluster_ports))
        for host in cluster.hosts(module):
            for port in ports:
                fact = PortListening(host=host, port=port)
                yield fact.must_be_absent(
                    because=coded("gate-port", port=port, module=module.name), source=module.source
                )


def _untouched(step: Step) -> bool:
    """None of the module's units is there yet: then nobody but a stranger can hold its ports."""
    units = [mended for mended in step.mends if isinstance(mended.expected.fact, UnitActive)]
    return bool(units) and all(isinstance(mended.reading, Absent) for mended in units)
