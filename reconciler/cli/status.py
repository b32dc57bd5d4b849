"""`bkrec status`: how the last run of this cluster from this machine went, by its journal. Contacts no host."""

import typer

from reconciler.cli.options import ClusterOption, LangOption, OutputOption, ReportOption, settle


def status(
    ctx: typer.Context,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
    report: ReportOption = None,
) -> None:
    from reconciler.cli import wiring
    from reconciler.cli.config import cluster_path
    from reconciler.cli.console import Answer, answer
    from reconciler.view.documents import StatusDoc
    from reconciler.view.human.runs import status_text

    options = settle(ctx, cluster, lang, output, report)
    last = next(reversed(wiring.runs(cluster_path(options))), None)
    answer(Answer(text=lambda page: status_text(last, page), document=lambda: StatusDoc(last=last)), options)
