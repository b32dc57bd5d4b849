"""The trial job: what JOB could do before GSE was replaced, it can do before the old GSE is retired.

Asked for by what there is to retire, as the agents are (`rules/agent.py`), and after them: JOB hands its work to them.
JOB itself is 6.1's both times where the guide's order is kept (GSE 7.8, JOB 7.10), so nothing of 6.2's JOB is needed;
that is the very claim: no interruption. Nothing is demanded where JOB is not among the modules, is left to its owner,
or where the note tells of no success.
"""

from collections.abc import Iterator

from actions.smoke_test import ArchiveSmokeTest, RecordSmokeTest, RunSmokeTest
from probes.fact import AnyDrift, AnyExpected, AnyFact, Known, require_fact_type
from probes.smoke_test import NOTE, SmokeTestBroken, said
from probes.task import TaskDone, TaskPending, TaskRecorded
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules import agent, module_facts
from specs.cluster import Cluster
from specs.module import Module, SmokeTest
from specs.reason import inline, reason

FACTS = (SmokeTestBroken,)
JOB = "job"


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    """No note is left over."""
    return tuple(
        TaskPending(host=cluster.controller, task=NOTE).must_be(
            False, because=reason("smoke-test-archived"), source=trial.source, module=module.name
        )
        for module, trial in _reached(cluster)
    )


def _reached(cluster: Cluster) -> Iterator[tuple[Module, SmokeTest]]:
    for module in cluster.modules():
        trial = _trial(cluster, module)
        if trial is not None:
            yield module, trial


def _trial(cluster: Cluster, module: Module) -> SmokeTest | None:
    return module.smoke_test if cluster.inventory.on(JOB) and JOB not in cluster.release.excluded else None


def baseline_recorded(cluster: Cluster, module: Module, facts: FactReader) -> Iterator[AnyExpected]:
    """What the module's installation waits for, where something of the old one is there to be retired."""
    trial = _trial(cluster, module)
    if trial is not None and agent.old_gse_present(cluster, module, facts):
        fact = TaskRecorded(host=cluster.controller, task=NOTE, release=cluster.release.version)
        yield fact.must_be(True, because=reason("smoke-test-recorded-before"), source=trial.source, module=module.name)


def done(cluster: Cluster) -> TaskDone:
    """What a person may say of it: that nothing is to wait for it any more."""
    return TaskDone(host=cluster.controller, task=NOTE, release=cluster.release.version)


def invalidated(cluster: Cluster, module: Module, facts: FactReader) -> Iterator[AnyFact]:
    if _trial(cluster, module) is not None and agent.old_gse_present(cluster, module, facts):
        yield _lost(cluster)


def recovered(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    """What the retirement of the old one waits for."""
    trial = _trial(cluster, module)
    if trial is not None:
        why = inline(trial.because)
        yield _lost(cluster).must_be((), because=why, source=trial.source, module=module.name)


def _lost(cluster: Cluster) -> SmokeTestBroken:
    return SmokeTestBroken(host=cluster.controller, release=cluster.release.version)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    module, trial = next(_reached(cluster))
    match drift.expected.fact:
        case TaskRecorded() as fact:
            return _note(cluster, fact, trial, facts)
        case TaskPending():
            return _settle(cluster, module, drift)
        case _:
            return _again(cluster, module, require_fact_type(drift, SmokeTestBroken), drift)


def _note(cluster: Cluster, fact: TaskRecorded, trial: SmokeTest, facts: FactReader) -> Repair:
    on = _on(cluster, facts)
    action = RecordSmokeTest(host=fact.host, noted=fact, env=agent.env(cluster), on=on)
    return Repair(action=action, because=reason("smoke-test-before", host=on), source=trial.source, section=agent.FIRST)


def _on(cluster: Cluster, facts: FactReader) -> str:
    """The controller; another only where GSE reaches that one and not the controller."""
    online = facts.read(agent.online_query(cluster))
    if isinstance(online, Known) and online.value and cluster.controller not in online.value:
        return online.value[0]
    return cluster.controller


def _again(cluster: Cluster, module: Module, fact: SmokeTestBroken, drift: AnyDrift) -> Repair:
    """Once all that it goes through runs, and the agents are back."""
    expectations = (*agent.replacement_serving(cluster, module), *agent.recovered(cluster, module))
    action = RunSmokeTest(host=fact.host, lost=fact, env=agent.env(cluster), because=drift.expected.because)
    lost = drift.reading.value if isinstance(drift.reading, Known) else ()
    why = said(lost)[1] if lost else drift.expected.because
    return Repair(
        action=action, because=why, source=drift.expected.source, section=agent.section(module), requires=expectations
    )


def _settle(cluster: Cluster, module: Module, drift: AnyDrift) -> Repair:
    action = ArchiveSmokeTest(host=drift.expected.fact.host, release=cluster.release.version)
    expectations = module_facts.obsolete_units(cluster, module, "last")
    return Repair.of(drift, action, section=agent.section(module), requires=expectations)
