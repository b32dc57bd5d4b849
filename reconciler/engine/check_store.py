"""Where checks keep what they found: check.json in the state directory of the cluster file (`engine/cluster_state.py`),
0600, replaced by a rename.

Two checks of one cluster (a timer's and a person's) take turns: reading, alerting and writing are done under a lock, or
both would report the same news. It is state of this machine: nothing on a host depends on it, and a file that is lost
or damaged costs one alert more, never one less.
"""

import contextlib
import errno
import fcntl
import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar, cast

from reconciler.core.check_history import CheckHistory, FindingRecord
from reconciler.engine.clock import Clock
from reconciler.engine.local_files import private_dir, write_private

T = TypeVar("T")
SCHEMA = "bkrec.check-history/1"
FILE = "check.json"
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


def load(directory: Path) -> CheckHistory:
    """A first check has none, and a damaged file is none. Raises OSError."""
    try:
        fields = json.loads((directory / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return CheckHistory()
    except ValueError:
        return CheckHistory()
    with contextlib.suppress(LookupError, TypeError, ValueError, AttributeError):
        return _history(fields)
    return CheckHistory()


def save(directory: Path, history: CheckHistory) -> None:
    """Raises OSError."""
    fields = {"schema": SCHEMA, **asdict(history)}
    write_private(directory / FILE, json.dumps(fields, indent=1) + "\n")


def _history(fields: Any) -> CheckHistory:
    if fields["schema"] != SCHEMA:
        raise ValueError(SCHEMA)
    findings = {name: _record(record) for name, record in fields["findings"].items()}
    alerted = cast("list[Any]", _of_type(list, fields["alerted"]))
    last_success = _of_type(int, fields["last_success"])
    return CheckHistory(findings=findings, last_success=last_success, alerted=tuple(_of_type(str, a) for a in alerted))


def _record(fields: Any) -> FindingRecord:
    record = FindingRecord(**fields)
    for number in (record.since, record.last, record.times):
        _of_type(int, number)
    for flag in (record.present, record.flapping):
        _of_type(bool, flag)
    if set(_of_type(str, record.recent)) - {"0", "1"}:
        raise ValueError(record.recent)
    return record


def _of_type(kind: type[T], value: Any) -> T:
    """Raises TypeError: a word where a number was is no error before two of them are compared."""
    if not isinstance(value, kind):
        raise TypeError(kind.__name__)
    return value
