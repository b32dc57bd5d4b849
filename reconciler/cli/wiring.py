"""Where the commands meet the engine: the only file of `cli/` that knows how one is put together.

Each command asks for one thing here and words the answer. Nothing is decided here either: files are read, a transport
is opened, values are handed on.
"""

import functools
import getpass
import os
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from probes.catalogue import PROBES
from probes.fact import AnyExpected, AnyFact, AnyReading, Readings
from reconciler.cli import config, exits
from reconciler.cli.diary import Diary
from reconciler.core import planner
from reconciler.core.diff import Difference
from reconciler.core.event import Event, RunEnded
from reconciler.core.inventory import propose as places
from reconciler.core.order import section_rank
from reconciler.core.plan import Plan
from reconciler.effects import journal, lease, look, loop, releases, survey
from reconciler.effects import pause as effects_pause
from reconciler.effects import status as effects_status
from reconciler.effects.clock import SystemClock
from reconciler.effects.collect import collect
from reconciler.effects.files import state_dir
from reconciler.effects.ssh import ssh
from reconciler.effects.stop import StopSignal
from reconciler.effects.transport import Access, Transport, TransportError
from reconciler.rules import catalogue, gate
from reconciler.view.documents import JobDoc, LockDoc, PauseDoc, RunDoc, StatusDoc
from specs import parse
from specs.base import Worded
from specs.cluster import Cluster, ClusterFile, Controller, PackageFile, Ssh
from specs.diagnostic import Diagnostic, diagnose
from specs.reason import Because, told
from specs.release import Release

if TYPE_CHECKING:
    from reconciler.core.saved import SavedPlan

RELEASE = "6.2.2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Studied:
    """A cluster as it was seen, and what would be done."""

    name: str
    release: str
    difference: Difference
    plan: Plan
    titles: Mapping[str, Worded] = field(default_factory=dict[str, Worded])
    """Module → what users call it."""
    beyond: tuple[str, ...] = ()
    """Sections of the guide that the release does not cover yet."""
    left: tuple[str, ...] = ()
    """What cluster.toml leaves to its owner."""
    warnings: tuple[Diagnostic, ...] = ()
    readings: Readings = field(default_factory=dict[AnyFact, AnyReading])
    """All that the plan was decided on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    verdict: loop.Verdict
    exit_code: int
    studied: Studied
    """The last look."""
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What `init` was told."""

    user: str
    host: str
    port: int
    address: str
    """The controller's in install.config."""
    via: Literal["direct", "controller"]
    package: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A cluster file for this cluster, as values; `view/toml.py` writes it down."""

    name: str
    release: str
    target: Target
    placement: tuple[tuple[str, tuple[str, ...], Because], ...] = ()
    """Module, hosts, why there: only modules that install.config does not have yet."""


async def study(path: Path) -> Studied:
    """Read every host, compare, plan. Raises SpecError (65), TransportError (4)."""
    async with _reached(path) as (transport, cluster):
        expected, decide = _deciding(cluster)
        seen = await look.study(functools.partial(collect, transport, PROBES), expected, decide)
    return _studied(cluster, seen)


async def apply(
    path: Path,
    *,
    confirm: Callable[[Studied], Awaitable[bool]],
    emit: Callable[[Event], None],
    stop: StopSignal,
    plan: "SavedPlan | None" = None,
) -> Applied:
    """Until converged, or nothing more can be done; each event goes to `emit` as it happens. Raises as `study` does.

    With a saved plan: what it says and nothing else. Raises PlanStale, before the first write, where it no longer fits.
    """
    clock = SystemClock()
    async with _reached(path) as (transport, cluster):
        if plan is not None:
            await _unmoved(plan, transport, cluster)
            confirm = _only(plan, confirm)
        with Diary(cluster.name, journal.new_run(clock), clock) as diary:
            applied = await loop.apply(_undertaking(transport, cluster, diary, confirm=confirm, emit=emit, stop=stop))
    return Applied(
        verdict=applied.verdict,
        exit_code=applied.exit_code,
        studied=_studied(cluster, applied.studied),
        diagnostics=applied.diagnostics,
    )


async def _unmoved(plan: "SavedPlan", transport: Transport, cluster: Cluster) -> None:
    from reconciler.core import saved

    if plan.cluster != cluster.name:
        raise saved.PlanStale(diagnose("plan-of-another", cluster=plan.cluster, here=cluster.name))
    seen = await collect(transport, PROBES, saved.facts(plan))
    moved = saved.moved(plan, seen.readings)
    if moved:
        raise saved.PlanStale(*moved)


def _only(plan: "SavedPlan", confirm: Callable[[Studied], Awaitable[bool]]) -> Callable[[Studied], Awaitable[bool]]:
    from reconciler.core import saved

    async def confirmed(studied: Studied) -> bool:
        if not saved.covers(plan, studied.plan):
            raise saved.PlanStale(diagnose("plan-outgrown", where=studied.name))
        return await confirm(studied)

    return confirmed


async def propose(target: Target) -> Proposal:
    """Reads the controller's install.config, and nothing else. Raises SpecError, TransportError."""
    file, release_ = _drafted(target), release(RELEASE)
    async with ssh(_access(file)) as transport:
        found = await survey.read(transport, file)
    places_ = places(release_, found.config, target.address)
    reasons = {m.name: told(m.placement.because) for m in release_.modules if m.placement}
    placement = tuple((module, hosts, reasons[module]) for module, hosts in places_.items())
    return Proposal(name=file.name, release=RELEASE, target=target, placement=placement)


