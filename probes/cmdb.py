r"""CMDB's topology of the BlueKing business, compared with the vendor's own files on this host.

The expected topology is in three files of the scripts: blueking_service_module.tpl (service templates), its brother
blueking_topo_module.tpl (set templates), and two tables in create_blueking_set.py (the sets' names, and which modules a
line of .installed_module stands for). They are read here, so that a corrected script counts, not a list of ours. The
current topology comes through the ESB (`probes/lib/esb.py`); whether it may be edited comes from CMDB's own API, which
takes into account that the permission expires after six hours.

Each host answers for itself whether it is in the modules that its .installed_module names. Hosts of the idle set are in
no module here. Every query is read-only. Source: bin/create_blueking_set.py; bin/create_blueking_topo_template.sh;
ce/initdata.sh:154-171; CMDB's admin_server UserConfigSwitch and host_server FindSystemUserConfigBKSwitch.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, LiteralString

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Readings, Unknown
from probes.lib import esb
from probes.lib.cmdb_files import Files, expected_modules, files_of, unknown_lines
from probes.lib.cmdb_state import (
    MOST,
    MOST_TEMPLATES,
    Current,
    UnexpectedAnswerError,
    custom,
    differences,
    host_locations,
    names,
    sets,
)
from probes.lib.esb import Answer, Question, question
from probes.lib.rows import lines_of
from probes.probe import Probe
from specs.reason import CodedReason, reason

BUSINESS = 2
"""bk_biz_id of the BlueKing business: create_blueking_set.py, option -b."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopologyDifferences(Fact[tuple[str, ...]]):
    """How sets, their modules and the templates differ from the files: "-" what is missing, "+" what is too much.

    Absent while the scripts are 6.1's: what they would make is not what it is to be."""

    install: str
    since: str
    """Below install: a file by which the scripts are known to be the release's."""
    kind: Literal["cmdb.topology-differences"] = "cmdb.topology-differences"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopologyCustom(Fact[tuple[str, ...]]):
    """Levels, sets, modules and templates that no file of the vendor's creates: custom ones."""

    install: str
    kind: Literal["cmdb.custom"] = "cmdb.custom"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostModules(Fact[tuple[str, ...]]):
    """Modules that .installed_module of this host names and CMDB does not have it in."""

    install: str
    home: str
    kind: Literal["cmdb.host-modules"] = "cmdb.host-modules"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownModuleLines(Fact[tuple[str, ...]]):
    """Lines of .installed_module of this host without a service template: the vendor's step stops there."""

    install: str
    home: str
    kind: Literal["cmdb.unknown-lines"] = "cmdb.unknown-lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostsNotIdle(Fact[tuple[str, ...]]):
    """Addresses of hosts of the business that are not idle."""

    install: str
    kind: Literal["cmdb.hosts-not-idle"] = "cmdb.hosts-not-idle"


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessHosts(Fact[tuple[str, ...]]):
    """Addresses of all hosts of the business."""

    install: str
    kind: Literal["cmdb.hosts"] = "cmdb.hosts"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemainingSets(Fact[tuple[str, ...]]):
    """Names of the sets, but the idle one."""

    install: str
    kind: Literal["cmdb.sets"] = "cmdb.sets"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemainingTemplates(Fact[tuple[str, ...]]):
    """Names of set templates and of service templates: "set gse", "service gse_data"."""

    install: str
    kind: Literal["cmdb.templates"] = "cmdb.templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobModules(Fact[tuple[str, ...]]):
    """The modules that create_blueking_set.py puts in the place of the line `job`, sorted."""

    install: str
    kind: Literal["cmdb.job-modules"] = "cmdb.job-modules"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditingUnlocked(Fact[bool]):
    """May the topology of the BlueKing business be edited in the browser now?"""

    env: str
    """/data/install/bin/04-final/cmdb.env, which names the port of CMDB's API."""
    kind: Literal["cmdb.editing-unlocked"] = "cmdb.editing-unlocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditingLocked(Fact[bool]):
    """The same the other way round: open is what a step needs, shut is what stays."""

    env: str
    kind: Literal["cmdb.editing-locked"] = "cmdb.editing-locked"


CmdbFact = (
    TopologyDifferences
    | TopologyCustom
    | HostModules
    | UnknownModuleLines
    | HostsNotIdle
    | BusinessHosts
    | RemainingSets
    | RemainingTemplates
    | JobModules
    | EditingUnlocked
    | EditingLocked
)

