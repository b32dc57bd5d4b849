"""Tasks of an upgrade: recorded as pending before a module's upgrade, run once the module is ready again; or run as its
last preparation, where the new version needs what they make.

Without a trace and with the product already at its version, it was upgraded manually. A task that the guide calls
harmless when repeated is then simply run; the rest is Unknown (`version_file` in the data) and waits for `bkrec ack`.
"""

from actions.task import MIGRATED, PYTHON, RecordTask, RunPostUpgradeTask
from probes.fact import Absent, AnyDrift, AnyExpected, Known
from probes.path import VersionText
from probes.task import TaskDone, TaskPending, TaskRecorded
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules import agent, database, env, module_extras, module_facts, nginx, smoke_test
from reconciler.rules.install import MERGE_RECORD, prepared_requirements
from reconciler.rules.module_facts import LOGIN_PATH
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.module import Module, PostUpgradeTask
from specs.reason import inline, reason
from specs.version_order import numbers_of

FACTS = (TaskPending, TaskDone, TaskRecorded)
SCRIPT = "/data/migrate_subject_system_group.py"
"""Where guide 7.6 puts the migration script; it is not in the package."""


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return tuple(expected for module in cluster.modules() for expected in module_extras.tasks_done(cluster, module))


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = drift.expected.fact
    name = getattr(fact, "task", "")
    if name == nginx.RECORD:
        return nginx.render(cluster, fact.host, drift)
    if name == MERGE_RECORD:
        return env.generate_variables(cluster, drift, facts)
    if name == agent.RECORD:
        return agent.repair(cluster, drift, facts)
    if name == smoke_test.RECORD:
        return smoke_test.repair(cluster, drift, facts)
    module, task = _task_of(cluster, name)
    if isinstance(fact, TaskPending):
        return diagnose(
            "task-recorded-elsewhere", where=fact.host, task=name, host=module_extras.host_of(cluster, task)
        )
    if isinstance(fact, TaskRecorded):
        return _record(cluster, module, task, drift)
    if task.name == "iam-subjects" and not database.mysql(cluster):
        return diagnose("mysql-nowhere", where=fact.host, host=fact.host, login_path=LOGIN_PATH)
    if task.before_upgrade:
        return _prepare(cluster, module, task, drift, facts)
    return _run(cluster, module, task, drift, module_facts.readiness(cluster, module))


def _prepare(cluster: Cluster, module: Module, task: PostUpgradeTask, drift: AnyDrift, facts: FactReader) -> Decision:
    """Without a record, and with a version that this task comes before: it was done by hand, or left out."""
    upgraded = upgraded_version(cluster, module, facts)
    if not upgraded:
        return _run(cluster, module, task, drift, prepared_requirements(cluster, module))
    if drift.reading == Absent():
        return diagnose("task-untraced", where=drift.expected.fact.host, task=task.name, version=upgraded)
    return _run(cluster, module, task, drift, database.backups(cluster))


def installed_versions(cluster: Cluster, module: Module) -> tuple[VersionText, ...]:
    return tuple(VersionText(host=host, path=cluster.home(module.version_file)) for host in cluster.hosts(module))


def upgraded_version(cluster: Cluster, module: Module, facts: FactReader) -> str:
    """What its hosts run, where that is of the release's minor version or a later one. "" where they do not, or where
    it is unread."""
    readings = facts.read_all(installed_versions(cluster, module))
    versions = (str(reading.value) for reading in readings if isinstance(reading, Known))
    release = numbers_of(module.version)[:2]
    return next((version for version in versions if numbers_of(version)[:2] >= release), "")


def _task_of(cluster: Cluster, name: str) -> tuple[Module, PostUpgradeTask]:
    return next((m, task) for m in cluster.release.modules for task in m.tasks if task.name == name)


def _record(cluster: Cluster, module: Module, task: PostUpgradeTask, drift: AnyDrift) -> Repair:
    file = cluster.home(task.version_before_file) if task.version_before_file else ""
    recorded = module_extras.task_recorded(cluster, module, task)
    action = RecordTask(host=recorded.host, task=task.name, version_file=file, recorded=recorded)
    section = task.section or module.section
    return Repair(action=action, because=inline(task.because), source=task.source, section=section)


def _run(
    cluster: Cluster, module: Module, task: PostUpgradeTask, drift: AnyDrift, needs: tuple[AnyExpected, ...]
) -> Repair:
    action = RunPostUpgradeTask(
        host=drift.expected.fact.host,
        task=task.name,
        done=module_extras.task_done(cluster, module, task),
        install=cluster.paths.install,
        home=cluster.paths.home,
        extra=_migration(cluster) if task.name == "iam-subjects" else (),
        requirements=(
            *needs,
            *_predecessor(cluster, task, drift),
            *_not_pending_elsewhere(cluster, module, task),
        ),
        once=task.once,
        seconds=task.estimate_s,
        because=inline(task.because),
    )
    section = task.section or module.section
    return Repair(action=action, because=inline(task.because), source=task.source, section=section)


def _not_pending_elsewhere(cluster: Cluster, module: Module, task: PostUpgradeTask) -> tuple[AnyExpected, ...]:
    """A record on another host is from when that one was the module's first: begun there, outcome unknown."""
    own_host, why = module_extras.host_of(cluster, task), reason("once-in-a-cluster")
    others = (host for host in cluster.inventory.hosts if task.once and host != own_host)
    facts = (TaskPending(host=host, task=task.name) for host in others)
    return tuple(fact.must_be(False, because=why, source=task.source, module=module.name) for fact in facts)


def _migration(cluster: Cluster) -> tuple[str, ...]:
    """Script, sentence, interpreter, MySQL server."""
    return (SCRIPT, MIGRATED, PYTHON, database.mysql(cluster))


def _predecessor(cluster: Cluster, task: PostUpgradeTask, drift: AnyDrift) -> tuple[AnyExpected, ...]:
    if task.after is None:
        return ()
    module, other = _task_of(cluster, task.after)
    fact = module_extras.task_done(cluster, module, other)
    why = reason("in-their-order")
    return (fact.must_be(True, because=why, source=task.source, module=module.name),)
