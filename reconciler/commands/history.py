"""`history`: every run of this cluster from this machine, by its journal. Contacts no host."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from reconciler.commands import cluster_file
from reconciler.commands.result import Result
from reconciler.core.run_report import run_report
from reconciler.engine import check_store, journal
from reconciler.engine.cluster_state import state_path, unclaimed
from reconciler.view.documents import HistoryDoc, PastFindingDoc, RunSummaryDoc
from reconciler.view.to_documents import utc
from specs.diagnostic import BkrecError, Diagnostic, diagnose


def history(path: Path) -> Result[HistoryDoc]:
    """Raises SpecError; BkrecError where the journals cannot be read."""
    of_file = runs(path)
    document = HistoryDoc(runs=list(of_file), findings=list(_findings(path)))
    return Result(document=document, warnings=() if of_file else runs_elsewhere(path))


def _findings(path: Path) -> Iterator[PastFindingDoc]:
    try:
        records = check_store.load(state_path(cluster_file.load(path).name, path, os.environ)).findings
    except OSError as error:
        raise BkrecError(_unreadable(error, str(path))) from error
    for name, record in sorted(records.items(), key=lambda item: (not item[1].present, item[1].since)):
        yield PastFindingDoc(
            finding=name,
            present=record.present,
            flapping=record.flapping,
            since=utc(record.since),
            last=utc(record.last),
            times=record.times,
            recent=record.recent,
        )


def _unreadable(error: OSError, place: str) -> Diagnostic:
    return diagnose("journal-unreadable", where=error.filename or place, error=error.strerror or error)


def runs_elsewhere(path: Path) -> tuple[Diagnostic, ...]:
    """Where a file has no run on record: those of this name that were left behind, as by a file that was moved. Raises
    SpecError; BkrecError where the directory cannot be read."""
    name = cluster_file.load(path).name
    try:
        own, others = state_path(name, path, os.environ), unclaimed(name, os.environ)
    except OSError as error:
        raise BkrecError(_unreadable(error, name)) from error
    place = shlex.quote(str(own))
    return tuple(
        diagnose(
            "runs-of-another-file", where=str(path), directory=other, place=place, runs=shlex.quote(f"{other}/runs")
        )
        for other in others
        if other != own
    )


def runs(path: Path) -> tuple[RunSummaryDoc, ...]:
    """The latest last."""
    name = cluster_file.load(path).name
    try:
        directory = state_path(name, path, os.environ)
        if (directory / "runs").exists():
            os.listdir(directory / "runs")  # one that must not be read is not the same as no runs
        return tuple(_summary(run, journal.read_run(directory, run)) for run in journal.runs(directory))
    except OSError as error:
        raise BkrecError(_unreadable(error, name)) from error


def _summary(run: str, contents: journal.JournalContents) -> RunSummaryDoc:
    """A run without an end was killed, or is still running."""
    report = run_report(run, ((entry.at, entry.event) for entry in contents.entries))
    outcomes = [step.outcome for step in report.steps]
    return RunSummaryDoc(
        run=run,
        started=report.started,
        verdict=report.verdict or "",
        steps=len(outcomes),
        done=outcomes.count("done"),
        failed=outcomes.count("failed"),
        approved=[f"{given.approval} {given.user}@{given.source}" for given in report.approvals],
    )
