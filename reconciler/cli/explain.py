"""`bkrec explain ID`: what a code, a fact, a step or a section of the guide means. Needs no cluster."""

from typing import Annotated

import typer

from reconciler.cli.language import localized
from reconciler.cli.options import LangOption, OutputOption, ReportOption, merge

IdArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="ID",
        help=localized(
            "A code, a fact or step ID from diff or plan, or a section of the guide.",
            "代码、diff 与 plan 中的事实或步骤标识，或升级指引的章节号。",
        ),
    ),
]


def explain(
    ctx: typer.Context,
    words: IdArgument,
    lang: LangOption = None,
    output: OutputOption = None,
    report: ReportOption = None,
) -> None:
    from reconciler.cli import exits, reach
    from reconciler.cli.console import Rendering, emit
    from reconciler.view import explain as view
    from reconciler.view.messages.ui import label
    from specs.diagnostic import BkrecError, diagnose

    options, asked = merge(ctx, None, lang, output, report), " ".join(words)
    release = reach.release(reach.DEFAULT_RELEASE)
    found = view.explain(asked, release.sections, release.guide)
    if not found.entries:
        ids = ", ".join(f"`{one}`" for one in view.near(asked, release.sections))
        hint = label("near", options.lang, ids=ids) if ids else label("near-none", options.lang)
        raise exits.UsageError(BkrecError(diagnose("unknown-id", id=asked, near=hint)))
    emit(Rendering(text=lambda page: view.explain_text(found, page), document=lambda: found), options)
