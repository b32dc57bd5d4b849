"""`bkrec probe`: all that was read, host by host, judged by nobody; to be attached to a report. Writes to no host."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.command import command
from reconciler.cli.language import localized
from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.reports import ProbeReport

PatternsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATTERN…",
        help=localized(
            "A host, a kind of fact, or an ID with `*`: 10.0.0.2, unit.active, 'unit.* @10.0.0.2' (default: all).",
            "主机、事实种类或带 `*` 的标识：10.0.0.2、unit.active、'unit.* @10.0.0.2'（缺省为全部）。",
        ),
    ),
]
SaveOption = Annotated[
    Path | None,
    typer.Option(
        "--save",
        metavar="FILE",
        help=localized(
            "Also save the facts to a file, for a bug report; it contains no secrets.",
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
