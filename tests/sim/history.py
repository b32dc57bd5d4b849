"""Clusters of the releases that this one is reached from: 6.1.2, 6.2.0 and 6.2.1, as facts.

A finished 6.2.0 is a finished 6.2.2 with other numbers: the same way of running, of which the release notes name what
changed. Versions: the vendor's release log for 6.1.2, the packages' file names for 6.2.0; from 6.2.1 on only the
monitor and the log platform changed, by its notes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from probes.consul import ConsulDefinition
from probes.env import EnvFilled
from probes.fact import Absent, AnyFact, AnyReading, Known, Unknown
from probes.install_config import ModuleHosts
from probes.package import PackageDigest
from probes.path import TreeDigest, VersionText
from probes.saas import SaasOnline, SaasPackaged
from probes.task import TaskDone, TaskRecorded
from reconciler.core.placement import build_cluster as describe
from specs.cluster import Cluster
from specs.reason import reason
from tests.sim.states import decide
from tests.sim.worlds import CONFIG, World, file, finished, fresh, pristine, release

V612 = {
    "paas": "2.14.33",
    "iam": "1.11.9",
    "usermgr": "2.4.2",
    "cmdb": "3.10.21",
    "gse": "3.6.21",
    "job": "3.5.1",
    "nodeman": "2.2.27",
    "monitorv3": "3.6.3070",
    "log": "4.3.5",
}
V620 = {
    "apigw": "1.11.3",
    "usermgr": "2.5.4-beta.8",
    "cmdb": "3.10.28",
    "gse": "2.1.2-beta.20",
    "monitorv3": "3.8.2",
    "log": "4.6.4",
}
"""Only what differs from 6.2.2."""
V621 = {name: V620[name] for name in ("monitorv3", "log")}


@dataclass(frozen=True)
class Before:
    """A release before this one. `versions`: what differs from 6.2.2; of a 6.1, what is known of it."""

    name: str
    versions: Mapping[str, str]
    old: bool
    config: str = CONFIG


LATE = CONFIG.replace("monitorv3(grafana)\n", "monitorv3(grafana),monitorv3(ingester)\n").replace(
    "beanstalk", "beanstalk,iam_search_engine"
)
"""6.1.2 names the ingester and IAM's search engine already."""

HISTORY = (
    Before("6.1.2", V612, old=True, config=LATE),
    Before("6.2.0", V620, old=False),
    Before("6.2.1", V621, old=False),
)


def world(before: Before) -> World:
    return old(before) if before.old else recent(before)


def old(before: Before) -> World:
    here = describe(file(), release(), before.config)
    left = {service.name for module in here.modules() for service in module.obsolete_services}

    def other(fact: AnyFact, cluster: Cluster) -> AnyReading:
        match fact:
            case VersionText() if fact.path == cluster.src("VERSION"):
                return Known(before.name)
            case VersionText():
                found = (Known(number) for where, number in installed(cluster, before) if where == fact)
                return next(found, pristine(fact, cluster))
            case ConsulDefinition() if fact.service in left:
                return Known("written")
            case _:
                return pristine(fact, cluster)

    return World(cluster=here, other=other)


def installed(cluster: Cluster, before: Before) -> list[tuple[VersionText, str]]:
    """VERSION of each product of 6.1 on its hosts, installed and as it lies below /data/src."""
    return [
        (VersionText(host=host, path=path), before.versions.get(module.name, before.name))
        for module in cluster.modules()
        if not module.new
        for host in {cluster.controller, *cluster.hosts(module)}
        for path in (cluster.home(module.version_file), cluster.src(module.src, "VERSION"))
        if module.src
    ]


def recent(before: Before) -> World:
    found = release()
    modules = tuple(
        module.model_copy(update={"version": before.versions.get(module.name, module.version)})
        for module in found.modules
    )
    number = before.name.split()[0]
    theirs = describe(file(), found.model_copy(update={"version": number, "modules": modules}), CONFIG)
    here = describe(file(), found, CONFIG)
    made = finished(theirs)
    placed = {name: here.inventory.on(name) for name in here.inventory.placed}

    def other(fact: AnyFact, cluster: Cluster) -> AnyReading:
        match fact:
            case ModuleHosts():
                return Known(placed.get(fact.module, cluster.inventory.on(fact.module)))
            case TreeDigest() if fact.root == cluster.paths.install:
                return Known(number)
            case PackageDigest():
                return Known(cluster.md5)
            case VersionText() if fact.path == cluster.src("VERSION"):
                return Known(number)
            case TaskDone() | TaskRecorded():
                return untraced(fact, theirs)
            case SaasPackaged():
                return Known(fact.default) if fact.default else Absent()
            case _:
                return fresh(fact, theirs)

    unknown = (SaasOnline, SaasPackaged, TaskDone)
    later = {variable.key for variable in found.variables if variable.if_declared}
    facts = {
        fact: reading
        for fact, reading in made.facts.items()
        if not isinstance(fact, unknown) and not (isinstance(fact, EnvFilled) and fact.key in later)
    }
    online = {fact: Known(number) for fact in made.facts if isinstance(fact, SaasOnline)}
    return replace(made, cluster=here, facts={**facts, **online}, other=other)


def untraced(fact: TaskDone | TaskRecorded, installed: Cluster) -> AnyReading:
    """As `probes/task.py` reads it where a person did the upgrade: Unknown where a second time could do harm."""
    there = {installed.home(module.version_file): module.version for module in installed.modules()}
    if fact.version and there.get(fact.file) == fact.version:
        return Unknown(reason("task-untraced", task=fact.task, version=fact.version))
    return Absent()


def answered(start: World) -> World:
    """`bkrec ack WORK --not-done` for everything that is asked about."""
    plan, readings = decide(start)
    asked = {
        getattr(blocked.expected.fact, "task", "")
        for blocked in plan.blocked
        if blocked.diagnostic.code == "task-untraced"
    }
    said = {
        fact: Known(isinstance(fact, TaskRecorded))
        for fact in readings
        if isinstance(fact, (TaskDone, TaskRecorded)) and fact.task in asked
    }
    return replace(start, facts={**start.facts, **said})
