"""`bkrec history`: every run of this cluster from this machine, by its journal. Contacts no host."""

import typer

from reconciler.cli.options import ClusterOption, LangOption, OutputOption, ReportOption, settle


def history(
    ctx: typer.Context,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
    report: ReportOption = None,
) -> None:
    from reconciler.cli import tending
    from reconciler.cli.config import cluster_path
    from reconciler.cli.console import Answer, answer
    from reconciler.view.documents import HistoryDoc
    from reconciler.view.text.runs import history_text

    options = settle(ctx, cluster, lang, output, report)
    runs = tending.runs(cluster_path(options))
    found = Answer(text=lambda page: history_text(runs, page), document=lambda: HistoryDoc(runs=list(runs)))
    answer(found, options)
