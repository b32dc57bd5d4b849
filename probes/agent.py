"""Agents: which hosts of the cluster GSE reaches, which of those in the baseline it no longer reaches, and which hosts
of all that CMDB has could not take an agent 2.0.

Only GSE knows whether an agent is connected, and only the ESB can query GSE; nothing on a host shows it. Before GSE is
replaced, the online agents are recorded on the controller in one line, "6.2.2 online 10.0.0.1 …", or
"6.2.2 not-known esb-no-answer" where the query failed. Once the old GSE is retired the record is archived and nothing
more is required. A host that was queried and is missing in the answer is offline.

There is no agent 2.0 for Windows 2003 and 2008 and for 32-bit systems. CMDB is asked for those alone, by its filter, so
that a hundred thousand hosts cost one short answer. Its name of a system is what an agent reported of it.
Source: paas2/esb/components/bk/apisv2/gse/apidocs/zh_hans/get_agent_status.md of TencentBlueKing/legacy-bk-paas;
bin/check_agent_info.sh; BKDocs, GSE/2.0/UserGuide/Architecture.md; bk-cmdb, src/common/querybuilder/types.go and
src/scene_server/datacollection/collections/hostsnap/hostsnap.go.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from probes.command import Command, Output
from probes.fact import AnyFact, AnyReading, Fact, Known, Readings, Unknown
from probes.lib import esb
from probes.lib.rows import MISSING, Row, rows_of
from probes.probe import Probe
from probes.task import DIRECTORY
from specs.reason import reason

RECORD = "gse-agents"
"""The name of the baseline among the pending tasks (`probes/task.py`)."""
CLOUD = 0
"""The direct area, in which BlueKing's own hosts are (bin/check_agent_info.sh:12)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsOnline(Fact[tuple[str, ...]]):
    """Those of `hosts` whose agent is online, in their order."""

    env: str
    """Where the ESB's address and application are: 04-final/paas.env."""
    hosts: tuple[str, ...]
    kind: Literal["agent.online"] = "agent.online"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsMissing(Fact[tuple[str, ...]]):
    """Those of `hosts` that are online in the baseline and offline now; none without a baseline of this release."""

    env: str
    hosts: tuple[str, ...]
    release: str
    kind: Literal["agent.missing"] = "agent.missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedAgentSystems(Fact[tuple[str, ...]]):
    """Hosts in CMDB for whose operating system there is no agent 2.0, as "10.2.0.7 (Windows Server 2008 R2)", sorted;
    after twenty the rest is counted: "+31"."""

    env: str
    kind: Literal["agent.unsupported-systems"] = "agent.unsupported-systems"


_ADDRESS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}", re.ASCII)
_OUTDATED = re.compile(r"windows.*\b(2003|2008)\b", re.IGNORECASE)
_YEARS = ("2003", "2008")
_BITS = "32"
_PAGE = 500
"""The most hosts that CMDB gives at once."""
_LISTED = 20
"""So many hosts are listed."""

AgentFact = AgentsOnline | AgentsMissing | UnsupportedAgentSystems

RECORDS = (
    MISSING
    + r"""
told() { # FILE: what its first line says
  line=
  if { IFS= read -r line || [ -n "$line" ]; } 2>/dev/null <"$1"; then printf 'is\t%.8000s' "$line"
  elif [ ! -e "$1" ] && missing "$1"; then printf 'none\t'
  else printf 'unreadable\t'; fi
}
printf '0\t%s\t%s\n' "$(told "$1/$2")" "$(told "$1/$2.done")"
begin=1
shift 2
"""
)


def command(facts: Sequence[AgentFact]) -> Command:
    questions = _questions(facts)
    return Command(
        script=RECORDS + esb.SCRIPT,
        args=(DIRECTORY, RECORD, *esb.arguments(questions)),
        timeout_s=esb.timeout_s(questions),
    )


def _questions(facts: Sequence[AgentFact]) -> tuple[esb.Question, ...]:
    """Only about what are plainly addresses, as all in install.config are."""
    return tuple(dict.fromkeys(_question(fact) for fact in facts if _askable(fact)))


def _askable(fact: AgentFact) -> bool:
    return isinstance(fact, UnsupportedAgentSystems) or all(_ADDRESS.fullmatch(host) for host in fact.hosts)


def _question(fact: AgentFact) -> esb.Question:
    if isinstance(fact, UnsupportedAgentSystems):
        return _systems_question(fact)
    hosts = [{"ip": host, "bk_cloud_id": CLOUD} for host in fact.hosts]
    return esb.question(fact.env, "gse/get_agent_status", bk_supplier_account="0", hosts=hosts)


