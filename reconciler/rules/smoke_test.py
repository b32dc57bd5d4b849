"""Smoke test: what JOB could do before GSE was replaced, it can do before the old GSE is retired.

It comes after the agents (`rules/agent.py`): JOB hands its work to them. JOB itself is 6.1's both times where the
guide's order is kept (GSE 7.8, JOB 7.10), so nothing of 6.2's JOB is required; that is the very claim: no interruption.
Nothing is required where JOB is not among the modules or is excluded, or where the test did not succeed before.
"""

from collections.abc import Iterator

from actions.smoke_test import ArchiveSmokeTest, RecordSmokeTest, RunSmokeTest
from probes.fact import AnyDrift, AnyExpected, AnyFact, Known, require_fact_type
from probes.smoke_test import RECORD, SmokeTestBroken, decode_reason
from probes.task import TaskDone, TaskPending, TaskRecorded
from reconciler.core.causes import Findings
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules import agent, baseline, dependencies
from reconciler.rules.baseline import Baseline
from specs.cluster import Cluster
from specs.module import Module
from specs.reason import inline, reason

FACTS = (SmokeTestBroken,)
JOB = "job"


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return baseline.expect(cluster, smoke_test_baseline)


def done(cluster: Cluster) -> TaskDone:
    return baseline.done(cluster, RECORD)


def smoke_test_baseline(cluster: Cluster, module: Module) -> Baseline | None:
    if module.smoke_test is None or not cluster.inventory.on(JOB) or JOB in cluster.release.excluded:
        return None
    return Baseline(
        record=RECORD,
        module=module,
        missing=SmokeTestBroken(host=cluster.controller, release=cluster.release.version),
        because=inline(module.smoke_test.because),
        recorded=reason("smoke-test-recorded-before"),
        archived=reason("smoke-test-archived"),
        source=module.smoke_test.source,
    )


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    of_job = next(
        result for module in cluster.modules() if (result := smoke_test_baseline(cluster, module)) is not None
    )
    match drift.expected.fact:
        case TaskRecorded() as fact:
            return _record(cluster, fact, of_job, facts)
        case TaskPending():
            action = ArchiveSmokeTest(host=drift.expected.fact.host, release=cluster.release.version)
            return baseline.archive(cluster, of_job, action, drift)
        case _:
            return _run(cluster, of_job.module, require_fact_type(drift, SmokeTestBroken), drift)


def _record(cluster: Cluster, fact: TaskRecorded, of_job: Baseline, facts: FactReader) -> Repair:
    on = _test_host(cluster, facts)
    action = RecordSmokeTest(host=fact.host, recorded=fact, env=baseline.env(cluster), on=on)
    why = reason("smoke-test-before", host=on)
    return Repair(action=action, because=why, source=of_job.source, section=baseline.SECTION)


def _test_host(cluster: Cluster, facts: FactReader) -> str:
    """The controller; another host only where GSE reaches that one and not the controller."""
    online = facts.read(agent.online_query(cluster))
    if isinstance(online, Known) and online.value and cluster.controller not in online.value:
        return online.value[0]
    return cluster.controller


def _run(cluster: Cluster, module: Module, fact: SmokeTestBroken, drift: AnyDrift) -> Repair:
    """Requires everything it passes through, and the agents."""
    agents = baseline.recovered(agent.agent_baseline(cluster, module))
    broken = drift.reading.value if isinstance(drift.reading, Known) else ()
    return Repair(
        action=RunSmokeTest(host=fact.host, broken=fact, env=baseline.env(cluster), because=drift.expected.because),
        because=decode_reason(broken)[1] if broken else drift.expected.because,
        source=drift.expected.source,
        section=baseline.section(module),
        requires=(*baseline.replacement_serving(cluster, module), *agents),
    )


def rests_on(cluster: Cluster, drift: AnyDrift, findings: Findings) -> Iterator[AnyFact]:
    """JOB, the module that it works through, and the ESB that it is called by."""
    for module in cluster.modules():
        if module.smoke_test is not None or module.name in ("job", "paas"):
            for host in cluster.hosts(module):
                yield from dependencies.runs(cluster, module, host)
