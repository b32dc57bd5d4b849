"""Questions to the person at the terminal: yes or no.

Asked while the event loop runs: the lease, if one is held already, is renewed meanwhile, and Ctrl-C is heard.
"""

import asyncio
import sys
from dataclasses import replace

from reconciler.cli.options import Options
from reconciler.cli.output import err, print_diagnostics
from reconciler.cli.terminal import interactive
from reconciler.commands.result import Answer
from reconciler.engine.stop import StopRequest
from reconciler.view.messages.ui import label
from reconciler.view.reports import ClusterReport
from reconciler.view.text.plan import header_text, stages_text
from specs.diagnostic import Diagnostic

_YES = ("y", "yes", "是", "好")
_POLL_S = 0.1


async def confirm_plan(
    report: ClusterReport, options: Options, stop: StopRequest, *, yes: bool, warned: set[Diagnostic]
) -> Answer:
    """Shows in any case what the plan costs, and each of its steps in a line. `warned`: what was warned of before, and
    is not repeated."""
    page = replace(options.render_options(err=True), titles=report.titles)
    err(header_text(report.plan, page, report) + stages_text(report, page))
    if interactive() and not yes:
        print_diagnostics(tuple(w for w in report.warnings if w not in warned), options, warnings=True)
        warned.update(report.warnings)
    return await ask_yes_no(label("confirm", options.lang, steps=len(report.plan.steps)), stop, yes=yes)


async def ask_yes_no(question: str, stop: StopRequest, *, yes: bool) -> Answer:
    if yes:
        return "yes"
    if not interactive():
        return "not-asked"
    err(question + " [y/N] ")
    return "yes" if (await _line(stop)).strip().lower() in _YES else "no"


async def _line(stop: StopRequest) -> str:
    """What is typed, or "" once a stop was asked for."""
    loop = asyncio.get_running_loop()
    typed: asyncio.Future[str] = loop.create_future()

    def ready() -> None:
        loop.remove_reader(sys.stdin.fileno())
        typed.set_result(sys.stdin.readline())

    loop.add_reader(sys.stdin.fileno(), ready)
    try:
        while not typed.done() and not stop.requested:
            await asyncio.wait((typed,), timeout=_POLL_S)
    finally:
        loop.remove_reader(sys.stdin.fileno())
    return typed.result() if typed.done() else ""
