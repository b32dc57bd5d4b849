"""Modules and versions that belong together, and what else is true of a finished 6.2.2: scripts, variables, SaaS rows."""

from typing import Literal

from pydantic import Field

from specs.base import Model, Worded
from specs.module import Module


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
    host: the address of the first host of module `value`. generated: once, by the vendor's generator.
    present: the key must occur, its value does not matter (else a merge never emits it)."""
    value: str = ""
    sources: tuple[str, ...] = ()
    """"FILE:KEY", first non-empty wins; FILE below /data/install/bin."""
    only_if_file: bool = False
    """Nothing to do where the file has no such key: the default is right already."""
    final: str = ""
    """The 04-final file that must carry the same value after a merge, or ""."""
    section: str
    because: Worded
    source: str


class Proof(Model):
    """A file below /data/install that 6.1 does not have and every 6.2 has."""

    path: str


class Saas(Model):
    """Variables that the vendor's add_saas_environment puts into open_paas.paas_app_envvars."""

    code: str
    names: tuple[str, ...]


class Section(Model):
    """One section of the guide and what becomes of it here: `explain` and the coverage test read it."""

    id: str
    title: Worded
    here: Worded


class Release(Model):
    version: str
    title: Worded
    package: Package
    source: str
    tags: tuple[str, ...]
    """Modules whose ~/.tag/MODULE.env guards generated secrets on a 6.1: a lost one makes `install bkenv` blank them."""
    generated: tuple[str, ...]
    """04-final files that a 6.1 lacks and `install bkenv` of 6.2 makes."""
    tags_because: Worded
    tags_source: str
    proofs: tuple[Proof, ...]
    variables: tuple[Variable, ...]
    saas: tuple[Saas, ...]
    sections: tuple[Section, ...]
    scope: tuple[str, ...]
    """The modules this version of bkrec looks at and brings up to date; of the others it claims nothing."""
    modules: tuple[Module, ...] = ()

    def module(self, name: str) -> Module:
        """KeyError if the release has no such module."""
        for module in self.modules:
            if module.name == name:
                return module
        raise KeyError(name)
