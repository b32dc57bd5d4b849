"""The run's journal, opened when the first word is written: a run that does nothing leaves no file behind.

That it could be written is made sure of before anything else: whoever finds out at the first step has taken the lease
and fenced every host for nothing.
"""

import os
from pathlib import Path
from typing import Self

from reconciler.cli.exits import RefusedError
from reconciler.core.events import Event
from reconciler.engine import journal
from reconciler.engine.clock import Clock
from reconciler.engine.journal import JournalError
from reconciler.engine.local_files import check_writable, private_dir, state_dir
from specs.diagnostic import diagnose


class LazyJournal:
    def __init__(self, cluster: str, run: str, clock: Clock) -> None:
        self.run, self.clock, self._cluster = run, clock, cluster
        self._book: journal.Journal | None = None

    def write(self, event: Event) -> None:
        """Raises JournalError."""
        if self._book is None:
            self._book = journal.open_journal(self._place(), run=self.run, clock=self.clock)
        self._book.write(event)

    def _place(self) -> Path:
        """Raises JournalError."""
        try:
            return state_dir(self._cluster, os.environ)
        except OSError as error:
            raise _unwritable(error, "") from error

    def __enter__(self) -> Self:
        """Raises Refused: nothing was begun."""
        try:
            place = self._place()
            try:
                check_writable(private_dir(place / "runs"))
            except OSError as error:
                raise _unwritable(error, str(place)) from error
        except JournalError as error:
            raise RefusedError(error) from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._book is not None:
            self._book.close()


def _unwritable(error: OSError, where: str) -> JournalError:
    output_text = error.strerror or str(error) or type(error).__name__
    return JournalError(diagnose("journal-unwritable", where=str(error.filename or where), said=output_text))
