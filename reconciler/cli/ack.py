"""`bkrec ack`: say of work that leaves no trace whether it was done before bkrec came."""

from typing import Annotated

import typer

from reconciler.cli.language import localized
from reconciler.cli.options import ClusterOption, LangOption, OutputOption, merge

WorkArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TASK…",
        help=localized("Task name as in `plan`; without it, list all tasks.", "plan 中的任务名称；省略则列出全部。"),
    ),
]
DoneOption = Annotated[
    bool | None,
    typer.Option("--done/--not-done", help=localized("Whether the task was done manually.", "是否已手工完成。")),
]
FromOption = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="VERSION",
        help=localized(
            "With --not-done: the version JOB was upgraded from.", "配合 --not-done：作业平台升级前的版本。"
        ),
    ),
]


def ack(
    ctx: typer.Context,
    works: WorkArgument = None,
    done: DoneOption = None,
    origin: FromOption = "",
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
) -> None:
    from reconciler.cli import acking, exits, signals
    from reconciler.cli.config import cluster_path
    from reconciler.cli.console import Rendering, emit
    from reconciler.view.text.ack import ack_text
    from specs.diagnostic import BkrecError, diagnose

    options = merge(ctx, cluster, lang, output)
    if bool(works) != (done is not None):
        raise exits.UsageError(BkrecError(diagnose("ack-incomplete")))
    path = cluster_path(options)
    work = acking.ask(path) if done is None else acking.ack(path, works or (), done=done, origin=origin)
    document = signals.run(work)
    emit(Rendering(text=lambda page: ack_text(document, page), document=lambda: document), options)