async def read_lock(path: Path) -> LockDoc:
    """Writes nothing. Raises LeaseError, TransportError."""
    file = _file(path)
    async with ssh(_access(file)) as transport:
        return _lock(await lease.read_lease(transport, file.controller.address))


async def break_lock(path: Path) -> LockDoc:
    """Ends another holder's lease and says whose it was; its epoch is refused from then on."""
    file = _file(path)
    async with ssh(_access(file)) as transport:
        return _lock(await lease.break_lease(transport, file.controller.address))


async def pause(path: Path, why: str) -> PauseDoc:
    """No further step is started on this cluster, by anybody. Raises PauseError, TransportError."""
    file = _file(path)
    who = f"{getpass.getuser()}@{socket.gethostname()}"
    async with ssh(_access(file)) as transport:
        await effects_pause.pause(transport, file.controller.address, who=who, why=why)
        look_ = functools.partial(collect, transport, PROBES)
        return _paused(await effects_pause.read(look_, file.controller.address))


async def resume(path: Path) -> PauseDoc:
    """Raises PauseError, TransportError."""
    file = _file(path)
    async with ssh(_access(file)) as transport:
        await effects_pause.resume(transport, file.controller.address)
    return PauseDoc(paused=False)


async def status(path: Path) -> tuple[StatusDoc, tuple[Diagnostic, ...]]:
    """What the journal and the hosts say, and why the hosts say nothing. Raises SpecError."""
    last = next(reversed(runs(path)), None)
    try:
        async with _reached(path) as (transport, cluster):
            look_ = functools.partial(collect, transport, PROBES)
            seen = await effects_status.now(transport, look_, cluster.controller, cluster.inventory.hosts)
    except (TransportError, lease.LeaseError) as error:
        return StatusDoc(last=last), error.diagnostics
    jobs = [JobDoc(host=one.host, job=one.job, line=one.line) for one in seen.running]
    return StatusDoc(last=last, lock=_lock(seen.holder), pause=_paused(seen.paused), jobs=jobs), ()


def _paused(wish: effects_pause.Wish | None) -> PauseDoc:
    if wish is None:
        return PauseDoc(paused=False)
    return PauseDoc(paused=True, who=wish.who, since=wish.since, why=wish.why)


def runs(path: Path) -> tuple[RunDoc, ...]:
    """Of this cluster from this machine, the latest last; from the journal. Contacts no host."""
    directory = state_dir(_file(path).name, os.environ)
    return tuple(_run(run, journal.read_run(directory, run)) for run in journal.runs(directory))


def release(version: str) -> Release:
    """The release's data, from the package. Raises SpecError."""
    return releases.release(version)


def exit_code(error: Exception) -> int:
    """What a trouble that ends a command means for scripts, by the name of its class or of one it derives from."""
    names = {cls.__name__ for cls in type(error).__mro__}
    return next((code for name, code in _EXITS if name in names), exits.UNKNOWN)


