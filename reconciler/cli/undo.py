"""`bkrec undo`: put back what a run changed, as far as that can be done; what cannot is told before anything is."""

from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.apply import YesOption
from reconciler.cli.language import localized
from reconciler.cli.options import ClusterOption, LangOption, Options, OutputOption, merge

if TYPE_CHECKING:
    from reconciler.cli.screen import ProgressReporter
    from reconciler.cli.undoing import UndoPreview, UndoRequest
    from reconciler.cli.wiring import ApplyResult
    from reconciler.engine.stop import StopSignal
    from specs.diagnostic import Diagnostic

RunArgument = Annotated[
    str,
    typer.Argument(
        metavar="[RUN]",
        help=localized("ID of the run to roll back (default: the last one).", "要回滚的运行标识（缺省为最近一次）。"),
        show_default=False,
    ),
]
LeaveOption = Annotated[
    list[str] | None,
    typer.Option(
        "--leave",
        metavar="PATH",
        help=localized("Skip this path and restore the rest. Repeatable.", "跳过该路径，恢复其余内容；可重复。"),
    ),
]


def undo(
    ctx: typer.Context,
    run: RunArgument = "",
    yes: YesOption = False,
    leave: LeaveOption = None,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
) -> None:
    from reconciler.cli import exits, signals
    from reconciler.cli.screen import ProgressReporter
    from reconciler.cli.undoing import UndoRequest
    from reconciler.view.messages.ui import label

    options = merge(ctx, cluster, lang, output)
    narrator, request = ProgressReporter(options), UndoRequest(run=run, leave=tuple(leave or ()))

    def asked() -> None:
        narrator.note(label("stopping", options.lang))

    with narrator:
        last, applied = signals.run_stoppable(lambda stop: _work(options, narrator, stop, request, yes=yes), asked)
    _tell(last, applied, narrator, options)
    if applied.exit_code:
        raise exits.Exit(applied.exit_code)


async def _work(
    options: Options, narrator: "ProgressReporter", stop: "StopSignal", request: "UndoRequest", *, yes: bool
) -> "tuple[UndoPreview, ApplyResult]":
    from reconciler.cli import undoing
    from reconciler.cli.config import cluster_path
    from reconciler.cli.confirm import ask_yes_no
    from reconciler.view.messages.ui import label

    shown: set[str] = set()

    def show(preview: "UndoPreview") -> None:
        shown.update(step.id for step in preview.studied.plan.steps)
        _show(preview, options)

    async def confirm(preview: "UndoPreview") -> bool:
        steps = preview.studied.plan.steps
        narrator.plan(preview.studied)
        if not shown.issuperset(step.id for step in steps):
            _show(preview, options)
        return await ask_yes_no(label("confirm-undo", options.lang, steps=len(steps)), stop, yes=yes)

    path = cluster_path(options)
    return await undoing.undo(path, request, show=show, confirm=confirm, emit=narrator.on_event, stop=stop)


def _show(preview: "UndoPreview", options: Options) -> None:
    """For machines the first line on stdout, else a page on stderr: stdout is the result's."""
    from dataclasses import replace

    from reconciler.cli.console import err, out
    from reconciler.view.documents import dumped
    from reconciler.view.text.undo import undo_text
    from reconciler.view.to_documents import undo_document

    report = preview.studied
    if options.output == "json":
        found = undo_document(preview.undoing, report.plan, report.readings, preview.afterwards, report.warnings)
        out(dumped(found, indent=None))
        return
    page = replace(options.render_options(err=True), titles=report.titles)
    err(undo_text(preview.undoing, report.plan, preview.afterwards, page))


def _tell(last: "UndoPreview", applied: "ApplyResult", narrator: "ProgressReporter", options: Options) -> None:
    from reconciler.cli.console import out, print_diagnostics
    from reconciler.view.documents import dumped
    from reconciler.view.text.undo import undone_text
    from reconciler.view.to_documents import error_document

    diagnostics = tuple(_said(diagnostic, last) for diagnostic in applied.diagnostics)
    if options.output == "json":
        if diagnostics:
            out(dumped(error_document(applied.exit_code, diagnostics), indent=None))
        narrator.end(applied)
    print_diagnostics(applied.studied.warnings, options, warnings=True)
    print_diagnostics(diagnostics, options)
    if options.output == "text":
        out(undone_text(last.undoing, last.afterwards, last.left, options.render_options()))


def _said(diagnostic: "Diagnostic", last: "UndoPreview") -> "Diagnostic":
    """Nobody said no where nobody could be asked."""
    from reconciler.cli.console import interactive
    from specs.diagnostic import diagnose

    if diagnostic.code == "not-confirmed" and not interactive():
        return diagnose("undo-confirmation-needed", steps=len(last.studied.plan.steps), run=last.undoing.run)
    return diagnostic
