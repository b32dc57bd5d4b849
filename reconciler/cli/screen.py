"""How a run is told while it goes on: a moving screen on a terminal, plain lines elsewhere, JSON lines if asked.

It ticks and draws; what is drawn is `view/frame.py`'s and `view/human/event.py`'s to say. On a terminal the lines that
last (done, failed, held) scroll by above the moving part, so the whole story is there when the screen is gone.
"""

import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace

from reconciler.cli.console import err, live, out
from reconciler.cli.options import Options
from reconciler.cli.wiring import Studied
from reconciler.core.event import Event, StepOutput
from reconciler.view.documents import dumped
from reconciler.view.frame import Screen, advance, frame
from reconciler.view.human.event import event_lines
from reconciler.view.json import event_document
from reconciler.view.page import Page

Tell = Callable[[Event], None]
_PER_SECOND = 4


@contextmanager
def narrator(studied: Studied, options: Options) -> Generator[Tell]:
    page = replace(options.page(err=True), titles=studied.titles)
    if options.output == "json":
        yield lambda event: out(dumped(event_document(event), indent=None))
    elif live(os.environ):
        with _moving(studied, page) as tell:
            yield tell
    else:
        yield lambda event: _lines(event, studied, page)


def _lines(event: Event, studied: Studied, page: Page) -> None:
    for line in event_lines(event, studied.plan, page):
        err(line + "\n")


@contextmanager
def _moving(studied: Studied, page: Page) -> Generator[Tell]:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    screen = Screen(started_s=time.monotonic())

    def drawn() -> Text:
        return Text.from_ansi(frame(screen, studied.plan, time.monotonic(), page))

    console = Console(stderr=True, highlight=False, markup=False)
    with Live(console=console, get_renderable=drawn, refresh_per_second=_PER_SECOND, transient=True) as shown:

        def tell(event: Event) -> None:
            nonlocal screen
            screen = advance(screen, event, time.monotonic())
            if not isinstance(event, StepOutput):
                for line in event_lines(event, studied.plan, page):
                    shown.console.print(Text.from_ansi(line))

        yield tell
