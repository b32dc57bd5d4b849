"""Gates: what must be so before the first write of a run, asked only of what this plan is going to do.

A gate is an expected fact with a reason like any other; it is not repaired but refused: exit 5, nothing changed.
"""

from collections.abc import Iterator

from actions.backup import BackupMysql
from actions.mysql import SetLoginPath
from actions.package import UnpackPackage, UnpackProducts
from probes.fact import AnyExpected
from probes.host import Commands, DiskRoom, DiskRoomFor, ForeignWork, HostAddress, Root
from reconciler.core.plan import Plan
from specs.cluster import Cluster
from specs.reason import coded


def gates(cluster: Cluster, plan: Plan) -> tuple[AnyExpected, ...]:
    if not plan.steps:
        return ()
    found = (*_hosts(cluster, plan), *_alone(cluster), *_room(cluster, plan), *_tools(plan))
    return tuple(dict.fromkeys(found))


def _hosts(cluster: Cluster, plan: Plan) -> Iterator[AnyExpected]:
    """Every host of the cluster is the one it is taken for, and lets us in as root."""
    for host in cluster.inventory.hosts:
        yield HostAddress(host=host).must_be(True, because=coded("gate-right-host"), source="install.config")
        yield Root(host=host).must_be("root", because=coded("gate-root"), source="sudo(8)")


def _alone(cluster: Cluster) -> Iterator[AnyExpected]:
    fact = ForeignWork(host=cluster.controller)
    yield fact.must_be((), because=coded("gate-nobody-works"), source="bkcli:29, which locks nothing")


def _room(cluster: Cluster, plan: Plan) -> Iterator[AnyExpected]:
    """Twice the package and the product archives unpacked: four times its size; and a little for everything else."""
    here = cluster.controller
    if any(isinstance(step.action, (UnpackPackage, UnpackProducts)) for step in plan.steps):
        fact = DiskRoomFor(host=here, path=cluster.paths.work, package=cluster.package.path, times=4)
        yield fact.must_be("enough", because=coded("gate-room-package"), source="guide 4")
    for step in plan.steps:
        if isinstance(step.action, BackupMysql):
            fact = DiskRoom(host=step.action.host, path=step.action.directory, mb=512)
            yield fact.must_be("enough", because=coded("gate-room-dump"), source="guide 5.1")
    for host in dict.fromkeys(step.action.host for step in plan.steps):
        small = DiskRoom(host=host, path="/var/lib/bkrec", mb=64)
        yield small.must_be("enough", because=coded("gate-room-jobs"), source="design: jobs keep their logs")


def _tools(plan: Plan) -> Iterator[AnyExpected]:
    for host in dict.fromkeys(step.action.host for step in plan.steps):
        fact = Commands(host=host, names=("bash", "flock", "awk", "rsync"))
        yield fact.must_be((), because=coded("gate-tools"), source="util-linux, gawk, rsync")
    for step in plan.steps:
        if isinstance(step.action, SetLoginPath):
            fact = Commands(host=step.action.host, names=("expect", "mysql_config_editor"))
            yield fact.must_be((), because=coded("gate-login-tools"), source="bin/setup_mysql_loginpath.sh")
