"""A module of the release, as data: its parts, what is obsolete, what it requires and why.

TOML never holds a condition, a loop or a command. Where the vendor does one thing per project (a container each for
login, esb, …) there is one entry per project here, so that a reader sees the names an operator sees in `docker ps`.
Source of all values: the vendor's scripts v6.2.1 and the guide; each entry that is not evident names its own.
"""

from typing import Literal

from pydantic import Field

from specs.model import Model
from specs.text import LocalizedText


class Service(Model):
    """Registered in consul on each host of the module; healthy when consul calls it passing."""

    name: str
    port: int
    on: str = ""
    """Whose hosts, as install.config writes it ("log(api)", "appo"); "" for all of the module's."""
    tag: str = ""
    """Registered as TAG.NAME: the definition's file is then NAME-TAG.json, and who answers for it is the tag's."""
    first: bool = False
    """Registered only on the first of those hosts."""

    @property
    def definition(self) -> str:
        return f"{self.name}-{self.tag}" if self.tag else self.name


class Unit(Model):
    """A systemd unit that must be active and enabled."""

    name: str = Field(pattern=r"^[A-Za-z0-9@_.-]+\.(service|target)$")
    on: str = ""
    first: bool = False
    """Only on the first of those hosts."""
    file: str = ""
    """Below /data/bkce: replaced together with what it runs, so it must have been started later."""
    new: bool = False
    """6.1 has no unit of this name. With a module that is new, all of its units are."""
    enabled: bool = True
    ports: tuple[int, ...] = ()
    """TCP ports that its processes listen on. Of a base service, which consul may not be asked about."""


class Container(Model):
    """A docker container (host network) that must run its image at the module's version."""

    name: str
    image: str
    project: str
    """The vendor's word for it: `install_paas.sh -m PROJECT`."""
    on: str = ""


class ObsoleteUnit(Model):
    """A unit of 6.1 that is to be retired."""

    name: str
    retire: Literal["first", "last"]
    """first: before the module is installed. last: only after what replaces it has been seen running."""
    section: str = ""
    """The guide's, where it is not the module's."""
    because: LocalizedText
    source: str


class ObsoleteVenv(Model):
    """A Python virtualenv of 6.1 below .envs that nothing uses any more."""

    name: str


class ObsoleteService(Model):
    """A service that 6.1 registered in consul and 6.2 does not have."""

    name: str
    used_by: tuple[str, ...] = ()
    """Modules whose 6.1 looks it up: it stays registered until they run this release."""
    section: str = ""
    """The guide's, where it is not the module's."""
    because: LocalizedText
    source: str


class ObsoleteContainer(Model):
    """A leftover of a container that runs once: its name keeps the installer from creating it again."""

    name: str
    on: str
    because: LocalizedText
    source: str


class ProjectMarker(Model):
    """A line of .installed_module that the hosts of one project have: "bklog-api"."""

    line: str
    on: str
    """As install.config writes it: "log(api)"."""


class YamlSetting(Model):
    """A scalar of a YAML template below /data/src that has to be set before the module's upgrade renders it."""

    template: str
    rendered: str
    """What is made of it on the module's hosts, below /data/bkce."""
    path: str = Field(pattern=r"^[A-Za-z0-9.]+$")
    value: str
    because: LocalizedText
    source: str


TaskName = Literal[
    "iam-subjects",
    "job-upgrader-before",
    "job-upgrader-after",
    "nodeman-plugins",
    "monitor-space-data",
    "monitor-iam-actions",
    "log-iam-actions",
]


class PostUpgradeTask(Model):
    """A task of an upgrade that leaves no trace of its own; a record marks it as pending until it is verified."""

    name: TaskName
    on: str = ""
    """On the first of these hosts; "" for the controller."""
    after: TaskName | None = None
    before_upgrade: bool = False
    """It prepares the data for the new version: the upgrade waits for it. After an upgrade that nobody recorded,
    whether it was done is asked, since users go on writing what a second run would overwrite."""
    version_before_file: str = ""
    """Below /data/bkce, on that host: the version the note has to remember, taken before the upgrade."""
    once: bool = False
    """True where a second run may do harm: then a failed one is looked at by a person, not repeated."""
    version_file: str = ""
    """Below /data/bkce, on that host. With the release's version in it and no trace of the work, somebody may have done
    it by hand: work that is not known to be harmless when repeated is asked about then. "" for work that is."""
    estimate_s: float = 60
    section: str = ""
    """The guide's, where it is not the module's."""
    because: LocalizedText
    source: str


