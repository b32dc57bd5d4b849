"""Clusters made of facts: the guide's three hosts, pristine 6.1 or finished 6.2.2, and a way to read them.

A world answers any fact: what was set is read; what was not reads as the state the world is in (`finished`, or the
6.1 that the release's data implies). So a plan may ask for whatever it likes, as it may of real hosts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from probes.agent import AgentsMissing, AgentsOnline
from probes.certificate import CertificatesDamaged, CertificatesEnding, ServerNamesMissing
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
    UnknownModuleLines,
)
from probes.consul import ConsulDefinition, ConsulPassing
from probes.container import (
    AppContainer,
    ContainersWithoutRestartPolicy,
    DockerDataRoot,
    UnsteadyContainers,
    VendorDataRoot,
)
from probes.current import UnitCurrent, UnitStartedSince
from probes.env import EnvDuplicates
from probes.fact import Absent, AnyExpected, AnyFact, AnyReading, Known, Readings, SameAs
from probes.health import ServiceHealth
from probes.http import PagesUnserved
from probes.iam import ModelsPending
from probes.install_config import ModuleHosts
from probes.mysql import AppRegistered, LoginPath, MysqlUser, MysqlWritable, PrivilegesMissing, ProductVersion
from probes.package import PackageDigest
from probes.path import FileDigest, LineInFile, PathKind, TreeDigest, VersionText
from probes.port import PortListening, PortUnit
from probes.saas import SaasOnline
from probes.smoke_test import SmokeTestBroken
from probes.steady import RecentlyStartedUnits
from probes.system import NameResolved, NamesOverridden, ResolverAddress
from probes.tag import SecretsTag
from probes.task import TaskPending, TaskRecorded
from probes.unit import UnitActive, UnitEnabled
from probes.yaml import YamlValue
from reconciler.core.placement import build_cluster as describe
from reconciler.core.plan import Plan
from reconciler.core.planner import plan
from reconciler.core.simulate import apply_derived, apply_step
from reconciler.rules.module_facts import is_new
from reconciler.rules.registry import expected_facts, rule_for
from specs import parse
from specs.cluster import Cluster, ClusterFile
from specs.release import Release

ROOT = Path(__file__).parents[2] / "specs/releases/bkce-6.2.2"

CONFIG = """\
10.0.0.1 iam,ssm,usermgr,gse,license,redis,consul,es7,monitorv3(influxdb-proxy),monitorv3(monitor),monitorv3(grafana)
10.0.0.2 nginx,consul,mongodb,rabbitmq,appo,influxdb(bkmonitorv3),monitorv3(transfer),beanstalk,monitorv3(unify-query),paas
10.0.0.3 cmdb,job,mysql,zk(config),kafka(config),appt,consul,log(api),nodeman(nodeman),log(grafana)
"""

CLUSTER = """\
schema = "bkrec.cluster/1"
name = "lab"
[controller]
address = "10.0.0.1"
[package]
path = "/data/bkce-src-6.2.2.tgz"
[placement]
auth = ["10.0.0.3"]
redis_cluster = ["10.0.0.3"]
etcd = ["10.0.0.3"]
apigw = ["10.0.0.1"]
iam_search_engine = ["10.0.0.2"]
"""


@cache
def release(*more: str) -> Release:
    """The release's own data; `more` are modules to be looked at besides those in scope."""
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in ROOT.rglob("*.toml")}
    found = parse.release(texts)
    return found.model_copy(update={"scope": (*found.scope, *more)})


@cache
def file() -> ClusterFile:
    return parse.cluster_file(CLUSTER, "cluster.toml")


@cache
def guide_cluster(*more: str, optional: tuple[str, ...] = ()) -> Cluster:
    return describe(file().model_copy(update={"optional": optional}), release(*more), CONFIG)


SLICE = ("paas", "auth", "redis_cluster")


@cache
def slice_cluster(*more: str) -> Cluster:
    """The first modules of the guide and no more: a plan of a third of the length, for tests that make many."""
    found = release()
    names = tuple(name for name in found.scope if name in (*SLICE, *more))
    return describe(file(), found.model_copy(update={"scope": names, "apps": ()}), CONFIG)


