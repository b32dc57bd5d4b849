"""What is asked of whom when contracts are recorded: for each family what is as wished, what is absent, what is broken.

A host is the number of an argument of `record.py`. `under` is put before the command to show a breakdown without making
one: no network (`unshare -n`), a daemon's address where nobody is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from actions.task import MIGRATION, PYTHON
from probes.agent import AgentsMissing, AgentsOnline
from probes.backup import Backup, MigratingRuns
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
    TopologyDifferences,
    UnknownModuleLines,
)
from probes.consul import ConsulDefinition, ConsulPassing
from probes.container import (
    AppContainer,
    ContainerImage,
    ContainerState,
    ContainersWithoutRestartPolicy,
    DockerDataRoot,
    DockerUsable,
    ImagePresent,
    UnsteadyContainers,
    VendorDataRoot,
)
from probes.current import UnitCurrent
from probes.database import DatabaseElsewhere, DatabaseServers
from probes.env import EnvCopied, EnvDuplicates, EnvFilled, EnvOnce, EnvSame, EnvValue
from probes.gateway import GatewayReleased
from probes.health import ServiceHealth
from probes.host import DiskRoom, DiskRoomFor, ForeignWork, HostAddress, LoginUser, MissingCommands
from probes.http import HttpOk, PagesUnserved
from probes.iam import ModelsPending
from probes.image import ImageSource
from probes.install_config import ModuleHosts
from probes.kv import KeySet
from probes.marker import Marker
from probes.mysql import (
    AppRegistered,
    LoginPath,
    MysqlUser,
    MysqlWritable,
    PendingSql,
    PrivilegesMissing,
    ProductVersion,
    SaasVariable,
    SaasVariables,
)
from probes.package import PackageDigest
from probes.package_versions import PackageVersions
from probes.path import FileDigest, LineInFile, PathKind, TreeDigest, VersionText
from probes.port import PortListening, PortUnit
from probes.python import ScriptDefects
from probes.redis import RedisCluster
from probes.redis_login import RedisLogin
from probes.repository import PackagesUnavailable, RepositoriesSilent
from probes.room import BackupRoom
from probes.saas import SaasOnline, SaasPackaged, SaasValue
from probes.seal import SealChanges, SealedFile
from probes.site_code import SiteFiles
from probes.smoke_test import SmokeTestBroken
from probes.steady import RecentlyStartedUnits
from probes.system import (
    InodeRoom,
    Ipv6Usable,
    LanAddressDiffers,
    LoginProxies,
    MemorySize,
    MountPoint,
    NameResolved,
    NamesOverridden,
    ProcessorCount,
    PythonModulesMissing,
    ResolverAddress,
)
from probes.tag import SecretsTag
from probes.task import TaskDone, TaskPending, TaskRecorded
from probes.text import FileMentions
from probes.undo import LaterRuns, UndoEntries, UndoItemState, UndoRuns, UndoSteps
from probes.unit import UnitActive, UnitEnabled
from probes.yaml import YamlValue
from specs.module import HealthService

INSTALL = "/data/install"
FINAL = f"{INSTALL}/bin/04-final"
MADE = f"{INSTALL}/bin/01-generate"
SUBJECTS = "/data/migrate_subject_system_group.py"
MODELS = "/data/src/usermgr/support-files/bkiam"
SQL = "/data/src/bkssm/support-files/sql"
SECRET = "BK_JOB_EXECUTE_MYSQL_PASSWORD"
CLUSTER = "BK_REDIS_CLUSTER_ADMIN_PASSWORD"
REDIS = "BK_REDIS_ADMIN_PASSWORD"
HOSTS = ("10.0.0.1", "10.0.0.2", "10.0.0.3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    """family/case"""
    number: int
    facts: Sequence[Any]
    tool: str
    """Tells its version on its first line."""
    under: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        return self.name.partition("/")[0]


def undone(host: str) -> tuple[Any, ...]:
    """A run's id is new each time: what it kept is asked for on the test's own disk (tests/actions/test_undo.py)."""
    config = f"{INSTALL}/install.config"
    asked = (UndoEntries(host=host, run="none"), UndoSteps(host=host, run="none"))
    standing = UndoItemState(host=host, run="none", path=config)
    return (UndoRuns(host=host), *asked, standing, LaterRuns(host=host, path=config))


def _case(name: str, number: int, tool: str, *facts: Any, under: tuple[str, ...] = ()) -> Case:
    return Case(name=name, number=number, tool=tool, facts=facts, under=under)


H1, H2, H3 = HOSTS
NO_NETWORK = ("unshare", "-n", "--")
HIDDEN = ("unshare", "-m", "--", "sh", "-c", 'mount --bind /dev/null /usr/bin/docker; exec "$@"', "sh")
NO_DOCKER = ("env", "DOCKER_HOST=unix:///nonexistent.sock")


def healthy(host: str, *, env: str = f"{INSTALL}/bin", **ports: int) -> tuple[Any, ...]:
    services = cast("Mapping[HealthService, int]", ports)
    return tuple(
        ServiceHealth(host=host, service=service, port=port, members=1, env=env) for service, port in services.items()
    )


PACKAGES_WANTED = PackagesUnavailable(host=H1, packages=("gcc", "mysql-devel"))


def units(host: str, *names: str) -> tuple[UnitActive | UnitEnabled, ...]:
    active = tuple(UnitActive(host=host, unit=name) for name in names)
    return (*active, *(UnitEnabled(host=host, unit=name) for name in names))


PAGE = "/data/bkce/job/frontend/index.html"
PAGES = ((PAGE, "BK_JOB_API_PUBLIC_URL"), ("/nonexistent", "BK_JOB_API_PUBLIC_URL"), (PAGE, "NO_SUCH_KEY"))
TEMPLATE = "/data/src/job/support-files/templates/#etc#job#job-common#application.yml"

PACKAGES = ("8f8913ab1e6cc4951f52b8c08843662f", "0" * 32, "f" * 32)
"""The one that was unpacked there, one whose record was damaged by hand, one that was never there."""


def saas(host: str, login: str) -> tuple[Any, ...]:
    def packaged(app: str, src: str, default: str) -> SaasPackaged:
        return SaasPackaged(host=host, login_path=login, app=app, src=src, release="6.2.2", default=default)

    def value(app: str, name: str, made_of: str) -> SaasValue:
        return SaasValue(host=host, login_path=login, app=app, name=name, env=f"{INSTALL}/bin", made_of=made_of)

    return (
        value("bk_log_search", "BKAPP_GSE_VERSION", "${BK_GSE_AGENT_VERSION}"),
        value("bk_sops", "BKAPP_REDIS_HOST", "redis.elsewhere"),
        value("bk_sops", "BKAPP_NONE", "true"),
        value("bk_log_search", "BKAPP_REDIS_HOST", "${BK_NO_SUCH_KEY}"),
        SaasOnline(host=host, login_path=login, app="bk_sops"),
        SaasOnline(host=host, login_path=login, app="bk_none"),
        packaged("bk_sops", "/data/src", ""),
        packaged("bk_none", "/data/src", "1.2.3"),
        packaged("bk_sops", "/nonexistent", ""),
    )


def gateways(host: str) -> tuple[Any, ...]:
    def released(gateway: str, stage: str, login: str = "mysql-apigw") -> GatewayReleased:
        return GatewayReleased(host=host, login_path=login, gateway=gateway, stage=stage)

    return (released("bk-gse", "prod"), released("bk-gse", "stag"), released("bk-none", "prod", "mysql-none"))


def docker(host: str) -> tuple[Any, ...]:
    return (
        DockerUsable(host=host),
        DockerDataRoot(host=host),
        VendorDataRoot(host=host, path="/data/bkce/public/docker"),
        ContainersWithoutRestartPolicy(host=host, containers=("bk-paas-paas", "bk-paas-esb")),
        UnsteadyContainers(host=host, containers=("bk-paas-paas", "bk-paas-esb")),
        ContainerState(host=host, container="bk-paas-paas"),
        ContainerImage(host=host, container="bk-paas-paas"),
        ImagePresent(host=host, image="python36e:1.0"),
        ImagePresent(host=host, image="bk-paas-paas:2.14.57"),
    )


def logins(host: str) -> tuple[Any, ...]:
    path = "mysql-default"
    return (
        LoginPath(host=host, login_path=path),
        LoginPath(host=host, login_path="mysql-auth"),
        MysqlWritable(host=host, login_path=path),
        MysqlWritable(host=host, login_path="mysql-auth"),
        MysqlUser(host=host, login_path=path, user="iam", hosts=HOSTS),
        MysqlUser(host=host, login_path=path, user="bkauth", hosts=HOSTS),
        MysqlUser(host=host, login_path="mysql-auth", user="bkauth", hosts=HOSTS),
        PrivilegesMissing(host=host, login_path=path, user="iam", hosts=HOSTS),
        PrivilegesMissing(host=host, login_path=path, user="nobody", hosts=HOSTS),
        AppRegistered(host=host, login_path=path, code="bk_paas"),
        AppRegistered(host=host, login_path=path, code="bk_none"),
        SaasVariables(host=host, login_path=path, app_code="bk_none"),
        SaasVariable(host=host, login_path=path, app_code="bk_sops", name="BKAPP_REDIS_HOST"),
        SaasVariable(host=host, login_path=path, app_code="bk_sops", name="BKAPP_NONE"),
        ProductVersion(host=host, login_path=path, code="cmdb"),
        ProductVersion(host=host, login_path=path, code="apigw"),
        PendingSql(host=host, directory=SQL, marks="/root/.migrate"),
        PendingSql(host=host, directory=SQL, marks="/nonexistent"),
    )


def variables(host: str, final: str, made: str) -> tuple[Any, ...]:
    return (
        EnvValue(host=host, file=f"{final}/paas.env", key="BK_PAAS_PUBLIC_URL"),
        EnvValue(host=host, file=f"{final}/paas.env", key="BK_NONE"),
        EnvValue(host=host, file=f"{INSTALL}/bin/02-dynamic/hosts.env", key="BK_MYSQL_IP0"),
        EnvValue(host=host, file=f"{INSTALL}/bin/02-dynamic/hosts.env", key="ALL_IP"),
        EnvFilled(host=host, file=f"{made}/dbadmin.env", key=REDIS),
        EnvFilled(host=host, file=f"{made}/dbadmin.env", key=CLUSTER),
        EnvSame(host=host, file=f"{final}/job.env", key=SECRET, other_file=f"{made}/job.env", other_key=SECRET),
        EnvSame(host=host, file=f"{final}/job.env", key=SECRET, other_file=f"{made}/dbadmin.env", other_key=REDIS),
        EnvOnce(host=host, file=f"{final}/lesscode.env", key="BK_LESSCODE_MYSQL_HOST"),
        EnvOnce(host=host, file=f"{final}/bkauth.env", key="BK_AUTH_IP0"),
        EnvCopied(host=host, file=f"{final}/job.env", key=SECRET, sources=("/none:A", f"{made}/job.env:{SECRET}")),
    )


def paths(host: str) -> tuple[Any, ...]:
    return (
        PathKind(host=host, path=INSTALL),
        PathKind(host=host, path="/etc/os-release"),
        PathKind(host=host, path="/nonexistent"),
        FileDigest(host=host, path=f"{INSTALL}/bkcli"),
        FileDigest(host=host, path="/nonexistent"),
        FileDigest(host=host, path=INSTALL),
        VersionText(host=host, path="/data/src/VERSION"),
        VersionText(host=host, path="/data/bkce/bkauth/VERSION"),
        VersionText(host=host, path=INSTALL),
        LineInFile(host=host, path="/data/bkce/.installed_module", line="python"),
        LineInFile(host=host, path="/data/bkce/.installed_module", line="apigateway"),
        LineInFile(host=host, path=INSTALL, line="x"),
        TreeDigest(host=host, root=INSTALL, exclude=("bin/02-dynamic", ".*")),
        TreeDigest(host=host, root="/nonexistent"),
        TreeDigest(host=host, root="/etc/hostname"),
    )


def services(host: str) -> tuple[Any, ...]:
    return (
        ConsulPassing(host=host, service="bkssm"),
        ConsulPassing(host=host, service="bkmonitorv3"),
        ConsulPassing(host=host, service="bkauth"),
        ConsulDefinition(host=host, service="bkssm"),
        ConsulDefinition(host=host, service="bkauth"),
    )


def cluster(host: str, port: int, key: str) -> RedisCluster:
    return RedisCluster(host=host, port=port, env_file=f"{MADE}/dbadmin.env", key=key)


def agents(host: str, env: str) -> tuple[Any, ...]:
    everybody = AgentsOnline(host=host, env=env, hosts=(*HOSTS, "10.0.0.9"))
    return (everybody, AgentsMissing(host=host, env=env, hosts=HOSTS, release="6.2.2"))


def trials(host: str) -> tuple[Any, ...]:
    """On the first host a trial that failed after one that worked, on the third a directory in the note's place."""
    return (SmokeTestBroken(host=host, release="6.2.2"), SmokeTestBroken(host=host, release="6.2.1"))


