"""Writer: while a run goes on, what is shown is written by a thread of its own, so that no reader can hold up the run.

A terminal may take nothing for as long as it likes (Ctrl-S, a pager nobody pages); the event loop must go on meanwhile,
or the lease is not renewed and another takes over. Pictures of a moving screen are never queued: the thread draws what
is true when it gets to it. Lines are queued, and what commands print is dropped once too many of them wait, and
counted; the journal on disk has it all. What went wrong in the thread is raised where the writer is closed: by then the
run is over.
"""

import os
import threading
from collections import deque
from collections.abc import Callable

from reconciler.core.verdict import ExitCode

MOST = 10_000
"""Lines of commands' output that may wait."""


class Writer:
    def __init__(self, missed: Callable[[int], None], *, most: int = MOST) -> None:
        """`missed` tells how many were dropped, once there is room again; it is called in the thread."""
        self._missed, self._most = missed, most
        self._waiting: deque[Callable[[], None]] = deque()
        self._dropped = 0
        self._closed = False
        self._error: Exception | None = None
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._write, name="bkrec-writer", daemon=True)
        self._thread.start()

    def hand(self, do: Callable[[], None], *, spare: bool = False) -> None:
        """Returns at once. `do` is called after all that was handed over before; `spare` may be dropped."""
        with self._news:
            if spare and len(self._waiting) >= self._most:
                self._dropped += 1
                return
            self._waiting.append(do)
            self._news.notify()

    def close(self) -> None:
        """Waits until all is written, however long the reader takes. Raises what writing raised first.

        Whoever presses Ctrl-C here has seen enough; the thread is in the middle of a write, so nothing is tidied up.
        """
        with self._news:
            self._closed = True
            self._news.notify()
        try:
            self._thread.join()
        except KeyboardInterrupt:
            os._exit(ExitCode.INTERRUPTED)
        if self._error is not None:
            raise self._error

    def _write(self) -> None:
        while (do := self._next()) is not None:
            try:
                do()
            except Exception as error:
                self._error = self._error or error

    def _next(self) -> Callable[[], None] | None:
        with self._news:
            while not (self._waiting or self._dropped or self._closed):
                self._news.wait()
            if self._waiting:
                return self._waiting.popleft()
            dropped, self._dropped = self._dropped, 0
        return (lambda: self._missed(dropped)) if dropped else None


_current: Writer | None = None


def install(writer: Writer | None) -> None:
    """From here on everything goes through it; None: whoever writes waits himself."""
    global _current
    _current = writer


def handed(do: Callable[[], None]) -> bool:
    """Whether there is a writer, which does it in its turn."""
    if _current is None:
        return False
    _current.hand(do)
    return True