def pristine(fact: AnyFact, cluster: Cluster) -> AnyReading:
    """What a 6.1.2 reads, family by family."""
    match fact:
        case PortUnit():
            return Known(fact.unit)
        case NameResolved():
            return Known("resolved")
        case ResolverAddress():
            return Known("own")
        case NamesOverridden():
            return Known(())
        case ServiceHealth():
            return Absent() if fact.service == "etcd" else Known("ok")
        case MysqlWritable():
            return Known(True)
        case PrivilegesMissing():
            return Known(())
        case ConsulPassing() | ConsulDefinition() if fact.service in _base(cluster):
            return Known("passing" if isinstance(fact, ConsulPassing) else "written")
        case UnitActive() | UnitEnabled():
            return _unit(fact, cluster)
        case PackageDigest():
            return Known(cluster.md5)
        case VersionText() | ProductVersion() if _ssm(fact, cluster):
            return Known("1.0.8")
        case VersionText():
            return Known("6.1.2") if fact.path == cluster.src("VERSION") else Absent()
        case VendorDataRoot():
            return Known("free") if fact.host in cluster.inventory.on_any(("appo", "appt")) else Absent()
        case DockerDataRoot():
            return Known("lasting")
        case ContainersWithoutRestartPolicy():
            return Known(())
        case SecretsTag():
            return Known("kept")
        case EnvDuplicates():
            return Known(False)
        case PathKind():
            return _path(fact, cluster)
        case TreeDigest():
            return Known("6.1") if fact.root == cluster.paths.install else Absent()
        case LoginPath():
            return Known("works") if fact.login_path in ("mysql-paas", "mysql-default") else Absent()
        case ModuleHosts():
            return Known(cluster.inventory.on(fact.module)) if fact.module not in cluster.inventory.placed else Absent()
        case MysqlUser():
            return Known("missing")
        case LineInFile():
            there = fact.line not in ("auth", "redis_cluster") and not fact.path.endswith("/.bkrec-md5")
            return Known(True) if there else Absent()
        case AppRegistered():
            return Known(True)
        case TaskPending():
            return Known(False)
        case AgentsOnline():
            return Known(fact.hosts)
        case (
            AgentsMissing()
            | CertificatesEnding()
            | CertificatesDamaged()
            | ServerNamesMissing()
            | SmokeTestBroken()
            | ModelsPending()
            | RecentlyStartedUnits()
            | PagesUnserved()
            | UnsteadyContainers()
        ):
            return Known(())
        case SaasOnline():
            return Known("6.1")
        case AppContainer():
            return Known("running")
        case FileDigest():
            return Known("6.1") if fact.host != cluster.controller else Known("6.2")
        case UnitCurrent() | UnitStartedSince():
            return Known(True)
        case PortListening():
            tagged = {service.port for m in cluster.release.modules for service in m.services if service.tag}
            return Known(True) if fact.port in tagged else Absent()
        case _:
            return _topology(fact, cluster)


def _topology(fact: AnyFact, cluster: Cluster) -> AnyReading:
    """What CMDB has while nobody rebuilds it, be it 6.1's or 6.2's: a business with hosts in its sets, nobody's own."""
    match fact:
        case JobModules():
            return Known(tuple(sorted(cluster.release.business_topology.job)))
        case HostsNotIdle() | BusinessHosts():
            return Known(cluster.inventory.hosts)
        case RemainingSets():
            return Known(("作业平台v3", "公共组件"))
        case RemainingTemplates():
            return Known(("set jobv3", "service job-config"))
        case TopologyCustom() | UnknownModuleLines() | HostModules():
            return Known(())
        case EditingUnlocked() | EditingLocked():
            return Known(isinstance(fact, EditingLocked))
        case _:
            return Absent()


def _ssm(fact: VersionText | ProductVersion, cluster: Cluster) -> bool:
    """It is there, and the guide does not upgrade it: what is installed and its row say the same until 6.2 comes."""
    return (fact.code == "bkssm") if isinstance(fact, ProductVersion) else fact.path == cluster.home("bkssm/VERSION")


def _unit(fact: UnitActive | UnitEnabled, cluster: Cluster) -> AnyReading:
    """Of 6.1: those that must go, those whose files are replaced under them, and the entrance's."""
    modules = cluster.release.modules
    old = {unit.name for module in modules for unit in module.obsolete_units} | {*ENTRANCE}
    old |= {unit.name for module in modules for unit in module.units if unit.file and not is_new(module, unit)}
    if fact.unit == "docker.service":
        return _at(fact) if fact.host in cluster.inventory.on_any(("appo", "appt")) else Absent()
    if fact.unit not in (*old, *_base(cluster)):
        return Absent()
    return _at(fact)


def _at(fact: UnitActive | UnitEnabled) -> AnyReading:
    return Known("active") if isinstance(fact, UnitActive) else Known("enabled")


@cache
def _base(cluster: Cluster) -> frozenset[str]:
    """Units and services of what no upgrade brings."""
    modules = [module for module in cluster.release.modules if module.base]
    units = {unit.name for module in modules for unit in module.units}
    return frozenset(units | {service.name for module in modules for service in module.services})


ENTRANCE = ("openresty.service", "consul-template.service")


