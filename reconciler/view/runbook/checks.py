"""How a runbook checks a fact: the probe's own script, and what it should print.

What decides in a run is a parser of ours; a runbook has none. So each kind of fact has a judge in shell
(`view/runbook/judges.py`) and the arguments that say what is expected. A kind without one is shown to the person who
carries the runbook out, with the sentence that it should bear out: nothing is taken for true that was not looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from probes.backup import Backup
from probes.command import Command
from probes.consul import ConsulDefinition, ConsulPassing
from probes.container import (
    AppContainer,
    ContainerImage,
    ContainerState,
    ContainersWithoutRestartPolicy,
    DockerDataRoot,
    VendorDataRoot,
)
from probes.current import UnitCurrent, UnitStartedSince
from probes.env import EnvCopied, EnvDuplicates, EnvFilled, EnvPresent, EnvSame, EnvValue
from probes.fact import Absent, AnyExpected, AnyFact, Known, SameAs
from probes.iam import ModelsPending
from probes.install_config import ModuleHosts
from probes.kv import KeySet
from probes.marker import Marker
from probes.mysql import AppRegistered, LoginPath, MysqlUser, PendingSql, ProductVersion, SaasVariable
from probes.package import PackageDigest
from probes.package_versions import PackageVersions
from probes.path import FileDigest, LineInFile, PathKind, TreeDigest, VersionText
from probes.redis import RedisCluster
from probes.registry import PROBES
from probes.saas import SaasNewer, SaasOnline, SaasPackaged
from probes.tag import SecretsTag
from probes.task import TaskDone, TaskPending, TaskRecorded
from probes.text import FileMentions
from probes.unit import UnitActive, UnitEnabled
from probes.yaml import YamlValue

_FAMILIES = {kind: probe for probe in PROBES for kind in probe.facts}
_BLANK = "[[:blank:]]"
_ROW = f"^0{_BLANK}"
_DOCKER = f"^docker{_BLANK}(usable|not-installed)$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One fact, asked by the probe's script."""

    family: str
    command: Command
    judge: str = ""
    """The name of its judge; "" where a person judges."""
    arguments: tuple[str, ...] = ()
    """The judge's."""
    reference: tuple[str, Command] | None = None
    """Another host and the same script, whose answer has to be the same."""


def check_of(expected: AnyExpected) -> Check:
    fact, other = expected.fact, expected.reading.fact if isinstance(expected.reading, SameAs) else None
    judge, arguments = _judged(expected) or ("", ())
    together = other is not None and judge == "saas"
    family, command = command_of((fact, other) if other is not None and together else (fact,))
    reference = (other.host, command_of((other,))[1]) if other is not None and not together else None
    return Check(family=family, command=command, judge=judge, arguments=arguments, reference=reference)


def command_of(facts: Sequence[AnyFact]) -> tuple[str, Command]:
    """The family and its command for these facts, which are all of it."""
    probe = _FAMILIES[type(facts[0])]
    return probe.family, probe.command(facts)


_Judged = tuple[str, tuple[str, ...]] | None


def _judged(expected: AnyExpected) -> _Judged:
    match expected.reading:
        case SameAs(other):
            return _judged_as(expected.fact, other)
        case Known(value):
            return _judged_known(expected.fact, value)
        case Absent():
            return _judged_absent(expected.fact)


def _judged_as(fact: AnyFact, other: AnyFact) -> _Judged:
    match fact, other:
        case (FileDigest(), FileDigest()) | (TreeDigest(), TreeDigest()):
            return "same", (min(fact.hollow),)
        case SaasOnline(app=app), SaasPackaged(release=release, default=default):
            return "saas", ("online", app, release, default)
        case _:
            return None


def _judged_absent(fact: AnyFact) -> _Judged:
    match fact:
        case UnitActive():
            return _lines("^LoadState=not-found$", "^ActiveState=(inactive|failed)$")
        case UnitEnabled():
            return _lines("^LoadState=not-found$")
        case PathKind() | VersionText() | ConsulDefinition() | Marker():
            return _lines(_row("absent"))
        case ContainerState():
            name = _container(fact.container)
            return _lines(_DOCKER, "^end$", lacks=(f"{name}{_BLANK}",))
        case SaasNewer(app=app, release=release, default=default):
            return "saas", ("older", app, release, default)
        case _:
            return None


