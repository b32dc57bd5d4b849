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
from reconciler.cli.diary import LazyJournal
from reconciler.cli.goal import Goal, goal_for, grounds
from reconciler.cli.reach import DEFAULT_RELEASE, access, open_session, release
from reconciler.core.diff import Difference
from reconciler.core.events import Event
from reconciler.core.placement import lacking
from reconciler.core.placement import propose_placement as places
from reconciler.core.plan import Plan
from reconciler.core.step_order import section_rank
from reconciler.engine import assess, discover, journal, reconcile
from reconciler.engine.clock import SystemClock
from reconciler.engine.gather import gather_facts
from reconciler.engine.ssh.connection import ssh
from reconciler.engine.stop import StopSignal
from reconciler.engine.transport import Transport
from reconciler.rules import latent, package_versions, preflight
from specs.cluster import Cluster, ClusterFile, Controller, PackageFile, Ssh
from specs.diagnostic import BkrecError, Diagnostic, diagnose
from specs.reason import Reason, inline
from specs.text import LocalizedText

if TYPE_CHECKING:
    from reconciler.core.plan_file import SavedPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterReport:
    """A cluster as it was seen, and what would be done."""

    name: str
    release: str
    difference: Difference
    plan: Plan
    titles: Mapping[str, LocalizedText] = field(default_factory=dict[str, LocalizedText])
    """Module → what users call it."""
    beyond: tuple[str, ...] = ()
    """Sections of the guide that the release does not cover yet."""
    left: tuple[str, ...] = ()
    """What cluster.toml leaves to its owner."""
    warnings: tuple[Diagnostic, ...] = ()
    readings: Readings = field(default_factory=dict[AnyFact, AnyReading])
    """All that the plan was decided on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyResult:
    verdict: reconcile.Verdict
    exit_code: int
    studied: ClusterReport
    """The last look."""
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InitRequest:
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
    target: InitRequest
    placement: tuple[tuple[str, tuple[str, ...], Reason], ...] = ()
    """Module, hosts, why there: only modules that install.config does not have yet."""
    leave: tuple[str, ...] = ()
    """What install.config names no host for."""


async def report_on(path: Path, goal: Callable[[Cluster], Goal] = goal_for) -> ClusterReport:
    """Read every host, compare, and plan if that is the goal. Raises SpecError (65), TransportError (4)."""
    async with open_session(path) as (transport, cluster):
        expected, decide = goal(cluster)
        assessment = await assess.assess(
            functools.partial(gather_facts, transport, PROBES), expected, decide, grounds(cluster, goal)
        )
    return report(cluster, assessment)


async def apply(
    path: Path,
    *,
    confirm: Callable[[ClusterReport], Awaitable[bool]],
    emit: Callable[[Event], None],
    stop: StopSignal,
    plan: "SavedPlan | None" = None,
    approved: frozenset[str] = frozenset(),
) -> ApplyResult:
    """Until converged, or nothing more can be done; each event goes to `emit` as it happens. Raises as `study` does.

    With a saved plan: what it says and nothing else. Raises PlanStale, before the first write, where it no longer fits.
    """
    clock = SystemClock()
    async with open_session(path) as (transport, cluster):
        _check_approvals(cluster, approved)
        if plan is not None:
            await _check_plan_fresh(plan, transport, cluster)
            confirm = _confirm_within_plan(plan, confirm)
        with LazyJournal(cluster.name, journal.new_run(clock), clock) as diary:
            context = run_context(
                transport,
                cluster,
                diary,
                goal_for(cluster),
                confirm=_asking(cluster, confirm),
                emit=emit,
                stop=stop,
                approved=approved,
            )
            applied = await reconcile.reconcile(replace(context, spec_inputs=grounds(cluster)))
    return ApplyResult(
        verdict=applied.verdict,
        exit_code=applied.exit_code,
        studied=report(cluster, applied.assessment),
        diagnostics=applied.diagnostics,
    )


def _check_approvals(cluster: Cluster, approved: frozenset[str]) -> None:
    """Raises Misused: what nobody asks for, nobody can have meant."""
    known = preflight.approvals(cluster)
    strange = sorted(approved.difference(known))
    if strange:
        ids = ", ".join(known) or "-"
        raise exits.UsageError(BkrecError(*(diagnose("approval-unknown", gate=one, known=ids) for one in strange)))


def _asking(
    cluster: Cluster, confirm: Callable[[ClusterReport], Awaitable[bool]]
) -> Callable[[assess.Assessment], Awaitable[bool]]:
    async def confirmed(assessment: assess.Assessment) -> bool:
        return await confirm(report(cluster, assessment))

    return confirmed


async def _check_plan_fresh(plan: "SavedPlan", transport: Transport, cluster: Cluster) -> None:
    from reconciler.core import plan_file

    if plan.cluster != cluster.name:
        raise plan_file.StalePlanError(diagnose("plan-of-other-cluster", cluster=plan.cluster, here=cluster.name))
    gathered = await gather_facts(transport, PROBES, plan_file.facts(plan))
    moved = plan_file.changed_facts(plan, gathered.readings)
    if moved:
        raise plan_file.StalePlanError(*moved)


def _confirm_within_plan(
    plan: "SavedPlan", confirm: Callable[[ClusterReport], Awaitable[bool]]
) -> Callable[[ClusterReport], Awaitable[bool]]:
    from reconciler.core import plan_file

    async def confirmed(report: ClusterReport) -> bool:
        if not plan_file.includes_all(plan, report.plan):
            raise plan_file.StalePlanError(diagnose("plan-not-covered", where=report.name))
        return await confirm(report)

    return confirmed


async def propose_cluster_file(target: InitRequest) -> Proposal:
    """Reads the controller's install.config, and nothing else. Raises SpecError, TransportError."""
    file, release_ = _drafted(target), release(DEFAULT_RELEASE)
    async with ssh(access(file)) as transport:
        found = await discover.read_controller(transport, file)
    places_ = places(release_, found.config, target.address)
    reasons = {m.name: inline(m.placement.because) for m in release_.modules if m.placement}
    placement = tuple((module, hosts, reasons[module]) for module, hosts in places_.items())
    leave = lacking(release_, found.config)
    return Proposal(name=file.name, release=DEFAULT_RELEASE, target=target, placement=placement, leave=leave)


