"""Agents: those that were online before GSE was replaced are online again before the old GSE is retired."""

from collections.abc import Iterator

from actions.agent import ArchiveAgentBaseline, AwaitAgentBaseline, RecordAgentBaseline
from probes.agent import RECORD, AgentsMissing, AgentsOnline
from probes.fact import AnyDrift, AnyExpected, AnyFact, Known, Unknown, require_fact_type
from probes.task import TaskDone, TaskPending, TaskRecorded
from reconciler.core.causes import Findings
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules import baseline, dependencies
from reconciler.rules.baseline import Baseline
from specs.cluster import Cluster
from specs.module import Module
from specs.reason import Reason, inline, reason

FACTS = (AgentsMissing,)


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return baseline.expect(cluster, agent_baseline)


def done(cluster: Cluster) -> TaskDone:
    return baseline.done(cluster, RECORD)


def agent_baseline(cluster: Cluster, module: Module) -> Baseline | None:
    if module.agents is None:
        return None
    return Baseline(
        record=RECORD,
        module=module,
        missing=AgentsMissing(
            host=cluster.controller,
            env=baseline.env(cluster),
            hosts=cluster.inventory.hosts,
            release=cluster.release.version,
        ),
        because=inline(module.agents.because),
        recorded=reason("agents-recorded-before"),
        archived=reason("agents-baseline-archived"),
        source=module.agents.source,
    )


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    of_gse = next(result for module in cluster.modules() if (result := agent_baseline(cluster, module)) is not None)
    match drift.expected.fact:
        case TaskRecorded() as fact:
            return _record(cluster, fact, of_gse, facts)
        case TaskPending():
            action = ArchiveAgentBaseline(host=drift.expected.fact.host, release=cluster.release.version)
            return baseline.archive(cluster, of_gse, action, drift)
        case _:
            return _await(cluster, of_gse.module, require_fact_type(drift, AgentsMissing), drift)


def _record(cluster: Cluster, fact: TaskRecorded, of_gse: Baseline, facts: FactReader) -> Repair:
    query = online_query(cluster)
    online, unknown_because, why = _online(facts, query)
    action = RecordAgentBaseline(host=fact.host, recorded=fact, online=online, unknown_because=unknown_because)
    return Repair(action=action, because=why, source=of_gse.source, section=baseline.SECTION)


def online_query(cluster: Cluster) -> AgentsOnline:
    """The question to GSE: which of this cluster's own hosts it reaches."""
    return AgentsOnline(host=cluster.controller, env=baseline.env(cluster), hosts=cluster.inventory.hosts)


def _online(facts: FactReader, query: AgentsOnline) -> tuple[tuple[str, ...], str, Reason]:
    """The hosts that are online, else the code of the reason why none is known to be; and the reason of the step."""
    reading = facts.read(query)
    online: tuple[str, ...] = reading.value if isinstance(reading, Known) else ()
    if online:
        return online, "", reason("agents-online-now", count=len(online), of=len(query.hosts))
    code = str(getattr(reading.why, "code", "")) if isinstance(reading, Unknown) else "agents-none-online"
    return (), code, reason("agents-not-known", reason=code)


def _await(cluster: Cluster, module: Module, fact: AgentsMissing, drift: AnyDrift) -> Repair:
    """Requires the new GSE, to which they reconnect, and the ESB, which is queried."""
    action = AwaitAgentBaseline(host=fact.host, missing=fact, because=drift.expected.because)
    missing = drift.reading.value if isinstance(drift.reading, Known) else ()
    return Repair(
        action=action,
        because=reason("agents-missing-now", hosts=", ".join(missing)) if missing else drift.expected.because,
        source=drift.expected.source,
        section=baseline.section(module),
        requires=baseline.replacement_serving(cluster, module),
    )


def rests_on(cluster: Cluster, drift: AnyDrift, findings: Findings) -> Iterator[AnyFact]:
    """GSE on all of its hosts; the ESB, which is asked for them."""
    for module in cluster.modules():
        if module.agents is not None or module.name == "paas":
            for host in cluster.hosts(module):
                yield from dependencies.runs(cluster, module, host)
