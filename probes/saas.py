"""SaaS applications: which version is online, and which one does the package hold?

`SaasPackaged` is the reference for the online version. Its first source is the package itself: the
file below official_saas that the vendor's own installer would take, the newest by time (ce/tools.sh:161-169), in a tree
of this release. Without such a file it is the release's data, and without that, the version online:
then no other is required. Only where /data/src is another release's it is Absent: the package is still to come.
The app's code is looked up in the answer, never part of SQL. Source: open_paas.paas_saas_app.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import ROOT_HOME, lines_of
from probes.path import normalise_version
from probes.probe import Probe
from specs.reason import reason
from specs.version_order import is_newer


@dataclass(frozen=True, slots=True, kw_only=True)
class SaasOnline(Fact[str]):
    """The version deployed to production, normalised; Absent where none is."""

    login_path: str
    app: str
    kind: Literal["saas.online"] = "saas.online"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaasPackaged(Fact[str]):
    login_path: str
    app: str
    src: str
    release: str
    default: str
    """The version of the release's data; "" where its sources disagree."""
    kind: Literal["saas.packaged"] = "saas.packaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaasNewer(Fact[str]):
    """The version online, where it is newer than the package's (`specs/version_order.py`); else Absent, also while the
    package is still to come. Somebody updated it by the page, and its database with it."""

    login_path: str
    app: str
    src: str
    release: str
    default: str
    kind: Literal["saas.newer"] = "saas.newer"
    decides: ClassVar[bool] = True


SaasFact = SaasOnline | SaasPackaged | SaasNewer

QUERY: LiteralString = r"""
[ "$(id -u)" = 0 ] || { echo 'only root has the login paths' >&2; exit 1; }
printf '%s\n' "select 'online', a.code, v.version from open_paas.paas_saas_app a
  join open_paas.paas_saas_app_version v on v.id = a.online_version_id; select 'asked';" |
  timeout 20 mysql --no-defaults --login-path="$1" --connect-timeout=5 --batch --skip-column-names 2>/dev/null
shift
for src do
  version=
  [ -r "$src/VERSION" ] && IFS= read -r version <"$src/VERSION"
  printf 'tree\t%s\t%.100s\n' "$src" "$version"
  ls -t -- "$src/official_saas" 2>/dev/null | awk -v src="$src" '/^[A-Za-z0-9_]+_V[^\t]*\.tar\.gz$/ {
    print "file\t" src "\t" $0 }'
done
echo end
"""

SCRIPT = ROOT_HOME + QUERY


def command(facts: Sequence[SaasFact]) -> Command:
    return Command(script=SCRIPT, args=(_login(facts), *_trees(facts)), timeout_s=40.0)


def _login(facts: Sequence[SaasFact]) -> str:
    """All apps are in one database; the first login path that is named reads them."""
    return next((fact.login_path for fact in facts), "")


def _trees(facts: Sequence[SaasFact]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact.src for fact in facts if not isinstance(fact, SaasOnline)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    complete: bool
    online: Mapping[str, str]
    trees: Mapping[str, str]
    files: Mapping[tuple[str, str], str]


def parse(facts: Sequence[SaasFact], output: Output) -> Readings:
    lines = lines_of(output)
    if not lines or lines[-1] != "end":
        raise ValueError("the answer about SaaS has no end")
    answer = _answer([tuple(line.split("\t")) for line in lines[:-1]])
    return {fact: _read(fact, answer) for fact in facts}


def _answer(rows: Sequence[tuple[str, ...]]) -> _Answer:
    online: dict[str, str] = {}
    trees: dict[str, str] = {}
    files: dict[tuple[str, str], str] = {}
    for row in rows:
        match row:
            case ("online", code, version):
                online[code] = normalise_version(version)
            case ("tree", src, version):
                trees[src] = normalise_version(version)
            case ("file", src, name):
                code, _, rest = name.removesuffix(".tar.gz").partition("_V")
                files.setdefault((src, code), normalise_version(rest))
            case ("asked",):
                pass
            case _:
                raise ValueError("a line about SaaS is not understood")
    return _Answer(complete=("asked",) in rows, online=online, trees=trees, files=files)


def _read(fact: SaasFact, answer: _Answer) -> Reading[str]:
    match fact:
        case SaasPackaged():
            return _packaged(fact, answer)
        case SaasNewer():
            return _newer(fact, answer)
        case SaasOnline():
            return _online(fact, answer)


def _newer(fact: SaasNewer, answer: _Answer) -> Reading[str]:
    online, packaged = _online(fact, answer), _packaged(fact, answer)
    if not isinstance(online, Known):
        return online
    return online if isinstance(packaged, Known) and is_newer(online.value, packaged.value) else Absent()


def _online(fact: SaasFact, answer: _Answer) -> Reading[str]:
    if not answer.complete:
        return Unknown(reason("saas-not-asked", login_path=fact.login_path))
    return Known(answer.online[fact.app]) if fact.app in answer.online else Absent()


def _packaged(fact: SaasPackaged | SaasNewer, answer: _Answer) -> Reading[str]:
    if fact.src not in answer.trees:
        raise ValueError("nothing was told about the tree")
    tree = answer.trees[fact.src]
    if tree == fact.release and (fact.src, fact.app) in answer.files:
        return Known(answer.files[fact.src, fact.app])
    if fact.default:
        return Known(normalise_version(fact.default))
    if tree and tree != fact.release:
        return Absent()
    if not answer.complete:
        return Unknown(reason("saas-not-asked", login_path=fact.login_path))
    return Known(answer.online[fact.app]) if fact.app in answer.online else Absent()


FACTS: tuple[type[AnyFact], ...] = (SaasOnline, SaasPackaged, SaasNewer)
PROBE = Probe(family="saas", facts=FACTS, command=command, parse=parse)
