"""A plan in a file: written by `plan --out`, read by `apply PLAN`. What it means is `core/plan_file.py`'s business."""

from pathlib import Path

from reconciler.cli import config
from reconciler.cli.wiring import ClusterReport
from reconciler.core import plan_file
from reconciler.engine.local_files import replace_keeping_mode
from specs.diagnostic import SpecError, diagnose


def write(path: Path, report: ClusterReport) -> None:
    """Raises SpecError where it cannot be written."""
    kept = plan_file.save(report.plan, report.readings, cluster=report.name)
    try:
        replace_keeping_mode(path, plan_file.dump(kept))
    except OSError as error:
        raise SpecError(
            diagnose("file-not-written", where=str(path), path=path, error=error.strerror or error)
        ) from error


def read(path: Path) -> plan_file.SavedPlan:
    """Raises SpecError."""
    return plan_file.load(config.read(path), str(path))
