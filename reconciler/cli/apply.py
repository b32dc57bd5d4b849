"""`bkrec apply`: do what the plan says, until converged. Stop it, kill it, disconnect, run it again: at any moment."""

from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconciler.cli.command import command
from reconciler.cli.language import localized
from reconciler.cli.options import HostOption, ModuleOption, Options, StopAtOption, UntilOption

if TYPE_CHECKING:
    from reconciler.cli.progress import ProgressReporter
    from reconciler.commands.result import Answer, Result
    from reconciler.engine.stop import StopRequest
    from reconciler.view.reports import ClusterReport, RunReport

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
            " databases-dumped: the databases outside the cluster were dumped."
            " site-code: your own files below open_paas may go.",
            "批准计划中该 ID 所列的删除，仅对本次运行有效（--yes 不包含此项）。可重复。"
            "databases-dumped：集群之外的数据库已备份。"
            "site-code：open_paas 下自有的文件可以被替换。",
        ),
    ),
]


@command("apply")
def apply(
    options: Options,
    plan: PlanArgument = None,
    yes: YesOption = False,
    approve: ApproveOption = None,
    until: UntilOption = None,
    module: ModuleOption = None,
    host: HostOption = None,
    stop_at: StopAtOption = None,
) -> None:
    from reconciler.cli.execute import cluster_path
    from reconciler.cli.progress import run_with_progress
    from reconciler.cli.prompt import confirm_plan
    from reconciler.commands import apply, part
    from reconciler.commands.run import Console

    request = part.request(until, module, host, stop_at)
    path = cluster_path(options)

    def work(progress: "ProgressReporter", stop: "StopRequest") -> "Coroutine[Any, Any, Result[RunReport]]":
        async def confirm(report: "ClusterReport") -> "Answer":
            progress.plan(report)
            return await confirm_plan(report, options, stop, yes=yes, warned=progress.warned)

        console = Console(confirm=confirm, emit=progress.on_event, stop=stop, assumes_yes=yes)
        return apply.apply(path, console, plan=plan, approved=frozenset(approve or ()), part=request)

    run_with_progress("apply", options, work)