def report(cluster: Cluster, assessment: assess.Assessment) -> ClusterReport:
    cluster = package_versions.with_package_versions(cluster, assessment.readings)
    blocked = {one.diagnostic for one in assessment.plan.blocked}
    warnings = (
        *_overrides(cluster),
        *(diagnostic for diagnostic in package_versions.warnings(cluster) if diagnostic not in blocked),
    )
    warnings += preflight.undumped(cluster, assessment.plan, assessment.readings)
    return ClusterReport(
        name=cluster.name,
        release=cluster.release.version,
        difference=replace(
            assessment.difference, latent=latent.latent(cluster, assessment.difference, assessment.readings)
        ),
        plan=assessment.plan,
        titles={module.name: module.title for module in cluster.release.modules},
        beyond=tuple(sorted((s.id for s in cluster.release.sections if not s.covered), key=section_rank)),
        left=cluster.release.excluded,
        warnings=(*warnings, *dict.fromkeys(assessment.diagnostics.values())),
        readings=assessment.readings,
    )


def run_context(
    transport: Transport,
    cluster: Cluster,
    diary: LazyJournal,
    goal: Goal,
    *,
    confirm: Callable[[assess.Assessment], Awaitable[bool]],
    emit: Callable[[Event], None],
    stop: StopSignal,
    approved: frozenset[str] = frozenset(),
) -> reconcile.RunContext:
    """What `apply` and `undo` have in common; each adds its own bars."""
    expected, decide = goal

    def concerned(plan: Plan) -> tuple[str, ...]:
        return preflight.concerned(cluster, plan)

    def gates(plan: Plan) -> tuple[AnyExpected, ...]:
        # by the clock as it is then: a person's answer, or an upgrade's first round, may lie in between
        return preflight.preflight_checks(cluster, int(diary.clock.now().timestamp()), plan, approved)

    return reconcile.RunContext(
        run=diary.run,
        user=caller.user(),
        source=caller.origin(),
        transport=transport,
        gather=functools.partial(gather_facts, transport, PROBES),
        controller=cluster.controller,
        hosts=cluster.inventory.everyone,
        expected=expected,
        decide=decide,
        journal=diary,
        clock=diary.clock,
        emit=emit,
        stop=stop,
        confirm=confirm,
        preflight_checks=gates,
        approved=approved,
        concerned=concerned,
    )


def _overrides(cluster: Cluster) -> tuple[Diagnostic, ...]:
    """What cluster.toml says other than the release is told in every report."""
    pinned = cluster.release.package.md5
    if cluster.md5 == pinned:
        return ()
    return (diagnose("package-overridden", where="cluster.toml, package.md5", md5=cluster.md5, pinned=pinned),)


def _drafted(target: InitRequest) -> ClusterFile:
    """Enough of a cluster file to reach the controller by."""
    return ClusterFile(
        schema="bkrec.cluster/1",
        name=f"bk-{target.address.replace('.', '-')}",
        controller=Controller(address=target.address, connect=target.host, user=target.user, port=target.port),
        ssh=Ssh(via=target.via),
        package=PackageFile(path=target.package),
    )
