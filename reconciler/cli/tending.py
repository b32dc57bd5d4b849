"""What tends a cluster beside its facts: who holds it, who wants it left alone, what runs, what ran before.

As in `wiring.py`, nothing is decided here: a transport is opened, values are handed on as documents.
"""

import functools
import os
from dataclasses import replace
from pathlib import Path

from probes.registry import PROBES
from reconciler.cli import caller, exits
from reconciler.cli.reach import access, file_of, open_session
from reconciler.core.events import ApprovalGiven, RunEnded
from reconciler.engine import activity, approvals, journal, lease
from reconciler.engine import pause as effects_pause
from reconciler.engine.gather import gather_facts
from reconciler.engine.local_files import state_path
from reconciler.engine.ssh.connection import ssh
from reconciler.engine.transport import TransportError
from reconciler.rules import preflight
from reconciler.view.documents import ApprovalDoc, JobDoc, LockDoc, PauseDoc, RunDoc, StatusDoc
from specs.diagnostic import BkrecError, Diagnostic, diagnose


async def read_lock(path: Path) -> LockDoc:
    """Writes nothing. Raises LeaseError, TransportError."""
    file = file_of(path)
    async with ssh(access(file)) as transport:
        return _lock(await lease.read_lease(transport, file.controller.address))


async def break_lock(path: Path) -> LockDoc:
    """Ends another holder's lease and says whose it was: it renews it no more, and it is free when it has expired."""
    file = file_of(path)
    async with ssh(access(file)) as transport:
        holder = await lease.force_release(transport, file.controller.address)
        return _lock(holder and replace(holder, broken=False))


async def pause(path: Path, why: str) -> PauseDoc:
    """No further step is started on this cluster, by anybody. Raises PauseError, TransportError."""
    file = file_of(path)
    who = caller.who()
    async with ssh(access(file)) as transport:
        await effects_pause.pause(transport, file.controller.address, who=who, why=why)
        look_ = functools.partial(gather_facts, transport, PROBES)
        return _paused(await effects_pause.read(look_, file.controller.address))


async def resume(path: Path) -> PauseDoc:
    """Raises PauseError, TransportError."""
    file = file_of(path)
    async with ssh(access(file)) as transport:
        await effects_pause.resume(transport, file.controller.address)
    return PauseDoc(paused=False)


async def status(path: Path) -> tuple[StatusDoc, tuple[Diagnostic, ...]]:
    """What the journal and the hosts say, and why the hosts say nothing. Raises SpecError."""
    last = next(reversed(runs(path)), None)
    try:
        async with open_session(path) as (transport, cluster):
            look_ = functools.partial(gather_facts, transport, PROBES)
            readings = await activity.current_activity(transport, look_, cluster.controller, cluster.inventory.everyone)
            given = await approvals.read(look_, cluster.controller, preflight.approvals(cluster))
    except (TransportError, lease.LeaseError) as error:
        return StatusDoc(last=last), error.diagnostics
    jobs = [JobDoc(host=job.host, job=job.job, line=job.line) for job in readings.running]
    told = [ApprovalDoc(gate=one.gate, who=one.who, since=one.since, run=one.run) for one in given]
    paused = _paused(readings.paused)
    return StatusDoc(last=last, lock=_lock(readings.holder), pause=paused, jobs=jobs, approvals=told), readings.unread


def runs(path: Path) -> tuple[RunDoc, ...]:
    """Of this cluster from this machine, the latest last; from the journal. Contacts no host."""
    name = file_of(path).name
    try:
        directory = state_path(name, os.environ)
        if (directory / "runs").exists():
            os.listdir(directory / "runs")  # where it may not be looked into, there are not simply no runs
        return tuple(_run(run, journal.read_run(directory, run)) for run in journal.runs(directory))
    except OSError as error:
        diagnostic = diagnose("journal-unreadable", where=error.filename or name, said=error.strerror or error)
        raise exits.Unread(BkrecError(diagnostic)) from error


def _paused(request: effects_pause.PauseRequest | None) -> PauseDoc:
    if request is None:
        return PauseDoc(paused=False)
    return PauseDoc(paused=True, who=request.who, since=request.since, why=request.why)


def _lock(holder: lease.LeaseHolder | None) -> LockDoc:
    """An expired lease holds nobody up: the next `apply` takes it; one that was broken, as soon as it has expired."""
    if holder is None:
        return LockDoc(held=False)
    return LockDoc(
        held=not (holder.expired or holder.broken),
        who=holder.user,
        origin=holder.source,
        run=holder.run,
        epoch=holder.epoch,
        age_s=holder.age_s,
    )


def _run(run: str, kept: journal.JournalContents) -> RunDoc:
    """A run without an end was killed, or is still running."""
    events = [entry.event for entry in kept.entries]
    ended = next((event for event in reversed(events) if isinstance(event, RunEnded)), None)
    kinds = [event.event for event in events]
    return RunDoc(
        run=run,
        started=kept.entries[0].at if kept.entries else "",
        verdict=ended.verdict if ended else "",
        steps=max((len(event.steps) for event in events if event.event == "run-started"), default=0),
        done=kinds.count("step-done"),
        failed=kinds.count("step-failed"),
        approved=[f"{one.gate} {one.user}@{one.source}" for one in events if isinstance(one, ApprovalGiven)],
    )
