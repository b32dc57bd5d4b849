"""The decorator of every command: it adds the common options, once for all of them.

    @command("diff")
    def diff(options: Options) -> Result[ClusterReport]: …

The function gets the merged options and returns the use case's result (None: it has printed itself). typer sees the
same function with the common options beside its own. Formats are checked first: a command that changes a cluster must
not find out afterwards that its result cannot be shown.
"""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

import typer

from reconciler.cli.language import Lang, localized
from reconciler.cli.options import ClusterOption, LangOption, Options, OutputOption, ReportOption, merge

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.reports import ReportKind

P = ParamSpec("P")


def command(
    kind: "ReportKind",
) -> "Callable[[Callable[Concatenate[Options, P], Result[Any] | None]], Callable[..., None]]":
    """`kind`: what it reports, which says in which formats it can be asked for."""

    def declare(run: "Callable[Concatenate[Options, P], Result[Any] | None]") -> Callable[..., None]:
        def called(
            ctx: typer.Context,
            cluster: list[Path] | None,
            lang: Lang | None,
            output: str | None,
            report: list[str] | None,
            **own: Any,
        ) -> None:
            from reconciler.cli.execute import execute

            options = merge(ctx, cluster, lang, output, report)
            if options.more_clusters and kind != "check":
                text = localized("only `check` takes several cluster files", "只有 `check` 可以指定多个集群文件")
                raise typer.BadParameter(text)
            execute(ctx.command_path, kind, options, lambda: run(options, **own))  # pyright: ignore[reportCallIssue]

        _take_signature(called, run)
        return called

    return declare


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
