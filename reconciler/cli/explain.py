"""`bkrec explain ID`: what a code, a fact, a step or a section of the guide means. Needs no cluster."""

from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.command import command
from reconciler.cli.language import localized
from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.documents import ExplainDoc

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


@command("explain")
def explain(options: Options, words: IdArgument) -> "Result[ExplainDoc]":
    from reconciler.commands import explain

    return explain.explain(" ".join(words), options.lang)
