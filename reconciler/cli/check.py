"""`bkrec check`: has anything drifted? Short, and the same text for the same state, so a timer mails only news."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.command import command
from reconciler.cli.language import localized
from reconciler.cli.options import Options, Printed

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.reports import ClusterReport

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """`90`, `30s`, `5m`, `1h`; at least a second. Raises BadParameter."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([smh]?)", text)
    if match is None or (value := float(match[1]) * _UNITS[match[2]]) < 1:
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


@command("check")
def check(options: Options, every: EveryOption = None) -> "Result[ClusterReport]":
    import asyncio

    from reconciler.cli import signals
    from reconciler.cli.execute import cluster_path
    from reconciler.cli.output import emit
    from reconciler.commands import assess

    pause_s = None if every is None else seconds(every)
    while pause_s is not None:
        item = replace(options, printed=Printed())
        emit(signals.run(assess.diff(cluster_path(item))), "check", item)
        signals.run(asyncio.sleep(pause_s))
    return signals.run(assess.diff(cluster_path(options)))
