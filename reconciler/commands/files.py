"""Files that a person named, read and written; what goes wrong is a SpecError that names the file."""

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from reconciler.engine import local_files
from specs.diagnostic import SpecError, diagnose


@contextmanager
def writing(path: Path) -> Generator[None]:
    """Raises SpecError where the body raises OSError."""
    try:
        yield
    except OSError as error:
        raise not_written(path, error) from error


def not_written(path: object, error: OSError) -> SpecError:
    return SpecError(diagnose("file-not-written", where=str(path), path=path, error=error.strerror or error))


def write(path: Path, text: str, *, new_mode: int | None = 0o600) -> None:
    """One that exists keeps its mode and owner; None: a new one gets what the umask leaves. Raises SpecError."""
    with writing(path):
        local_files.replace_keeping_mode(path, text, new_mode)


def read(path: Path) -> str:
    """Without the mark that Windows' editors put before the first letter. Raises SpecError where the file cannot be
    read as text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(diagnose("cluster-file-unreadable", where=str(path), path=path, error=error)) from error


def check_writable(path: Path) -> None:
    """Before a run of hours whose report goes there. Raises SpecError where it surely cannot be written."""
    with writing(path):
        place = local_files.resolve(path)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if place.replaceable and place.path.parent.stat() and not os.access(place.path.parent, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
