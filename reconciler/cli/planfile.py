"""A plan in a file: written by `plan --out`, read by `apply PLAN`. What it means is `core/saved.py`'s business."""

from pathlib import Path

from reconciler.cli import config
from reconciler.cli.wiring import Studied
from reconciler.core import saved
from reconciler.effects.files import write_over
from specs.diagnostic import SpecError, diagnose


def write(path: Path, studied: Studied) -> None:
    """Raises SpecError where it cannot be written."""
    kept = saved.save(studied.plan, studied.readings, cluster=studied.name)
    try:
        write_over(path, saved.dump(kept))
    except OSError as error:
        raise SpecError(
            diagnose("file-not-written", where=str(path), path=path, error=error.strerror or error)
        ) from error


def read(path: Path) -> saved.SavedPlan:
    """Raises SpecError."""
    return saved.load(config.read(path), str(path))
