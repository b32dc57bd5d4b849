"""`check`: compare with the release, remember what was found, and tell the operator's own command of what is news.

Read-only on hosts; on this machine the history of findings is written (`engine/check_store.py`). Neither that nor
the operator's command ever changes the verdict: what goes wrong with them is a warning.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from probes.fact import AnyFact, fact_id
from reconciler.commands import cluster_file, session
from reconciler.commands.assess import PlanInputs, cluster_report, comparing, spec_inputs
from reconciler.commands.errors import UsageError
from reconciler.commands.part import check_listing
from reconciler.commands.result import Result
from reconciler.commands.session import ClusterSession
from reconciler.core.check_history import Alert, CheckHistory, delivered, observe, succeeded
from reconciler.core.diff import Difference
from reconciler.core.listing import WHOLE, Listing
from reconciler.core.verdict import ExitCode, exit_code
from reconciler.engine import assess, check_store, local_program
from reconciler.engine.assess import Assessment
from reconciler.engine.clock import Clock, SystemClock
from reconciler.engine.cluster_state import record_file, state_path
from reconciler.engine.gather import GatheredFacts, GatherFacts
from reconciler.view.reports import CheckReport, ChecksReport, ClusterReport, ErrorReport
from specs.cluster import Cluster, ClusterFile
from specs.diagnostic import BkrecError, Diagnostic, SpecError, diagnose


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    confirm_s: float = 0.0
    """What differs is read again after so long, and counts only if it still does; 0: it counts at once."""
    listing: Listing = WHOLE


async def check(path: Path, request: CheckRequest, clock: Clock | None = None) -> Result[CheckReport]:
    """Raises SpecError where the cluster file cannot be used, UsageError for a filter of unknown names; a cluster that
    cannot be read is a report."""
    file, clock = cluster_file.load(path), clock or SystemClock()
    try:
        async with session.open_cluster(path) as opened:
            report: CheckReport = await _report(opened, request, clock)
    except UsageError:
        raise
    except BkrecError as error:
        report = _error_report(file, error)
    return await _concluded(path, file, report, clock)


async def check_all(paths: Sequence[Path], request: CheckRequest, clock: Clock | None = None) -> Result[ChecksReport]:
    """All at once. A cluster whose file cannot be used is a report among the others; so is one whose name another of
    the files has too: nobody could tell their findings, alerts and metrics apart."""
    sharing = _sharing_a_name(paths)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_checked(path, request, clock, sharing.get(path))) for path in paths]
    results = [task.result() for task in tasks]
    codes = {result.exit_code for result in results}
    return Result(
        document=ChecksReport(reports=tuple(result.document for result in results)),
        warnings=tuple(warning for result in results for warning in result.warnings),
        diagnostics=tuple(diagnostic for result in results for diagnostic in result.diagnostics),
        exit_code=combined_exit_code(codes),
    )


def combined_exit_code(codes: Set[int]) -> int:
    """Of several clusters: what could not be checked outweighs drift."""
    if codes <= {ExitCode.OK, ExitCode.DIFFERS}:
        return max(codes, default=ExitCode.OK)
    return ExitCode.UNKNOWN


def _sharing_a_name(paths: Sequence[Path]) -> Mapping[Path, BkrecError]:
    files = {path: file for path in paths if isinstance(file := _loaded(path), ClusterFile)}
    counts = Counter(files[path].name for path in paths if path in files)
    return {
        path: SpecError(diagnose("cluster-name-shared", where=str(path), name=file.name, number=counts[file.name]))
        for path, file in files.items()
        if counts[file.name] > 1
    }


async def _checked(
    path: Path, request: CheckRequest, clock: Clock | None, refused: BkrecError | None
) -> Result[CheckReport]:
    try:
        if refused is not None:
            raise refused
        return await check(path, request, clock)
    except BkrecError as error:
        code = exit_code(error.ends_as)
        report = ErrorReport(exit_code=code, diagnostics=error.diagnostics, cluster=str(path))
        return _result(report, ())


async def watch(
    path: Path,
    request: CheckRequest,
    every_s: float,
    emit: Callable[[Result[CheckReport]], None],
    clock: Clock | None = None,
) -> None:
    """A check every `every_s` over the same connections, until cancelled. Raises SpecError where the cluster file
    cannot be used at first; one that is broken later is reported, and read again."""
    clock, file = clock or SystemClock(), cluster_file.load(path)
    while True:
        async with session.open_connections(file) as discovered:
            while (current := _loaded(path)) == file:
                try:
                    report: CheckReport = await _report(await discovered(), request, clock)
                except UsageError:
                    raise
                except BkrecError as error:
                    report = _error_report(file, error)
                emit(await _concluded(path, file, report, clock))
                await clock.sleep(every_s)
        while isinstance(current, BkrecError):
            emit(await _concluded(path, file, _error_report(file, current), clock))
            await clock.sleep(every_s)
            current = _loaded(path)
        file = current


def _loaded(path: Path) -> ClusterFile | BkrecError:
    try:
        return cluster_file.load(path)
    except BkrecError as error:
        return error


async def _report(opened: ClusterSession, request: CheckRequest, clock: Clock) -> ClusterReport:
    check_listing(request.listing, opened.cluster)
    return replace(await _compared(opened, request, clock), listing=request.listing)


async def _compared(opened: ClusterSession, request: CheckRequest, clock: Clock) -> ClusterReport:
    cluster, now = opened.cluster, int(clock.now().timestamp())

    def inputs_for(cluster: Cluster) -> PlanInputs:
        return comparing(cluster, now)

    expected, decide = inputs_for(cluster)
    inputs = spec_inputs(cluster, inputs_for)
    first = await assess.assess(opened.gather, expected, decide, inputs)
    report = cluster_report(cluster, first, shows_plan=False)
    if not (request.confirm_s and _differing(report.difference)):
        return report
    await clock.sleep(request.confirm_s)
    differing = _differing(first.difference)
    again = frozenset(assess.facts_of([item for item in first.expected if item.fact in differing]))
    # what followed from a first answer is asked by itself: a second reading is one
    inputs = replace(inputs, implied=assess.nothing_implied)
    second = await assess.assess(_only(again, opened.gather, first), expected, decide, inputs)
    return cluster_report(cluster, _confirmed(second, differing), shows_plan=False)


def _differing(difference: Difference) -> frozenset[AnyFact]:
    return frozenset(drift.expected.fact for drift in (*difference.drift, *difference.unknown))


def _only(again: frozenset[AnyFact], gather: GatherFacts, first: Assessment) -> GatherFacts:
    """Reads these facts again, and what was not read yet; of all others the first reading counts."""

    async def gather_again(facts: Iterable[AnyFact]) -> GatheredFacts:
        requested = tuple(facts)
        missing = [fact for fact in requested if fact in again or fact not in first.readings]
        gathered = await gather(missing) if missing else GatheredFacts(readings={})
        first_read = {fact: first.readings[fact] for fact in requested if fact not in gathered.readings}
        return replace(gathered, readings={**first_read, **gathered.readings})

    return gather_again


def _confirmed(second: Assessment, differing: frozenset[AnyFact]) -> Assessment:
    """What differs for the first time now, since what it is compared with has changed, is for the next check."""
    difference = second.difference
    drift, unknown = (
        tuple(item for item in items if item.expected.fact in differing)
        for items in (difference.drift, difference.unknown)
    )
    dropped = len(difference.drift) + len(difference.unknown) - len(drift) - len(unknown)
    matching = difference.matching + dropped
    return replace(second, difference=replace(difference, drift=drift, unknown=unknown, matching=matching))


def _error_report(file: ClusterFile, error: BkrecError) -> ErrorReport:
    return ErrorReport(exit_code=exit_code(error.ends_as), diagnostics=error.diagnostics, cluster=file.name)


async def _concluded(path: Path, file: ClusterFile, report: CheckReport, clock: Clock) -> Result[CheckReport]:
    """The report with what earlier checks found, and the operator's command called if there is news. Where the history
    cannot be read or kept, it is called for everything: twice is better than never."""
    at = int(clock.now().timestamp())
    try:
        directory = state_path(file.name, path, os.environ)
        async with check_store.locked(directory, clock):
            record_file(directory, path)
            return await _remembered(path, file, report, at, directory)
    except OSError as error:
        result = await _remembered(path, file, report, at, None)
        return replace(result, warnings=(*result.warnings, _unwritable(error)))


async def _remembered(
    path: Path, file: ClusterFile, report: CheckReport, at: int, directory: Path | None
) -> Result[CheckReport]:
    previous, warnings = CheckHistory(), list[Diagnostic]()
    try:
        previous = previous if directory is None else check_store.load(directory)
    except OSError as error:
        warnings.append(_unwritable(error))
    history = _observed(previous, report, at)
    report = _with_history(report, history, at)
    history, failed = await _alerted(file, report, history)
    warnings += failed
    try:
        if directory is not None:
            check_store.save(directory, history)
    except OSError as error:
        warnings.append(_unwritable(error))
    return _result(report, tuple(warnings))


def _unwritable(error: OSError) -> Diagnostic:
    return diagnose("check-history-unwritable", where=error.filename or "", error=error.strerror or error)


def _observed(history: CheckHistory, report: CheckReport, at: int) -> CheckHistory:
    if isinstance(report, ErrorReport):
        return observe(history, (_problem_id(diagnostic) for diagnostic in report.diagnostics), at, complete=False)
    history = observe(history, (fact_id(fact) for fact in _differing(report.difference)), at)
    return history if report.difference.unknown else succeeded(history, at)


def _problem_id(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.code} {diagnostic.where}".rstrip()


def _with_history(report: CheckReport, history: CheckHistory, at: int) -> CheckReport:
    if isinstance(report, ErrorReport):
        return replace(report, checked_at=at, last_success=history.last_success)
    return replace(report, history=history.findings, checked_at=at, last_success=history.last_success)


async def _alerted(
    file: ClusterFile, report: CheckReport, history: CheckHistory
) -> tuple[CheckHistory, tuple[Diagnostic, ...]]:
    """Without any command nothing counts as reported: one that is added later is called for what is there then."""
    alert, command = history.alert, _command(file, history.alert)
    if not (file.check.on_drift or file.check.on_recovery):
        return history, ()
    if alert is None or not command:
        return delivered(history), ()
    # the models of documents take long to make, and most checks tell nobody
    from reconciler.view.documents import dumped
    from reconciler.view.to_documents import alert_document

    stdin = dumped(alert_document(alert, report, history))
    error = await local_program.call(command, stdin=stdin, timeout_s=file.check.timeout_s)
    if error:
        return history, (diagnose("alert-command-failed", where=command[0], error=error),)
    return delivered(history), ()


def _command(file: ClusterFile, alert: Alert | None) -> tuple[str, ...]:
    match alert:
        case "drift":
            return file.check.on_drift
        case "recovery":
            return file.check.on_recovery
        case None:
            return ()


def _result(report: CheckReport, warnings: tuple[Diagnostic, ...]) -> Result[CheckReport]:
    if isinstance(report, ErrorReport):
        return Result(document=report, warnings=warnings, diagnostics=report.diagnostics, exit_code=report.exit_code)
    return Result(document=report, warnings=(*report.warnings, *warnings), exit_code=exit_code(report.verdict))
