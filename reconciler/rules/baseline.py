"""Baselines: what worked before GSE was replaced is recorded, awaited afterwards, archived once the old GSE is retired.

There are two: the agents that were online (`agent.py`) and a smoke test through JOB (`smoke_test.py`). Each is required
only where something of the old GSE is there to be retired: a cluster without it has no record and waits for nothing.
Where the query failed beforehand, the record says so, and nothing is required.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from actions.action import Action
from probes.fact import Absent, AnyDrift, AnyExpected, AnyFact
from probes.task import TaskDone, TaskPending, TaskRecorded
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.rules import module_facts
from specs.cluster import Cluster
from specs.module import Module
from specs.reason import Reason

BUS = "paas"
"""The module whose API (the ESB) answers both questions."""
SECTION = "5.1"
"""The record may be written any time before: it is, with the backups, while all of the old release serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    record: str
    """The name of its record among the pending tasks (`probes/task.py`)."""
    module: Module
    """The module whose replacement it is recorded for."""
    missing: AnyFact
    """The fact that reads `()` once everything recorded works again."""
    because: Reason
    recorded: Reason
    archived: Reason
    source: str


def expect(cluster: Cluster, of: Callable[[Cluster, Module], Baseline | None]) -> tuple[AnyExpected, ...]:
    """No record is pending in a finished cluster."""
    baselines = (baseline for module in cluster.modules() if (baseline := of(cluster, module)) is not None)
    return tuple(
        TaskPending(host=cluster.controller, task=baseline.record).must_be(
            False, because=baseline.archived, source=baseline.source, module=baseline.module.name
        )
        for baseline in baselines
    )


def recorded(cluster: Cluster, baseline: Baseline | None, facts: FactReader) -> Iterator[AnyExpected]:
    """Required by the installation of the module."""
    if baseline is not None and old_gse_present(cluster, baseline.module, facts):
        fact = TaskRecorded(host=cluster.controller, task=baseline.record, release=cluster.release.version)
        yield fact.must_be(True, because=baseline.recorded, source=baseline.source, module=baseline.module.name)


def invalidated(cluster: Cluster, baseline: Baseline | None, facts: FactReader) -> Iterator[AnyFact]:
    """Invalidated by the installation of the module."""
    if baseline is not None and old_gse_present(cluster, baseline.module, facts):
        yield baseline.missing


def recovered(baseline: Baseline | None) -> Iterator[AnyExpected]:
    """Required by the retirement of the old GSE."""
    if baseline is not None:
        module = baseline.module.name
        yield baseline.missing.must_be((), because=baseline.because, source=baseline.source, module=module)


def done(cluster: Cluster, record: str) -> TaskDone:
    """The fact that `bkrec ack` states: nothing is to wait for this baseline any more."""
    return TaskDone(host=cluster.controller, task=record, release=cluster.release.version)


def archive(cluster: Cluster, baseline: Baseline, action: Action, drift: AnyDrift) -> Repair:
    """The repair of a pending record: once the old GSE is retired, the new one was started again without it, and what
    was recorded still works then."""
    module = baseline.module
    retired = module_facts.obsolete_units(cluster, module, "last")
    started = module_facts.started_since_retirement(cluster, module)
    requires = (*retired, *started, *recovered(baseline))
    return Repair.of(drift, action, section=section(module), requires=requires)


def old_gse_present(cluster: Cluster, module: Module, facts: FactReader) -> bool:
    units = facts.read_all(expected.fact for expected in module_facts.obsolete_units(cluster, module, "last"))
    return any(unit != Absent() for unit in units)


def replacement_serving(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """The new GSE runs and is verified, and so is the ESB, which is queried about it."""
    bus = [product for product in cluster.modules() if product.name == BUS]
    return (
        *module_facts.replacement_ready(cluster, module),
        *(expected for module in bus for expected in module_facts.readiness(cluster, module)),
    )


def section(module: Module) -> str:
    """The guide's section that retires the old GSE."""
    return next((unit.section for unit in module.obsolete_units if unit.retire == "last"), "") or module.section


def env(cluster: Cluster) -> str:
    """The file with the ESB's address and application."""
    return cluster.env("04-final/paas.env")
