"""The run's journal, opened when the first word is written: a run that does nothing leaves no file behind."""

import os
from typing import Self

from reconciler.core.event import Event
from reconciler.effects import journal
from reconciler.effects.clock import Clock
from reconciler.effects.files import state_dir


class Diary:
    def __init__(self, cluster: str, run: str, clock: Clock) -> None:
        self.run, self.clock, self._cluster = run, clock, cluster
        self._book: journal.Journal | None = None

    def write(self, event: Event) -> None:
        """Raises JournalError."""
        if self._book is None:
            self._book = journal.open_journal(state_dir(self._cluster, os.environ), run=self.run, clock=self.clock)
        self._book.write(event)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._book is not None:
            self._book.close()
