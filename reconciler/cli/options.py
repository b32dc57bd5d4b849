"""The options that every command takes, before or after its name; `cli/command.py` adds them to each."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.language import LANG, Lang, localized
from reconciler.view.formats import DEFAULT, FORMATS

if TYPE_CHECKING:
    from reconciler.view.render import RenderOptions
    from specs.diagnostic import Diagnostic

ClusterOption = Annotated[
    list[Path] | None,
    typer.Option(
        "-c",
        "--cluster",
        metavar="FILE",
        help=localized(
            "Cluster file (default: $BKREC_CLUSTER, cluster.toml here or in a parent directory,"
            " ~/.config/bkrec/cluster.toml). Repeatable for `check`.",
            "集群文件（缺省依次为 $BKREC_CLUSTER、当前目录及上级目录的 cluster.toml、~/.config/bkrec/cluster.toml）；"
            "用于 `check` 时可重复。",
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


UntilOption = Annotated[
    list[str] | None,
    typer.Option(
        "--until",
        metavar="STEP|SECTION",
        help=localized(
            "Only up to this section of the guide; or only this step, with all that it requires. Repeatable.",
            "只执行到指引的该章节为止；或只执行该步骤及其全部依赖。可重复。",
        ),
    ),
]
ModuleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--module",
        metavar="MODULE",
        help=localized(
            "Only what this module needs, with all that it requires. Repeatable.",
            "只处理该模块及其全部依赖。可重复。",
        ),
    ),
]
HostOption = Annotated[
    list[str] | None,
    typer.Option(
        "--host",
        metavar="HOST",
        help=localized(
            "Only what this host needs, with all that it requires. Repeatable.", "只处理该主机及其全部依赖。可重复。"
        ),
    ),
]
ListedHostOption = Annotated[
    list[str] | None,
    typer.Option(
        "--host",
        metavar="HOST",
        help=localized(
            "List only findings of this host; verdict and exit code stay the cluster's. Repeatable.",
            "只列出该主机的发现；结论与退出码仍针对整个集群。可重复。",
        ),
    ),
]
ListedModuleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--module",
        metavar="MODULE",
        help=localized("List only findings of this module. Repeatable.", "只列出该模块的发现。可重复。"),
    ),
]
LatentOption = Annotated[
    bool, typer.Option("--latent", help=localized("List only latent drift.", "只列出属于隐患的漂移。"))
]
VerboseOption = Annotated[
    bool,
    typer.Option(
        "-v",
        "--verbose",
        help=localized(
            "List each finding on each host, also what follows from another.",
            "逐台主机列出每一项，包括由其他项引起的。",
        ),
    ),
]
StopAtOption = Annotated[
    str | None,
    typer.Option(
        "--stop-at",
        metavar="HH:MM",
        help=localized(
            "Start no step that would end after this local time, by its estimate; outages are always ended.",
            "不启动按预估会在此本地时间之后才结束的步骤；已开始的服务中断仍会恢复。",
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
    more_clusters: tuple[Path, ...] = ()
    """Those after the first: only `check` takes several."""
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


def merge(
    ctx: typer.Context,
    cluster: Sequence[Path] | None = None,
    lang: Lang | None = None,
    output: str | None = None,
    report: Sequence[str] | None = None,
) -> Options:
    """What stands after the command's name wins over what stands before it; reports add up. Raises BadParameter."""
    before = ctx.obj if isinstance(ctx.obj, Options) else Options()
    return Options(
        cluster=cluster[0] if cluster else before.cluster,
        more_clusters=tuple(cluster[1:]) if cluster else before.more_clusters,
        lang=lang or before.lang,
        output=before.output if output is None else _format(output),
        reports=(*before.reports, *(_report(text) for text in report or ())),
    )


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