def _judged_known(fact: AnyFact, value: object) -> _Judged:
    match fact, value:
        case UnitActive(), ("inactive" | "failed") as state:
            return _lines(f"^ActiveState={state}$", lacks=("^LoadState=(not-found|error|bad-setting)$",))
        case UnitActive(), str(state):
            return _lines(f"^ActiveState={_ere(state)}$")
        case UnitEnabled(unit=unit), str(state) if state not in ("none", "masked", "masked-runtime"):
            shown = "IsEnabled" if "@" in unit else "UnitFileState"
            return _lines(f"^{shown}={_ere(state)}$", lacks=("^LoadState=(masked|not-found)$",))
        case UnitCurrent(), True:
            return "current", ("file",)
        case UnitStartedSince(), True:
            return "current", ("mark",)
        case ((PathKind() | YamlValue()), str(text)):
            return _lines(_row("is", text))
        case ((FileDigest() | TreeDigest() | PackageDigest()), str(digest)):
            return _lines(_row("is", digest))
        case VersionText(), str(version):
            return "version", (version,)
        case LineInFile(), True:
            return _lines(_row("is", "there"))
        case EnvValue(), str(text):
            return _lines(_row("is", _escaped(text)))
        case ((EnvFilled() | EnvCopied() | EnvSame()), True):
            return _lines(_row("is", "yes"))
        case EnvPresent(), True:
            return _lines(f"{_ROW}is{_BLANK}[1-9][0-9]*$")
        case EnvDuplicates(), False:
            return _lines(f"{_ROW}(absent|is{_BLANK}[01])$")
        case (ConsulPassing(), "passing") | (KeySet(), True):
            return _lines(_row("status", "200"))
        case ConsulDefinition(), str(state):
            return _lines(_row(state))
        case ((ContainerState() | ContainerImage() | AppContainer()), str(text)):
            return _container_is(fact, text)
        case ContainersWithoutRestartPolicy(containers=names), ():
            some = "|".join(_ere(name) for name in names)
            unkept = f"^container{_BLANK}/?({some}){_BLANK}running{_BLANK}(no)?{_BLANK}"
            return _lines(_DOCKER, "^end$", lacks=(unkept,))
        case VendorDataRoot(path=path), str(leads):
            return _lines(f"^vendor{_BLANK}{_ere(path)}{_BLANK}{_ere(leads)}$", "^end$")
        case DockerDataRoot(), "lasting":
            return _lines(f"^(root{_BLANK}lasting|docker{_BLANK}not-installed)$", "^end$")
        case TaskRecorded(), True:
            return _lines(f"{_ROW}(recorded|noted)$")
        case TaskDone(), True:
            return _lines(_row("recorded"))
        case TaskPending(), False:
            return _lines(f"{_ROW}(recorded$|nothing($|{_BLANK}))")
        case Backup(since=since), "fresh":
            return "backup", (str(since),)
        case ((PendingSql() | ModelsPending()), ()):
            return _lines(_row("end"), lacks=(f"{_ROW}(pending|odd-name)",))
        case ((LoginPath() | MysqlUser() | AppRegistered() | SaasVariable() | ProductVersion()), _):
            return _server(fact, value)
        case ModuleHosts(module=module), tuple():
            return "placed", (module, " ".join(cast("tuple[str, ...]", value)))
        case FileMentions(), True:
            return _lines(_row("yes"))
        case SecretsTag(), str(state):
            return _lines(_row(state))
        case RedisCluster(), "ok":
            return _lines(f"{_row('cluster', 'ok', '16384')[:-1]}{_BLANK}([3-9]|[1-9][0-9]+)$")
        case PackageVersions(md5=md5), tuple():
            return "versions", (md5, *cast("tuple[str, ...]", value))
        case _:
            return None


def _server(fact: AnyFact, value: object) -> _Judged:
    match fact, value:
        case LoginPath(), "works":
            return _lines(_row("row", "on"), _row("end"))
        case MysqlUser(user=user, hosts=hosts), "granted":
            somewhere = (f"{_row('row', 'user', user)[:-1]}{_BLANK}(%|{_ere(host)})$" for host in hosts)
            return _lines(*somewhere, _row("row", "off"))
        case AppRegistered(code=code), True:
            return _lines(f"{_row('row', 'app', code)[:-1]}{_BLANK}$", _row("row", "off"))
        case SaasVariable(app_code=code, name=name), True:
            return _lines(_row("row", "var", code, name), _row("row", "off"))
        case ProductVersion(code=code), str(version):
            return _lines(_row("row", "version", code, version), _row("row", "off"))
        case _:
            return None


def _container_is(fact: AnyFact, text: str) -> _Judged:
    match fact:
        case ContainerState(container=name):
            return _lines(f"{_container(name)}{_BLANK}{_ere(text)}{_BLANK}", "^end$")
        case ContainerImage(container=name):
            pattern = f"{_container(name)}{_BLANK}[^[:blank:]]+{_BLANK}[^[:blank:]]*{_BLANK}{_ere(text)}{_BLANK}"
            return _lines(pattern, "^end$")
        case AppContainer(app=app) if text == "running":
            return _lines(f"{_container(app)}-[0-9]{{1,18}}{_BLANK}running{_BLANK}", "^end$")
        case _:
            return None


def _lines(*has: str, lacks: tuple[str, ...] = ()) -> tuple[str, tuple[str, ...]]:
    words = (*(("has", pattern) for pattern in has), *(("lacks", pattern) for pattern in lacks))
    return "lines", tuple(word for pair in words for word in pair)


def _row(*words: str) -> str:
    """The one row about the one fact."""
    return _ROW + _BLANK.join(_ere(word) for word in words) + "$"


def _container(name: str) -> str:
    return f"^container{_BLANK}/?{_ere(name)}"


def _ere(text: str) -> str:
    """The text itself, as a pattern of `grep -E`."""
    return "".join(f"[{char}]" if char in "[.*+?(){}|$" else f"\\{char}" if char in "\\^" else char for char in text)


def _escaped(text: str) -> str:
    """As the probe of env files prints a value."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