READ_FILES: LiteralString = r"""
install=$1 home=$2 since=$3 cmdb_env=$4
shift 4
lines() { # WORD FILE
  if [ -f "$2" ] && [ -r "$2" ]; then awk -v w="$1" '{ sub(/\r$/, ""); print w "\t" $0 }' <"$2"
  else printf '%s-unreadable\t%s\n' "$1" "$2"; fi
}
lines service "$install/bin/default/blueking_service_module.tpl"
lines topo "$install/bin/default/blueking_topo_module.tpl"
for table in set_module_dict real_module_dict; do
  sed -n "/^ *$table = {/,/^ *}/s/^/$table	/p" 2>/dev/null <"$install/bin/create_blueking_set.py"
done
[ -z "$home" ] || lines installed "$home/.installed_module"
[ -z "$since" ] || [ -e "$install/$since" ] || echo older
if [ -n "$cmdb_env" ]; then
  port=$(kept "$cmdb_env" BK_CMDB_API_PORT) || port=9001
  printf 'switch\t'
  curl -s -g -m 10 --noproxy '*' --proto '=http' --max-filesize 65536 -X POST -H 'BK_USER: admin' \
    -H 'BK_SUPPLIER_ID: 0' -H 'HTTP_BLUEKING_SUPPLIER_ID: 0' -H 'Content-Type: application/json' --data '{}' \
    -w ' %{http_code}' --url "http://cmdb-api.service.consul:$port/api/v3/system/config/user_config/blueking_modify" \
    2>/dev/null | head -c 65536 | tr '\000-\037' '[ *32]'
  echo
fi
echo asked
"""

SCRIPT: LiteralString = esb.FUNCTIONS + READ_FILES + esb.ASK


def command(facts: Sequence[CmdbFact]) -> Command:
    questions = _questions(facts)
    install, home, since = (_first(facts, name) for name in ("install", "home", "since"))
    args = (install, home, since, _first(facts, "env"), *esb.arguments(questions))
    return Command(script=SCRIPT, args=args, timeout_s=esb.timeout_s(questions) + 15.0)


def _first(facts: Sequence[CmdbFact], name: str) -> str:
    """A cluster has one of each; the first that is named is read."""
    return next((str(getattr(fact, name)) for fact in facts if getattr(fact, name, "")), "")


def _tree(install: str) -> Question:
    return _question(install, "cc/search_biz_inst_topo", level=-1)


def _hosts(install: str) -> Question:
    page = {"start": 0, "limit": MOST, "sort": "bk_host_id"}
    return _question(
        install, "cc/list_biz_hosts_topo", page=page, fields=["bk_host_id", "bk_host_innerip", "bk_cloud_id"]
    )


def _services(install: str) -> Question:
    return _question(install, "cc/list_service_template", page={"start": 0, "limit": MOST_TEMPLATES, "sort": "name"})


def _templates(install: str) -> Question:
    return _question(install, "cc/list_set_template", page={"start": 0, "limit": MOST_TEMPLATES, "sort": "name"})


def _question(install: str, api: str, **body: Any) -> Question:
    return question(f"{install}/bin/04-final/paas.env", api, bk_biz_id=BUSINESS, bk_supplier_account="0", **body)


def everything(install: str) -> tuple[Question, ...]:
    """All that there is of it: what a copy of it is made of."""
    return _tree(install), _templates(install), _services(install), _hosts(install)


def _questions(facts: Sequence[CmdbFact]) -> tuple[Question, ...]:
    return tuple(dict.fromkeys(question for fact in facts for question in _of(fact)))


def _of(fact: CmdbFact) -> tuple[Question, ...]:
    match fact:
        case TopologyDifferences() | TopologyCustom():
            return _tree(fact.install), _templates(fact.install), _services(fact.install)
        case HostsNotIdle() | HostModules():
            return _tree(fact.install), _hosts(fact.install)
        case BusinessHosts():
            return (_hosts(fact.install),)
        case RemainingSets():
            return (_tree(fact.install),)
        case RemainingTemplates():
            return _templates(fact.install), _services(fact.install)
        case _:
            return ()


def parse(facts: Sequence[CmdbFact], output: Output) -> Readings:
    lines = list(lines_of(output))
    if "asked" not in lines:
        raise ValueError("the answer about the topology has no end")
    end = lines.index("asked")
    rest = "".join(f"{line}\n" for line in lines[end + 1 :])
    answers = esb.answers(_questions(facts), Output(stdout=rest, exit_status=output.exit_status))
    files = files_of(lines[:end])
    return {fact: _read(fact, files, answers) for fact in facts}


