"""`ack`: post-upgrade tasks that leave no trace of their own, and a person's word about them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from probes.fact import Absent, AnyReading, Known, Readings, Unknown
from probes.path import VersionText
from reconciler.commands import caller, session
from reconciler.commands.errors import UsageError
from reconciler.commands.result import Result
from reconciler.commands.session import ClusterSession
from reconciler.core.fact_reader import FactReader
from reconciler.engine import acks
from reconciler.engine.acks import TaskStatus
from reconciler.engine.gather import GatherFacts
from reconciler.rules import agent, module_extras, smoke_test
from reconciler.rules.task import installed_versions, upgraded_version
from reconciler.view.documents import AckDoc, TaskDoc, TaskState
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.module import Module, PostUpgradeTask
from specs.reason import CodedReason, reason


async def show(path: Path) -> Result[AckDoc]:
    """Every task and its state. Writes nothing. Raises SpecError, TransportError."""
    async with session.open_cluster(path) as opened:
        return _result(await _tasks(opened.gather, opened.cluster))


async def ack(path: Path, names: Sequence[str], *, done: bool, origin: str) -> Result[AckDoc]:
    """Records that each was done or not, and reads it back. Raises UsageError, AckError, TransportError."""
    async with session.open_cluster(path) as opened:
        tasks = _chosen(await _tasks(opened.gather, opened.cluster, with_records=done), names)
        if not done:
            tasks = tuple(_with_origin(task, origin) for task in tasks)
        return _result([await _record(opened, task, done=done) for task in tasks])


def incomplete() -> UsageError:
    """Names without --done or --not-done, or the other way round."""
    return UsageError(diagnose("ack-incomplete"))


def _result(tasks: Sequence[TaskStatus]) -> Result[AckDoc]:
    return Result(document=AckDoc(tasks=[_document(task) for task in tasks]))


async def _record(opened: ClusterSession, task: TaskStatus, *, done: bool) -> TaskStatus:
    if done:
        who = re.sub(r"[^\w.@:-]+", "_", caller.who())
        await acks.record(opened.transport, task.fact, who=who)
    else:
        await acks.record_pending(opened.transport, task.fact, origin=task.origin)
    return replace(task, reading=await acks.confirm(opened.gather, task.fact, done=done))


async def _tasks(gather: GatherFacts, cluster: Cluster, *, with_records: bool = True) -> tuple[TaskStatus, ...]:
    """`with_records`: those of the agents and of the smoke test, too; what was recorded cannot be acknowledged as not
    done."""
    tasks = [(module, task) for module in cluster.modules() for task in module.tasks]
    facts = [module_extras.task_done(cluster, module, task) for module, task in tasks]
    origins = [_origin(cluster, module) for module, _ in tasks]
    records = (agent.done(cluster), smoke_test.done(cluster)) if with_records else ()
    early = [module for module, task in tasks if task.before_upgrade]
    installed = [fact for module in early for fact in installed_versions(cluster, module)]
    readings = (await gather([*facts, *origins, *records, *installed])).readings

    def statuses() -> Iterator[TaskStatus]:
        for fact in records:
            if isinstance(readings[fact], Known):
                yield TaskStatus(fact=fact, reading=readings[fact], origin="", needs_origin=False)
        for (module, task), fact, origin in zip(tasks, facts, origins, strict=True):
            version = _version(readings, origin, task, module)
            needed = bool(task.version_before_file)
            reading = _reading(cluster, module, task, readings)
            yield TaskStatus(fact=fact, reading=reading, origin=version, needs_origin=needed)

    return tuple(statuses())


def _reading(cluster: Cluster, module: Module, task: PostUpgradeTask, readings: Readings) -> AnyReading:
    """One that comes before the upgrade is too late, once that has been done: only a person knows, as the plan says."""
    reading = readings[module_extras.task_done(cluster, module, task)]
    if not task.before_upgrade or reading != Absent():
        return reading
    upgraded = upgraded_version(cluster, module, FactReader(readings))
    return Unknown(reason("task-untraced", task=task.name, version=upgraded)) if upgraded else reading


def _origin(cluster: Cluster, module: Module) -> VersionText:
    """Where guide 5.3 puts 6.1's sources, and 7.10 reads the version that an upgrade starts from."""
    return VersionText(host=cluster.controller, path=f"{cluster.paths.src}.bak/{module.src}/VERSION")


def _version(readings: Readings, fact: VersionText, task: PostUpgradeTask, module: Module) -> str:
    match readings[fact]:
        case Known(str(version)) if task.version_before_file and version != module.version:
            return version
        case _:
            return ""


def _chosen(tasks: Sequence[TaskStatus], names: Sequence[str]) -> tuple[TaskStatus, ...]:
    known = {task.fact.task: task for task in tasks}
    unknown = [name for name in names if name not in known]
    if unknown:
        ids = ", ".join(known) or "-"
        raise UsageError(*(diagnose("ack-unknown-task", task=name, known=ids) for name in unknown))
    return tuple(known[name] for name in dict.fromkeys(names))


def _with_origin(task: TaskStatus, origin: str) -> TaskStatus:
    version = origin or task.origin
    if task.needs_origin and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}", version):
        raise UsageError(diagnose("ack-needs-origin", where=task.fact.host, task=task.fact.task))
    return replace(task, origin=version if task.needs_origin else "")


def _document(task: TaskStatus) -> TaskDoc:
    return TaskDoc(task=task.fact.task, host=task.fact.host, state=_state(task.reading), origin=task.origin)


def _state(reading: AnyReading) -> TaskState:
    match reading:
        case Known(True):
            return "done"
        case Known():
            return "pending"
        case Unknown(CodedReason(code="task-untraced")):
            return "untraced"
        case Unknown():
            return "unread"
        case _:
            return "not-due"
