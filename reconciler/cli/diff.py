"""`bkrec diff`: what differs from the release, host by host, and why it matters. Writes nothing."""

import typer

from reconciler.cli.options import ClusterOption, LangOption, OutputOption, ReportOption, merge


def diff(
    ctx: typer.Context,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
    report: ReportOption = None,
) -> None:
    from reconciler.cli.lookers import assess, exit_with, render
    from reconciler.view.text.diff import diff_text
    from reconciler.view.to_documents import diff_document

    options = merge(ctx, cluster, lang, output, report)
    studied = assess(options)
    render(
        studied,
        options,
        lambda seen, page: diff_text(seen.release, seen.difference, page),
        lambda seen: diff_document(seen.release, seen.difference, seen.warnings, seen.beyond),
    )
    exit_with(studied)
