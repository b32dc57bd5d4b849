"""Preflight checks: facts that must hold before the first write of a run, as far as its plan depends on them.

A check is an expected fact with a reason like any other; it is not repaired but refused: exit 5, nothing changed. The
reason's code is that of the diagnostic which reports it (`view/messages/preflight.py`); one whose disposition is
"advice" is reported by `bkrec doctor` and refuses nothing. `doctor` and `apply` ask this one list.
"""

from collections.abc import Iterator, Set

from actions.backup import MONGOD_CONF, BackupInstall, BackupMongodb, BackupMysql
from actions.bkcli import InstallModule, ModuleCall
from actions.env import CopyVariable
from actions.mysql import SetLoginPath
from actions.package import ReplaceScripts, SwapSource, UnpackPackage, UnpackProducts
from actions.path import CopyDirectory
from actions.task import MIGRATION, PYTHON, RecordTask, RunPostUpgradeTask
from actions.unit import StartUnit
from probes.agent import UnsupportedAgentSystems
from probes.backup import CLOCK_S
from probes.certificate import CertificatesEnding
from probes.container import DockerFault
from probes.fact import Absent, AnyExpected, Known, Readings
from probes.host import DiskRoom, DiskRoomFor, ForeignWork, HostAddress, LoginUser, MissingCommands
from probes.image import ImageSource
from probes.mysql import LoginPath
from probes.path import PathKind
from probes.port import PortOwner
from probes.python import ScriptDefects
from probes.redis_login import RedisLogin
from probes.repository import PackagesUnavailable, RepositoriesSilent
from probes.room import BackupRoom
from probes.site_code import SiteFiles
from probes.system import (
    InodeRoom,
    Ipv6Usable,
    LanAddressDiffers,
    LoginProxies,
    MemorySize,
    MountPoint,
    NameResolved,
    ProcessorCount,
    PythonModulesMissing,
)
from probes.unit import UnitActive
from reconciler.core.plan import Plan, Step, needs_backup
from reconciler.rules import baseline, clock, database, task
from reconciler.rules.dependencies import CONSUL
from reconciler.rules.install import site_code_copy
from specs.cluster import Cluster
from specs.diagnostic import Diagnostic, diagnose
from specs.module import Module
from specs.reason import reason

MIGRATES = "iam-subjects"
SITE_CODE = "site-code"
"""The ID for `apply --approve`: a site's own files may go, copied beforehand."""
TREE_INODES = 100_000
"""Free inodes for a tree that is unpacked: its files, and Python's virtualenvs made of them."""
FILE_INODES = 1_000
"""For a few files: logs of jobs, a dump."""
IMAGES_MB = 4096
"""Room for the images that an installer loads on a host, and for what docker writes while it loads them."""
EXPIRES_DAYS = 30
REDIS_KEY = "BK_REDIS_ADMIN_PASSWORD"
REDIS_PORT = 6379
"""bin/default/*.env of every product that has one."""
ROOT_LOGIN = "default-root"
"""The login path that dumps are made with (`actions/backup.py`)."""


def approvals(cluster: Cluster) -> tuple[str, ...]:
    """What `apply --approve` may name here."""
    deletions = (cluster.release.business_topology.id,) if cluster.release.rebuilds_topology else ()
    site_code = (SITE_CODE,) if any(module.site_code for module in cluster.modules()) else ()
    return (*deletions, database.DUMPED, *site_code)


def hosts_required(cluster: Cluster, plan: Plan) -> tuple[str, ...]:
    """The hosts that must have been read before this plan begins.

    Where scripts, package or /data/src change: all of them. Where a module is installed or upgraded, or data migrated:
    its hosts, those it requires, and every database. A plan that only starts, writes or copies what is missing
    concerns nobody but the hosts it works on.
    """
    hosts = {host for step in plan.steps for host in _hosts_required(cluster, step)}
    return tuple(host for host in cluster.inventory.everyone if host in hosts)


