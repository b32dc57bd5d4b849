"""Activity: lease, jobs and pause of a cluster right now, for a second terminal. Writes nothing."""

import re
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass

from probes.command import Command
from probes.job import STATE_ROOT
from reconciler.core.redact import redact
from reconciler.engine import pause
from reconciler.engine.failpoints import register
from reconciler.engine.gather import GatherFacts
from reconciler.engine.jobs.adopt import Jobs, read_running_jobs
from reconciler.engine.jobs.scripts import TAIL_LOGS
from reconciler.engine.lease import LeaseHolder, read_lease
from reconciler.engine.transport import Transport, TransportError
from specs.diagnostic import Diagnostic

_TAIL = register("job-tail")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningJob:
    host: str
    job: str
    line: str
    """The last one of its log, redacted; "" where it said nothing, or nobody heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterActivity:
    holder: LeaseHolder | None
    paused: pause.PauseRequest | None
    running: tuple[RunningJob, ...]
    unread: tuple[Diagnostic, ...] = ()
    """Hosts that did not say what runs there."""


async def current_activity(
    transport: Transport, gather: GatherFacts, controller: str, hosts: Iterable[str]
) -> ClusterActivity:
    """Raises LeaseError, TransportError where the controller is out of reach; another host adds no jobs then."""
    holder = await read_lease(transport, controller)
    jobs, unread = await read_running_jobs(gather, hosts)
    return ClusterActivity(
        holder=holder,
        paused=await pause.read(gather, controller),
        unread=unread,
        running=tuple(
            [
                job
                for host in dict.fromkeys(host for host, _ in jobs)
                for job in await _running_on(transport, host, jobs)
            ]
        ),
    )


async def _running_on(transport: Transport, host: str, jobs: Jobs) -> tuple[RunningJob, ...]:
    names = tuple(job for where, job in jobs if where == host)
    _TAIL.before()
    try:
        output = await transport.run(host, Command(script=TAIL_LOGS, args=(STATE_ROOT, *names)))
    except TransportError as error:
        output = error.partial_output
    _TAIL.after()
    readings = dict(re.findall(r"^(\S+) ([A-Za-z0-9+/=]*)$", output.stdout, re.MULTILINE))
    return tuple(RunningJob(host=host, job=job, line=_last_line(readings.get(job, ""))) for job in names)


def _last_line(block: str) -> str:
    """The log's last line; of truncated base64 as much as decodes."""
    text = b64decode(block[: len(block) // 4 * 4]).decode("utf-8", "replace")
    lines = [line for line in re.split(r"[\r\n]+", text) if line.strip()]
    return redact(lines[-1]) if lines else ""
