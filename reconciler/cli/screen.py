"""How a run is told while it goes on: a moving screen on a terminal, plain lines elsewhere, JSON lines if asked.

It ticks and draws; what is drawn is `view/progress_frame.py`'s and `view/text/event.py`'s to say. On a terminal the
lines that last (done, failed, held) scroll by above the moving part, so the whole story is there when the screen is
gone.

All of it is written by a thread of its own (`writer.py`), which alone touches the moving screen: a reader that does not
read holds up nothing of the run.
"""

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from reconciler.cli.console import out, said_to_stderr, use_live_display
from reconciler.cli.options import Options
from reconciler.cli.wiring import ApplyResult, ClusterReport
from reconciler.cli.writer import Writer, install
from reconciler.core.events import Event, RunEnded, StepOutput
from reconciler.core.plan import Plan
from reconciler.view.documents import dumped
from reconciler.view.messages.ui import label
from reconciler.view.progress_frame import ProgressState, advance, frame
from reconciler.view.text.event import event_lines
from reconciler.view.to_documents import event_document

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

_PER_SECOND = 4
_NOTHING = Plan(release="", steps=(), blocked=())


class ProgressReporter:
    """Handed each event of a run; a plan is announced before its first step, so that steps have numbers and words."""

    def __init__(self, options: Options) -> None:
        self._json = options.output == "json"
        self._moves = not self._json and use_live_display(os.environ)
        self._page = options.render_options(err=True)
        self._plan = _NOTHING
        self._screen = ProgressState(started_s=time.monotonic())
        self._live: Live | None = None
        self._ended = False
        self._writer: Writer | None = None

    def __enter__(self) -> Self:
        self._writer = Writer(self._missed)
        install(self._writer)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Waits until all is written; what writing came to is raised, unless something else went wrong before."""
        self._hand(self._pause)
        writer, self._writer = self._writer, None
        install(None)
        if writer is not None:
            with contextlib.suppress(*((Exception,) if error is not None else ())):
                writer.close()

    def _hand(self, do: Callable[[], None], *, spare: bool = False) -> None:
        if self._writer is None:
            do()
        else:
            self._writer.hand(do, spare=spare)

    def _missed(self, lines: int) -> None:
        """In a stream for machines nothing is left out."""
        self._line(label("lines-missed", self._page.lang, lines=lines))

    def plan(self, report: ClusterReport) -> None:
        """The screen rests: somebody is going to be asked."""
        from dataclasses import replace

        self._hand(self._pause)
        self._plan, self._page = report.plan, replace(self._page, titles=report.titles)

    def on_event(self, event: Event) -> None:
        self._ended = self._ended or isinstance(event, RunEnded)
        self._screen = advance(self._screen, event, time.monotonic())
        if self._json:
            out(dumped(event_document(event), indent=None))
            return
        lines = tuple(event_lines(event, self._plan, self._page))
        if self._moves and isinstance(event, StepOutput):
            return
        if self._moves and not isinstance(event, RunEnded):
            self._hand(lambda: self._draw(lines))
        else:
            self._hand(lambda: self._plainly(lines), spare=isinstance(event, StepOutput))

    def note(self, text: str) -> None:
        """A line beside the events, above the moving part."""
        self._hand(lambda: self._line(text))

    def _line(self, text: str) -> None:
        if self._live is None:
            said_to_stderr(text + "\n")
        else:
            self._live.console.print(text, markup=False)

    def _plainly(self, lines: Sequence[str]) -> None:
        self._pause()
        for line in lines:
            said_to_stderr(line + "\n")

    def end(self, applied: ApplyResult) -> None:
        """A stream always ends with `run-ended`, also where no run began."""
        if not self._ended:
            word = "differs" if applied.verdict == "waiting" else applied.verdict
            self.on_event(RunEnded(verdict=word, done=0, failed=0, seconds=0.0))

    def _pause(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _draw(self, lines: Sequence[str]) -> None:
        from rich.text import Text

        shown = self._live or self._start()
        for line in lines:
            shown.console.print(Text.from_ansi(line))

    def _start(self) -> "Live":
        from rich.console import Console
        from rich.live import Live

        console = Console(stderr=True, highlight=False, markup=False)
        self._live = Live(console=console, get_renderable=self._frame, refresh_per_second=_PER_SECOND, transient=True)
        self._live.start()
        return self._live

    def _frame(self) -> "Text":
        from rich.text import Text

        return Text.from_ansi(frame(self._screen, self._plan, time.monotonic(), self._page))
