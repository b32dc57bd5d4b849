"""Failpoints that apply does not pass: those of the other commands, and how to reach each."""

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from probes.registry import PROBES
from probes.task import TaskDone
from reconciler.engine import acks, activity, approvals, discover, lease, pause, seal
from reconciler.engine.gather import gather_facts
from specs.cluster import ClusterFile, Controller, PackageFile, Paths
from tests.support.local import LocalTransport

C = "10.0.0.1"


WORK = TaskDone(host=C, task="job-migration", release="6.2.2")


@dataclass(frozen=True, slots=True)
class Point:
    ask: Callable[[LocalTransport], Awaitable[object]]
    writes: bool = False


async def _discover(host: LocalTransport) -> object:
    install = host.root / "install"
    install.mkdir(exist_ok=True)
    (install / "install.config").write_text("10.0.0.1 iam\n10.0.0.2 paas\n")
    file = ClusterFile(
        schema="bkrec.cluster/1",
        name="night",
        controller=Controller(address=C),
        paths=Paths(install=str(install)),
        package=PackageFile(path="/x.tgz"),
    )
    return await discover.read_controller(host, file)


async def _status(host: LocalTransport) -> object:
    return await activity.current_activity(host, functools.partial(gather_facts, host, PROBES), C, [C])


async def pause_cluster(host: LocalTransport) -> object:
    return await pause.pause(host, C, who="wang", why="lunch")


SEAL = seal.SealRequest(purpose="take", release="6.2.2", who="wang@desk")

POINTS = {
    "seal": Point(lambda host: seal.seal_host(host, C, "@root\tsystem\t/etc/hostname\n", SEAL), writes=True),
    "seal-periods": Point(lambda host: seal.periods_of(host, C)),
    "seal-history": Point(lambda host: seal.history(host, C)),
    "discover": Point(_discover),
    "lease-read": Point(lambda host: lease.read_lease(host, C)),
    "job-tail": Point(_status),
    "ack-record": Point(lambda host: acks.record(host, WORK, who="wang"), writes=True),
    "ack-record-pending": Point(lambda host: acks.record_pending(host, WORK, origin="6.1.2"), writes=True),
    "approve": Point(lambda host: approvals.record(host, C, approval="topology", who="wang", run="r"), writes=True),
    "pause": Point(pause_cluster, writes=True),
    "resume": Point(lambda host: pause.resume(host, C), writes=True),
}
