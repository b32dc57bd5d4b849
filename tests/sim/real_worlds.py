"""Clusters as operators have them, beside the guide's default one: as installed by 6.2, on https, the base suite alone.

Each is what the vendor's scripts leave, written from them: which keys its generator writes, which units its installer
makes. Nothing here is taken from the rules that judge it.
"""

from collections.abc import Mapping
from dataclasses import replace

from probes.consul import ConsulDefinition
from probes.current import UnitCurrent
from probes.env import EnvCopied, EnvFilled, EnvPresent, EnvValue
from probes.fact import Absent, AnyFact, AnyReading, Known
from probes.path import VersionText
from probes.steady import RecentlyStartedUnits
from probes.task import TaskDone, TaskRecorded
from probes.unit import UnitActive, UnitEnabled
from probes.yaml import YamlValue
from specs.cluster import Cluster
from tests.sim.worlds import World, finished, pristine

FULL_JOB = ("config", "crontab", "execute", "logsvr", "manage", "backup", "analysis")
"""Units of JOB's full form that its lite form has not: there the assembly is one process (deploy_lite.yml)."""
LITE_JOB = ("bk-job-assemble.service", "bk-job-gateway.service")

DEFAULTS_OF_62 = {
    "04-final/job.env BK_JOB_RUN_MODE": "lite",
    "04-final/bkmonitorv3.env BK_MONITOR_RUN_MODE": "lite",
    "04-final/gse.env BK_GSE_AGENT_VERSION": "v2",
    "04-final/cmdb.env BK_GSE_AGENT_VERSION": "",
    "04-final/bknodeman.env BK_GSE_AGENT_VERSION": "",
}
"""ce/bin/default/{job,bkmonitorv3,gse,cmdb,bknodeman}.env of 6.2.1, merged with an empty 03-userdef."""
BASE_SUITE = """\
10.0.0.1 iam,ssm,usermgr,gse,license,redis,consul,es7
10.0.0.2 nginx,consul,mongodb,rabbitmq,appo,beanstalk,paas
10.0.0.3 cmdb,job,mysql,zk(config),appt,consul,nodeman(nodeman)
"""
"""Without monitor, log and what only they need (BKDocs 6.2, value_added.md)."""


def installed_as_62(cluster: Cluster) -> World:
    """A finished 6.2.2 that was never a 6.1."""
    return never_a_61(finished(cluster))


def never_a_61(world: World) -> World:
    """A 6.2 as its installer leaves it: nothing in 03-userdef, the generator's secrets, JOB in its lite form."""
    cluster = world.cluster

    def other(fact: AnyFact, cluster: Cluster) -> AnyReading:
        reading = _as_62(fact, cluster)
        return world.other(fact, cluster) if reading is None else reading

    facts = {fact: reading for fact, reading in world.facts.items() if _as_62(fact, cluster) is None}
    return replace(world, facts=facts, other=other)


def _as_62(fact: AnyFact, cluster: Cluster) -> AnyReading | None:
    """What differs from a cluster that the guide has upgraded; None for everything else."""
    match fact:
        case UnitActive(unit=unit) | UnitEnabled(unit=unit) if unit in {f"bk-job-{name}.service" for name in FULL_JOB}:
            return Absent()
        case UnitActive(unit=unit) if unit in LITE_JOB:
            return Known("active")
        case UnitEnabled(unit=unit) if unit in LITE_JOB:
            return Known("enabled")
        case EnvValue(file=file, key=key) if "/03-userdef/" in file:
            return Absent()
        case EnvValue(file=file, key=key):
            value = DEFAULTS_OF_62.get(f"{file.removeprefix(cluster.env(''))} {key}")
            return None if value is None else Known(value)
        case EnvCopied(file=file) | EnvFilled(file=file) | EnvPresent(file=file) if "/03-userdef/" in file:
            return Absent()
        case EnvPresent(file=file) if "/default/" in file:
            return Absent()  # BK_SSM_HOST, BK_SSM_PORT
        case EnvFilled(file=file, key=key) if key == "BK_GSE_ZK_TOKEN":
            return Known(True)
        case EnvCopied():
            return Known(False)  # of what 6.1's generator wrote, nothing is there
        case EnvFilled():
            return Known(True)
        case YamlValue():
            return Known("true")
        case UnitCurrent(unit=unit) if unit in LITE_JOB:
            return Known(True)
        case RecentlyStartedUnits():
            return Known(())
        case TaskDone() | TaskRecorded():
            return Absent()
        case _:
            return None


def at_61(cluster: Cluster, readings: Mapping[AnyFact, AnyReading], release: str = "6.1.2") -> World:
    """A 6.1 on which these read otherwise."""
    facts: dict[AnyFact, AnyReading] = {**readings}
    facts[VersionText(host=cluster.controller, path=cluster.src("VERSION"))] = Known(release)
    return World(cluster=cluster, facts=facts, other=of_61)


def of_61(fact: AnyFact, cluster: Cluster) -> AnyReading:
    match fact:
        case ConsulDefinition(service="gse-api" | "gse-config"):
            return Known("written")
        case _:
            return pristine(fact, cluster)


def merged_global(cluster: Cluster, **values: str) -> dict[AnyFact, AnyReading]:
    """Variables of 04-final/global.env."""
    file = cluster.env("04-final/global.env")
    return {EnvValue(host=cluster.controller, file=file, key=key): Known(value) for key, value in values.items()}
