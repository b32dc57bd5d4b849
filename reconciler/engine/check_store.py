"""Where checks keep what they found: $XDG_STATE_HOME/bkrec/<cluster>/check-<file>.json, 0600, replaced by a rename.

One for each cluster file: of two files with the same `name` each would else end the other's findings, and report as
recovered what is still there. <file> are digits of a hash of its path, every link followed; a file that was moved
begins a new history.

Two checks of one cluster (a timer's and a person's) take turns: reading, alerting and writing are done under a lock, or
both would report the same news. It is state of this machine: nothing on a host depends on it, and a file that is lost
or damaged costs one alert more, never one less.
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reconciler.core.check_history import CheckHistory, FindingRecord
from reconciler.engine.clock import Clock
from reconciler.engine.local_files import private_dir, write_private

SCHEMA = "bkrec.check-history/1"
LOCK_RETRY_S = 0.2
LOCK_TIMEOUT_S = 660.0
"""Longer than another check's alert command may take."""


@asynccontextmanager
async def locked(directory: Path, clock: Clock) -> AsyncGenerator[None]:
    """Raises OSError; TimeoutError, which is one, where another check has it for too long."""
    _require_home(directory)
    private_dir(directory)
    descriptor = os.open(directory / "check.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        deadline = clock.steady() + LOCK_TIMEOUT_S
        while not _try_lock(descriptor):
            if clock.steady() >= deadline:
                raise TimeoutError("another check of this cluster does not end")
            await clock.sleep(LOCK_RETRY_S)
        yield
    finally:
        os.close(descriptor)


def _require_home(directory: Path) -> None:
    """A check that only reads makes nobody a home: that of a service's user may not be there on purpose."""
    home = directory.parents[3] if directory.parts[-4:-2] == (".local", "state") else None
    if home is not None and not home.is_dir():
        raise FileNotFoundError(errno.ENOENT, "the home directory does not exist", str(home))


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def file_name(cluster_file: Path) -> str:
    return f"check-{hashlib.sha256(os.fsencode(cluster_file.resolve())).hexdigest()[:12]}.json"


def load(directory: Path, cluster_file: Path) -> CheckHistory:
    """A first check has none, and a damaged file is none. Raises OSError."""
    try:
        fields = json.loads((directory / file_name(cluster_file)).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return CheckHistory()
    except ValueError:
        return CheckHistory()
    with contextlib.suppress(LookupError, TypeError, ValueError, AttributeError):
        return _history(fields)
    return CheckHistory()


def save(directory: Path, cluster_file: Path, history: CheckHistory) -> None:
    """Raises OSError."""
    fields = {"schema": SCHEMA, "file": str(cluster_file.resolve()), **asdict(history)}
    write_private(directory / file_name(cluster_file), json.dumps(fields, indent=1) + "\n")


def _history(fields: Any) -> CheckHistory:
    if fields["schema"] != SCHEMA:
        raise ValueError(SCHEMA)
    return CheckHistory(
        findings={str(name): FindingRecord(**record) for name, record in fields["findings"].items()},
        last_success=int(fields["last_success"]),
        alerted=tuple(str(name) for name in fields["alerted"]),
    )
