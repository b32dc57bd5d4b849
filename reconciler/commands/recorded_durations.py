"""How long steps took on this cluster, by the runs that this machine has on record."""

import os
from dataclasses import replace
from pathlib import Path

from reconciler.core.eta import NOTHING_KNOWN, RUNS_USED, Durations, durations_of
from reconciler.core.run_report import run_report
from reconciler.engine import journal
from reconciler.engine.cluster_state import state_path
from reconciler.view.reports import ClusterReport


def recorded_durations(cluster: str, cluster_file: Path) -> Durations:
    """A journal that cannot be read tells nothing."""
    try:
        directory = state_path(cluster, cluster_file, os.environ)
        contents = [(run, journal.read_run(directory, run)) for run in journal.runs(directory)[-2 * RUNS_USED :]]
    except OSError:
        return NOTHING_KNOWN
    return durations_of(run_report(run, ((entry.at, entry.event) for entry in c.entries)) for run, c in contents)


def with_durations(report: ClusterReport, cluster_file: Path) -> ClusterReport:
    return replace(report, durations=recorded_durations(report.name, cluster_file))
