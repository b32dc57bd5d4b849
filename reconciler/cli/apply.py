"""`bkrec apply`: do what the plan says, until converged. Stop it, kill it, disconnect, run it again: at any moment."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.language import localized
from reconciler.cli.options import ClusterOption, LangOption, Options, OutputOption, merge

if TYPE_CHECKING:
    from reconciler.cli.screen import ProgressReporter
    from reconciler.cli.wiring import ApplyResult
    from reconciler.core.plan_file import SavedPlan
    from reconciler.engine.stop import StopSignal
    from specs.diagnostic import Diagnostic

YesOption = Annotated[
    bool,
    typer.Option("--yes", help=localized("Skip the confirmation prompt.", "跳过确认。")),
]


PlanArgument = Annotated[
    Path | None,
    typer.Argument(metavar="PLAN", help=localized("A plan saved by `plan --out`.", "由 `plan --out` 保存的计划。")),
]


ApproveOption = Annotated[
    list[str] | None,
    typer.Option(
        "--approve",
        metavar="ID",
        help=localized(
            "Approve the deletions listed under ID, for this run only (not implied by --yes). Repeatable."
            " databases-dumped: the databases outside the cluster were dumped.",
            "批准计划中该 ID 所列的删除，仅对本次运行有效（--yes 不包含此项）。可重复。"
            "databases-dumped：集群之外的数据库已备份。",
        ),
    ),
]


def apply(
    ctx: typer.Context,
    plan: PlanArgument = None,
    yes: YesOption = False,
    approve: ApproveOption = None,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
) -> None:
    from reconciler.cli import exits, signals
    from reconciler.cli.screen import ProgressReporter
    from reconciler.view.messages.ui import label

    options = merge(ctx, cluster, lang, output)
    narrator = ProgressReporter(options)

    def asked() -> None:
        narrator.note(label("stopping", options.lang))

    with narrator:
        applied = signals.run_stoppable(
            lambda stop: _work(options, narrator, stop, plan, yes=yes, approved=approve or ()), asked
        )
    _tell(applied, narrator, options)
    if applied.exit_code:
        raise exits.Exit(applied.exit_code)


async def _work(
    options: Options,
    narrator: "ProgressReporter",
    stop: "StopSignal",
    plan: Path | None,
    *,
    yes: bool,
    approved: Sequence[str],
) -> "ApplyResult":
    from reconciler.cli import wiring
    from reconciler.cli.config import cluster_path
    from reconciler.cli.confirm import confirm

    async def confirmed(report: wiring.ClusterReport) -> bool:
        narrator.plan(report)
        return await confirm(report, options, stop, yes=yes)

    kept = _kept(plan)
    path, given = cluster_path(options), frozenset(approved)
    return await wiring.apply(path, confirm=confirmed, emit=narrator.on_event, stop=stop, plan=kept, approved=given)


def _kept(plan: Path | None) -> "SavedPlan | None":
    if plan is None:
        return None
    from reconciler.cli import planfile

    return planfile.read(plan)


def _tell(applied: "ApplyResult", narrator: "ProgressReporter", options: Options) -> None:
    """The result on stdout: the verdict of the last look, or for machines the end of the event stream."""
    from dataclasses import replace

    from reconciler.cli.console import out, print_diagnostics
    from reconciler.view.documents import dumped
    from reconciler.view.text.check import check_text
    from reconciler.view.to_documents import error_document

    diagnostics = tuple(_said(diagnostic, applied) for diagnostic in applied.diagnostics)
    if options.output == "json":
        if diagnostics:
            out(dumped(error_document(applied.exit_code, diagnostics), indent=None))
        narrator.end(applied)
    # what a run is refused for comes first: nobody is to read past a host key that changed
    said = tuple(warning for warning in applied.studied.warnings if warning not in diagnostics)
    if applied.verdict == "refused":
        print_diagnostics(diagnostics, options)
    print_diagnostics(said, options, warnings=True)
    if applied.verdict != "refused":
        print_diagnostics(diagnostics, options)
    if options.output == "text":
        page = replace(
            options.render_options(),
            titles=applied.studied.titles,
            beyond=applied.studied.beyond,
            left=applied.studied.left,
        )
        out(check_text(applied.studied.release, applied.studied.difference, page))


def _said(diagnostic: "Diagnostic", applied: "ApplyResult") -> "Diagnostic":
    """Nobody said no where nobody could be asked."""
    from reconciler.cli.console import interactive
    from specs.diagnostic import diagnose

    if diagnostic.code == "not-confirmed" and not interactive():
        return diagnose("confirmation-needed", steps=len(applied.studied.plan.steps))
    return diagnostic
