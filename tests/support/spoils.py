"""A way to break each item that `doctor` names: by code, the facts that it is about and what they read then.

Written from what spoils upgrades, not from the list of checks: a test holds the two to each other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from probes.agent import UnsupportedAgentSystems
from probes.certificate import CertificatesEnding
from probes.container import DockerFault
from probes.database import DatabaseElsewhere
from probes.fact import Absent, AnyExpected, AnyFact, AnyReading, Known
from probes.host import ClockNear, DiskRoom, DiskRoomFor, ForeignWork, HostAddress, LoginUser, MissingCommands
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


@dataclass(frozen=True, slots=True)
class Spoil:
    """A way to break one item: the facts that it is about, and what they read then."""

    kind: type[AnyFact]
    reading: AnyReading
    about: Callable[[Any], bool] = lambda _: True


def _names(*names: str) -> Callable[[Any], bool]:
    return lambda fact: fact.names == names


SPOILS: dict[str, Spoil] = {
    "preflight-repositories": Spoil(RepositoriesSilent, Known(("base mirror.invalid: unresolved",))),
    "preflight-packages": Spoil(PackagesUnavailable, Known(("gcc", "docker-ce"))),
    "preflight-image": Spoil(ImageSource, Known("hub.bktencent.com: refused")),
    "preflight-python-modules": Spoil(PythonModulesMissing, Known(("pymysql",))),
    "preflight-space-package": Spoil(DiskRoomFor, Known("short")),
    "preflight-space-dump": Spoil(BackupRoom, Known("5120 MB > 800 MB")),
    "preflight-space-images": Spoil(DiskRoom, Known("short"), lambda fact: "docker" in fact.path),
    "preflight-space-jobs": Spoil(DiskRoom, Known("short"), lambda fact: fact.path == "/var/lib/bkrec"),
    "preflight-inodes": Spoil(InodeRoom, Known("120 < 100000")),
    "preflight-mount-point": Spoil(MountPoint, Known(value=True)),
    "preflight-agent-systems": Spoil(
        UnsupportedAgentSystems, Known(("10.2.0.7 (Windows Server 2008 R2 Standard 64-bit)",))
    ),
    "preflight-memory": Spoil(MemorySize, Known("7800 MB < 30000 MB")),
    "preflight-processors": Spoil(ProcessorCount, Known("4 < 8")),
    "preflight-ipv6": Spoil(Ipv6Usable, Known(value=False)),
    "preflight-names": Spoil(NameResolved, Known("unresolved by 10.9.9.9")),
    "preflight-proxies": Spoil(LoginProxies, Known(("http_proxy in /etc/profile",))),
    "preflight-scripts-link": Spoil(PathKind, Absent(), lambda fact: fact.path.endswith("/load_env.sh")),
    "preflight-lan-address": Spoil(LanAddressDiffers, Known(("10.9.9.9",))),
    "preflight-host-address": Spoil(HostAddress, Known(value=False)),
    "preflight-root": Spoil(LoginUser, Known("other")),
    "preflight-clock": Spoil(ClockNear, Known(value=False)),
    "preflight-no-foreign-work": Spoil(ForeignWork, Known(("12 wang bkcli install",))),
    "preflight-databases": Spoil(DatabaseElsewhere, Known(("mysql db.example:3306",))),
    "preflight-site-code": Spoil(SiteFiles, Known(("ee_login/sso.py",))),
    "preflight-port": Spoil(PortOwner, Known("nginx (812)"), lambda fact: fact.port == 5009),
    "preflight-docker": Spoil(DockerFault, Known("the daemon does not answer")),
    "preflight-tools": Spoil(MissingCommands, Known(("rsync",)), lambda fact: "rsync" in fact.names),
    "preflight-dump-tools": Spoil(MissingCommands, Known(("bsondump",)), _names("mongodump", "bsondump")),
    "preflight-login-tools": Spoil(MissingCommands, Known(("expect",)), _names("expect", "mysql_config_editor")),
    "preflight-subjects-script": Spoil(ScriptDefects, Absent()),
    "preflight-mysql-login": Spoil(LoginPath, Known("denied"), lambda fact: fact.login_path == "default-root"),
    "preflight-redis-login": Spoil(RedisLogin, Known("denied")),
    "preflight-certificates": Spoil(CertificatesEnding, Known(("platform.cert 2026-12-03",))),
}


def spoilt(checks: Sequence[AnyExpected], *codes: str) -> tuple[dict[AnyFact, AnyReading], dict[str, set[str]]]:
    """What the facts of these items read when all of them are broken; and on which hosts each is."""
    readings: dict[AnyFact, AnyReading] = {}
    hosts: dict[str, set[str]] = {}
    for code in codes:
        spoil = SPOILS[code]
        for fact in (check.fact for check in checks):
            if isinstance(fact, spoil.kind) and spoil.about(fact):
                readings[fact] = spoil.reading
                hosts.setdefault(code, set()).add(fact.host)
    return readings, hosts
