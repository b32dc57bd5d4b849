"""Adoption: wait for running jobs of earlier runs before anything is planned.

A cluster in the middle of somebody's upgrade script is no state to plan from, and a second bkcli beside a running one
is what the vendor's files do not survive. So they are followed to their end; what they achieved is then a fact.
"""

import asyncio
from collections.abc import Callable, Iterable

from probes.fact import AnyFact, AnyReading, Known, Unknown
from probes.job import JobsRunning
from reconciler.core.events import Event, JobAdopted, StepOutput
from reconciler.core.redact import redact
from reconciler.engine.clock import Clock
from reconciler.engine.gather import GatherFacts
from reconciler.engine.jobs.client import JobResult, follow_log
from reconciler.engine.stop import StopRequest
from reconciler.engine.transport import Transport
from specs.diagnostic import BkrecError, Diagnostic, diagnose

ADOPTED_TIMEOUT_S = 7200.0
"""An adopted job's own deadline began with another run; the longest action's is shorter than this."""

Jobs = tuple[tuple[str, str], ...]
"""(host, job)."""


async def running_jobs(gather: GatherFacts, hosts: Iterable[str]) -> Jobs:
    """Running jobs of all hosts; an unreachable host adds none, and nothing can be started there either."""
    return (await read_running_jobs(gather, hosts))[0]


async def read_running_jobs(gather: GatherFacts, hosts: Iterable[str]) -> tuple[Jobs, tuple[Diagnostic, ...]]:
    """Running jobs, and the hosts that could not be read."""
    facts: list[AnyFact] = [JobsRunning(host=host) for host in hosts]
    readings = (await gather(facts)).readings
    jobs = tuple((fact.host, job) for fact in facts for job in _jobs_in(readings.get(fact)))
    unread = ((fact.host, readings.get(fact)) for fact in facts)
    return jobs, tuple(
        diagnose("jobs-unread", where=host, host=host, because=reading.why)
        for host, reading in unread
        if isinstance(reading, Unknown)
    )


def _jobs_in(reading: AnyReading | None) -> tuple[str, ...]:
    match reading:
        case Known(value):
            jobs: tuple[str, ...] = value
            return jobs
        case _:
            return ()


async def adopt(
    transport: Transport, jobs: Jobs, *, clock: Clock, record: Callable[[Event], None], stop: StopRequest
) -> tuple[Diagnostic, ...]:
    """Returns what keeps us from going on: a job that does not end, or a host that went silent with one.

    Raises JournalError; the jobs go on.
    """
    async with asyncio.TaskGroup() as group:
        abort = group.create_task(stop.immediate.wait())
        tasks = [group.create_task(_follow(transport, host, job, clock, record)) for host, job in jobs]
        pending = set(tasks)
        while pending and not stop.immediate.is_set() and not any(_has_failed(task) for task in tasks):
            _, unfinished = await asyncio.wait({abort, *pending}, return_when=asyncio.FIRST_COMPLETED)
            pending = pending & unfinished
        for task in (abort, *pending):
            task.cancel()
    ended: list[tuple[JobResult, str, str]] = []
    for task, (host, job) in zip(tasks, jobs, strict=True):
        result = None if task.cancelled() else task.result()
        if isinstance(result, BkrecError):
            raise result
        if result is not None:
            ended.append((result, host, job))
    return tuple(
        diagnostic
        for result, host, job in ended
        if (diagnostic := unfinished_diagnostic(result, host, job)) is not None
    )


def _has_failed(task: asyncio.Task[JobResult | BkrecError]) -> bool:
    return task.done() and isinstance(task.result(), BkrecError)


async def _follow(
    transport: Transport, host: str, job: str, clock: Clock, record: Callable[[Event], None]
) -> JobResult | BkrecError:
    """Expected failures are returned, not raised: in a TaskGroup an exception would cancel the other jobs."""

    def on_line(line: str) -> None:
        record(StepOutput(step=job, line=redact(line)))

    try:
        record(JobAdopted(host=host, job=job))
        return await follow_log(transport, host, job, clock=clock, on_line=on_line, timeout_s=ADOPTED_TIMEOUT_S)
    except BkrecError as error:
        return error


def unfinished_diagnostic(result: JobResult, host: str, job: str) -> Diagnostic | None:
    """Why the job was not followed to its end."""
    match result.state:
        case "overdue":
            return diagnose("job-overdue", where=host, job=job, seconds=f"{ADOPTED_TIMEOUT_S:g}")
        case "no-answer":
            return diagnose("job-launch-unconfirmed", where=host, job=job)
        case _:
            return None