def _systems_question(fact: UnsupportedAgentSystems) -> esb.Question:
    rules = [{"field": "bk_os_name", "operator": "contains", "value": year} for year in _YEARS]
    rules.append({"field": "bk_os_bit", "operator": "contains", "value": _BITS})
    return esb.question(
        fact.env,
        "cc/list_hosts_without_biz",
        page={"start": 0, "limit": _PAGE},
        fields=["bk_host_innerip", "bk_os_name", "bk_os_bit"],
        host_property_filter={"condition": "OR", "rules": rules},
    )


def parse(facts: Sequence[AgentFact], output: Output) -> Readings:
    questions = _questions(facts)
    record = rows_of(output, count=1 + len(questions))[0]
    answered = esb.answers(questions, output, begin=1)
    return {
        fact: _unsupported(answered[_question(fact)])
        if isinstance(fact, UnsupportedAgentSystems)
        else _read(fact, record, _online(fact, answered))
        for fact in facts
    }


def _unsupported(answer: esb.Answer | Unknown) -> Known[tuple[str, ...]] | Unknown:
    if isinstance(answer, Unknown):
        return answer
    match answer.data:
        case {"count": int(count), "info": [*rows]} if len(rows) == min(count, _PAGE):
            hosts = [_unsupported_host(row) for row in rows]
        case _:
            return Unknown(reason("agents-not-reported"))
    if None in hosts:
        return Unknown(reason("agents-not-reported"))
    unsupported = sorted({host for host in hosts if host})
    omitted = max(len(unsupported) - _LISTED, 0) + count - len(hosts)
    return Known((*unsupported[:_LISTED], *((f"+{omitted}",) if omitted else ())))


def _unsupported_host(row: Any) -> str | None:
    """The host with its system; "" where that has an agent 2.0; None where the row is of no form that is known."""
    match row:
        case {"bk_host_innerip": str(address)}:
            name, bits = (str(row.get(field) or "") for field in ("bk_os_name", "bk_os_bit"))
            if _OUTDATED.search(name) or _BITS in bits:
                return f"{address} ({' '.join(part for part in (name, bits) if part)})"
            return ""
        case _:
            return None


def _online(
    fact: AgentsOnline | AgentsMissing, answered: Mapping[esb.Question, esb.Answer | Unknown]
) -> Known[tuple[str, ...]] | Unknown:
    if not _askable(fact):
        return Unknown(reason("name-not-supported", name=", ".join(fact.hosts)))
    answer = answered[_question(fact)]
    if isinstance(answer, Unknown):
        return answer
    alive = [_alive(answer.data, host) for host in fact.hosts]
    if None in alive:
        return Unknown(reason("agents-not-reported"))
    return Known(tuple(host for host, is_alive in zip(fact.hosts, alive, strict=True) if is_alive))


def _alive(data: Any, host: str) -> bool | None:
    """None where the answer is of no form that is known."""
    if not isinstance(data, dict):
        return None
    match cast("Mapping[str, Any]", data).get(f"{CLOUD}:{host}"):
        case None:
            return False
        case {"bk_agent_alive": int(word)} if word in (0, 1):
            return word == 1
        case _:
            return None


def _read(fact: AgentsOnline | AgentsMissing, record: Row, online: Known[tuple[str, ...]] | Unknown) -> AnyReading:
    if isinstance(fact, AgentsOnline):
        return online
    recorded = _recorded(record, fact.release)
    if not isinstance(recorded, Known):
        return recorded
    expected = tuple(host for host in fact.hosts if host in recorded.value)
    if not expected or isinstance(online, Unknown):
        return online if expected else Known(())
    return Known(tuple(host for host in expected if host not in online.value))


def _recorded(record: Row, release: str) -> Known[tuple[str, ...]] | Unknown:
    match record:
        case ("unreadable", _, _, _) | (_, _, "unreadable", _):
            return Unknown(reason("path-unreadable", path=f"{DIRECTORY}/{RECORD}"))
        case ("is" | "none", reply, "is" | "none", recorded):
            words = reply.split(" ")
            archived = recorded.split(" ")[0] == release
            return Known(tuple(words[2:]) if words[:2] == [release, "online"] and not archived else ())
        case _:
            raise ValueError("the answer about agents is not understood")


FACTS: tuple[type[AnyFact], ...] = (AgentsOnline, AgentsMissing, UnsupportedAgentSystems)
PROBE = Probe(family="agent", facts=FACTS, command=command, parse=parse)