class ImagePull(Model):
    """A docker image that is in no package: its call pulls it from a registry."""

    image: str
    """With registry and tag; "{version}" is the module's."""
    on: str
    """On the first of these hosts."""
    because: LocalizedText
    source: str


HealthService = Literal[
    "consul",
    "elasticsearch",
    "etcd",
    "influxdb",
    "kafka",
    "mongodb",
    "rabbitmq",
    "redis",
    "sentinel",
    "zookeeper",
]


class Health(Model):
    """A service that reports its own health when it is asked, without harm."""

    service: HealthService
    """In whose language it is asked (`probes/health.py`)."""
    port: int
    on: str = ""
    """As install.config writes it; "" for all of the module's hosts."""
    together: bool = False
    """Those of all hosts that install.config names make one cluster, and are counted."""
    source: str


class Gateway(Model):
    """An API gateway that its installation registers with the gateway service, and releases on a stage."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    stage: str = "prod"
    because: LocalizedText
    source: str


class Requires(Model):
    module: str
    because: LocalizedText
    source: str


class Certificates(Model):
    """Certificates and keys that its installer makes on the controller and copies to its hosts."""

    directory: str
    """Below /data/bkce."""
    files: tuple[str, ...]
    because: LocalizedText
    source: str


class Account(Model):
    """Of a base service: as whom a module's products log in to it, with its release's own names (a site may use others;
    nothing is claimed of those)."""

    user: str
    module: str


class Serves(Model):
    """Modules that use this base service: where its unit is down, it is started before anything of theirs is done."""

    modules: tuple[str, ...]
    same_host: bool = False
    """They use the one of their own host (consul's agent), not that of another."""
    because: LocalizedText
    source: str


class Database(Model):
    """MySQL login path and user that the module's installation requires."""

    login_path: str
    user: str
    password_key: str
    env: str
    """The 04-final file that holds the password, on every host: "bkauth.env"."""
    because: LocalizedText
    source: str


class AgentBaseline(Model):
    """Agents are reached through this module: those online before its replacement must be online again afterwards."""

    because: LocalizedText
    source: str


class SmokeTest(Model):
    """JOB works through this module: a smoke test that passed before its replacement must pass again afterwards."""

    because: LocalizedText
    source: str


class Placement(Model):
    """How a module that is new in 6.2 finds its host; the reasons are worded for `init`."""

    near: tuple[str, ...] = ()
    """Propose the first host of the first of these modules that has any."""
    not_with: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    """It has to be on the controller, or on a host of one of these."""
    counts: tuple[int, ...] = (1,)
    because: LocalizedText
    source: str


class Rendering(Model):
    """What bin/bkr.sh renders, from the package's templates with the module's variables."""

    module: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """As `bkcli render` has to call it: so that render.sh finds the hosts, and bkr.sh the templates."""
    directory: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Below /data/bkce and /data/src; bkr.sh renders nothing where one of them is missing."""


class Module(Model):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*(\([a-z][a-z0-9-]*\))?$")
    """As in install.config."""
    title: LocalizedText
    section: str
    """The guide's section."""
    cli: str
    """As `bkcli install` calls it."""
    call: Literal["install", "upgrade"] = "install"
    """Which of bkcli's verbs brings it up to date; `upgrade` restarts its units itself."""
    hosts_of: tuple[str, ...] = ()
    """Modules on whose hosts it is, where install.config has no name for it."""
    optional: bool = False
    """Looked at only where cluster.toml names it in `optional`."""
    base: bool = False
    """A base service, which no upgrade brings: its units are started and enabled where install.config has it, and it is
    never installed, upgraded or restarted. One that is `optional` too is that until cluster.toml asks for its
    upgrade."""
    everywhere: bool = False
    """Where install.config has it at all, it is on every host (consul's agents)."""
    separate_projects: bool = False
    """Where install.config names a project of it (`mysql(job)`), that is an instance of another unit."""
    serves: tuple[Serves, ...] = ()
    accounts: tuple[Account, ...] = ()
    src: str = ""
    """Its directory below /data/src, which holds VERSION; "" where it brings no archive of its own."""
    src_file: str = ""
    """Below /data/src: for an archive without VERSION, a file that is there once it was unpacked and copied."""
    src_hosts: tuple[str, ...] = ()
    """Other modules on whose hosts its call needs the same directory (JOB's pages are released on nginx)."""
    version: str = ""
    version_file: str = ""
    """Below /data/bkce; "" where the vendor installs none (then the container's tag tells)."""
    env: str = ""
    render: Rendering | None = None
    new: bool = False
    installer_starts_units: bool = True
    """False: its call only enables the units; they are started one by one afterwards (paas_plugins)."""
    installer_repeatable: bool = True
    """False: the vendor's installer must never be started on what it already made (redis_cluster)."""
    irreversible: bool = False
    because: LocalizedText
    """Why the module has to be at this version: what an operator reads beside each of its facts."""
    source: str
    services: tuple[Service, ...] = ()
    health: tuple[Health, ...] = ()
    units: tuple[Unit, ...] = ()
    lite_units: tuple[Unit, ...] = ()
    """Instead of `units`, where a fresh 6.2 installed the product in its lite mode."""
    run_mode_key: str = ""
    """In its 04-final file: "lite" or "stable"."""
    containers: tuple[Container, ...] = ()
    obsolete_units: tuple[ObsoleteUnit, ...] = ()
    obsolete_venvs: tuple[ObsoleteVenv, ...] = ()
    obsolete_services: tuple[ObsoleteService, ...] = ()
    obsolete_containers: tuple[ObsoleteContainer, ...] = ()
    tasks: tuple[PostUpgradeTask, ...] = ()
    yaml_settings: tuple[YamlSetting, ...] = ()
    programs: tuple[str, ...] = ()
    """Below /data/install/bin: to be the same in /usr/local/bin of every host of the cluster."""
    keys: tuple[str, ...] = ()
    """Keys that its call leaves in consul; "{version}" is the module's."""
    preserved_keys: tuple[str, ...] = ()
    """Of those, the ones that `bkcli install` writes over and that are to stay as they are."""
    templates: tuple[str, ...] = ()
    """Below support-files/templates/nginx: to be the same where consul-template looks."""
    virtual_hosts: tuple[str, ...] = ()
    """NAME.conf below consul-template's conf.d, which makes openresty's conf.d/NAME.conf."""
    pages: tuple[str, ...] = ()
    """Files below /data/bkce that its call renders where openresty serves them, on the hosts of nginx."""
    site_code: tuple[str, ...] = ()
    """Directories below /data/bkce where a site may have code of its own, and which its installer replaces."""
    saas: tuple[str, ...] = ()
    """SaaS applications that have to be deployed before this backend is installed."""
    former_line: int | None = None
    """First number of its versions before it was renumbered: every one of those is older than this release's."""
    version_row: str = ""
    """Its code in bksuite_common.production_info."""
    overwrites_version_rows: bool = False
    """Its call writes the versions lying in /data/src into every row of production_info, installed or not."""
    project_markers: tuple[ProjectMarker, ...] = ()
    installed_markers: tuple[str, ...] = ()
    """Lines of .installed_module on each of its hosts."""
    sql: str = ""
    """Directory of SQL files below /data/src, whose names appear in ~/.migrate once imported."""
    models: str = ""
    """Directory of permission models below /data/src, whose names appear in ~/.migrate once IAM has taken them."""
    apps: tuple[str, ...] = ()
    """App codes that the installer registers in open_paas.esb_app_account."""
    gateways: tuple[Gateway, ...] = ()
    database: Database | None = None
    certificates: Certificates | None = None
    agents: AgentBaseline | None = None
    smoke_test: SmokeTest | None = None
    redis_cluster_ports: tuple[int, ...] = ()
    placement: Placement | None = None
    packages: tuple[str, ...] = ()
    """RPM packages that its installer has yum install on each of its hosts, every time it runs."""
    pulls: tuple[ImagePull, ...] = ()
    binds_ipv6: bool = False
    """Its programs bind "::" and do not start where the kernel has no IPv6."""
    requires: tuple[Requires, ...] = ()
    estimate_s: float = 120
    side_effects: tuple[LocalizedText, ...] = ()
    """What else its installer does, told before it is done."""
