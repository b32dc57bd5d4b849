"""A module of the release, as data: what it consists of, what must be gone, what it requires and why.

TOML never holds a condition, a loop or a command. Where the vendor does one thing per project (a container each for
login, esb, …) there is one entry per project here, so that a reader sees the names an operator sees in `docker ps`.
Source of all values: the vendor's scripts v6.2.1 and the guide; each entry that is not evident names its own.
"""

from typing import Literal

from pydantic import Field

from specs.base import Model, Worded


class Service(Model):
    """Registered in consul on each host of the module; healthy when consul calls it passing."""

    name: str
    port: int


class Unit(Model):
    """A systemd unit that must be active and enabled."""

    name: str = Field(pattern=r"^[A-Za-z0-9@_.-]+\.(service|target)$")


class Container(Model):
    """A docker container (host network) that must run its image at the module's version."""

    name: str
    image: str
    project: str
    """The vendor's word for it: `install_paas.sh -m PROJECT`."""


class GoneUnit(Model):
    """A unit of 6.1 that must not be there any more."""

    name: str
    retire: Literal["first", "last"]
    """first: before the module is installed. last: only after what replaces it has been seen running."""
    because: Worded
    source: str


class GoneVenv(Model):
    """A Python virtualenv of 6.1 below .envs that nothing uses any more."""

    name: str


class Requires(Model):
    module: str
    because: Worded
    source: str


class Database(Model):
    """What the module needs of MySQL before it can be installed."""

    login_path: str
    user: str
    password_key: str
    env: str
    """The 04-final file that holds the password, on every host: "bkauth.env"."""
    because: Worded
    source: str


class Placement(Model):
    """How a module that is new in 6.2 finds its host; the reasons are worded for `init`."""

    near: tuple[str, ...] = ()
    """Propose the first host of the first of these modules that has any."""
    not_with: tuple[str, ...] = ()
    counts: tuple[int, ...] = (1,)
    because: Worded
    source: str


class Module(Model):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """As in install.config."""
    title: Worded
    section: str
    """The guide's section."""
    cli: str
    """As `bkcli install` calls it."""
    src: str = ""
    """Its directory below /data/src, which holds VERSION; "" where it brings no archive of its own."""
    version: str = ""
    version_file: str = ""
    """Below /data/bkce; "" where the vendor installs none (then the container's tag tells)."""
    env: str = ""
    new: bool = False
    rerun: bool = True
    """False: the vendor's installer must never be started on what it already made (redis_cluster)."""
    one_way: bool = False
    because: Worded
    """Why the module has to be at this version: what an operator reads beside each of its facts."""
    source: str
    services: tuple[Service, ...] = ()
    units: tuple[Unit, ...] = ()
    containers: tuple[Container, ...] = ()
    gone_units: tuple[GoneUnit, ...] = ()
    gone_venvs: tuple[GoneVenv, ...] = ()
    signs: tuple[str, ...] = ()
    """Lines of .installed_module on each of its hosts."""
    sql: str = ""
    """Directory of SQL files below /data/src, whose names appear in ~/.migrate once imported."""
    apps: tuple[str, ...] = ()
    """App codes that the installer registers in open_paas.esb_app_account."""
    database: Database | None = None
    redis_cluster_ports: tuple[int, ...] = ()
    placement: Placement | None = None
    requires: tuple[Requires, ...] = ()
    estimate_s: float = 120
    touches: tuple[Worded, ...] = ()
    """What else its installer does, told before it is done."""
