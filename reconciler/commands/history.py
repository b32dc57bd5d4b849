"""`history`: every run of this cluster from this machine, by its journal. Contacts no host."""

import os
from pathlib import Path

from reconciler.commands import cluster_file
from reconciler.commands.result import Result
from reconciler.core.events import ApprovalGiven, RunEnded
from reconciler.engine import journal
from reconciler.engine.local_files import state_path
from reconciler.view.documents import HistoryDoc, RunSummaryDoc
from specs.diagnostic import BkrecError, diagnose


def history(path: Path) -> Result[HistoryDoc]:
    """Raises SpecError; BkrecError where the journals cannot be read."""
    return Result(document=HistoryDoc(runs=list(runs(path))))


def runs(path: Path) -> tuple[RunSummaryDoc, ...]:
    """The latest last."""
    name = cluster_file.load(path).name
    try:
        directory = state_path(name, os.environ)
        if (directory / "runs").exists():
            os.listdir(directory / "runs")  # one that must not be read is not the same as no runs
        return tuple(_summary(run, journal.read_run(directory, run)) for run in journal.runs(directory))
    except OSError as error:
        diagnostic = diagnose("journal-unreadable", where=error.filename or name, error=error.strerror or error)
        raise BkrecError(diagnostic) from error


def _summary(run: str, contents: journal.JournalContents) -> RunSummaryDoc:
    """A run without an end was killed, or is still running."""
    events = [entry.event for entry in contents.entries]
    ended = next((event for event in reversed(events) if isinstance(event, RunEnded)), None)
    kinds = [event.event for event in events]
    return RunSummaryDoc(
        run=run,
        started=contents.entries[0].at if contents.entries else "",
        verdict=ended.verdict if ended else "",
        steps=max((len(event.steps) for event in events if event.event == "run-started"), default=0),
        done=kinds.count("step-done"),
        failed=kinds.count("step-failed"),
        approved=[
            f"{event.approval} {event.user}@{event.source}" for event in events if isinstance(event, ApprovalGiven)
        ],
    )