def topology(host: str, install: str, since: str) -> tuple[Any, ...]:
    """`since` is a file of the scripts that are taken for the release's."""
    home = "/data/bkce"
    return (
        TopologyDifferences(host=host, install=install, since=since),
        TopologyCustom(host=host, install=install),
        HostModules(host=host, install=install, home=home),
        UnknownModuleLines(host=host, install=install, home=home),
        HostsNotIdle(host=host, install=install),
        BusinessHosts(host=host, install=install),
        RemainingSets(host=host, install=install),
        RemainingTemplates(host=host, install=install),
        JobModules(host=host, install=install),
        EditingUnlocked(host=host, env=f"{FINAL}/cmdb.env"),
        EditingLocked(host=host, env=f"{FINAL}/cmdb.env"),
    )


CASES: tuple[Case, ...] = (
    _case("agent/online", 0, "curl --version", *agents(H1, f"{FINAL}/paas.env")),
    _case("agent/no-application", 0, "curl --version", *agents(H1, "/nonexistent")),
    _case("agent/nobody-there", 0, "curl --version", *agents(H1, f"{FINAL}/paas.env"), under=NO_NETWORK),
    _case("cmdb/as-the-files-say", 0, "curl --version", *topology(H1, INSTALL, "bkcli")),
    _case("cmdb/older-scripts", 0, "curl --version", *topology(H1, INSTALL, "bin/default/bkauth.env")),
    _case("cmdb/module-host", 2, "curl --version", *topology(H3, INSTALL, "bkcli")[2:4]),
    _case("cmdb/no-scripts", 0, "curl --version", *topology(H1, "/nonexistent", "bkcli")),
    _case("cmdb/no-network", 0, "curl --version", *topology(H1, INSTALL, "bkcli"), under=NO_NETWORK),
    _case(
        "unit/active", 2, "systemctl --version", *units(H3, "mysql@default.service", "docker.service", "bk-job.target")
    ),
    _case("smoke_test/failed-again", 0, "head --version", *trials(H1)),
    _case("smoke_test/nothing", 1, "head --version", *trials(H2)),
    _case("smoke_test/directory", 2, "head --version", *trials(H3)),
    _case(
        "seal/changed",
        2,
        "find --version",
        SealChanges(host=H3),
        SealedFile(host=H3, part="configuration", path="/etc/mysql/default.my.cnf"),
        SealedFile(host=H3, part="configuration", path="/etc/redis/6380/redis_cluster.conf"),
    ),
    _case(
        "seal/registrations",
        0,
        "mysql --version",
        SealChanges(host=H1),
        SealedFile(host=H1, part="registrations", path="saas:bk_sops:all:BKAPP_REDIS_HOST"),
        SealedFile(host=H1, part="registrations", path="gateway:bk-gse:prod"),
    ),
    _case("seal/absent", 0, "find --version", SealChanges(host=H1)),
    _case("unit/absent", 0, "systemctl --version", *units(H1, "bk-auth.service", "apisix.service", "docker.service")),
    _case("unit/masked-and-inactive", 2, "systemctl --version", *units(H3, "cryptdisks.service", "mysql.target")),
    _case("unit/alias-and-static", 0, "systemctl --version", *units(H1, "sshd.service", "ssh.service", "-.mount")),
    _case(
        "container/app",
        1,
        "docker --version",
        *(AppContainer(host=H2, app=app) for app in ("bk_iam", "none")),
        UnsteadyContainers(host=H2, containers=(), apps=("bk_iam", "none")),
    ),
    _case("container/running", 1, "docker --version", *docker(H2)),
    _case("container/not-installed", 0, "echo no docker", *docker(H1), under=HIDDEN),
    _case("container/daemon-not-answering", 1, "docker --version", *docker(H2), under=NO_DOCKER),
    _case("path/controller", 0, "md5sum --version", *paths(H1)),
    _case("path/module-host", 1, "md5sum --version", *paths(H2)),
    _case("env/controller", 0, "awk --version", *variables(H1, FINAL, MADE)),
    _case("env/no-such-files", 1, "awk --version", *variables(H2, "/nonexistent", "/nonexistent")),
    _case(
        "env/unreadable",
        0,
        "awk --version",
        EnvValue(host=H1, file="/etc", key="A"),
        EnvOnce(host=H1, file="/etc", key="A"),
    ),
    _case(
        "env/doubled",
        0,
        "awk --version",
        EnvDuplicates(host=H1, file=f"{INSTALL}/bin/03-userdef/job.env", key="BK_JOB_RUN_MODE"),
        EnvDuplicates(host=H1, file=f"{INSTALL}/bin/03-userdef/job.env", key="BK_NONE"),
        EnvDuplicates(host=H1, file="/nonexistent", key="BK_NONE"),
        EnvDuplicates(host=H1, file="/etc", key="BK_NONE"),
    ),
    _case(
        "install_config/three-hosts",
        0,
        "awk --version",
        *(ModuleHosts(host=H1, path=f"{INSTALL}/install.config", module=name) for name in ("monitorv3", "iam", "auth")),
        ModuleHosts(host=H1, path="/nonexistent", module="iam"),
    ),
    _case(
        "install_config/broken",
        0,
        "awk --version",
        ModuleHosts(host=H1, path="/etc/hosts", module="localhost"),
        ModuleHosts(host=H1, path="/etc", module="iam"),
    ),
    _case("mysql/controller", 0, "mysql --version", *logins(H1)),
    _case("mysql/no-login-paths", 1, "mysql --version", *logins(H2)),
    _case("mysql/server-out-of-reach", 0, "mysql --version", *logins(H1), under=NO_NETWORK),
    _case("redis/ok", 2, "redis-cli --version", cluster(H3, 6380, CLUSTER), cluster(H3, 6382, CLUSTER)),
    _case("redis/absent", 0, "redis-cli --version", cluster(H1, 6380, CLUSTER)),
    _case("redis/no-cluster", 0, "redis-cli --version", cluster(H1, 6379, REDIS)),
    _case("redis/wrong-password", 0, "redis-cli --version", cluster(H1, 6379, "BK_MYSQL_ADMIN_PASSWORD")),
    _case("redis/no-password", 0, "redis-cli --version", cluster(H1, 6379, "BK_NONE")),
    _case("health/services", 0, "bash --version", *healthy(H1, consul=8500, elasticsearch=9200, redis=6379)),
    _case("health/queues", 1, "bash --version", *healthy(H2, mongodb=27017, rabbitmq=15672, influxdb=8086)),
    _case("health/zookeeper-and-kafka", 2, "bash --version", *healthy(H3, zookeeper=2181, kafka=9092, etcd=2379)),
    _case("health/absent", 2, "bash --version", *healthy(H3, mongodb=27017, elasticsearch=9200, redis=6379)),
    _case("health/no-password", 0, "bash --version", *healthy(H1, env="/nowhere", redis=6379)),
    _case("health/not-its-protocol", 2, "bash --version", *healthy(H3, zookeeper=22, kafka=22, mongodb=22)),
    _case("consul/passing", 0, "consul version", *services(H1)),
    _case("consul/elsewhere", 2, "consul version", *services(H3)),
    _case("consul/agent-down", 0, "curl --version", *services(H1), under=NO_NETWORK),
    _case("port/listening", 0, "ss --version", *(PortListening(host=H1, port=port) for port in (22, 6379, 3306))),
    _case(
        "port/units",
        0,
        "ss --version",
        PortUnit(host=H1, port=6379, unit="redis@default.service"),
        PortUnit(host=H1, port=8443, unit="bk-ssm.service"),
        PortUnit(host=H1, port=3306, unit="mysql@default.service"),
    ),
    _case(
        "http/answers",
        0,
        "curl --version",
        HttpOk(host=H1, url="http://bkssm.service.consul:5000/healthz"),
        HttpOk(host=H1, url="http://127.0.0.1:8500/v1/none"),
        HttpOk(host=H1, url="http://127.0.0.1:1/"),
        HttpOk(host=H1, url="http://none.invalid/"),
    ),
    _case(
        "http/pages",
        0,
        "curl --version",
        PagesUnserved(host=H1, env=f"{FINAL}/paas.env", pages=("/o/bk_iam/", "/o/bk_none/")),
        PagesUnserved(host=H1, env="/data/none.env", pages=("/o/bk_iam/",)),
    ),
    _case(
        "http/pages-no-network",
        0,
        "curl --version",
        PagesUnserved(host=H1, env=f"{FINAL}/paas.env", pages=("/o/bk_iam/", "/o/bk_none/")),
        under=NO_NETWORK,
    ),
    _case(
        "host/controller",
        0,
        "df --version",
        HostAddress(host=H1),
        LoginUser(host=H1),
        DiskRoom(host=H1, path="/data/none/x", mb=1),
        DiskRoom(host=H1, path="/data", mb=1_000_000_000),
        DiskRoomFor(host=H1, path="/data", package="/data/bkce-src-6.2.2.tgz", times=3),
        DiskRoomFor(host=H1, path="/data", package="/nonexistent", times=3),
        ForeignWork(host=H1),
        MissingCommands(host=H1, names=("sh", "rsync", "no-such-command")),
    ),
    _case(
        "site_code/controller",
        0,
        "rsync --version",
        SiteFiles(host=H1, installed="/etc/skel", packaged="/etc/skel"),
        SiteFiles(host=H1, installed="/etc/skel", packaged="/usr/share/base-files"),
        SiteFiles(host=H1, installed="/etc/skel", packaged="/nonexistent"),
        SiteFiles(host=H1, installed="/nonexistent", packaged="/etc/skel"),
    ),
    _case(
        "redis_login/no-password",
        0,
        "sh --version",
        RedisLogin(host=H1, port=6379, env_files=(f"{INSTALL}/none.env",), key="BK_REDIS_ADMIN_PASSWORD"),
    ),
    _case("repository/no-yum", 0, "curl --version", RepositoriesSilent(host=H1), PACKAGES_WANTED),
    _case("image/no-docker", 0, "curl --version", ImageSource(host=H1, image="hub.invalid/blueking/none:1")),
    _case(
        "certificate/system",
        0,
        "openssl version",
        CertificatesEnding(host=H1, directory="/etc/ssl/certs", days=0),
        CertificatesEnding(host=H1, directory="/nonexistent", days=30),
        CertificatesDamaged(host=H1, directory="/etc/ssl/certs"),
        ServerNamesMissing(host=H1, certificate="/nonexistent.crt", virtual_hosts="/nonexistent"),
    ),
    _case(
        "system/controller",
        0,
        "df --version",
        Ipv6Usable(host=H1),
        MemorySize(host=H1, mb=1),
        MemorySize(host=H1, mb=99_999_999),
        ProcessorCount(host=H1, count=1),
        ProcessorCount(host=H1, count=9999),
        InodeRoom(host=H1, path="/", count=1),
        InodeRoom(host=H1, path="/nonexistent/below", count=1),
        MountPoint(host=H1, path="/proc"),
        MountPoint(host=H1, path="/etc"),
        NameResolved(host=H1, name="localhost"),
        ResolverAddress(host=H1),
        NamesOverridden(host=H1),
        LoginProxies(host=H1),
        LanAddressDiffers(host=H1),
        PythonModulesMissing(host=H1, python="/usr/bin/python3", modules=("json", "bk_none")),
        PythonModulesMissing(host=H1, python="/nonexistent/python3", modules=("json",)),
    ),
    _case(
        "room/controller",
        0,
        "df --version",
        BackupRoom(host=H1, what="install", path="/usr/local/backups/none", source="/etc"),
        BackupRoom(host=H1, what="install", path="/dev/shm", source="/usr/bin"),
        BackupRoom(host=H1, what="install", path="/", source="/nonexistent"),
        BackupRoom(host=H1, what="install", path="none", source="/etc"),
        BackupRoom(host=H1, what="mongodb", path="/", source="/etc/mongod.conf"),
    ),
    _case("room/database", 2, "mysql --version", BackupRoom(host=H3, what="mysql", path="/", source="default-root")),
    _case("room/no-login-path", 2, "mysql --version", BackupRoom(host=H3, what="mysql", path="/", source="none-such")),
    _case(
        "host/another-machine",
        1,
        "df --version",
        HostAddress(host="10.0.0.9"),
        MissingCommands(host="10.0.0.9", names=()),
    ),
    _case("marker/absent", 0, "stat --version", Marker(host=H1, name="none")),
    _case("undo/upgraded", 0, "awk --version", *undone(H1)),
    _case(
        "backup/controller",
        0,
        "find --version",
        *(Backup(host=H1, what=what) for what in ("install", "src", "mysql")),
        MigratingRuns(host=H1),
    ),
    _case("backup/database", 2, "find --version", Backup(host=H3, what="mysql"), MigratingRuns(host=H3)),
    _case(
        "package/digests",
        0,
        "md5sum --version",
        PackageDigest(host=H1, path="/data/bkce-src-6.2.2.tgz"),
        PackageDigest(host=H1, path="/nonexistent"),
        PackageDigest(host=H1, path="/data"),
    ),
    _case("package_versions/recorded", 0, "awk --version", *(PackageVersions(host=H1, md5=md5) for md5 in PACKAGES)),
    _case(
        "current/controller",
        0,
        "systemctl --version",
        UnitCurrent(host=H1, unit="bk-iam.service", file="/data/bkce/bkiam/VERSION"),
        UnitCurrent(host=H1, unit="bk-none.service", file="/data/bkce/bkiam/VERSION"),
        UnitCurrent(host=H1, unit="bk-iam.service", file="/nonexistent"),
    ),
    _case(
        "steady/controller",
        0,
        "systemctl --version",
        RecentlyStartedUnits(host=H1, units=("bk-iam.service",)),
        RecentlyStartedUnits(host=H1, units=("bk-none.service", "ssh.service")),
    ),
    _case(
        "database/controller",
        0,
        "awk --version",
        DatabaseServers(host=H1, directory=FINAL),
        DatabaseElsewhere(host=H1, directory=FINAL, hosts=HOSTS, served=("mysql", "mongodb")),
        DatabaseElsewhere(host=H1, directory=FINAL, hosts=HOSTS, served=("mysql",)),
        DatabaseServers(host=H1, directory="/nonexistent"),
        DatabaseServers(host=H1, directory="/etc/hostname"),
    ),
    _case(
        "iam/controller",
        0,
        "awk --version",
        ModelsPending(host=H1, directory=MODELS, marks="/root/.migrate"),
        ModelsPending(host=H1, directory=MODELS, marks="/nonexistent"),
        ModelsPending(host=H1, directory="/nonexistent", marks="/root/.migrate"),
        ModelsPending(host=H1, directory="/etc/hostname", marks="/root/.migrate"),
    ),
    _case(
        "python/controller",
        0,
        "/opt/py36/bin/python3 --version",
        ScriptDefects(host=H1, path=SUBJECTS, python=PYTHON, sentences=MIGRATION),
        ScriptDefects(host=H1, path="/nonexistent", python=PYTHON, sentences=MIGRATION),
        ScriptDefects(host=H1, path="/etc/hostname", python=PYTHON, sentences=("nothing",)),
        ScriptDefects(host=H1, path="/etc/passwd", python=PYTHON, sentences=MIGRATION),
        ScriptDefects(host=H1, path="/etc", python=PYTHON, sentences=MIGRATION),
        ScriptDefects(host=H1, path=SUBJECTS, python="/nonexistent/python3", sentences=MIGRATION),
    ),
    _case("kv/set", 0, "curl --version", KeySet(host=H1, key="bkcfg/global/bk_home"), KeySet(host=H1, key="none/none")),
    _case("kv/agent-down", 0, "curl --version", KeySet(host=H1, key="none/none"), under=NO_NETWORK),
    _case(
        "task/nothing",
        1,
        "stat --version",
        TaskPending(host=H2, task="none"),
        TaskRecorded(host=H2, task="none", release="6.2.2"),
        TaskDone(host=H2, task="none", release="6.2.2", file="/none", version="1"),
    ),
    _case("gateway/controller", 0, "mysql --version", *gateways(H1)),
    _case("gateway/no-login-path", 1, "mysql --version", *gateways(H2)),
    _case("gateway/server-out-of-reach", 0, "mysql --version", *gateways(H1), under=NO_NETWORK),
    _case("saas/controller", 0, "mysql --version", *saas(H1, "mysql-paas")),
    _case("saas/no-login-path", 0, "mysql --version", *saas(H1, "none")),
    _case(
        "tag/controller",
        0,
        "grep --version",
        SecretsTag(host=H1, module="paas", root="/root/.tag", env=f"{INSTALL}/bin"),
        SecretsTag(host=H1, module="paas", root="/nonexistent", env=f"{INSTALL}/bin"),
        SecretsTag(host=H1, module="license", root="/nonexistent", env=f"{INSTALL}/bin"),
        SecretsTag(host=H1, module="none", root="/root/.tag", env=f"{INSTALL}/bin"),
    ),
    _case(
        "text/pages",
        1,
        "awk --version",
        *(FileMentions(host=H2, file=f, env=f"{FINAL}/global.env", key=k) for f, k in PAGES),
    ),
    _case(
        "yaml/template",
        0,
        "awk --version",
        YamlValue(host=H1, file=TEMPLATE, path="job.features.gseV2.enabled"),
        YamlValue(host=H1, file=TEMPLATE, path="job.features.none"),
        YamlValue(host=H1, file="/nonexistent", path="job"),
    ),
)
