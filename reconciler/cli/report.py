"""`bkrec report [RUN]`: what a run did, for those who were not there. Contacts no host."""

from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.command import command
from reconciler.cli.language import localized
from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.documents import RunReportDoc

RunArgument = Annotated[
    str,
    typer.Argument(
        metavar="[RUN]",
        help=localized("ID of the run (default: the last one).", "运行标识（缺省为最近一次）。"),
        show_default=False,
    ),
]


@command("report")
def report(options: Options, run: RunArgument = "") -> "Result[RunReportDoc]":
    from reconciler.cli.execute import cluster_path
    from reconciler.commands import report

    return report.report(cluster_path(options), run)
