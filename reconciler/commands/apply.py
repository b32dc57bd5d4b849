"""`apply`: run the plan until the cluster has converged, or nothing more can be done. Safe to interrupt and re-run."""

import functools
from dataclasses import replace
from pathlib import Path

from reconciler.commands import files, session
from reconciler.commands.assess import cluster_report, in_window, plan_inputs, spec_inputs
from reconciler.commands.errors import UsageError
from reconciler.commands.part import PartRequest, check_names, check_steps, window_of
from reconciler.commands.recorded_durations import recorded_durations
from reconciler.commands.result import Result
from reconciler.commands.run import Console, Transcript, run_context, run_journal
from reconciler.commands.seal import sealing
from reconciler.commands.session import ClusterSession
from reconciler.core import plan_file
from reconciler.core.plan import Selection
from reconciler.core.plan_file import SavedPlan, StalePlanError
from reconciler.core.selection import remaining_after
from reconciler.engine import reconcile
from reconciler.engine.assess import Assessment
from reconciler.rules import preflight
from reconciler.view.reports import ClusterReport, RunReport
from specs.cluster import Cluster
from specs.diagnostic import diagnose


async def apply(
    path: Path,
    console: Console[ClusterReport],
    *,
    plan: Path | None = None,
    approved: frozenset[str] = frozenset(),
    part: PartRequest | None = None,
) -> Result[RunReport]:
    """Raises SpecError, TransportError, UsageError, RefusedError.

    `plan`, saved by `plan --out`: what it holds and nothing else. Raises StalePlanError, before the first write, where
    the cluster is no longer what it was made from. `part`: only that much of the plan, or until then.
    """
    part = part or PartRequest()
    saved = None if plan is None else plan_file.load(files.read(plan), str(plan))
    selection = part.selection if saved is None else _saved_selection(saved, part)
    transcript = Transcript()
    async with session.open_cluster(path) as opened:
        cluster = opened.cluster
        _check_approvals(cluster, approved)
        check_names(selection, cluster)
        inputs_for = functools.partial(plan_inputs, selection=selection)
        if saved is not None:
            await _check_plan_fresh(saved, opened)

        known = recorded_durations(cluster.name, path)

        async def confirm(assessment: Assessment) -> bool:
            report = replace(cluster_report(cluster, assessment), durations=known)
            if window is not None:
                report = in_window(report, window, journal.clock)
            if saved is not None and not plan_file.includes_all(saved, report.plan):
                raise StalePlanError(diagnose("plan-not-covered", where=report.name))
            return transcript.confirmed(await console.confirm(report))

        with run_journal(cluster.name, path) as journal:
            window = window_of(part, journal.clock, known)
            context = replace(
                run_context(
                    opened,
                    journal,
                    inputs_for(cluster),
                    confirm=confirm,
                    emit=transcript.recording(console.emit),
                    stop=console.stop,
                    approved=approved,
                    assumes_yes=console.assumes_yes,
                ),
                spec_inputs=spec_inputs(cluster, inputs_for, began=int(journal.clock.now().timestamp())),
                accept_plan=functools.partial(check_steps, cluster=cluster.name, cluster_file=path),
                window=window,
                seal=sealing(opened),
            )
            ended = await reconcile.reconcile(context)
    return _result(cluster, ended, transcript, part.stop_at)


def _result(cluster: Cluster, ended: reconcile.RunResult, transcript: Transcript, stop_at: str) -> Result[RunReport]:
    outside = frozenset(ended.outside_window)
    report = cluster_report(cluster, ended.assessment)
    report = replace(report, stop_at=stop_at, outside_window=outside, warnings=(*report.warnings, *ended.warnings))
    unconfirmed = diagnose("confirmation-needed", steps=len(report.plan.steps))
    diagnostics = transcript.diagnostics(ended.diagnostics, unconfirmed)
    return Result(
        document=RunReport(
            verdict=ended.verdict,
            exit_code=ended.exit_code,
            cluster=report,
            events=tuple(transcript.events),
            times=tuple(transcript.times),
            diagnostics=diagnostics,
            remaining=remaining_after(report.plan, outside, stop_at),
        ),
        warnings=tuple(warning for warning in report.warnings if warning not in diagnostics),
        diagnostics=diagnostics,
        exit_code=ended.exit_code,
    )


def _saved_selection(saved: SavedPlan, part: PartRequest) -> Selection:
    """A saved plan says itself which part it is. Raises UsageError."""
    if part.selection:
        raise UsageError(diagnose("selection-beside-plan"))
    return plan_file.selection(saved)


def _check_approvals(cluster: Cluster, approved: frozenset[str]) -> None:
    """Raises UsageError: an id that no step asks for is a mistake."""
    known_names = preflight.approvals(cluster)
    unknown = sorted(approved.difference(known_names))
    if unknown:
        ids = ", ".join(known_names) or "-"
        raise UsageError(*(diagnose("approval-unknown", approval=name, known=ids) for name in unknown))


async def _check_plan_fresh(plan: SavedPlan, opened: ClusterSession) -> None:
    name = opened.cluster.name
    if plan.cluster != name:
        raise StalePlanError(diagnose("plan-of-other-cluster", cluster=plan.cluster, here=name))
    gathered = await opened.gather(plan_file.facts(plan))
    changed = plan_file.changed_facts(plan, gathered.readings)
    if changed:
        raise StalePlanError(*changed)
