"""Agents: those that were online before GSE was replaced are online again before the old GSE is retired.

Asked for by what there is to retire: a cluster without a unit of the old GSE has no note, waits for nobody and is not
asked. Where nobody could be asked beforehand, the note says so, and the plan, and nothing is demanded.
"""

from collections.abc import Iterator

from actions.agent import AwaitAgents, NoteAgents, SettleAgents
from probes.agent import NOTE, AgentsLost, AgentsOnline
from probes.fact import Absent, AnyDrift, AnyExpected, AnyFact, Known, Unknown, about
from probes.task import WorkDone, WorkNoted, WorkOwed
from reconciler.core.fact_reader import Seen
from reconciler.core.plan import Repair
from reconciler.core.planner import Mend
from reconciler.rules import module_facts
from specs.cluster import Cluster
from specs.module import Agents, Module
from specs.reason import Because, coded, told

FACTS = (AgentsLost,)
BUS = "paas"
"""Whose module answers the question."""
FIRST = "5.1"
"""The note is free to be written at any time before: it is, with the backups, while all of the old one serves."""


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    """No note is left over."""
    return tuple(
        WorkOwed(host=cluster.controller, work=NOTE).must_be(
            False, because=coded("agents-note-settled"), source=agents.source, module=module.name
        )
        for module, agents in _reached(cluster)
    )


def _reached(cluster: Cluster) -> Iterator[tuple[Module, Agents]]:
    for module in cluster.modules():
        if module.agents is not None:
            yield module, module.agents


def noted(cluster: Cluster, module: Module, seen: Seen) -> Iterator[AnyExpected]:
    """What the module's installation waits for, where something of the old one is there to be retired."""
    if module.agents is not None and old_there(cluster, module, seen):
        fact = WorkNoted(host=cluster.controller, work=NOTE, release=cluster.release.version)
        why = coded("agents-noted-before")
        yield fact.must_be(True, because=why, source=module.agents.source, module=module.name)


def done(cluster: Cluster) -> WorkDone:
    """What a person may say of them: not to be waited for any more."""
    return WorkDone(host=cluster.controller, work=NOTE, release=cluster.release.version)


def disturbed(cluster: Cluster, module: Module, seen: Seen) -> Iterator[AnyFact]:
    if module.agents is not None and old_there(cluster, module, seen):
        yield _lost(cluster)


def old_there(cluster: Cluster, module: Module, seen: Seen) -> bool:
    """Is anything of the old one left to be retired?"""
    units = seen.read_all(wish.fact for wish in module_facts.gone_units(cluster, module, "last"))
    return any(unit != Absent() for unit in units)


def back(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    """What the retirement of the old one waits for."""
    if module.agents is not None:
        why = told(module.agents.because)
        yield _lost(cluster).must_be((), because=why, source=module.agents.source, module=module.name)


def _lost(cluster: Cluster) -> AgentsLost:
    return AgentsLost(
        host=cluster.controller,
        env=env(cluster),
        hosts=cluster.inventory.hosts,
        release=cluster.release.version,
    )


def env(cluster: Cluster) -> str:
    """Where the ESB's address and application are."""
    return cluster.env("04-final/paas.env")


def mend(cluster: Cluster, drift: AnyDrift, seen: Seen) -> Mend:
    module, agents = next(_reached(cluster))
    match drift.expected.fact:
        case WorkNoted() as fact:
            return _note(cluster, fact, agents, seen)
        case WorkOwed():
            return _settle(cluster, module, drift)
        case _:
            return _await(cluster, module, about(drift, AgentsLost), drift)


def _note(cluster: Cluster, fact: WorkNoted, agents: Agents, seen: Seen) -> Repair:
    asked = everybody(cluster)
    online, unasked, why = _known(seen, asked)
    action = NoteAgents(host=fact.host, noted=fact, online=online, unasked=unasked)
    return Repair(action=action, because=why, source=agents.source, section=FIRST)


def everybody(cluster: Cluster) -> AgentsOnline:
    """The question to GSE: which of this cluster's own hosts it reaches."""
    return AgentsOnline(host=cluster.controller, env=env(cluster), hosts=cluster.inventory.hosts)


def _known(seen: Seen, asked: AgentsOnline) -> tuple[tuple[str, ...], str, Because]:
    reading = seen.read(asked)
    online: tuple[str, ...] = reading.value if isinstance(reading, Known) else ()
    if online:
        return online, "", coded("agents-online-now", count=len(online), of=len(asked.hosts))
    reason = str(getattr(reading.why, "code", "")) if isinstance(reading, Unknown) else coded("agents-none-online").code
    return (), reason, coded("agents-not-known", reason=reason)


def _await(cluster: Cluster, module: Module, fact: AgentsLost, drift: AnyDrift) -> Repair:
    """Once all that they are to come back to runs, and whom to ask."""
    needs = served_anew(cluster, module)
    action = AwaitAgents(host=fact.host, lost=fact, because=drift.expected.because)
    lost = drift.reading.value if isinstance(drift.reading, Known) else ()
    why = coded("agents-missing-now", hosts=", ".join(lost)) if lost else drift.expected.because
    return Repair(action=action, because=why, source=drift.expected.source, section=section(module), needs=needs)


def served_anew(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """The new one is there and was seen at work, and so is what is asked about it."""
    bus = [one for one in cluster.modules() if one.name == BUS]
    return (
        *module_facts.replaced(cluster, module),
        *(wish for one in bus for wish in module_facts.ready(cluster, one)),
    )


def _settle(cluster: Cluster, module: Module, drift: AnyDrift) -> Repair:
    action = SettleAgents(host=drift.expected.fact.host, release=cluster.release.version)
    wish, needs = drift.expected, module_facts.gone_units(cluster, module, "last")
    return Repair(action=action, because=wish.because, source=wish.source, section=section(module), needs=needs)


def section(module: Module) -> str:
    """The guide's, where the old one is retired."""
    return next((unit.section for unit in module.gone_units if unit.retire == "last"), "") or module.section
