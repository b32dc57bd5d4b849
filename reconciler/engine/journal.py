"""The journal: what this run did, a JSON line each, on disk before a command leaves and after an outcome is known.

It explains; facts decide. So nothing ever resumes from it, and a last line torn by a crash is only skipped. One file
per run, since runs are what people ask about; its name begins with the time. If it cannot be written, nothing leaves.
"""

import contextlib
import json
import os
import secrets
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from reconciler.core.events import Event, StepOutput
from reconciler.engine.clock import Clock
from reconciler.engine.cluster_state import state_dir
from reconciler.engine.failpoints import register
from reconciler.engine.local_files import AppendFile, check_writable, private_dir, sync_dir
from specs.diagnostic import BkrecError, diagnose

SCHEMA = "bkrec.event/1"

_WRITE = register("journal-write")


class JournalError(BkrecError):
    """The journal cannot be written, so no command is sent: afterwards nobody could tell what was."""

    ends_as = "failed"


class EventSink(Protocol):
    """What the executor needs of a journal."""

    def write(self, event: Event) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    run: str
    at: str
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalContents:
    entries: tuple[JournalEntry, ...]
    torn: int
    """Lines that could not be read: at most the last one, unless the disk lost some."""


def new_run(clock: Clock) -> str:
    """A run id: sorts by time, unique by its random tail; lease and undo refer to it."""
    return f"{clock.now():%Y%m%dT%H%M%S}-{secrets.token_hex(8)}"


class AppendLog(Protocol):
    """The journal's file, append only; each method raises OSError."""

    def append(self, data: bytes) -> None: ...
    def sync(self) -> None: ...
    def is_torn(self) -> bool: ...
    def close(self) -> None: ...


class Journal:
    def __init__(self, path: Path, *, run: str, clock: Clock, disk: Callable[[Path], AppendLog] = AppendFile) -> None:
        """Raises JournalError."""
        self.path, self.run, self._clock = path, run, clock
        with self._as_journal_error():
            self._disk = disk(path)
            if self._disk.is_torn():
                self._disk.append(b"\n")

    def write(self, event: Event) -> None:
        """Durable when it returns, but for what a command prints. Raises JournalError; then nothing was added."""
        line = json.dumps(self._record(event), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        _WRITE.before()
        with self._as_journal_error():
            self._disk.append(line)
            if not isinstance(event, StepOutput):
                self._disk.sync()
        _WRITE.after()

    def close(self) -> None:
        self._disk.close()

    def _record(self, event: Event) -> dict[str, Any]:
        at = self._clock.now().isoformat(timespec="milliseconds")
        return {"schema": SCHEMA, "run": self.run, "at": at, **_adapter().dump_python(event, mode="json")}

    @contextlib.contextmanager
    def _as_journal_error(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            message = error.strerror or type(error).__name__
            raise JournalError(diagnose("journal-unwritable", where=str(self.path), error=message)) from error


class LazyJournal:
    """A run's journal, opened when the first event is written: a run that does nothing leaves no file behind."""

    def __init__(self, cluster: str, cluster_file: Path, run: str, clock: Clock) -> None:
        self.run, self.clock, self._cluster, self._cluster_file = run, clock, cluster, cluster_file
        self._journal: Journal | None = None

    def check_writable(self) -> None:
        """Before anything else: found out at the first step, the lease would have been taken and every host fenced for
        nothing. Raises JournalError."""
        directory = self._directory()
        try:
            check_writable(private_dir(directory / "runs"))
        except OSError as error:
            raise _unwritable(error, str(directory)) from error

    def write(self, event: Event) -> None:
        """Raises JournalError."""
        if self._journal is None:
            self._journal = open_journal(self._directory(), run=self.run, clock=self.clock)
        self._journal.write(event)

    def close(self) -> None:
        if self._journal is not None:
            self._journal.close()

    def _directory(self) -> Path:
        try:
            return state_dir(self._cluster, self._cluster_file, os.environ)
        except OSError as error:
            raise _unwritable(error, "") from error


def _unwritable(error: OSError, where: str) -> JournalError:
    text = error.strerror or str(error) or type(error).__name__
    return JournalError(diagnose("journal-unwritable", where=str(error.filename or where), error=text))


def open_journal(directory: Path, *, run: str, clock: Clock) -> Journal:
    """`directory` is the cluster's state directory. Raises JournalError."""
    try:
        runs_dir = private_dir(directory / "runs")
        journal = Journal(runs_dir / f"{run}.jsonl", run=run, clock=clock)
        sync_dir(runs_dir)
    except OSError as error:
        message = error.strerror or type(error).__name__
        raise JournalError(diagnose("journal-unwritable", where=str(directory), error=message)) from error
    return journal


def runs(directory: Path) -> tuple[str, ...]:
    """Stored runs, oldest first."""
    return tuple(sorted(path.stem for path in (directory / "runs").glob("*.jsonl")))


def read_run(directory: Path, run: str) -> JournalContents:
    return read(directory / "runs" / f"{run}.jsonl")


def read(path: Path) -> JournalContents:
    """Never raises for what it finds in the file; OSError where there is none."""
    return parse(path.read_bytes())


def parse(content: bytes) -> JournalContents:
    lines = content.split(b"\n")
    entries = [entry for line in lines if line.strip() and (entry := _parse_line(line)) is not None]
    return JournalContents(entries=tuple(entries), torn=sum(1 for line in lines if line.strip()) - len(entries))


def _parse_line(line: bytes) -> JournalEntry | None:
    try:
        fields = json.loads(line)
        return JournalEntry(run=str(fields["run"]), at=str(fields["at"]), event=_adapter().validate_python(fields))
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


@cache
def _adapter() -> Any:
    from typing import Annotated

    from pydantic import Field, TypeAdapter

    return TypeAdapter(Annotated[Event, Field(discriminator="event")])
