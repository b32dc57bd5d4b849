"""Seals hosts: takes the manifest of each, renews what jobs of bkrec have changed, accepts what a person names.

A run renews only what was last changed while a job ran, as each host's own records of jobs say; what was edited before,
or between two runs, stays a finding. So it needs no list from before the run, and holds after a kill.
"""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from probes.command import Command
from probes.job import STATE_ROOT
from probes.seal import Change
from reconciler.core.redact import clean
from reconciler.engine.batch import last_match
from reconciler.engine.failpoints import register
from reconciler.engine.seal_scripts import HISTORY, PERIODS, SEAL
from reconciler.engine.transport import Transport, TransportError
from specs.diagnostic import BkrecError, diagnose

TIMEOUT_S = 1800.0
"""Digests of all program trees: some 10 GB, from a slow disk."""

UNCOMPARED = ("source", "version", "renderer", "namespace", "failed", "nothing", "stopped")
"""Why what the vendor's call would write is not known, as `engine/rendering_scripts.py` has it."""

_SEAL = register("seal")
_PERIODS = register("seal-periods")
_HISTORY = register("seal-history")


class SealError(BkrecError):
    """The manifest of a host was not written; it is as it was before."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class RenderedFile:
    """A file that is not what the vendor's call would write there."""

    host: str
    module: str
    """As `bkcli render MODULE` calls it."""
    file: str
    emptied: bool = False
    """The call would leave a placeholder of its template empty: it has not all that the installer has."""

    @property
    def name(self) -> str:
        """By which a person accepts it."""
        return f"seal.rendered {self.module} {self.file} @{self.host}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSeal:
    host: str
    state: str
    """The script's own word: "sealed", "exists", "absent", "damaged", "busy", "unread", "unwritable", "stale";
    "differs": rendered files are not what the vendor's call would write; "accepted", "unknown": such a difference; or
    "no-answer"."""
    entries: int = 0
    resealed: tuple[Change, ...] = ()
    remaining: tuple[Change, ...] = ()
    """Changes that are still findings, or could not be read."""
    differing: tuple[RenderedFile, ...] = ()
    uncompared: tuple[tuple[str, str], ...] = ()
    """Modules of which nobody knows what the vendor's call would write, each with the script's word for why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealRequest:
    purpose: str
    """take, renew, accept, accept-rendered."""
    release: str
    who: str
    why: str = "-"
    epoch: int | None = None
    """Of the run's lease: a host that has seen a higher one refuses."""


async def seal_hosts(transport: Transport, words: Mapping[str, str], request: SealRequest) -> tuple[HostSeal, ...]:
    """`words`: for each host what its script reads on stdin. Never raises TransportError: "no-answer"."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(seal_host(transport, host, text, request)) for host, text in words.items()]
    return tuple(task.result() for task in tasks)


async def seal_host(transport: Transport, host: str, words: str, request: SealRequest) -> HostSeal:
    epoch = "-" if request.epoch is None else str(request.epoch)
    who = re.sub(r"[^\w.@:-]+", "_", request.who)
    why = " ".join(clean(request.why).split()) or "-"
    args = (STATE_ROOT, request.purpose, request.release, who, why, epoch)
    _SEAL.before()
    try:
        output = await transport.run(host, Command(script=SEAL, args=args, stdin=words, timeout_s=TIMEOUT_S))
    except TransportError as error:
        output = error.partial_output
    _SEAL.after()
    reply = last_match(r"bkrec-seal (\S+) ?([0-9]*)", output.stdout)
    if reply is None:
        return HostSeal(host=host, state="no-answer")
    changes = [line[1:].split("\t") for line in output.stdout.splitlines() if line.startswith("=")]
    return HostSeal(
        host=host,
        state=reply[1],
        entries=int(reply[2] or 0),
        resealed=tuple((row[1], row[2], row[3]) for row in changes if len(row) == 4 and row[0] == "resealed"),
        remaining=(
            *((row[1], row[2], row[3]) for row in changes if len(row) == 4 and row[0] == "open"),
            *((row[0], row[1], row[2]) for row in changes if len(row) == 3 and row[0] == "unread"),
        ),
        differing=tuple(
            RenderedFile(host=host, module=row[1], file=row[3], emptied=row[2] == "emptied")
            for row in changes
            if len(row) == 5 and row[0] == "differs"
        ),
        uncompared=tuple(
            (row[1], row[2] if row[2] in UNCOMPARED else "stopped")
            for row in changes
            if len(row) == 3 and row[0] == "uncompared"
        ),
    )


async def job_periods(transport: Transport, hosts: Iterable[str]) -> Mapping[str, str]:
    """When jobs ran on any of these hosts, for each host by its own clock: all are asked at the same moment. A host
    that does not answer has none: what its jobs changed elsewhere stays a finding."""
    async with asyncio.TaskGroup() as group:
        tasks = {host: group.create_task(periods_of(transport, host)) for host in hosts}
    read = {host: periods for host, task in tasks.items() if (periods := task.result()) is not None}
    return {host: "".join(_by_clock(own.now, read.values())) for host, own in read.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPeriods:
    now: int
    """Seconds since the epoch, by the host's clock, as are the others."""
    jobs: tuple[tuple[int, int], ...]


def _by_clock(now: int, read: Iterable[JobPeriods]) -> Iterator[str]:
    for periods in read:
        ahead = now - periods.now
        yield from (f"{begin + ahead} {end + ahead}\n" for begin, end in periods.jobs)


async def periods_of(transport: Transport, host: str) -> JobPeriods | None:
    _PERIODS.before()
    try:
        output = await transport.run(host, Command(script=PERIODS, args=(STATE_ROOT,)))
    except TransportError:
        return None
    _PERIODS.after()
    now = last_match(r"now ([0-9]{1,12})$", output.stdout)
    jobs = re.findall(r"^([0-9]{1,12}) ([0-9]{1,12})$", output.stdout, re.MULTILINE)
    if now is None:
        return None
    return JobPeriods(now=int(now[1]), jobs=tuple((int(begin), int(end)) for begin, end in jobs))


async def history(transport: Transport, host: str) -> tuple[str, ...]:
    """The lines of this host's history of its seal. Raises SealError, TransportError."""
    _HISTORY.before()
    output = await transport.run(host, Command(script=HISTORY, args=(STATE_ROOT,)))
    _HISTORY.after()
    match output.stdout.splitlines():
        case [*lines, "end"]:
            return tuple(clean(line) for line in lines)
        case _:
            raise SealError(diagnose("seal-not-written", where=host, error="no-answer"))


def failures(sealed: Sequence[HostSeal]) -> tuple[HostSeal, ...]:
    return tuple(host for host in sealed if host.state not in ("sealed", "exists", "accepted", "differs"))
