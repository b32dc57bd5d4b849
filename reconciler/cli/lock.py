"""`bkrec lock status|break`: who may change this cluster now, and taking that from someone who is gone."""

import typer

from reconciler.cli.options import ClusterOption, LangOption, OutputOption, ReportOption, merge


def status(
    ctx: typer.Context,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
    report: ReportOption = None,
) -> None:
    from reconciler.cli import signals, tending
    from reconciler.cli.config import cluster_path
    from reconciler.cli.console import Rendering, emit
    from reconciler.view.text.runs import lock_text

    options = merge(ctx, cluster, lang, output, report)
    lock = signals.run(tending.read_lock(cluster_path(options)))
    emit(Rendering(text=lambda page: lock_text(lock, page), document=lambda: lock), options)


def break_(
    ctx: typer.Context,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
    report: ReportOption = None,
) -> None:
    from reconciler.cli import signals, tending
    from reconciler.cli.config import cluster_path
    from reconciler.cli.console import Rendering, emit
    from reconciler.view.text.runs import broken_text

    options = merge(ctx, cluster, lang, output, report)
    lock = signals.run(tending.break_lock(cluster_path(options)))
    emit(Rendering(text=lambda page: broken_text(lock, page), document=lambda: lock), options)
