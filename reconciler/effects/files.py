"""Files of ours on this machine: private, whole, and on disk when we say so.

What is kept is written aside, synced, renamed, and the directory synced: a crash leaves the old file or the new one.
Symbolic links are not followed, so that nobody can point our writes elsewhere.
"""

import contextlib
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path


def state_dir(cluster: str, environ: Mapping[str, str]) -> Path:
    """$XDG_STATE_HOME/bkrec/<cluster>, made if need be. A cluster's name never leads out of it."""
    home = environ.get("XDG_STATE_HOME") or str(Path(environ.get("HOME", "/root")) / ".local" / "state")
    name = re.sub(r"[^\w.-]+", "_", cluster).lstrip(".") or "cluster"
    return private_dir(Path(home) / "bkrec" / name)


def private_dir(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def write_private(path: Path, text: str, mode: int = 0o600) -> None:
    """Raises OSError; then the old content, or none, is what is there."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(descriptor, mode)
        write_all(descriptor, text.encode(errors="surrogateescape"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    aside.rename(path)
    sync_dir(path.parent)


def write_over(path: Path, text: str) -> None:
    """A file of the user's own, that others may read or that lies elsewhere behind a link, stays so. One that is not
    there is made, 0600, and never where a link that somebody planted points. Raises OSError."""
    if path.is_file():
        whole = path.resolve(strict=True)
        write_private(whole, text, stat.S_IMODE(whole.stat().st_mode))
    else:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, text)


class AppendFile:
    """What is appended stands whole or not at all; what was synced stays. Each method raises OSError."""

    def __init__(self, path: Path) -> None:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o600)

    def append(self, data: bytes) -> None:
        size = os.fstat(self._descriptor).st_size
        try:
            write_all(self._descriptor, data)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, size)
            raise

    def sync(self) -> None:
        os.fsync(self._descriptor)

    def is_torn(self) -> bool:
        """The last line has no end: whoever wrote it was cut off."""
        size = os.fstat(self._descriptor).st_size
        return size > 0 and os.pread(self._descriptor, 1, size - 1) != b"\n"

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def sync_dir(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
