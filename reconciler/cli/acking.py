"""What `bkrec ack` reads and puts down: the work of this release that leaves no trace of its own, on this cluster."""

import functools
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from probes.fact import AnyReading, Known, Readings, Unknown
from probes.path import VersionText
from probes.registry import PROBES
from reconciler.cli import caller, exits
from reconciler.cli.reach import open_session
from reconciler.engine import acks
from reconciler.engine.acks import TaskStatus
from reconciler.engine.gather import GatherFacts, gather_facts
from reconciler.engine.transport import Transport
from reconciler.rules import agent, module_extras, smoke_test
from reconciler.view.documents import AckDoc, TaskDoc, WorkState
from specs.cluster import Cluster
from specs.diagnostic import BkrecError, diagnose
from specs.module import Module, PostUpgradeTask
from specs.reason import CodedReason


async def ask(path: Path) -> AckDoc:
    """What is known of each. Writes nothing. Raises SpecError, TransportError."""
    async with open_session(path) as (transport, cluster):
        return AckDoc(works=[_to_doc(status) for status in await _questions(_look(transport), cluster)])


async def ack(path: Path, works: Sequence[str], *, done: bool, origin: str) -> AckDoc:
    """A person's word about each of `works`, put down and read back. Raises Misused, AckError, TransportError."""
    async with open_session(path) as (transport, cluster):
        look = _look(transport)
        statuses = _chosen(await _questions(look, cluster, notes=done), works)
        if not done:
            statuses = tuple(_from(status, origin) for status in statuses)
        return AckDoc(works=[_to_doc(await _record(transport, look, one, done=done)) for one in statuses])


def _look(transport: Transport) -> GatherFacts:
    return functools.partial(gather_facts, transport, PROBES)


async def _record(transport: Transport, gather: GatherFacts, question: TaskStatus, *, done: bool) -> TaskStatus:
    if done:
        who = re.sub(r"[^\w.@:-]+", "_", caller.who())
        await acks.record(transport, question.fact, who=who)
    else:
        await acks.record_pending(transport, question.fact, origin=question.origin)
    return replace(question, reading=await acks.confirm(gather, question.fact, done=done))


async def _questions(gather: GatherFacts, cluster: Cluster, *, notes: bool = True) -> tuple[TaskStatus, ...]:
    """`notes`: of agents and of the trial job, too; nobody can say of what was noted that it was not."""
    duties = [(module, task) for module in cluster.modules() for task in module.tasks]
    facts = [module_extras.task_done(cluster, module, duty) for module, duty in duties]
    origins = [_origin(cluster, module) for module, _ in duties]
    noted = (agent.done(cluster), smoke_test.done(cluster)) if notes else ()
    readings = (await gather([*facts, *origins, *noted])).readings
    away = (TaskStatus(fact=one, reading=readings[one], origin="", needs_origin=False) for one in noted)
    return tuple(status for status in away if isinstance(status.reading, Known)) + tuple(
        TaskStatus(
            fact=fact,
            reading=readings[fact],
            origin=_version(readings, origin, duty, module),
            needs_origin=bool(duty.version_before_file),
        )
        for (module, duty), fact, origin in zip(duties, facts, origins, strict=True)
    )


def _origin(cluster: Cluster, module: Module) -> VersionText:
    """Where guide 5.3 puts 6.1's sources, and 7.10 reads the version that an upgrade starts from."""
    return VersionText(host=cluster.controller, path=f"{cluster.paths.src}.bak/{module.src}/VERSION")


def _version(readings: Readings, fact: VersionText, task: PostUpgradeTask, module: Module) -> str:
    match readings[fact]:
        case Known(str(version)) if task.version_before_file and version != module.version:
            return version
        case _:
            return ""


def _chosen(questions: Sequence[TaskStatus], works: Sequence[str]) -> tuple[TaskStatus, ...]:
    known = {status.fact.task: status for status in questions}
    strange = [work for work in works if work not in known]
    if strange:
        ids = ", ".join(known) or "-"
        raise exits.UsageError(BkrecError(*(diagnose("ack-unknown-task", task=work, known=ids) for work in strange)))
    return tuple(known[work] for work in dict.fromkeys(works))


def _from(question: TaskStatus, origin: str) -> TaskStatus:
    output_text = origin or question.origin
    if question.needs_origin and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}", output_text):
        raise exits.UsageError(
            BkrecError(diagnose("ack-needs-origin", where=question.fact.host, task=question.fact.task))
        )
    return replace(question, origin=output_text if question.needs_origin else "")


def _to_doc(question: TaskStatus) -> TaskDoc:
    fact = question.fact
    return TaskDoc(task=fact.task, host=fact.host, state=_state(question.reading), origin=question.origin)


def _state(reading: AnyReading) -> WorkState:
    match reading:
        case Known(True):
            return "done"
        case Known():
            return "owed"
        case Unknown(CodedReason(code="task-untraced")):
            return "untraced"
        case Unknown():
            return "unread"
        case _:
            return "due"