_EXITS = (
    ("SpecError", exits.BAD_INPUT),
    ("LeaseHeld", exits.REFUSED),
    ("LeaseError", exits.UNKNOWN),
    ("PlanStale", exits.REFUSED),
    ("PauseError", exits.UNKNOWN),
    ("JournalError", exits.FAILED),
    ("TransportError", exits.UNKNOWN),
)


@asynccontextmanager
async def _reached(path: Path) -> AsyncGenerator[tuple[Transport, Cluster]]:
    file = _file(path)
    async with ssh(_access(file)) as transport:
        yield transport, await survey.describe(transport, file, release(file.release))


def _studied(cluster: Cluster, seen: look.Studied) -> Studied:
    return Studied(
        name=cluster.name,
        release=cluster.release.version,
        difference=seen.difference,
        plan=seen.plan,
        titles={module.name: module.title for module in cluster.release.modules},
        beyond=tuple(sorted((s.id for s in cluster.release.sections if not s.covered), key=section_rank)),
        left=cluster.release.left,
        warnings=(*_overrides(cluster), *dict.fromkeys(seen.troubles.values())),
        readings=seen.readings,
    )


def _undertaking(
    transport: Transport,
    cluster: Cluster,
    diary: Diary,
    *,
    confirm: Callable[[Studied], Awaitable[bool]],
    emit: Callable[[Event], None],
    stop: StopSignal,
) -> loop.Undertaking:
    expected, decide = _deciding(cluster)

    async def confirmed(seen: look.Studied) -> bool:
        return await confirm(_studied(cluster, seen))

    return loop.Undertaking(
        run=diary.run,
        user=getpass.getuser(),
        source=socket.gethostname(),
        transport=transport,
        look=functools.partial(collect, transport, PROBES),
        controller=cluster.controller,
        hosts=cluster.inventory.hosts,
        expected=expected,
        decide=decide,
        journal=diary,
        clock=diary.clock,
        emit=emit,
        stop=stop,
        confirm=confirmed,
        bars=gate.bars,
        gates=functools.partial(gate.gates, cluster, int(diary.clock.now().timestamp())),
    )


def _deciding(cluster: Cluster) -> tuple[tuple[AnyExpected, ...], Callable[[Readings], Plan]]:
    expected, rules = catalogue.desired(cluster), catalogue.rules(cluster)

    def decide(readings: Readings) -> Plan:
        return planner.plan(cluster.release.version, expected, readings, rules)

    return expected, decide


def _file(path: Path) -> ClusterFile:
    return parse.cluster_file(config.read(path), str(path))


def _access(file: ClusterFile) -> Access:
    said = file.ssh
    return Access(
        controller=file.controller.address,
        connect=file.controller.connect,
        port=file.controller.port,
        user=file.controller.user,
        identities=(said.identity,) if said.identity else (),
        via=said.via,
        known_hosts=(said.known_hosts,) if said.known_hosts else (),
        configs=(said.config,) if said.config else (),
    )


def _overrides(cluster: Cluster) -> tuple[Diagnostic, ...]:
    """What cluster.toml says other than the release is told in every report."""
    pinned = cluster.release.package.md5
    if cluster.md5 == pinned:
        return ()
    return (diagnose("package-overridden", where="cluster.toml, package.md5", md5=cluster.md5, pinned=pinned),)


def _drafted(target: Target) -> ClusterFile:
    """Enough of a cluster file to reach the controller by."""
    return ClusterFile(
        schema="bkrec.cluster/1",
        name=f"bk-{target.address.replace('.', '-')}",
        controller=Controller(address=target.address, connect=target.host, user=target.user, port=target.port),
        ssh=Ssh(via=target.via),
        package=PackageFile(path=target.package),
    )


def _lock(holder: lease.Holder | None) -> LockDoc:
    """An expired lease holds nobody up: the next `apply` takes it."""
    if holder is None:
        return LockDoc(held=False)
    return LockDoc(
        held=not holder.expired,
        who=holder.user,
        origin=holder.source,
        run=holder.run,
        epoch=holder.epoch,
        age_s=holder.age_s,
    )


def _run(run: str, kept: journal.Kept) -> RunDoc:
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
    )
