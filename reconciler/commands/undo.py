"""`undo`: the hosts are asked what a run saved, and the same loop as `apply` restores it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from probes.fact import AnyExpected, Readings
from probes.undo import UndoRuns
from reconciler.commands import session
from reconciler.commands.assess import cluster_report
from reconciler.commands.errors import RefusedError, UsageError
from reconciler.commands.recorded_durations import recorded_durations
from reconciler.commands.result import Result
from reconciler.commands.run import Console, Transcript, run_context, run_journal
from reconciler.core import planner, undo_scope
from reconciler.core.eta import NOTHING_KNOWN, Durations
from reconciler.core.plan import Plan
from reconciler.engine import reconcile
from reconciler.engine.assess import Assessment, assess
from reconciler.engine.gather import GatherFacts
from reconciler.rules import undo as rules
from reconciler.view.reports import UndoPreview, UndoReport
from specs.cluster import Cluster
from specs.diagnostic import Diagnostic, diagnose
from specs.reason import Reason

MAX_RUNS_SHOWN = 5
"""How many runs a diagnostic names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRequest:
    run: str = ""
    """"": the last one that changed anything."""
    excluded: tuple[str, ...] = ()
    """Paths that stay as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoCase:
    """One run on one cluster, decided."""

    cluster: Cluster
    scope: undo_scope.UndoScope
    expected: tuple[AnyExpected, ...]
    afterwards: tuple[Reason, ...]
    known_runs: tuple[str, ...]
    """The latest first."""
    durations: Durations = NOTHING_KNOWN

    def decide(self, readings: Readings) -> Plan:
        return planner.plan(self.cluster.release.version, self.expected, readings, rules.rules(self.scope))

    def preview(self, assessment: Assessment) -> UndoPreview:
        report = replace(cluster_report(self.cluster, assessment), durations=self.durations)
        return UndoPreview(scope=self.scope, cluster=report, afterwards=self.afterwards)


async def undo(
    path: Path, request: UndoRequest, console: Console[UndoPreview], *, show: Callable[[UndoPreview], None]
) -> Result[UndoReport]:
    """Shows what would be restored, asks, restores, and reads again. Raises SpecError, TransportError, UsageError;
    RefusedError, also where there is nothing to undo.

    `show` is called before anything else, and again before a question about other steps.
    """
    transcript, shown = Transcript(), set[str]()
    async with session.open_cluster(path) as opened:
        case = await _case(opened.gather, opened.cluster, request)
        case = replace(case, durations=recorded_durations(opened.cluster.name, path))
        first = case.preview(await assess(opened.gather, case.expected, case.decide))
        show(first)
        shown.update(_steps(first))
        if not first.remaining:
            runs = _few(case.known_runs)
            raise RefusedError(diagnose("undo-nothing", where=opened.cluster.name, run=case.scope.run, runs=runs))

        async def confirm(assessment: Assessment) -> bool:
            preview = case.preview(assessment)
            if not shown.issuperset(_steps(preview)):
                show(preview)
                shown.update(_steps(preview))
            return transcript.confirmed(await console.confirm(preview))

        with run_journal(opened.cluster.name, path) as journal:
            context = run_context(
                opened,
                journal,
                (case.expected, case.decide),
                confirm=confirm,
                emit=transcript.recording(console.emit),
                stop=console.stop,
                assumes_yes=console.assumes_yes,
            )
            ended = await reconcile.reconcile(replace(context, undoes=True))
    return _result(case, ended, transcript)


def _steps(preview: UndoPreview) -> frozenset[str]:
    return frozenset(step.id for step in preview.cluster.plan.steps)


def _result(case: UndoCase, ended: reconcile.RunResult, transcript: Transcript) -> Result[UndoReport]:
    last = case.preview(ended.assessment)
    blocked = tuple(blocked.diagnostic for blocked in ended.assessment.plan.blocked)
    result = ended.diagnostics or (blocked if ended.verdict in ("refused", "failed") else ())
    steps = len(last.cluster.plan.steps)
    unconfirmed = diagnose("undo-confirmation-needed", steps=steps, run=case.scope.run)
    diagnostics = transcript.diagnostics(tuple(dict.fromkeys(result)), unconfirmed)
    report = UndoReport(
        verdict=ended.verdict,
        exit_code=ended.exit_code,
        cluster=last.cluster,
        events=tuple(transcript.events),
        times=tuple(transcript.times),
        diagnostics=diagnostics,
        preview=last,
    )
    return Result(document=report, warnings=last.cluster.warnings, diagnostics=diagnostics, exit_code=ended.exit_code)


async def _case(gather: GatherFacts, cluster: Cluster, request: UndoRequest) -> UndoCase:
    hosts = cluster.inventory.everyone
    readings = (await gather([UndoRuns(host=host) for host in hosts])).readings
    known_names = undo_scope.known_runs(readings)[::-1]
    run = _chosen(request.run, known_names, undo_scope.unread_hosts(readings))
    saved = (await gather(undo_scope.facts_to_read(run, hosts))).readings
    _check_paths(undo_scope.undo_scope(run, saved), request.excluded)
    scope = undo_scope.undo_scope(run, saved, request.excluded)
    replacements = (await gather(rules.facts_of_replacements(cluster, scope))).readings
    return UndoCase(
        cluster=cluster,
        scope=scope,
        expected=rules.expect(cluster, scope, replacements),
        afterwards=rules.afterwards(cluster, scope, replacements),
        known_runs=known_names,
    )


def _chosen(run: str, known: Sequence[str], unread: Sequence[Diagnostic]) -> str:
    """Raises RefusedError where a host that did not answer may know a later run, or this one; UsageError."""
    if unread and run not in known:
        raise RefusedError(*unread)
    if run and run not in known:
        raise UsageError(diagnose("undo-unknown-run", run=run, runs=_few(known)))
    if not known:
        raise RefusedError(diagnose("undo-no-run"))
    return run or known[0]


def _check_paths(scope: undo_scope.UndoScope, excluded: Sequence[str]) -> None:
    paths = {item.entry.path for item in scope.saved_items}
    unknown = [path for path in excluded if path not in paths]
    if unknown:
        raise UsageError(*(diagnose("undo-unknown-path", run=scope.run, path=path) for path in unknown))


def _few(runs: Sequence[str]) -> str:
    return ", ".join((*runs[:MAX_RUNS_SHOWN], *(("…",) if len(runs) > MAX_RUNS_SHOWN else ()))) or "-"
