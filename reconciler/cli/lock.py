"""`bkrec lock status|break`: who may change this cluster now, and taking that from someone who is gone."""

import typer

from reconciler.cli.options import ClusterOption, LangOption, OutputOption, ReportOption, settle


def status(
    ctx: typer.Context,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
    report: ReportOption = None,
) -> None:
    from reconciler.cli import signals, tending
    from reconciler.cli.config import cluster_path
    from reconciler.cli.console import Answer, answer
    from reconciler.view.text.runs import lock_text

    options = settle(ctx, cluster, lang, output, report)
    lock = signals.run(tending.read_lock(cluster_path(options)))
    answer(Answer(text=lambda page: lock_text(lock, page), document=lambda: lock), options)


def take(
    ctx: typer.Context,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
    report: ReportOption = None,
) -> None:
    from reconciler.cli import signals, tending
    from reconciler.cli.config import cluster_path
    from reconciler.cli.console import Answer, answer
    from reconciler.view.text.runs import broken_text

    options = settle(ctx, cluster, lang, output, report)
    lock = signals.run(tending.break_lock(cluster_path(options)))
    answer(Answer(text=lambda page: broken_text(lock, page), document=lambda: lock), options)