def _hosts_required(cluster: Cluster, step: Step) -> tuple[str, ...]:
    action = step.action
    if isinstance(action, (ReplaceScripts, SwapSource, UnpackPackage, UnpackProducts)):
        return cluster.inventory.everyone
    if not (action.irreversible or action.disrupts == "data" or isinstance(action, ModuleCall)):
        return ()
    hosts = [action.host, *(expected.fact.host for expected in (*step.requires, *action.ensures()))]
    return tuple(hosts)


def preflight_checks(
    cluster: Cluster, now: int, plan: Plan, approved: Set[str] = frozenset()
) -> tuple[AnyExpected, ...]:
    """`now`: seconds since the epoch by this machine's clock, which every host's must be near."""
    if not plan.steps:
        return ()
    expectations = (
        *_hosts(cluster, now, plan),
        *_no_foreign_work(cluster),
        *_dumpable(cluster, plan, approved),
        *_site_code(cluster, plan, approved),
        *_disk_space(cluster, plan),
        *_renames(plan),
        *_scripts_reachable(cluster, plan),
        *_tools(plan),
        *_downloads(plan),
        *_docker(cluster, plan),
        *_ports(cluster, plan),
        *_networking(cluster, plan),
        *_logins(plan),
        *_redis_logins(cluster, plan),
        *_packages(cluster, plan),
        *_images(cluster, plan),
        *_ipv6(cluster, plan),
        *_agent_systems(cluster, plan),
        *_hardware(cluster, plan),
        *_certificates(cluster, plan),
    )
    return tuple(dict.fromkeys(expectations))


def _hosts(cluster: Cluster, now: int, plan: Plan) -> Iterator[AnyExpected]:
    """Every host the plan works on is the one it is taken for, lets us in as root, and knows the time."""
    for host in _used(cluster, plan):
        yield HostAddress(host=host).must_be(True, because=reason("preflight-host-address"), source="install.config")
        yield LoginUser(host=host).must_be("root", because=reason("preflight-root"), source="sudo(8)")
        yield clock.near(host, now, CLOCK_S)


def _used(cluster: Cluster, plan: Plan) -> tuple[str, ...]:
    """The hosts that the plan works on or rests on, in the inventory's order."""
    used = {cluster.controller} | {step.action.host for step in plan.steps}
    used |= {expected.fact.host for step in plan.steps for expected in step.action.ensures()}
    used |= {*hosts_required(cluster, plan)}
    return tuple(host for host in cluster.inventory.everyone if host in used)


def _no_foreign_work(cluster: Cluster) -> Iterator[AnyExpected]:
    fact = ForeignWork(host=cluster.controller)
    yield fact.must_be((), because=reason("preflight-no-foreign-work"), source="bkcli:29, which locks nothing")


def _dumpable(cluster: Cluster, plan: Plan, approved: Set[str]) -> Iterator[AnyExpected]:
    """Irreversible changes require databases that bkrec can dump, unless a person confirms a dump."""
    if needs_backup(plan.steps) and database.DUMPED not in approved:
        yield database.elsewhere(cluster)


def _site_code(cluster: Cluster, plan: Plan, approved: Set[str]) -> Iterator[AnyExpected]:
    """Files of the site's own are named before they go, and a person says that they may. Asked while the first copy is
    still to be made: then the package below /data/src is mostly the one that was installed."""
    if SITE_CODE in approved:
        return
    copies = {
        site_code_copy(cluster, module, cluster.home(path)): path
        for module in cluster.modules()
        for path in module.site_code
    }
    for step in plan.steps:
        if isinstance(step.action, CopyDirectory) and step.action.path in copies:
            path = copies[step.action.path]
            fact = SiteFiles(host=step.action.host, installed=cluster.home(path), packaged=cluster.src(path))
            because = reason("preflight-site-code", path=fact.installed, copy=step.action.path, id=SITE_CODE)
            yield fact.must_be((), because=because, source="ce/bin/install_paas.sh:164")


def undumped(cluster: Cluster, plan: Plan, readings: Readings) -> tuple[Diagnostic, ...]:
    """Reported with the plan, long before the check fails."""
    reading = readings.get(database.elsewhere(cluster).fact)
    if not needs_backup(plan.steps) or not isinstance(reading, Known) or not reading.value:
        return ()
    servers = ", ".join(reading.value)
    return (diagnose("database-elsewhere", where=cluster.env("04-final"), servers=servers, id=database.DUMPED),)


