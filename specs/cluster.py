"""A cluster: a release on an inventory. cluster.toml holds what cannot be read; the rest is read from the controller.

install.config stays the only place that says which module is where; cluster.toml only places the modules that are new
in 6.2 and not in it yet. So the two can never disagree about an old module.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from specs.model import Model
from specs.module import Module
from specs.package_versions import PackageVersion, with_versions_of
from specs.release import Release
from specs.site import SiteExpectation, Waiver

ADDRESS = r"^([0-9]{1,3}\.){3}[0-9]{1,3}$"
PATH = r"^/[A-Za-z0-9._/-]+$"


def _absolute(words: tuple[str, ...]) -> tuple[str, ...]:
    """A timer's PATH is not the one of whoever wrote the file."""
    if words and not words[0].startswith("/"):
        raise ValueError("the first word is the command's absolute path")
    if any("\0" in word for word in words):
        raise ValueError("a word of a command cannot hold a NUL")
    return words


AlertCommand = Annotated[tuple[str, ...], AfterValidator(_absolute)]


class Controller(Model):
    address: str = Field(pattern=ADDRESS)
    """As in install.config; where bkrec connects to is `connect`."""
    connect: str = ""
    """Name or address that SSH is to reach it by, if not `address`; "local": it is this very machine."""
    user: str = Field(default="", pattern=r"^([^-\s\x00-\x1f][^\x00-\x1f]*)?$")
    """On every host that is reached from here; "": what ~/.ssh/config says. Bastions have users like ops#root#web1."""
    port: int | None = Field(default=None, ge=1, le=65535)
    """None: what ~/.ssh/config says of each host."""


class Ssh(Model):
    via: Literal["direct", "controller"] = "direct"
    identity: str = ""
    known_hosts: str = ""
    config: str = ""


def normalise_path(path: str) -> str:
    """Hosts show files as /data/bkce/etc, whoever wrote /data/bkce/ or /data//bkce."""
    return "/" + "/".join(name for name in path.split("/") if name not in ("", "."))


Directory = Annotated[str, Field(pattern=PATH), AfterValidator(normalise_path)]


class Paths(Model):
    """The vendor's defaults; the cluster's own .path and .bkrc correct them (ce/bin/default/global.env:6)."""

    install: Directory = "/data/install"
    home: Directory = "/data/bkce"
    src: Directory = "/data/src"
    work: Directory = "/data/tmp"
    backup: Directory = "/data/dbbak"


class Check(Model):
    """What `bkrec check` does about what it finds, on the machine it runs on."""

    on_drift: AlertCommand = ()
    """A command as words, for no shell; it gets `bkrec.alert/1` as JSON on its stdin, once for each finding that is
    new."""
    on_recovery: AlertCommand = ()
    """The same once none is left."""
    timeout_s: float = Field(default=30.0, gt=0, le=600)
    """After which the command is ended."""


class PackageFile(Model):
    path: str = Field(pattern=PATH)
    md5: str = Field(default="", pattern=r"^([0-9a-f]{32})?$")
    """Overrides the release's; shown in every report when it does."""