def _path(fact: PathKind, cluster: Cluster) -> AnyReading:
    if fact.path.startswith(("/root/.tag/", cluster.home(".envs"))):
        return Known("file") if "/.tag/" in fact.path else Known("directory")
    finals = {cluster.env(f"04-final/{name}.env") for name in cluster.release.generated}
    if fact.path.startswith(cluster.env("04-final/")) and fact.path not in finals:
        return Known("file")
    if fact.path in (cluster.src("cert"), cluster.src("backup")):
        return Known("directory")
    return Absent()


@dataclass
class World:
    cluster: Cluster
    facts: dict[AnyFact, AnyReading] = field(default_factory=dict)
    other: Callable[[AnyFact, Cluster], AnyReading] = pristine

    def read(self, facts: Iterable[AnyFact]) -> dict[AnyFact, AnyReading]:
        return {fact: self.facts.get(fact, self.other(fact, self.cluster)) for fact in facts}


def fresh(fact: AnyFact, cluster: Cluster) -> AnyReading:
    """What nobody desires of a 6.2.2 and a repair may ask for: what its scripts, its variables and its /data/src hold."""
    match fact:
        case ModuleHosts():
            return Known(cluster.inventory.on(fact.module))
        case PathKind():
            archives = {cluster.src(module.src_file) for module in cluster.release.modules if module.src_file}
            there = fact.path.startswith(("/root/.tag/", cluster.env("04-final/"))) or fact.path in archives
            return Known("file") if there else Absent()
        case TreeDigest():
            return Known("6.2.2") if fact.root == cluster.paths.install else Absent()
        case LoginPath():
            return Known("works")
        case MysqlUser():
            return Known("granted")
        case VersionText():
            found = {cluster.src(m.src, "VERSION"): m.version for m in cluster.release.modules if m.src}
            return Known(found[fact.path]) if fact.path in found else Absent()
        case YamlValue():
            set_ = {cluster.src(flag.template): flag.value for m in cluster.release.modules for flag in m.yaml_settings}
            return Known(set_[fact.file]) if fact.file in set_ else Absent()
        case TaskPending():
            return Known(False)
        case TaskRecorded():
            return Known(True)
        case AgentsMissing() | SmokeTestBroken():
            return Known(())
        case _:
            return _topology(fact, cluster)


def finished(cluster: Cluster) -> World:
    """A 6.2.2 to which nothing is left to do; without package and without backups, as after a fresh install."""

    world = World(cluster=cluster, other=fresh)
    for expected in expected_facts(cluster):
        world.facts[expected.fact] = Known("same") if isinstance(expected.reading, SameAs) else expected.reading
        if isinstance(expected.reading, SameAs):
            world.facts[expected.reading.fact] = Known("same")
    return world


def study(world: World, expected: Iterable[AnyExpected] | None = None) -> tuple[Plan, Readings]:
    """Plan, read what the plan asks for, plan again: what `engine/assess.py` does with real hosts.

    The same world gives the same plan, so a plan of the whole 6.1 (a second) is made once for all tests that want it.
    """
    wanted = None if expected is None else tuple(expected)
    made, readings = _studied(world.cluster, frozenset(world.facts.items()), world.other, wanted)
    return made, dict(readings)


@lru_cache(maxsize=32)
def _studied(
    cluster: Cluster,
    facts: frozenset[tuple[AnyFact, AnyReading]],
    other: Callable[[AnyFact, Cluster], AnyReading],
    expected: tuple[AnyExpected, ...] | None,
) -> tuple[Plan, Readings]:
    world = World(cluster=cluster, facts=dict(facts), other=other)
    expectations = expected_facts(cluster) if expected is None else expected
    readings = readings_of(world, expectations)
    while True:
        made = plan(cluster.release.version, expectations, readings, rule_for(cluster))
        if not made.unread_facts:
            return made, readings
        readings |= world.read(made.unread_facts)


def readings_of(world: World, expectations: Iterable[AnyExpected]) -> dict[AnyFact, AnyReading]:
    """What it takes to judge these."""
    return world.read({fact for expected in expectations for fact in _facts(expected)})


def _facts(expected: AnyExpected) -> tuple[AnyFact, ...]:
    return (expected.fact, expected.reading.fact) if isinstance(expected.reading, SameAs) else (expected.fact,)


def live(world: World, plan: Plan, order: Iterable[int] | None = None) -> World:
    """The world after the plan was carried out, each step making true what it ensures."""
    now = dict(world.read(_all(plan, world)))
    for step in plan.steps if order is None else [plan.steps[i] for i in order]:
        apply_step(step, now)
        apply_derived(plan, now)
    return World(cluster=world.cluster, facts={**world.facts, **now}, other=world.other)


def _all(plan: Plan, world: World) -> set[AnyFact]:
    facts = set(world.facts) | {fact for expected in expected_facts(world.cluster) for fact in _facts(expected)}
    for step in plan.steps:
        facts |= {fact for wish in (*step.requires, *step.action.ensures()) for fact in _facts(wish)}
    return facts