def _disk_space(cluster: Cluster, plan: Plan) -> Iterator[AnyExpected]:
    """Twice the package and the product archives unpacked: four times its size; and a little for everything else."""
    local = cluster.controller
    if any(isinstance(step.action, (UnpackPackage, UnpackProducts)) for step in plan.steps):
        fact = DiskRoomFor(host=local, path=cluster.paths.work, package=cluster.package.path, times=4)
        because = reason("preflight-space-package", path=cluster.paths.work)
        yield fact.must_be("enough", because=because, source="guide 4")
        yield _inodes(local, cluster.paths.work, TREE_INODES)
    if any(isinstance(step.action, UnpackPackage) for step in plan.steps):
        # on another file system than the work directory the tree is copied there before it is renamed in
        fact = DiskRoomFor(host=local, path=cluster.paths.src, package=cluster.package.path, times=4)
        because = reason("preflight-space-package", path=cluster.paths.src)
        yield fact.must_be("enough", because=because, source="guide 6.1")
        yield _inodes(local, cluster.paths.src, TREE_INODES)
    for step in plan.steps:
        for needed in _room_for_backup(step):
            because = reason("preflight-space-dump", what=needed.what, path=needed.path)
            yield needed.must_be("enough", because=because, source="guide 5")
            yield _inodes(needed.host, needed.path, TREE_INODES if needed.what == "install" else FILE_INODES)
    for host in dict.fromkeys(step.action.host for step in plan.steps):
        small = DiskRoom(host=host, path="/var/lib/bkrec", mb=64)
        yield small.must_be("enough", because=reason("preflight-space-jobs"), source="design: jobs keep their logs")
        yield _inodes(host, "/var/lib/bkrec", FILE_INODES)
    for _, module in _installs(cluster, plan):
        for host in cluster.hosts(module):
            yield _inodes(host, cluster.paths.home, TREE_INODES)
            if module.containers:
                images = DiskRoom(host=host, path=cluster.home("public/docker"), mb=IMAGES_MB)
                because = reason("preflight-space-images", mb=IMAGES_MB, path=images.path)
                yield images.must_be("enough", because=because, source=f"{module.source}; docker load")


def _renames(plan: Plan) -> Iterator[AnyExpected]:
    """The new tree is renamed in: what is a mount of its own cannot be."""
    for step in plan.steps:
        if isinstance(step.action, SwapSource):
            fact = MountPoint(host=step.action.host, path=step.action.live)
            because = reason("preflight-mount-point", path=fact.path)
            yield fact.must_be(False, because=because, source="rename(2), EBUSY; guide 6.1")


def _scripts_reachable(cluster: Cluster, plan: Plan) -> Iterator[AnyExpected]:
    """The vendor's own scripts follow links: on every host they load what lies where the controller's really are."""
    if cluster.scripts in ("", cluster.paths.install):
        return
    if any(isinstance(step.action, ModuleCall) for step in plan.steps):
        because = reason("preflight-scripts-link", install=cluster.paths.install, path=cluster.scripts)
        for host in cluster.inventory.hosts:
            fact = PathKind(host=host, path=f"{cluster.scripts}/load_env.sh")
            yield fact.must_be("file", because=because, source="pcmd.sh:8, 150")


def _inodes(host: str, path: str, count: int) -> AnyExpected:
    fact = InodeRoom(host=host, path=path, count=count)
    return fact.must_be("enough", because=reason("preflight-inodes", path=path), source="df(1), -i")


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
        fact = MissingCommands(host=host, names=("bash", "flock", "awk", "rsync"))
        yield fact.must_be((), because=reason("preflight-tools"), source="util-linux, gawk, rsync")
    for step in plan.steps:
        if isinstance(step.action, BackupMongodb):
            fact = MissingCommands(host=step.action.host, names=("mongodump", "bsondump"))
            yield fact.must_be((), because=reason("preflight-dump-tools"), source="mongodb-org-tools")
        if isinstance(step.action, SetLoginPath):
            fact = MissingCommands(host=step.action.host, names=("expect", "mysql_config_editor"))
            yield fact.must_be((), because=reason("preflight-login-tools"), source="bin/setup_mysql_loginpath.sh")


