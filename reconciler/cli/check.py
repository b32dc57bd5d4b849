"""`bkrec check`: has anything drifted? Short, and the same text for the same state, so a timer mails only news."""

import re
from dataclasses import replace
from typing import Annotated

import typer

from reconciler.cli.language import localized
from reconciler.cli.options import ClusterOption, LangOption, Options, OutputOption, Printed, ReportOption, merge

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """`90`, `30s`, `5m`, `1h`; at least a second. Raises BadParameter."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([smh]?)", text)
    if found is None or (value := float(found[1]) * _UNITS[found[2]]) < 1:
        raise typer.BadParameter(
            localized(f"`{text}` is not a duration such as 30s, 5m, 1h", f"`{text}` 不是 30s、5m、1h 这样的时长")
        )
    return value


EveryOption = Annotated[
    str | None,
    typer.Option(
        "--every",
        metavar="T",
        help=localized("Repeat every T (30s, 5m, 1h) until stopped.", "每隔 T（30s、5m、1h）重复检查，直到停止。"),
    ),
]


def check(
    ctx: typer.Context,
    every: EveryOption = None,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
    report: ReportOption = None,
) -> None:
    from reconciler.cli.lookers import exit_with

    options = merge(ctx, cluster, lang, output, report)
    pause_s = None if every is None else seconds(every)
    while pause_s is not None:
        _once(replace(options, printed=Printed()))
        _pause(pause_s)
    exit_with(_once(options))


def _once(options: Options):
    from reconciler.cli.lookers import assess, render
    from reconciler.view.text.check import check_text
    from reconciler.view.to_documents import check_document

    report = assess(options)
    render(
        report,
        options,
        lambda seen, page: check_text(seen.release, seen.difference, page),
        lambda seen: check_document(seen.release, seen.difference, seen.warnings, seen.beyond),
    )
    return report


def _pause(pause_s: float) -> None:
    import asyncio

    from reconciler.cli import signals

    signals.run(asyncio.sleep(pause_s))
