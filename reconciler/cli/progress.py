"""The progress of a run: a moving screen on a terminal, plain lines elsewhere, or the stream of a format.

It ticks and draws; what is drawn is `view/progress_frame.py`'s and `view/text/event.py`'s to say. On a terminal the
lines that last (done, failed, blocked) scroll by above the moving part, so the whole story is there when the screen is
gone.

All of it is written by a thread of its own (`writer.py`), which alone touches the moving screen: a reader that does not
read delays nothing of the run.
"""

import contextlib
import os
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from reconciler.cli import signals
from reconciler.cli.execute import finish
from reconciler.cli.options import Options
from reconciler.cli.output import emit, out, write_to_stderr
from reconciler.cli.terminal import use_live_display
from reconciler.cli.writer import Writer, install
from reconciler.commands.result import Result
from reconciler.core.eta import NOTHING_KNOWN
from reconciler.core.events import Event, RunEnded, StepOutput
from reconciler.core.plan import Plan
from reconciler.core.verdict import event_verdict
from reconciler.engine.stop import StopRequest
from reconciler.view.formats import load
from reconciler.view.messages.ui import label
from reconciler.view.progress_frame import ProgressState, advance, frame, remaining_s
from reconciler.view.reports import ClusterReport, EndOfRun, ErrorReport, RunReport, StreamItem
from reconciler.view.text.event import event_lines
from specs.diagnostic import Diagnostic

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

_PER_SECOND = 4
_ETA_EVERY_S = 3.0
"""A plan of hundreds of steps takes some hundredths of a second to schedule."""
_NO_PLAN = Plan(release="", steps=(), blocked=())

Work = Callable[["ProgressReporter", StopRequest], Coroutine[Any, Any, Result[RunReport]]]


def run_with_progress(kind: Literal["apply", "undo"], options: Options, work: Work) -> None:
    """Runs it, shows what happens, then its result. Raises Exit."""
    progress = ProgressReporter(options)

    def stopping() -> None:
        progress.note(label("stopping", options.lang))

    with progress:
        result = signals.run_stoppable(lambda stop: work(progress, stop), stopping)
    progress.end(result.document)
    result = replace(result, warnings=tuple(w for w in result.warnings if w not in progress.warned))
    finish(emit(result, kind, options, streamed=progress.streams))


class ProgressReporter:
    """Given each event of a run; a plan is announced before its first step, so that steps have numbers and words."""

    def __init__(self, options: Options) -> None:
        self._stream = load(options.output).stream
        self._moves = not self.streams and use_live_display(os.environ)
        self._page = options.render_options(err=True)
        self._plan = _NO_PLAN
        self._durations = NOTHING_KNOWN
        self._remaining = (0.0, -_ETA_EVERY_S)
        """Seconds, and when they were estimated."""
        self._state = ProgressState(started_s=time.monotonic())
        self._live: Live | None = None
        self._last: RunEnded | None = None
        self.warned: set[Diagnostic] = set()
        """What was printed before a question, and is not repeated at the end."""
        self._writer: Writer | None = None

    @property
    def streams(self) -> bool:
        """stdout gets each event as it happens, and no report at the end."""
        return self._stream is not None

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
        """The screen rests: a person is going to be asked."""
        self._hand(self._pause)
        self._durations = report.durations
        self._plan, self._page = report.plan, replace(self._page, titles=report.titles)

    def stream(self, item: StreamItem) -> bool:
        """False where the format has no stream."""
        if self._stream is None:
            return False
        out(self._stream(item))
        return True

    def on_event(self, event: Event) -> None:
        self._state = advance(self._state, event, time.monotonic())
        if self.streams and isinstance(event, RunEnded):
            self._last = event  # it goes with what is left, which only the report knows
            return
        if self.stream(event):
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

    def end(self, report: RunReport) -> None:
        """A stream says why a run ended as it did, and always ends with `run-ended`, also where no run began."""
        if report.diagnostics:
            self.stream(ErrorReport(exit_code=report.exit_code, diagnostics=report.diagnostics))
        if self.streams:
            last = self._last or RunEnded(verdict=event_verdict(report.verdict), done=0, failed=0, seconds=0.0)
            self.stream(EndOfRun(event=last, remaining=report.remaining))

    def _line(self, text: str) -> None:
        if self._live is None:
            write_to_stderr(text + "\n")
        else:
            self._live.console.print(text, markup=False)

    def _plainly(self, lines: Sequence[str]) -> None:
        self._pause()
        for line in lines:
            write_to_stderr(line + "\n")

    def _pause(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _draw(self, lines: Sequence[str]) -> None:
        from rich.text import Text

        live = self._live or self._start()
        for line in lines:
            live.console.print(Text.from_ansi(line))

    def _start(self) -> "Live":
        from rich.console import Console
        from rich.live import Live

        console = Console(stderr=True, highlight=False, markup=False)
        self._live = Live(console=console, get_renderable=self._frame, refresh_per_second=_PER_SECOND, transient=True)
        self._live.start()
        return self._live

    def _frame(self) -> "Text":
        from rich.text import Text

        now_s = time.monotonic()
        remaining, estimated_at = self._remaining
        if now_s - estimated_at >= _ETA_EVERY_S:
            remaining, estimated_at = remaining_s(self._state, self._plan, now_s, self._durations), now_s
            self._remaining = remaining, estimated_at
        remaining = max(0.0, remaining - (now_s - estimated_at))
        return Text.from_ansi(frame(self._state, self._plan, now_s, self._page, remaining))
