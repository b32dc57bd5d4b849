"""`bkrec check --install-timer`, `--remove-timer`: shows what will be written and run, asks, and does it."""

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.commands.timer import Timer


def install(options: Options, *, every_s: int, confirm: str | None, run_as: str, yes: bool) -> None:
    from reconciler.cli.execute import cluster_path
    from reconciler.cli.output import err, out
    from reconciler.commands import timer
    from reconciler.view.messages.ui import label
    from reconciler.view.text.timer import timer_text

    request = timer.TimerRequest(
        every_s=every_s,
        arguments=tuple(_arguments(options, confirm)),
        reports=tuple(report.path for report in options.reports),
        run_as=run_as,
    )
    proposal = timer.proposed(cluster_path(options), request)
    files = ((str(unit.path), unit.text) for unit in proposal.files)
    out(timer_text(files, proposal.enabling, options.render_options()))
    _confirmed(options, "confirm-timer", timer.install, proposal, yes=yes)
    journal = "journalctl --user" if proposal.scope == "user" else "journalctl"
    err(label("timer-installed", options.lang, name=proposal.name, journal=journal) + "\n")
    err(label("timer-key", options.lang, command=" ".join(proposal.starting)) + "\n")
    if proposal.scope == "user":
        err(label("timer-linger", options.lang) + "\n")


def remove(options: Options, *, yes: bool) -> None:
    from reconciler.cli.execute import cluster_path
    from reconciler.cli.output import err, out
    from reconciler.commands import timer
    from reconciler.view.messages.ui import label
    from reconciler.view.text.timer import timer_commands

    current = timer.installed(cluster_path(options))
    if not current.files:
        err(label("timer-none", options.lang) + "\n")
        return
    runs, removes = timer_commands(current.disabling, options.lang), [str(unit.path) for unit in current.files]
    out(runs + "".join(label("timer-removes", options.lang, path=path) + "\n" for path in removes))
    out(timer_commands(current.forgetting, options.lang))
    _confirmed(options, "confirm-timer-removal", timer.remove, current, yes=yes)
    err(label("timer-removed", options.lang, name=current.name) + "\n")


def _confirmed(
    options: Options, question: str, act: "Callable[[Timer], Awaitable[None]]", subject: "Timer", *, yes: bool
) -> None:
    """Raises RefusedError where the answer is no, or there is no terminal to ask at."""
    from reconciler.cli import signals
    from reconciler.cli.prompt import ask_yes_no
    from reconciler.commands.errors import RefusedError
    from reconciler.engine.stop import StopRequest
    from reconciler.view.messages.ui import label
    from specs.diagnostic import diagnose

    async def ask_and_act(stop: StopRequest) -> None:
        if await ask_yes_no(label(question, options.lang), stop, yes=yes) != "yes":
            raise RefusedError(diagnose("timer-not-confirmed"))
        await act(subject)

    signals.run_stoppable(ask_and_act, lambda: None)


def _arguments(options: Options, confirm: str | None) -> Iterator[str]:
    """Those of the check that the timer runs: this call's, without what is about the timer itself."""
    yield from ("--lang", options.lang, "check")
    if options.output != "text":
        yield from ("-o", options.output)
    for report in options.reports:
        yield from ("--report", f"{report.format}={report.path.absolute()}")
    if confirm is not None:
        yield from ("--confirm", confirm)
