"""Where the commands meet the engine: the only file of `cli/` that knows how one is put together.

Each command asks for one thing here and words the answer. Nothing is decided here either: files are read, a transport
is opened, values are handed on.
"""

import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from probes.fact import AnyExpected, AnyFact, AnyReading, Readings
from probes.registry import PROBES
from reconciler.cli import caller, exits
from reconciler.cli.diary import Diary
from reconciler.cli.goal import Goal, deciding, grounds
from reconciler.cli.reach import RELEASE, access, reached, release
from reconciler.core.diff import Difference
from reconciler.core.events import Event
from reconciler.core.placement import lacking
from reconciler.core.placement import propose as places
from reconciler.core.plan import Plan
from reconciler.core.step_order import section_rank
from reconciler.engine import assess, discover, journal, reconcile
from reconciler.engine.clock import SystemClock
from reconciler.engine.gather import collect
from reconciler.engine.ssh.connection import ssh
from reconciler.engine.stop import StopSignal
from reconciler.engine.transport import Transport
from reconciler.rules import latent, package_versions, preflight
from specs.cluster import Cluster, ClusterFile, Controller, PackageFile, Ssh
from specs.diagnostic import Diagnostic, Troubled, diagnose
from specs.reason import Because, told
from specs.text import Worded

if TYPE_CHECKING:
    from reconciler.core.plan_file import SavedPlan


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
    verdict: reconcile.Verdict
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
    """A cluster file for this cluster, as values; `view/cluster_toml.py` writes it down."""

    name: str
    release: str
    target: Target
    placement: tuple[tuple[str, tuple[str, ...], Because], ...] = ()
    """Module, hosts, why there: only modules that install.config does not have yet."""
    leave: tuple[str, ...] = ()
    """What install.config names no host for."""


async def study(path: Path, goal: Callable[[Cluster], Goal] = deciding) -> Studied:
    """Read every host, compare, and plan if that is the goal. Raises SpecError (65), TransportError (4)."""
    async with reached(path) as (transport, cluster):
        expected, decide = goal(cluster)
        seen = await assess.study(
            functools.partial(collect, transport, PROBES), expected, decide, grounds(cluster, goal)
        )
    return studied(cluster, seen)


async def apply(
    path: Path,
    *,
    confirm: Callable[[Studied], Awaitable[bool]],
    emit: Callable[[Event], None],
    stop: StopSignal,
    plan: "SavedPlan | None" = None,
    approved: frozenset[str] = frozenset(),
) -> Applied:
    """Until converged, or nothing more can be done; each event goes to `emit` as it happens. Raises as `study` does.

    With a saved plan: what it says and nothing else. Raises PlanStale, before the first write, where it no longer fits.
    """
    clock = SystemClock()
    async with reached(path) as (transport, cluster):
        _known(cluster, approved)
        if plan is not None:
            await _unmoved(plan, transport, cluster)
            confirm = _only(plan, confirm)
        with Diary(cluster.name, journal.new_run(clock), clock) as diary:
            work = undertaking(
                transport,
                cluster,
                diary,
                deciding(cluster),
                confirm=_asking(cluster, confirm),
                emit=emit,
                stop=stop,
                approved=approved,
            )
            work = replace(work, bars=preflight.bars, waits=preflight.waits, tells=preflight.tells)
            applied = await reconcile.apply(replace(work, grounds=grounds(cluster)))
    return Applied(
        verdict=applied.verdict,
        exit_code=applied.exit_code,
        studied=studied(cluster, applied.studied),
        diagnostics=applied.diagnostics,
    )


def _known(cluster: Cluster, approved: frozenset[str]) -> None:
    """Raises Misused: what nobody asks for, nobody can have meant."""
    known = preflight.approvals(cluster)
    strange = sorted(approved.difference(known))
    if strange:
        ids = ", ".join(known) or "-"
        raise exits.Misused(Troubled(*(diagnose("approve-no-such-id", gate=one, known=ids) for one in strange)))


