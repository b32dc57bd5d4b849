"""`bkrec plan`: what would be done, in which order, with every reason. Nothing is touched."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.language import both
from reconciler.cli.options import ClusterOption, LangOption, OutputOption, ReportOption, settle

OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help=both("Keep the plan, to apply it later.", "同时保存计划，供以后执行。")),
]


def plan(
    ctx: typer.Context,
    out: OutOption = None,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
    report: ReportOption = None,
) -> None:
    from reconciler.cli.lookers import end, look, tell
    from reconciler.view.text.plan import plan_text
    from reconciler.view.to_documents import plan_document

    options = settle(ctx, cluster, lang, output, report)
    studied = look(options, planned=True)
    if out is not None:
        from reconciler.cli import planfile

        planfile.write(out, studied)
    tell(
        studied,
        options,
        lambda seen, page: plan_text(seen.plan, page, seen.difference.latent),
        lambda seen: plan_document(seen.plan, seen.warnings, seen.difference.latent),
    )
    end(studied)
