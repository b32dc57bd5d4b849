"""`bkrec ack`: say of work that leaves no trace whether it was done before bkrec came."""

from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.command import command
from reconciler.cli.language import localized
from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.documents import AckDoc

TasksArgument = Annotated[
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


@command("ack")
def ack(
    options: Options, tasks: TasksArgument = None, done: DoneOption = None, origin: FromOption = ""
) -> "Result[AckDoc]":
    from reconciler.cli import signals
    from reconciler.cli.execute import cluster_path
    from reconciler.commands import ack

    if bool(tasks) != (done is not None):
        raise ack.incomplete()
    path = cluster_path(options)
    return signals.run(ack.show(path) if done is None else ack.ack(path, tasks or (), done=done, origin=origin))