def _downloads(plan: Plan) -> Iterator[AnyExpected]:
    """Scripts that the guide has a person download: complete, before the upgrade of IAM records its task."""
    hosts = (
        s.action.host
        for s in plan.steps
        if isinstance(s.action, RunPostUpgradeTask | RecordTask) and s.action.task == MIGRATES
    )
    for host in dict.fromkeys(hosts):
        fact = ScriptDefects(host=host, path=task.SCRIPT, python=PYTHON, sentences=MIGRATION)
        yield fact.must_be((), because=reason("preflight-subjects-script", path=task.SCRIPT), source="guide 7.6")
        modules = PythonModulesMissing(host=host, python=PYTHON, modules=("pymysql",))
        yield modules.must_be((), because=reason("preflight-python-modules", python=PYTHON), source="guide 7.6")


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
            yield fact.must_be_absent(because=reason("preflight-docker"), source="ce/bin/install_paas.sh:191")


def _ports(cluster: Cluster, plan: Plan) -> Iterator[AnyExpected]:
    """The ports of a new module are free: its installer takes a busy port for its own, or fails unnoticed."""
    for step, module in _installs(cluster, plan):
        if not module.new or not _untouched(step):
            continue
        ports = dict.fromkeys((*(service.port for service in module.services), *module.redis_cluster_ports))
        for host in cluster.hosts(module):
            for port in ports:
                fact = PortOwner(host=host, port=port)
                yield fact.must_be_absent(
                    because=reason("preflight-port", port=port, module=module.name), source=module.source
                )


def _untouched(step: Step) -> bool:
    """None of the module's units is installed yet: then any listener on its ports is foreign."""
    units = [mended for mended in step.repairs if isinstance(mended.expected.fact, UnitActive)]
    return bool(units) and all(isinstance(mended.reading, Absent) for mended in units)


def _networking(cluster: Cluster, plan: Plan) -> Iterator[AnyExpected]:
    """Names, proxies and the host's own address: what each installer takes for granted."""
    for host in _asking_consul(cluster, plan):
        name = NameResolved(host=host, name=CONSUL)
        yield name.must_be(
            "resolved", because=reason("preflight-names", name=CONSUL), source="health_check/check_consul_resolv.sh"
        )
    for host in _used(cluster, plan):
        yield LoginProxies(host=host).must_be(
            (), because=reason("preflight-proxies"), source="curl(1), ENVIRONMENT; bin/release_gse.sh"
        )
        yield LanAddressDiffers(host=host).must_be(
            (), because=reason("preflight-lan-address"), source="load_env.sh; /etc/blueking/env/local.env"
        )


def _asking_consul(cluster: Cluster, plan: Plan) -> tuple[str, ...]:
    """The hosts of a plan for products. To start a base service takes no name; and where consul's agent is started
    first, there is nothing yet that could be asked."""
    base = {module.name for module in cluster.base_services()}
    if all(step.module in base for step in plan.steps):
        return ()
    started = {step.action.host for step in plan.steps if step.module == "consul"}
    return tuple(host for host in _used(cluster, plan) if host not in started)


def _logins(plan: Plan) -> Iterator[AnyExpected]:
    """Where the plan starts the server first, there is nothing yet to log in to."""
    started = {step.action.host for step in plan.steps if isinstance(step.action, StartUnit) and step.module == "mysql"}
    for step in plan.steps:
        if isinstance(step.action, BackupMysql) and step.action.host not in started:
            fact = LoginPath(host=step.action.host, login_path=ROOT_LOGIN)
            because = reason("preflight-mysql-login", login_path=ROOT_LOGIN)
            yield fact.must_be("works", because=because, source="guide 5.1; bin/setup_mysql_loginpath.sh")


