"""`bkrec pause` and `bkrec resume`: from any terminal, for whoever is at work on this cluster."""

from typing import Annotated

import typer

from reconciler.cli.language import localized
from reconciler.cli.options import ClusterOption, LangOption, OutputOption, merge

WhyOption = Annotated[
    str,
    typer.Option(
        "--why",
        metavar="TEXT",
        help=localized("Reason, shown to everyone who finds the cluster paused.", "暂停原因，显示给遇到暂停的人。"),
    ),
]


def pause(
    ctx: typer.Context,
    why: WhyOption = "",
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
) -> None:
    from reconciler.cli import signals, tending
    from reconciler.cli.config import cluster_path
    from reconciler.cli.console import Rendering, emit
    from reconciler.view.text.runs import paused_text

    options = merge(ctx, cluster, lang, output)
    document = signals.run(tending.pause(cluster_path(options), why))
    emit(Rendering(text=lambda page: paused_text(document, page), document=lambda: document), options)


def resume(
    ctx: typer.Context,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
) -> None:
    from reconciler.cli import signals, tending
    from reconciler.cli.config import cluster_path
    from reconciler.cli.console import Rendering, emit
    from reconciler.view.text.runs import paused_text

    options = merge(ctx, cluster, lang, output)
    document = signals.run(tending.resume(cluster_path(options)))
    emit(Rendering(text=lambda page: paused_text(document, page), document=lambda: document), options)
