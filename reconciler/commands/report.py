"""`report RUN`: what a run did, for the change ticket, from its journal on this machine. Contacts no host."""

import os
from pathlib import Path

from reconciler.commands import cluster_file
from reconciler.commands.errors import UsageError
from reconciler.commands.history import runs_elsewhere
from reconciler.commands.result import Result
from reconciler.core.run_report import run_report
from reconciler.engine import journal
from reconciler.engine.cluster_state import state_path
from reconciler.engine.release_data import load_release
from reconciler.view.documents import RunReportDoc
from reconciler.view.to_documents import run_report_document
from specs.diagnostic import BkrecError, diagnose

MAX_RUNS_SHOWN = 5


def report(path: Path, run: str = "") -> Result[RunReportDoc]:
    """`run`: "" is the last one. Raises SpecError; UsageError for a run that is not on record here; BkrecError where
    its journal cannot be read."""
    file = cluster_file.load(path)
    name = file.name
    try:
        directory = state_path(name, path, os.environ)
        known = journal.runs(directory)
        if not known:
            raise UsageError(diagnose("report-no-run", cluster=name), *runs_elsewhere(path))
        if run and run not in known:
            shown = ", ".join(reversed(known[-MAX_RUNS_SHOWN:]))
            raise UsageError(diagnose("report-unknown-run", run=run, runs=shown))
        chosen = run or known[-1]
        contents = journal.read_run(directory, chosen)
    except OSError as error:
        diagnostic = diagnose("journal-unreadable", where=error.filename or name, error=error.strerror or error)
        raise BkrecError(diagnostic) from error
    reported = run_report(chosen, ((entry.at, entry.event) for entry in contents.entries))
    titles = {module.name: module.title for module in load_release(file.release).modules}
    return Result(document=run_report_document(name, reported, contents.torn, titles))
