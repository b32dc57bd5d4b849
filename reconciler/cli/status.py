"""`bkrec status`: how the last run from this machine went, and what goes on on the cluster now. Writes nothing.

Where the controller is out of reach, the journal's answer is all there is, and a warning says so.
"""

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
    from reconciler.cli.console import Rendering, emit, print_diagnostics
    from reconciler.view.text.runs import status_text

    options = merge(ctx, cluster, lang, output, report)
    document, diagnostics = signals.run(tending.status(cluster_path(options)))
    print_diagnostics(diagnostics, options, warnings=True)
    emit(Rendering(text=lambda page: status_text(document, page), document=lambda: document), options)
