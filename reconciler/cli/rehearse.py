"""`bkrec rehearse`: the plan, carried out in a moment and nowhere. Read-only."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.command import command
from reconciler.cli.language import localized
from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.reports import RehearsalReport

FailOption = Annotated[
    list[str] | None,
    typer.Option(
        "--fail",
        metavar="STEP",
        help=localized(
            "Let this step fail: its ID, or its number in the plan. Repeatable.",
            "让该步骤失败：其 ID 或在计划中的编号。可重复。",
        ),
    ),
]
LoseOption = Annotated[
    str,
    typer.Option(
        "--lose",
        metavar="HOST@MINUTES",
        help=localized("Let this host be lost after so many minutes.", "让该主机在若干分钟后失联。"),
        show_default=False,
    ),
]


ReadingsOption = Annotated[
    Path | None,
    typer.Option(
        "--readings",
        metavar="FILE",
        help=localized(
            "Rehearse on readings saved by `probe --save`; contacts no host.",
            "使用由 `probe --save` 保存的读取结果演练；不连接任何主机。",
        ),
        show_default=False,
    ),
]


@command("rehearse")
def rehearse(
    options: Options, fail: FailOption = None, lose: LoseOption = "", readings: ReadingsOption = None
) -> "Result[RehearsalReport]":
    from reconciler.cli import signals
    from reconciler.cli.execute import cluster_path
    from reconciler.commands import rehearse

    return signals.run(rehearse.rehearsal(cluster_path(options), tuple(fail or ()), lose, readings))
