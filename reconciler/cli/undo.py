"""`bkrec undo`: put back what a run changed, as far as that can be done; what cannot is told before anything is."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconciler.cli.apply import YesOption
from reconciler.cli.command import command
from reconciler.cli.language import localized
from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.cli.progress import ProgressReporter
    from reconciler.commands.result import Answer, Result
    from reconciler.engine.stop import StopRequest
    from reconciler.view.reports import UndoPreview, UndoReport

RunArgument = Annotated[
    str,
    typer.Argument(
        metavar="[RUN]",
        help=localized("ID of the run to roll back (default: the last one).", "要回滚的运行标识（缺省为最近一次）。"),
        show_default=False,
    ),
]
ExcludeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        metavar="PATH",
        help=localized("Skip this path and restore the rest. Repeatable.", "跳过该路径，恢复其余内容；可重复。"),
    ),
]


@command("undo")
def undo(options: Options, run: RunArgument = "", yes: YesOption = False, exclude: ExcludeOption = None) -> None:
    from reconciler.cli.execute import cluster_path
    from reconciler.cli.progress import run_with_progress
    from reconciler.cli.prompt import ask_yes_no
    from reconciler.commands import undo
    from reconciler.commands.run import Console
    from reconciler.view.messages.ui import label

    path, request = cluster_path(options), undo.UndoRequest(run=run, excluded=tuple(exclude or ()))

    def work(progress: "ProgressReporter", stop: "StopRequest") -> "Coroutine[Any, Any, Result[UndoReport]]":
        def show(preview: "UndoPreview") -> None:
            progress.plan(preview.cluster)
            if not progress.stream(preview):
                _print(preview, options)

        async def confirm(preview: "UndoPreview") -> "Answer":
            progress.plan(preview.cluster)
            steps = len(preview.cluster.plan.steps)
            return await ask_yes_no(label("confirm-undo", options.lang, steps=steps), stop, yes=yes)

        console = Console(confirm=confirm, emit=progress.on_event, stop=stop, assumes_yes=yes)
        return undo.undo(path, request, console, show=show)

    run_with_progress("undo", options, work)


def _print(preview: "UndoPreview", options: Options) -> None:
    """On stderr: stdout is the result's."""
    from dataclasses import replace

    from reconciler.cli.output import err
    from reconciler.view.text.undo import undo_text

    page = replace(options.render_options(err=True), titles=preview.cluster.titles)
    plan, known = preview.cluster.plan, preview.cluster.durations
    err(undo_text(preview.scope, plan, preview.afterwards, page, known))
