"""Owed work: the note is left before a module's call, the work is done once the module is ready again.

Without a trace and with the product already at its version, somebody has upgraded it by hand. What the guide calls
harmless when repeated is then simply done; the rest is Unknown (`version_file` in the data) and waits for `bkrec ack`.
"""

from actions.task import MIGRATED, PYTHON, RecordTask, RunPostUpgradeTask
from probes.fact import AnyDrift, AnyExpected
from probes.task import TaskDone, TaskPending, TaskRecorded
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules import agent, database, module_extras, module_facts, nginx, smoke_test
from reconciler.rules.module_facts import LOGIN_PATH
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.module import Module, PostUpgradeTask
from specs.reason import inline, reason

FACTS = (TaskPending, TaskDone, TaskRecorded)
SCRIPT = "/data/migrate_subject_system_group.py"
"""Where guide 7.6 puts the migration script; it is not in the package."""


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return tuple(expected for module in cluster.modules() for expected in module_extras.tasks_done(cluster, module))


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = drift.expected.fact
    work = getattr(fact, "task", "")
    if work == nginx.NOTE:
        return nginx.render(cluster, fact.host, drift)
    if work == agent.NOTE:
        return agent.repair(cluster, drift, facts)
    if work == smoke_test.NOTE:
        return smoke_test.repair(cluster, drift, facts)
    module, task = _duty(cluster, work)
    if isinstance(fact, TaskPending):
        return diagnose(
            "task-recorded-elsewhere", where=fact.host, task=work, host=module_extras.host_of(cluster, task)
        )
    if isinstance(fact, TaskRecorded):
        return _note(cluster, module, task, drift)
    if task.name == "iam-subjects" and not database.mysql(cluster):
        return diagnose("mysql-nowhere", where=fact.host, host=fact.host, login_path=LOGIN_PATH)
    return _do(cluster, module, task, drift)


def _duty(cluster: Cluster, work: str) -> tuple[Module, PostUpgradeTask]:
    return next((m, task) for m in cluster.release.modules for task in m.tasks if task.name == work)


def _note(cluster: Cluster, module: Module, task: PostUpgradeTask, drift: AnyDrift) -> Repair:
    file = cluster.home(task.version_before_file) if task.version_before_file else ""
    noted = module_extras.task_recorded(cluster, module, task)
    action = RecordTask(host=noted.host, task=task.name, remembers=file, noted=noted)
    section = task.section or module.section
    return Repair(action=action, because=inline(task.because), source=task.source, section=section)


def _do(cluster: Cluster, module: Module, task: PostUpgradeTask, drift: AnyDrift) -> Repair:
    action = RunPostUpgradeTask(
        host=drift.expected.fact.host,
        task=task.name,
        done=module_extras.task_done(cluster, module, task),
        install=cluster.paths.install,
        home=cluster.paths.home,
        extra=_migration(cluster) if task.name == "iam-subjects" else (),
        before=(
            *module_facts.readiness(cluster, module),
            *_predecessor(cluster, task, drift),
            *_only_here(cluster, module, task),
        ),
        once=task.once,
        seconds=task.estimate_s,
        because=inline(task.because),
    )
    section = task.section or module.section
    return Repair(action=action, because=inline(task.because), source=task.source, section=section)


def _only_here(cluster: Cluster, module: Module, task: PostUpgradeTask) -> tuple[AnyExpected, ...]:
    """A note elsewhere is from when the module's first host was another: begun there, and nobody saw its end."""
    here, why = module_extras.host_of(cluster, task), reason("once-in-a-cluster")
    others = (host for host in cluster.inventory.hosts if task.once and host != here)
    facts = (TaskPending(host=host, task=task.name) for host in others)
    return tuple(fact.must_be(False, because=why, source=task.source, module=module.name) for fact in facts)


def _migration(cluster: Cluster) -> tuple[str, ...]:
    """Script, sentence, interpreter, MySQL server."""
    return (SCRIPT, MIGRATED, PYTHON, database.mysql(cluster))


def _predecessor(cluster: Cluster, task: PostUpgradeTask, drift: AnyDrift) -> tuple[AnyExpected, ...]:
    if task.after is None:
        return ()
    module, other = _duty(cluster, task.after)
    fact = module_extras.task_done(cluster, module, other)
    why = reason("in-their-order")
    return (fact.must_be(True, because=why, source=task.source, module=module.name),)
