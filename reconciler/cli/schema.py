"""`bkrec schema [KIND]`: JSON Schema of each document bkrec prints, and of cluster.toml."""

from typing import Annotated

import typer

from reconciler.cli.language import localized
from reconciler.cli.options import LangOption, merge

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


def schema(ctx: typer.Context, kind: KindArgument = None, lang: LangOption = None) -> None:
    import difflib
    import json

    from reconciler.cli import exits
    from reconciler.cli.console import out
    from reconciler.view import schema as view
    from reconciler.view.messages.ui import label
    from specs.diagnostic import BkrecError, diagnose

    options = merge(ctx, None, lang)
    if kind is not None and kind not in view.KINDS:
        ids = ", ".join(f"`{one}`" for one in difflib.get_close_matches(kind, view.KINDS, cutoff=0.5) or view.KINDS)
        raise exits.UsageError(BkrecError(diagnose("unknown-id", id=kind, near=label("near", options.lang, ids=ids))))
    told = view.schemas() if kind is None else view.schema(kind)
    out(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