def _asking(
    cluster: Cluster, confirm: Callable[[Studied], Awaitable[bool]]
) -> Callable[[assess.Studied], Awaitable[bool]]:
    async def confirmed(seen: assess.Studied) -> bool:
        return await confirm(studied(cluster, seen))

    return confirmed


async def _unmoved(plan: "SavedPlan", transport: Transport, cluster: Cluster) -> None:
    from reconciler.core import plan_file

    if plan.cluster != cluster.name:
        raise plan_file.PlanStale(diagnose("plan-of-another", cluster=plan.cluster, here=cluster.name))
    seen = await collect(transport, PROBES, plan_file.facts(plan))
    moved = plan_file.moved(plan, seen.readings)
    if moved:
        raise plan_file.PlanStale(*moved)


def _only(plan: "SavedPlan", confirm: Callable[[Studied], Awaitable[bool]]) -> Callable[[Studied], Awaitable[bool]]:
    from reconciler.core import plan_file

    async def confirmed(studied: Studied) -> bool:
        if not plan_file.covers(plan, studied.plan):
            raise plan_file.PlanStale(diagnose("plan-outgrown", where=studied.name))
        return await confirm(studied)

    return confirmed


async def propose(target: Target) -> Proposal:
    """Reads the controller's install.config, and nothing else. Raises SpecError, TransportError."""
    file, release_ = _drafted(target), release(RELEASE)
    async with ssh(access(file)) as transport:
        found = await discover.read(transport, file)
    places_ = places(release_, found.config, target.address)
    reasons = {m.name: told(m.placement.because) for m in release_.modules if m.placement}
    placement = tuple((module, hosts, reasons[module]) for module, hosts in places_.items())
    leave = lacking(release_, found.config)
    return Proposal(name=file.name, release=RELEASE, target=target, placement=placement, leave=leave)


def studied(cluster: Cluster, seen: assess.Studied) -> Studied:
    cluster = package_versions.followed(cluster, seen.readings)
    blocked = {one.diagnostic for one in seen.plan.blocked}
    warnings = (*_overrides(cluster), *(told for told in package_versions.told(cluster) if told not in blocked))
    warnings += preflight.undumped(cluster, seen.plan, seen.readings)
    return Studied(
        name=cluster.name,
        release=cluster.release.version,
        difference=replace(seen.difference, latent=latent.latent(cluster, seen.difference, seen.readings)),
        plan=seen.plan,
        titles={module.name: module.title for module in cluster.release.modules},
        beyond=tuple(sorted((s.id for s in cluster.release.sections if not s.covered), key=section_rank)),
        left=cluster.release.left,
        warnings=(*warnings, *dict.fromkeys(seen.troubles.values())),
        readings=seen.readings,
    )


def undertaking(
    transport: Transport,
    cluster: Cluster,
    diary: Diary,
    goal: Goal,
    *,
    confirm: Callable[[assess.Studied], Awaitable[bool]],
    emit: Callable[[Event], None],
    stop: StopSignal,
    approved: frozenset[str] = frozenset(),
) -> reconcile.Undertaking:
    """What `apply` and `undo` have in common; each adds its own bars."""
    expected, decide = goal

    def concerned(plan: Plan) -> tuple[str, ...]:
        return preflight.concerned(cluster, plan)

    def gates(plan: Plan) -> tuple[AnyExpected, ...]:
        # by the clock as it is then: a person's answer, or an upgrade's first round, may lie in between
        return preflight.gates(cluster, int(diary.clock.now().timestamp()), plan, approved)

    return reconcile.Undertaking(
        run=diary.run,
        user=caller.user(),
        source=caller.origin(),
        transport=transport,
        look=functools.partial(collect, transport, PROBES),
        controller=cluster.controller,
        hosts=cluster.inventory.everyone,
        expected=expected,
        decide=decide,
        journal=diary,
        clock=diary.clock,
        emit=emit,
        stop=stop,
        confirm=confirm,
        gates=gates,
        approved=approved,
        concerned=concerned,
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
