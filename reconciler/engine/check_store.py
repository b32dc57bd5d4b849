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
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from reconciler.core.check_history import CheckHistory, FindingRecord
from reconciler.engine.clock import Clock
from reconciler.engine.local_files import private_dir, write_private

T = TypeVar("T")
SCHEMA = "bkrec.check-history/1"
FILE = "check.json"
RECORD = tuple(field.name for field in fields(FindingRecord))
"""A record's fields, all of them plain values."""
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
        document = json.loads((directory / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return CheckHistory()
    except ValueError:
        return CheckHistory()
    with contextlib.suppress(LookupError, TypeError, ValueError, AttributeError):
        return _history(document)
    return CheckHistory()


def save(directory: Path, history: CheckHistory) -> None:
    """Raises OSError."""
    document = {
        "schema": SCHEMA,
        "findings": {
            name: {word: getattr(record, word) for word in RECORD} for name, record in history.findings.items()
        },
        "last_success": history.last_success,
        "alerted": history.alerted,
    }
    write_private(directory / FILE, json.dumps(document) + "\n")


def _history(document: Any) -> CheckHistory:
    if document["schema"] != SCHEMA:
        raise ValueError(SCHEMA)
    return CheckHistory(
        findings={name: _record(entry) for name, entry in document["findings"].items()},
        last_success=_of_type(int, document["last_success"]),
        alerted=_names(document["alerted"]),
    )


def _names(entries: Any) -> tuple[str, ...]:
    _of_type(list, entries)
    return tuple(_of_type(str, name) for name in entries)


def _record(entry: Any) -> FindingRecord:
    record = FindingRecord(**entry)
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
