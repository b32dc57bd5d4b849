"""`bkrec probe`: all that was read, host by host, judged by nobody; to be attached to a report. Writes to no host."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.language import localized
from reconciler.cli.options import Options, command

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.reports import ProbeReport

PatternsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATTERN…",
        help=localized(
            "A host, a kind of fact, or an id with `*`: 10.0.0.2, unit.active, 'unit.* @10.0.0.2'; none: everything.",
            "主机、事实种类或带 `*` 的标识：10.0.0.2、unit.active、'unit.* @10.0.0.2'；省略则为全部。",
        ),
    ),
]
SaveOption = Annotated[
    Path | None,
    typer.Option(
        "--save",
        metavar="FILE",
        help=localized(
            "Keep the readings, to attach them to a report; no secret is in them.",
            "同时保存读取结果，可附于问题报告；其中不含任何密码。",
        ),
    ),
]


@command("probe")
def probe(options: Options, patterns: PatternsArgument = None, save: SaveOption = None) -> "Result[ProbeReport]":
    from reconciler.cli import signals
    from reconciler.cli.execute import cluster_path
    from reconciler.commands import probe

    return signals.run(probe.probe(cluster_path(options), patterns or (), save))
