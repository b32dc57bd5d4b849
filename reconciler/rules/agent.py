"""Agents: those that were online before GSE was replaced are online again before the old GSE is retired.

Asked for by what there is to retire: a cluster without a unit of the old GSE has no note, waits for nobody and is not
asked. Where nobody could be asked beforehand, the note says so, and the plan, and nothing is demanded.
"""

from collections.abc import Iterator

from actions.agent import ArchiveAgentBaseline, AwaitAgentBaseline, RecordAgentBaseline
from probes.agent import NOTE, AgentsMissing, AgentsOnline
from probes.fact import Absent, AnyDrift, AnyExpected, AnyFact, Known, Unknown, require_fact_type
from probes.task import TaskDone, TaskPending, TaskRecorded
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules import module_facts
from specs.cluster import Cluster
from specs.module import AgentBaseline, Module
from specs.reason import Reason, inline, reason

FACTS = (AgentsMissing,)
BUS = "paas"
"""Whose module answers the question."""
FIRST = "5.1"
"""The note is free to be written at any time before: it is, with the backups, while all of the old one serves."""


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    """No note is left over."""
    return tuple(
        TaskPending(host=cluster.controller, task=NOTE).must_be(
            False, because=reason("agents-baseline-archived"), source=agents.source, module=module.name
        )
        for module, agents in _reached(cluster)
    )


def _reached(cluster: Cluster) -> Iterator[tuple[Module, AgentBaseline]]:
    for module in cluster.modules():
        if module.agents is not None:
            yield module, module.agents


def baseline_recorded(cluster: Cluster, module: Module, facts: FactReader) -> Iterator[AnyExpected]:
    """What the module's installation waits for, where something of the old one is there to be retired."""
    if module.agents is not None and old_gse_present(cluster, module, facts):
        fact = TaskRecorded(host=cluster.controller, task=NOTE, release=cluster.release.version)
        why = reason("agents-recorded-before")
        yield fact.must_be(True, because=why, source=module.agents.source, module=module.name)


def done(cluster: Cluster) -> TaskDone:
    """What a person may say of them: not to be waited for any more."""
    return TaskDone(host=cluster.controller, task=NOTE, release=cluster.release.version)


def invalidated(cluster: Cluster, module: Module, facts: FactReader) -> Iterator[AnyFact]:
    if module.agents is not None and old_gse_present(cluster, module, facts):
        yield _lost(cluster)


def old_gse_present(cluster: Cluster, module: Module, facts: FactReader) -> bool:
    """Is anything of the old one left to be retired?"""
    units = facts.read_all(expected.fact for expected in module_facts.obsolete_units(cluster, module, "last"))
    return any(unit != Absent() for unit in units)


def recovered(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    """What the retirement of the old one waits for."""
    if module.agents is not None:
        why = inline(module.agents.because)
        yield _lost(cluster).must_be((), because=why, source=module.agents.source, module=module.name)


def _lost(cluster: Cluster) -> AgentsMissing:
    return AgentsMissing(
        host=cluster.controller,
        env=env(cluster),
        hosts=cluster.inventory.hosts,
        release=cluster.release.version,
    )


def env(cluster: Cluster) -> str:
    """Where the ESB's address and application are."""
    return cluster.env("04-final/paas.env")


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    module, agents = next(_reached(cluster))
    match drift.expected.fact:
        case TaskRecorded() as fact:
            return _note(cluster, fact, agents, facts)
        case TaskPending():
            return _settle(cluster, module, drift)
        case _:
            return _await(cluster, module, require_fact_type(drift, AgentsMissing), drift)


def _note(cluster: Cluster, fact: TaskRecorded, agents: AgentBaseline, facts: FactReader) -> Repair:
    asked = online_query(cluster)
    online, unasked, why = _known(facts, asked)
    action = RecordAgentBaseline(host=fact.host, noted=fact, online=online, unasked=unasked)
    return Repair(action=action, because=why, source=agents.source, section=FIRST)


def online_query(cluster: Cluster) -> AgentsOnline:
    """The question to GSE: which of this cluster's own hosts it reaches."""
    return AgentsOnline(host=cluster.controller, env=env(cluster), hosts=cluster.inventory.hosts)


def _known(facts: FactReader, asked: AgentsOnline) -> tuple[tuple[str, ...], str, Reason]:
    reading = facts.read(asked)
    online: tuple[str, ...] = reading.value if isinstance(reading, Known) else ()
    if online:
        return online, "", reason("agents-online-now", count=len(online), of=len(asked.hosts))
    code = str(getattr(reading.why, "code", "")) if isinstance(reading, Unknown) else "agents-none-online"
    return (), code, reason("agents-not-known", reason=code)


def _await(cluster: Cluster, module: Module, fact: AgentsMissing, drift: AnyDrift) -> Repair:
    """Once all that they are to come back to runs, and whom to ask."""
    expectations = replacement_serving(cluster, module)
    action = AwaitAgentBaseline(host=fact.host, lost=fact, because=drift.expected.because)
    lost = drift.reading.value if isinstance(drift.reading, Known) else ()
    why = reason("agents-missing-now", hosts=", ".join(lost)) if lost else drift.expected.because
    return Repair(
        action=action, because=why, source=drift.expected.source, section=section(module), requires=expectations
    )


def replacement_serving(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """The new one is there and was seen at work, and so is what is asked about it."""
    bus = [one for one in cluster.modules() if one.name == BUS]
    return (
        *module_facts.replacement_ready(cluster, module),
        *(expected for one in bus for expected in module_facts.readiness(cluster, one)),
    )


def _settle(cluster: Cluster, module: Module, drift: AnyDrift) -> Repair:
    action = ArchiveAgentBaseline(host=drift.expected.fact.host, release=cluster.release.version)
    expectations = module_facts.obsolete_units(cluster, module, "last")
    return Repair.of(drift, action, section=section(module), requires=expectations)


def section(module: Module) -> str:
    """The guide's, where the old one is retired."""
    return next((unit.section for unit in module.obsolete_units if unit.retire == "last"), "") or module.section
