"""`bkrec pause` and `bkrec resume`: from any terminal, for whoever is at work on this cluster."""

from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.command import command
from reconciler.cli.language import localized
from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.documents import PauseDoc

WhyOption = Annotated[
    str,
    typer.Option(
        "--why",
        metavar="TEXT",
        help=localized("Reason, shown to everyone who finds the cluster paused.", "暂停原因，显示给遇到暂停的人。"),
    ),
]


@command("pause")
def pause(options: Options, why: WhyOption = "") -> "Result[PauseDoc]":
    from reconciler.cli import signals
    from reconciler.cli.execute import cluster_path
    from reconciler.commands import pause

    return signals.run(pause.pause(cluster_path(options), why))


@command("pause")
def resume(options: Options) -> "Result[PauseDoc]":
    from reconciler.cli import signals
    from reconciler.cli.execute import cluster_path
    from reconciler.commands import pause

    return signals.run(pause.resume(cluster_path(options)))
