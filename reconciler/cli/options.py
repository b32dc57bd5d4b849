"""The options that every command takes, before or after its name, and what they come to."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from reconciler.cli.language import LANG, Lang, localized

if TYPE_CHECKING:
    from reconciler.view.render import RenderOptions
    from specs.diagnostic import Diagnostic

Format = Literal["text", "json"]

ClusterOption = Annotated[
    Path | None,
    typer.Option(
        "-c",
        "--cluster",
        metavar="FILE",
        help=localized(
            "Cluster file (default: $BKREC_CLUSTER, cluster.toml here or in a parent directory,"
            " ~/.config/bkrec/cluster.toml).",
            "集群文件（缺省依次为 $BKREC_CLUSTER、当前目录及上级目录的 cluster.toml、~/.config/bkrec/cluster.toml）。",
        ),
    ),
]
LangOption = Annotated[
    Lang | None,
    typer.Option("--lang", help=localized("Language (default: from the locale).", "语言（缺省按系统区域设置）。")),
]
OutputOption = Annotated[
    Format | None,
    typer.Option("-o", "--output", help=localized("Output format (default: text).", "输出格式（缺省为 text）。")),
]
ReportOption = Annotated[
    list[str] | None,
    typer.Option(
        "--report",
        metavar="FMT=PATH",
        help=localized(
            "Also write the report to a file: json=diff.json. Repeatable.",
            "同时将报告写入文件，例如 json=diff.json；可重复。",
        ),
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    format: Format
    path: Path


@dataclass(slots=True)
class Printed:
    """The diagnostics that a command has printed, so that each stands once."""

    warnings: "set[Diagnostic]" = field(default_factory=lambda: set())
    errors: "set[Diagnostic]" = field(default_factory=lambda: set())


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    cluster: Path | None = None
    lang: Lang = LANG
    output: Format = "text"
    reports: tuple[Report, ...] = ()
    printed: Printed = field(default_factory=Printed, compare=False)

    def render_options(self, *, err: bool = False, width: int = 0) -> "RenderOptions":
        """What a text for stdout (or stderr) is written for."""
        from reconciler.cli.console import terminal_width, use_colour
        from reconciler.view.render import RenderOptions

        stream = sys.stderr if err else sys.stdout
        return RenderOptions(
            lang=self.lang, width=width or terminal_width(stream), colour=use_colour(stream, os.environ)
        )


def merge(
    ctx: typer.Context,
    cluster: Path | None = None,
    lang: Lang | None = None,
    output: Format | None = None,
    report: list[str] | None = None,
) -> Options:
    """What stands after the command's name wins over what stands before it; reports add up."""
    before = ctx.obj if isinstance(ctx.obj, Options) else Options()
    return Options(
        cluster=cluster or before.cluster,
        lang=lang or before.lang,
        output=output or before.output,
        reports=(*before.reports, *(_report(text) for text in report or ())),
    )


def _report(text: str) -> Report:
    kind, _, path = text.partition("=")
    if kind not in ("text", "json") or not path:
        message = localized("must be FMT=PATH, where FMT is text or json", "的形式须为 FMT=PATH，FMT 为 text 或 json")
        raise typer.BadParameter(f"--report {message}: {text}")
    return Report(format="json" if kind == "json" else "text", path=Path(path))