class ClusterFile(Model):
    """cluster.toml."""

    schema_: Literal["bkrec.cluster/1"] = Field(alias="schema")
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    release: str = "6.2.2"
    controller: Controller
    ssh: Ssh = Ssh()
    paths: Paths = Paths()
    package: PackageFile
    check: Check = Check()
    placement: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    optional: tuple[str, ...] = ()
    """Optional modules that bkrec is to bring up to date too: the guide never does. And `topology`, that of the
    BlueKing business (guide 7.17), whose rebuild deletes what users may have made."""
    excluded: tuple[str, ...] = ()
    """Modules and SaaS that somebody keeps for themselves: bkrec neither touches them nor claims anything of them."""
    expect: tuple[SiteExpectation, ...] = ()
    """Facts of the site's own that `diff` and `check` compare too, and nothing repairs."""
    waive: tuple[Waiver, ...] = ()
    """Findings that do not count until a date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All hosts in the vendor's order (first appearance), and the modules of each."""

    controller: str
    hosts: tuple[str, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    """Module → its hosts: what install.config says, and where it says nothing, what cluster.toml places."""
    placed: tuple[str, ...] = field(default=())
    """Modules that cluster.toml places and install.config does not have yet."""

    @property
    def everyone(self) -> tuple[str, ...]:
        """Every host that bkrec works on: a controller needs no line in install.config (functions:606-621)."""
        return self.hosts if self.controller in self.hosts else (self.controller, *self.hosts)

    def on(self, module: str) -> tuple[str, ...]:
        """ "log", "log(api)": a project that install.config does not name is on every host of its module, as the
        vendor's own lookup has it (ce/qq.py:96-103)."""
        for names in (module, module.partition("(")[0]):
            for name, hosts in self.groups:
                if name == names:
                    return hosts
        return ()

    def on_any(self, modules: tuple[str, ...]) -> tuple[str, ...]:
        hosts = {host for module in modules for host in self.on(module)}
        return tuple(host for host in self.hosts if host in hosts)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cluster:
    """One object per run, compared by identity: results derived from it may be cached beside it."""

    name: str
    release: Release
    inventory: Inventory
    paths: Paths
    package: PackageFile
    package_versions: tuple[PackageVersion, ...] = ()
    """What the verified package says of its versions, where that was written down; `release` follows it."""
    as_published: Release | None = None
    """The release as its data has it, where pins changed it."""

    scripts: str = ""
    """Where `paths.install` leads to on the controller, every link followed; "" where that is not known."""

    databases: tuple[str, ...] = ()
    """The servers that the products' variables name, as "mysql db.example": what install.config does not tell."""

    newer: tuple[tuple[str, str], ...] = ()
    """(module or SaaS, version) of what runs here in a newer version than the package has: it is not taken back."""

    origin_unread: tuple[str, ...] = ()
    """"FILE:KEY" of what tells whether 6.2 was installed here or upgraded to, and could not be read: then it is not
    known what is desired."""

    backups_since: int = 0
    """Seconds since the epoch: a backup made before does not count for what a run is to do."""

    seal_changes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Sealed hosts, and what has changed on each since, as `probes/seal.py` lists it."""
    seal_unread: tuple[str, ...] = ()
    """Hosts whose seal could not be compared."""

    expectations: tuple[SiteExpectation, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    """Those that hold today."""
    expired_waivers: tuple[Waiver, ...] = ()

    @property
    def data(self) -> Release:
        """The release as published, before the package's versions replace its own."""
        return self.as_published or self.release

    @property
    def controller(self) -> str:
        return self.inventory.controller

    @property
    def md5(self) -> str:
        return self.package.md5 or self.release.package.md5

    def version(self, name: str, packaged: str) -> str:
        """The version that a module or SaaS is to run here: the package's, or the newer one that does."""
        return dict(self.newer).get(name, packaged)

    def hosts(self, module: Module) -> tuple[str, ...]:
        if module.everywhere:
            return self.inventory.hosts if self.inventory.on(module.name) else ()
        if module.separate_projects:
            return tuple(host for host in self.inventory.on(module.name) if host not in self._with_project(module.name))
        return _on_any(self, module.hosts_of) if module.hosts_of else self.inventory.on(module.name)

    def _with_project(self, name: str) -> tuple[str, ...]:
        return tuple(host for group, hosts in self.inventory.groups if group.startswith(f"{name}(") for host in hosts)

    def hosts_on(self, module: Module, on: str, *, first: bool = False) -> tuple[str, ...]:
        """The module's hosts, or those of what `on` names."""
        hosts = self.inventory.on(on) if on else self.hosts(module)
        return hosts[:1] if first else hosts

    def modules(self) -> tuple[Module, ...]:
        """The modules in scope that have a host here."""
        return _modules(self)

    def base_services(self) -> tuple[Module, ...]:
        """Those that have a host here, and that cluster.toml does not leave to their owner."""
        return _base_services(self)

    def is_base_service(self, module: Module) -> bool:
        """Kept running, and nothing more: cluster.toml does not ask for its upgrade."""
        return module.base and module.name not in self.release.scope

    def install(self, *below: str) -> str:
        return "/".join((self.paths.install, *below))

    def src(self, *below: str) -> str:
        return "/".join((self.paths.src, *below))

    def home(self, *below: str) -> str:
        return "/".join((self.paths.home, *below))

    def env(self, file: str) -> str:
        return self.install("bin", file)


@lru_cache(maxsize=64)
def _on_any(cluster: Cluster, modules: tuple[str, ...]) -> tuple[str, ...]:
    return cluster.inventory.on_any(modules)


@lru_cache(maxsize=8)
def _modules(cluster: Cluster) -> tuple[Module, ...]:
    release = cluster.release
    return tuple(module for module in release.modules if module.name in release.scope and cluster.hosts(module))


@lru_cache(maxsize=8)
def _base_services(cluster: Cluster) -> tuple[Module, ...]:
    return tuple(
        module
        for module in cluster.release.modules
        if cluster.is_base_service(module) and module.name not in cluster.release.excluded and cluster.hosts(module)
    )


def with_site(cluster: Cluster, file: ClusterFile, today: date) -> Cluster:
    """With what cluster.toml adds and waives on that day."""
    holds = tuple(waiver for waiver in file.waive if today <= waiver.until)
    ended = tuple(waiver for waiver in file.waive if today > waiver.until)
    return replace(cluster, expectations=file.expect, waivers=holds, expired_waivers=ended)


def with_versions(cluster: Cluster, versions: tuple[PackageVersion, ...]) -> Cluster:
    """The same cluster, expecting the versions of this package; without any, those of the release's data."""
    if versions == cluster.package_versions:
        return cluster
    return replace(
        cluster, release=with_versions_of(cluster.data, versions), as_published=cluster.data, package_versions=versions
    )
