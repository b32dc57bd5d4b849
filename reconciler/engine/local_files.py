"""Local files: private mode, atomic replacement, fsync before a write counts as done.

What is kept is written aside, synced, renamed, and the directory synced: a crash leaves the old file or the new one.
Only a regular file is ever replaced. A device, a pipe, an open descriptor that somebody named (`--out /dev/stdout`) is
written to; a directory, a socket, or a name of ours that is taken by anything else, is refused.

Files of our own follow no symbolic link, so that nobody can point our writes elsewhere. Those that a person names
follow it, the file behind it is replaced in its own directory and keeps its mode and owner; but not a link that
somebody else made where anybody may (what the kernel asks of an open, proc(5), protected_symlinks, it does not ask of a
rename).
"""

import contextlib
import errno
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

_MAX_LINKS = 40
"""As many as the kernel follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedPath:
    """A path with every symbolic link followed."""

    path: Path
    descriptor: int | None = None
    """One of this process's own, opened by whoever started it."""
    stat: os.stat_result | None = None
    """None where there is nothing yet."""

    @property
    def replaceable(self) -> bool:
        """A regular file, or nothing yet: it can be replaced by a rename."""
        return self.descriptor is None and (self.stat is None or stat.S_ISREG(self.stat.st_mode))


def resolve(path: Path) -> ResolvedPath:
    """Raises OSError: too many links, or one that is not to be trusted."""
    target = path
    for _ in range(_MAX_LINKS):
        parent = target.parent.resolve()
        if target.name.isdigit() and _is_descriptor_dir(str(parent)):
            return ResolvedPath(path=target, descriptor=int(target.name), stat=_stat(target))
        if not target.is_symlink():
            return ResolvedPath(path=parent / target.name if target.name else parent, stat=_stat(target))
        _require_trusted_link(target)
        target = parent / target.readlink()
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))


def _is_descriptor_dir(directory: str) -> bool:
    """Of this process: what another one has open is a file like any other."""
    return directory == "/dev/fd" or re.fullmatch(rf"/proc/{os.getpid()}(?:/task/[0-9]+)?/fd", directory) is not None


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _require_trusted_link(link: Path) -> None:
    status, within = link.lstat(), link.parent.stat()
    anybody = stat.S_ISVTX | stat.S_IWOTH
    if within.st_mode & anybody == anybody and status.st_uid not in (os.geteuid(), within.st_uid):
        raise PermissionError(errno.EACCES, "a symbolic link that somebody else made", str(link))


def private_dir(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if stat.S_IMODE(path.stat().st_mode) != 0o700:
        path.chmod(0o700)
    return path


def check_writable(directory: Path) -> None:
    """Raises OSError where no file could be written there, on a full disk too; leaves nothing."""
    probe = directory / f".trial.{secrets.token_hex(4)}"
    try:
        descriptor = os.open(probe, _NEW, 0o600)
        try:
            write_all(descriptor, b"x" * 4096)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    finally:
        probe.unlink(missing_ok=True)


def write_private(path: Path, text: str, mode: int = 0o600) -> None:
    """A file of our own. Raises OSError; then the old content, or none, is what is there."""
    with contextlib.suppress(FileNotFoundError):
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISLNK(status.st_mode):
            raise OSError(errno.EEXIST, "no regular file: it is not replaced", str(path))
    _replace(path, text, mode, None)


def replace_keeping_mode(path: Path, text: str, new_mode: int | None = 0o600, *, parents: bool = False) -> None:
    """A file that a person named. One that is there keeps its mode and owner, also behind a link; one that is not is
    made, with `new_mode`, or with what the umask leaves. What is no file is written to. Raises OSError."""
    target = resolve(path)
    if target.descriptor is not None or (target.stat is not None and not stat.S_ISREG(target.stat.st_mode)):
        _write_through(target, text)
        return
    if parents:
        target.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _replace(target.path, text, new_mode if target.stat is None else stat.S_IMODE(target.stat.st_mode), target.stat)


def write_new(path: Path, text: str) -> None:
    """Of two at once, one gets FileExistsError, and nobody sees half of it. What is no file is written to. Raises
    OSError."""
    target = resolve(path)
    if not target.replaceable:
        _write_through(target, text)
        return
    if target.stat is not None:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    temporary = _temporary_path(target.path)
    try:
        _create_file(temporary, text, None, None)
        try:
            temporary.hardlink_to(target.path)
        except FileExistsError:
            raise
        except OSError:
            # no hard links on this file system: the name is taken first, then filled
            _create_file(target.path, text, None, None)
    finally:
        temporary.unlink(missing_ok=True)
    sync_dir(target.path.parent)


_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def _temporary_path(path: Path) -> Path:
    return path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}")


def _replace(path: Path, text: str, mode: int | None, previous: os.stat_result | None) -> None:
    temporary = _temporary_path(path)
    try:
        _create_file(temporary, text, mode, previous)
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_dir(path.parent)


def _create_file(path: Path, text: str, mode: int | None, previous: os.stat_result | None) -> None:
    descriptor = os.open(path, _NEW, 0o666 if mode is None else 0o600)
    try:
        if previous is not None and (previous.st_uid, previous.st_gid) != (os.geteuid(), os.getegid()):
            with contextlib.suppress(PermissionError):
                os.fchown(descriptor, previous.st_uid, previous.st_gid)
        if mode is not None:
            os.fchmod(descriptor, mode)
        write_all(descriptor, text.encode(errors="surrogateescape"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_through(target: ResolvedPath, text: str) -> None:
    """Into a descriptor where it stands, so that `> file` is not begun anew; into a device or a pipe as it is."""
    if target.descriptor is not None:
        descriptor = os.dup(target.descriptor)
    else:
        descriptor = os.open(target.path, os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        write_all(descriptor, text.encode(errors="surrogateescape"))
    finally:
        os.close(descriptor)


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
        """The last line is incomplete: its writer was killed."""
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
