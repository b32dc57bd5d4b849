"""`bkrec plan`: what would be done, in which order, with every reason. Nothing is touched."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.language import localized
from reconciler.cli.options import ClusterOption, LangOption, OutputOption, ReportOption, merge

OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help=localized("Save the plan to apply it later.", "保存计划，供以后执行。")),
]


def plan(
    ctx: typer.Context,
    out: OutOption = None,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
    report: ReportOption = None,
) -> None:
    from reconciler.cli.lookers import assess, exit_with, render
    from reconciler.view.text.plan import plan_text
    from reconciler.view.to_documents import plan_document

    options = merge(ctx, cluster, lang, output, report)
    studied = assess(options, planned=True)
    if out is not None:
        from reconciler.cli import planfile

        planfile.write(out, studied)
    render(
        studied,
        options,
        lambda seen, page: plan_text(seen.plan, page, seen.difference.latent),
        lambda seen: plan_document(seen.plan, seen.warnings, seen.difference.latent),
    )
    exit_with(studied)
