"""Modules and versions that belong together, and what else is true of a finished release: scripts, variables, rows."""

from typing import Literal

from pydantic import Field

from specs.guide import Guide
from specs.model import Model
from specs.module import Module, Requires
from specs.seal import Seal
from specs.text import LocalizedText


class Package(Model):
    name: str
    md5: str = Field(pattern=r"^[0-9a-f]{32}$")
    source: str


class Variable(Model):
    """One variable in one env file of the controller, and where its value comes from. Guide 6.3, 6.4."""

    file: str
    """Below /data/install/bin: "03-userdef/gse.env"."""
    key: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    kind: Literal["literal", "copy", "host", "generated", "present"]
    """literal: `value`. copy: the first of `sources` that has one, compared and copied on the host, never shown.
    host: the address of the first host of module `value`. generated: once, by the vendor's generator for `value`, or
    twelve random characters for "random".
    present: the key must occur, its value does not matter (else a merge never emits it)."""
    value: str = ""
    sources: tuple[str, ...] = ()
    """"FILE:KEY", first non-empty wins; FILE below /data/install/bin."""
    only_if_file: bool = False
    """Nothing to do where the file has no such key: the default is right already."""
    if_empty: bool = False
    """Only where the merged file has no value: what a person put there is theirs (a Redis of its own)."""
    if_declared: bool = False
    """Only where the scripts of the release may ask for it and nobody has made it: bin/default has the key, or an
    upgrade is still to bring its own, and 01-generate has no value."""
    final: str = ""
    """The 04-final file that must carry the same value after a merge, or ""."""
    section: str
    because: LocalizedText
    source: str


class PublicAddress(Model):
    """An address of the gateway for browsers and callers from outside: below the cluster's own domain, by its own
    scheme and port."""

    key: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    name: str
    """Below the domain: "bkapi"."""
    url: bool
    """With the scheme before it."""


class ServerVariable(Model):
    """A variable new in this release that names a server: where the site has its own, it is the one that a variable of
    the release before names already."""

    key: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    env: str
    """The env files that have it: "job"."""
    module: str
    """That reads it."""
    server: str
    """The module of install.config by which BlueKing sets such a server up itself: "mysql"."""
    follows: str = Field(pattern=r"^[a-z0-9_]+:[A-Z][A-Z0-9_]*$")
    """"ENV:KEY" of the merged files."""


class SourceReleases(Model):
    """The releases that this one is reached from."""

    oldest: str = Field(pattern=r"^[0-9]+(\.[0-9]+)*$")
    because: LocalizedText
    source: str


class FreshInstall(Model):
    """How a cluster where 6.2 was installed is told from one that was upgraded to it: a key that only 6.2's generator
    writes, into a file that an upgrade never makes anew."""

    file: str
    """Below /data/install/bin."""
    key: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    because: LocalizedText
    source: str


class Hardware(Model):
    """What the vendor asks of each host that takes modules which are new in this release."""

    memory_mb: int
    processors: int
    source: str


class ReleaseMarker(Model):
    """A file below /data/install that 6.1 does not have and every 6.2 has."""

    path: str


class AddedSaasVariable(Model):
    """A variable of a SaaS that this release adds; its value, where that is known: `before`, then what `key` has in the
    merged files or the address of the first host of `host`, then `after`."""

    name: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    before: str = ""
    key: str = Field(default="", pattern=r"^([A-Z][A-Z0-9_]*)?$")
    host: str = ""
    """A module of install.config."""
    after: str = ""

    @property
    def has_value(self) -> bool:
        return bool(self.before or self.key or self.host or self.after)


class SaasEnvironment(Model):
    """Variables that the vendor's add_saas_environment puts into open_paas.paas_app_envvars."""

    code: str
    variables: tuple[AddedSaasVariable, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(variable.name for variable in self.variables)


class SaasApp(Model):
    """A SaaS application of the package, deployed to production."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: LocalizedText
    section: str
    version: str = ""
    """Only where all sources agree; else the package's file name tells."""
    because: LocalizedText
    source: str
    requires: tuple[Requires, ...] = ()


class Section(Model):
    """Section of the guide and how bkrec covers it: `explain` and the coverage test read it."""

    id: str
    title: LocalizedText
    here: LocalizedText
    covered: bool = True
    """False: nothing is claimed of it, and every verdict says so."""
    related: str = ""
    """What cluster.toml's `optional` has to name for it to be covered."""


class BusinessTopology(Model):
    """The topology of the BlueKing business in CMDB, which the release makes anew. Guide 7.17."""

    id: str
    """What cluster.toml's `optional` names to have it looked at, and `apply --approve` to have it deleted."""
    job: tuple[str, ...]
    """The modules that the line `job` of .installed_module is to stand for."""
    because: LocalizedText
    source: str


class Release(Model):
    version: str
    title: LocalizedText
    package: Package
    source: str
    tags: tuple[str, ...]
    """Modules whose ~/.tag/MODULE.env guards secrets generated by 6.1: without it `install bkenv` blanks them."""
    generated: tuple[str, ...]
    """04-final files that a 6.1 lacks and `install bkenv` of 6.2 makes."""
    tags_because: LocalizedText
    tags_source: str
    markers: tuple[ReleaseMarker, ...]
    hardware: Hardware
    variables: tuple[Variable, ...]
    saas: tuple[SaasEnvironment, ...]
    apps: tuple[SaasApp, ...] = ()
    sections: tuple[Section, ...]
    scope: tuple[str, ...] = ()
    """The modules to bring up to date: those whose file says neither `optional` nor `base`, then what cluster.toml asks
    for and not what it excludes. Of base services it is claimed that they run; nothing of the others."""
    excluded: tuple[str, ...] = ()
    """What cluster.toml leaves to its owner: never part of the data, told with each verdict."""
    public_addresses: tuple[PublicAddress, ...] = ()
    server_variables: tuple[ServerVariable, ...] = ()
    upgraded_from: SourceReleases
    fresh_install: FreshInstall
    business_topology: BusinessTopology
    seal: Seal = Seal()
    rebuilds_topology: bool = False
    """cluster.toml asks for it: never part of the data."""
    modules: tuple[Module, ...] = ()
    guide: Guide = Guide()
    """The guide's commands, and where bkrec does otherwise: told, never acted upon."""

    def app(self, code: str) -> SaasApp:
        """KeyError if the release has no such application."""
        for app in self.apps:
            if app.code == code:
                return app
        raise KeyError(code)

    def module(self, name: str) -> Module:
        """KeyError if the release has no such module."""
        for module in self.modules:
            if module.name == name:
                return module
        raise KeyError(name)