def _redis_logins(cluster: Cluster, plan: Plan) -> Iterator[AnyExpected]:
    """Where products get the password of Redis's administrator as theirs."""
    copied = {source for step in plan.steps if isinstance(step.action, CopyVariable) for source in step.action.sources}
    if not any(source.endswith(f":{REDIS_KEY}") for source in copied):
        return
    files = tuple(cluster.env(f"{directory}/dbadmin.env") for directory in ("03-userdef", "01-generate"))
    for host in cluster.inventory.on("redis"):
        fact = RedisLogin(host=host, port=REDIS_PORT, env_files=files, key=REDIS_KEY)
        because = reason("preflight-redis-login", key=REDIS_KEY, port=REDIS_PORT)
        yield fact.must_be("works", because=because, source="guide 6.3; bin/merge_env.sh")


def _packages(cluster: Cluster, plan: Plan) -> Iterator[AnyExpected]:
    """What yum is going to be asked for, host by host: for all modules at once, since each list is read once."""
    needed: dict[str, dict[str, None]] = {}
    for _, module in _installs(cluster, plan):
        for host in cluster.hosts(module) if module.packages else ():
            needed.setdefault(host, {}).update(dict.fromkeys(module.packages))
    for host, packages in needed.items():
        silent = RepositoriesSilent(host=host)
        source = "bin/install_paas.sh:36,173-175; bin/install_docker.sh:3,10-11"
        yield silent.must_be((), because=reason("preflight-repositories"), source=source)
        fact = PackagesUnavailable(host=host, packages=tuple(packages))
        yield fact.must_be((), because=reason("preflight-packages"), source=source)


def _images(cluster: Cluster, plan: Plan) -> Iterator[AnyExpected]:
    for _, module in _installs(cluster, plan):
        for pull in module.pulls:
            for host in cluster.hosts_on(module, pull.on, first=True):
                image = pull.image.replace("{version}", module.version)
                because = reason("preflight-image", module=module.name, image=image)
                yield ImageSource(host=host, image=image).must_be("available", because=because, source=pull.source)


def _ipv6(cluster: Cluster, plan: Plan) -> Iterator[AnyExpected]:
    modules = [module for _, module in _installs(cluster, plan) if module.binds_ipv6]
    for host in dict.fromkeys(host for module in modules for host in cluster.hosts(module)):
        ours = [module for module in modules if host in cluster.hosts(module)]
        because = reason("preflight-ipv6", modules=", ".join(module.name for module in ours))
        yield Ipv6Usable(host=host).must_be(True, because=because, source=ours[0].source)


def _agent_systems(cluster: Cluster, plan: Plan) -> Iterator[AnyExpected]:
    """Agents stay as they are; which of them have to is told before the one that they connect to is replaced."""
    if any(module.agents is not None for _, module in _installs(cluster, plan)):
        fact = UnsupportedAgentSystems(host=cluster.controller, env=baseline.env(cluster))
        yield fact.must_be(
            (), because=reason("preflight-agent-systems"), source="guide 2; BKDocs, GSE/2.0/UserGuide/Architecture.md"
        )


def _hardware(cluster: Cluster, plan: Plan) -> Iterator[AnyExpected]:
    """Of the hosts that take what is new in the release."""
    hardware = cluster.release.hardware
    new = [(host, module) for _, module in _installs(cluster, plan) if module.new for host in cluster.hosts(module)]
    for host in dict.fromkeys(host for host, _ in new):
        modules = ", ".join(dict.fromkeys(module.name for other, module in new if other == host))
        memory, processors = (
            MemorySize(host=host, mb=hardware.memory_mb),
            ProcessorCount(host=host, count=hardware.processors),
        )
        yield memory.must_be("enough", because=reason("preflight-memory", modules=modules), source=hardware.source)
        yield processors.must_be(
            "enough", because=reason("preflight-processors", modules=modules), source=hardware.source
        )


def _certificates(cluster: Cluster, plan: Plan) -> Iterator[AnyExpected]:
    """The licence and the products' certificates, which the run copies as they are."""
    where = [(cluster.controller, cluster.src("cert"))]
    where += [(host, cluster.home("cert")) for host in _used(cluster, plan)]
    for host, directory in where:
        fact = CertificatesEnding(host=host, directory=directory, days=EXPIRES_DAYS)
        because = reason("preflight-certificates", days=EXPIRES_DAYS, path=directory)
        yield fact.must_be((), because=because, source="openssl-x509(1)")
