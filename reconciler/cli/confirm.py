"""The one question of an `apply`: what it costs, and whether to go on.

Asked while the event loop runs: the lease, if one is held already, is renewed meanwhile, and Ctrl-C is heard.
"""

import asyncio
import sys
from dataclasses import replace

from reconciler.cli.console import err, interactive, print_diagnostics
from reconciler.cli.options import Options
from reconciler.cli.wiring import ClusterReport
from reconciler.engine.stop import StopSignal
from reconciler.view.messages.ui import label
from reconciler.view.text.plan import header_text

_YES = ("y", "yes", "是", "好")
_LOOK_UP_S = 0.1


async def confirm(report: ClusterReport, options: Options, stop: StopSignal, *, yes: bool) -> bool:
    """Shows the plan's header in any case. False where the answer is no, or nobody is there to answer."""
    page = replace(options.render_options(err=True), titles=report.titles)
    err(header_text(report.plan, page))
    if interactive() and not yes:
        print_diagnostics(report.warnings, options, warnings=True)
    return await ask_yes_no(label("confirm", options.lang, steps=len(report.plan.steps)), stop, yes=yes)


async def ask_yes_no(question: str, stop: StopSignal, *, yes: bool) -> bool:
    if yes or not interactive():
        return yes
    err(question + " [y/N] ")
    return (await _line(stop)).strip().lower() in _YES


async def _line(stop: StopSignal) -> str:
    """What is typed, or "" once a stop was asked for."""
    loop = asyncio.get_running_loop()
    typed: asyncio.Future[str] = loop.create_future()

    def ready() -> None:
        loop.remove_reader(sys.stdin.fileno())
        typed.set_result(sys.stdin.readline())

    loop.add_reader(sys.stdin.fileno(), ready)
    try:
        while not typed.done() and not stop.requested:
            await asyncio.wait((typed,), timeout=_LOOK_UP_S)
    finally:
        loop.remove_reader(sys.stdin.fileno())
    return typed.result() if typed.done() else ""