def _read(fact: CmdbFact, files: Files, answers: Mapping[Question, Answer | Unknown]) -> AnyReading:
    for query in _of(fact):
        answer = answers[query]
        if isinstance(answer, Unknown):
            return answer
    why = _unread(fact, files)
    if why is not None:
        return Unknown(why)
    data = {question: answer.data for question in _of(fact) if isinstance(answer := answers[question], Answer)}
    try:
        return _evaluate(fact, files, data)
    except UnexpectedAnswerError as error:
        return Unknown(error.why)


def _unread(fact: CmdbFact, files: Files) -> CodedReason | None:
    """The reason why the files it is compared with cannot be used, if any."""
    if isinstance(
        fact, HostsNotIdle | BusinessHosts | RemainingSets | RemainingTemplates | EditingUnlocked | EditingLocked
    ):
        return None
    own = ("installed",) if isinstance(fact, HostModules | UnknownModuleLines) else ()
    for word in ("service", "topo", *own):
        if word in files.unreadable:
            return reason("path-unreadable", path=files.unreadable[word])
    try:
        whole = bool(files.modules() and files.sets())
    except (KeyError, ValueError):
        whole = False
    return None if whole else reason("cmdb-script-unknown", path=f"{fact.install}/bin/create_blueking_set.py")


def _evaluate(fact: CmdbFact, files: Files, data: Mapping[Question, Any]) -> AnyReading:
    """Raises UnexpectedAnswerError."""
    match fact:
        case TopologyDifferences():
            return Absent() if files.older else Known(tuple(sorted(differences(files, _current(fact.install, data)))))
        case TopologyCustom():
            return Known(tuple(sorted(set(custom(files, _current(fact.install, data))))))
        case HostsNotIdle():
            busy = (item for item in _places(fact.install, data) if item[1])
            return Known(tuple(sorted({address for address, _ in busy})))
        case BusinessHosts():
            return Known(tuple(sorted({address for address, _ in host_locations(data[_hosts(fact.install)])})))
        case RemainingSets():
            return Known(tuple(sorted(entry.name for entry in sets(data[_tree(fact.install)]))))
        case RemainingTemplates():
            kinds = (("set", data[_templates(fact.install)]), ("service", data[_services(fact.install)]))
            return Known(tuple(f"{kind} {name}" for kind, page in kinds for name in sorted(names(page))))
        case HostModules():
            has = {module for at, modules in _places(fact.install, data) if at == fact.host for module in modules}
            return Known(tuple(sorted(expected_modules(files) - has)))
        case UnknownModuleLines():
            return Known(tuple(dict.fromkeys(unknown_lines(files))))
        case JobModules():
            return Known(tuple(sorted(files.modules().get("job", ()))))
        case EditingUnlocked() | EditingLocked():
            return _editing(files.switch, isinstance(fact, EditingUnlocked))


def _current(install: str, data: Mapping[Question, Any]) -> Current:
    return Current.of(data[_tree(install)], data[_templates(install)], data[_services(install)])


def _places(install: str, data: Mapping[Question, Any]) -> list[tuple[str, list[str]]]:
    """Address → its modules, but for those of the idle set."""
    known = {item.id for item in sets(data[_tree(install)])}
    locations = host_locations(data[_hosts(install)])
    return [(address, [module for at, module in places if at in known]) for address, places in locations]


def _editing(answer: str, unlocked: bool) -> AnyReading:
    text, _, status = answer.rpartition(" ")
    try:
        body: object = json.loads(text) if status == "200" else None
    except (ValueError, RecursionError):
        body = None
    match body:
        case {"result": True, "data": bool(open_)}:
            return Known(open_ == unlocked)
        case _:
            return Unknown(reason("cmdb-switch-unread", status=status[:10] or "-"))


FACTS: tuple[type[AnyFact], ...] = (
    TopologyDifferences,
    TopologyCustom,
    HostModules,
    UnknownModuleLines,
    HostsNotIdle,
    BusinessHosts,
    RemainingSets,
    RemainingTemplates,
    JobModules,
    EditingUnlocked,
    EditingLocked,
)
PROBE = Probe(family="cmdb", facts=FACTS, command=command, parse=parse)
