"""The options that every command takes, before or after its name: declared once, by `command`.

    @command("diff")
    def diff(options: Options) -> Result[ClusterReport]: …

The function gets the merged options and returns the use case's result (None: it has printed itself). What typer sees is
the same function with the options of all commands beside its own. Formats are checked first: a command that changes a
cluster must not find out afterwards that its result cannot be shown.
"""

import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec

import typer

from reconciler.cli.language import LANG, Lang, localized
from reconciler.view.formats import DEFAULT, FORMATS

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.render import RenderOptions
    from reconciler.view.reports import ReportKind
    from specs.diagnostic import Diagnostic

P = ParamSpec("P")

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
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="|".join(FORMATS),
        help=localized("Output format (default: text).", "输出格式（缺省为 text）。"),
    ),
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
class ReportFile:
    format: str
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
    output: str = DEFAULT
    reports: tuple[ReportFile, ...] = field(default=())
    printed: Printed = field(default_factory=Printed, compare=False)

    def render_options(self, *, err: bool = False) -> "RenderOptions":
        """For a text on stdout, or stderr."""
        import os

        from reconciler.cli.terminal import terminal_width, use_colour
        from reconciler.view.render import RenderOptions

        stream = sys.stderr if err else sys.stdout
        return RenderOptions(lang=self.lang, width=terminal_width(stream), colour=use_colour(stream, os.environ))


def command(
    kind: "ReportKind",
) -> "Callable[[Callable[Concatenate[Options, P], Result[Any] | None]], Callable[..., None]]":
    """`kind`: what it reports, which says in which formats it can be asked for."""

    def declare(run: "Callable[Concatenate[Options, P], Result[Any] | None]") -> Callable[..., None]:
        def called(
            ctx: typer.Context,
            cluster: Path | None,
            lang: Lang | None,
            output: str | None,
            report: list[str] | None,
            **own: Any,
        ) -> None:
            from reconciler.cli.execute import execute

            options = merge(ctx, cluster, lang, output, report)
            execute(ctx.command_path, kind, options, lambda: run(options, **own))  # pyright: ignore[reportCallIssue]

        _take_signature(called, run)
        return called

    return declare


def merge(
    ctx: typer.Context,
    cluster: Path | None = None,
    lang: Lang | None = None,
    output: str | None = None,
    report: Sequence[str] | None = None,
) -> Options:
    """What stands after the command's name wins over what stands before it; reports add up. Raises BadParameter."""
    before = ctx.obj if isinstance(ctx.obj, Options) else Options()
    return Options(
        cluster=cluster or before.cluster,
        lang=lang or before.lang,
        output=before.output if output is None else _format(output),
        reports=(*before.reports, *(_report(text) for text in report or ())),
    )


_COMMON: tuple[tuple[str, Any], ...] = (
    ("cluster", ClusterOption),
    ("lang", LangOption),
    ("output", OutputOption),
    ("report", ReportOption),
)


def _take_signature(called: Callable[..., None], run: Callable[..., Any]) -> None:
    """What typer reads options from: those of the command first, then those of all commands."""
    first, *own = inspect.signature(run).parameters.values()
    keyword = inspect.Parameter.KEYWORD_ONLY
    ctx = inspect.Parameter("ctx", keyword, annotation=typer.Context)
    common = [inspect.Parameter(name, keyword, default=None, annotation=option) for name, option in _COMMON]
    parameters = [ctx, *(parameter.replace(kind=keyword) for parameter in own), *common]
    called.__name__, called.__doc__ = run.__name__, run.__doc__
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    called.__signature__ = inspect.Signature(parameters)
    assert first.name == "options"


def _report(text: str) -> ReportFile:
    name, _, path = text.partition("=")
    if name not in FORMATS or not path:
        formats = _listed(localized("or", "或"))
        message = localized(f"must be FMT=PATH, where FMT is {formats}", f"的形式须为 FMT=PATH，FMT 为 {formats}")
        raise typer.BadParameter(f"--report {message}: {text}")
    return ReportFile(format=name, path=Path(path))


def _format(name: str) -> str:
    if name not in FORMATS:
        formats = _listed(localized("or", "或"))
        raise typer.BadParameter(localized(f"--output is {formats}: {name}", f"--output 为 {formats}：{name}"))
    return name


def _listed(last: str) -> str:
    *names, final = FORMATS
    return f"{', '.join(names)} {last} {final}"
