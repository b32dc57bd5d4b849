"""`bkrec schema [KIND]`: JSON Schema of each document bkrec prints, and of cluster.toml."""

from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.command import command
from reconciler.cli.language import localized
from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.reports import SchemaReport

KindArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="KIND",
        help=localized(
            "diff, plan, check, event, … or cluster (default: all).",
            "diff、plan、check、event……或 cluster（缺省为全部）。",
        ),
    ),
]


@command("schema")
def schema(options: Options, kind: KindArgument = None) -> "Result[SchemaReport]":
    from reconciler.commands import explain

    return explain.schema(kind, options.lang)
