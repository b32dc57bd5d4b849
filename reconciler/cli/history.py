"""`bkrec history`: every run of this cluster from this machine, by its journal. Contacts no host."""

import typer

from reconciler.cli.options import ClusterOption, LangOption, OutputOption, ReportOption, merge


def history(
    ctx: typer.Context,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
    report: ReportOption = None,
) -> None:
    from reconciler.cli import tending
    from reconciler.cli.config import cluster_path
    from reconciler.cli.console import Rendering, emit
    from reconciler.view.documents import HistoryDoc
    from reconciler.view.text.runs import history_text

    options = merge(ctx, cluster, lang, output, report)
    runs = tending.runs(cluster_path(options))
    found = Rendering(text=lambda page: history_text(runs, page), document=lambda: HistoryDoc(runs=list(runs)))
    emit(found, options)
