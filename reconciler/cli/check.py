"""`bkrec check`: has anything drifted? Short, and the same text for the same state, so a timer mails only news."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.command import command
from reconciler.cli.language import localized
from reconciler.cli.options import (
    LatentOption,
    ListedHostOption,
    ListedModuleOption,
    Options,
    Printed,
    VerboseOption,
)

if TYPE_CHECKING:
    from reconciler.commands.check import CheckReport
    from reconciler.commands.result import Result
    from reconciler.view.reports import ChecksReport

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
        help=localized(
            "Repeat every T (30s, 5m, 1h) until stopped, over the same connections; text is printed when it changes.",
            "每隔 T（30s、5m、1h）重复检查，直到停止；连接保持不断，文本仅在变化时输出。",
        ),
    ),
]
ConfirmOption = Annotated[
    str | None,
    typer.Option(
        "--confirm",
        metavar="T",
        help=localized(
            "Read what differs once more after T; it counts only if it still differs.",
            "隔 T 后再次读取不一致的事实；仍不一致才计入。",
        ),
    ),
]


InstallOption = Annotated[
    bool,
    typer.Option(
        "--install-timer",
        help=localized(
            "Install a systemd timer on this machine that runs this check (every 15m, or --every).",
            "在本机安装 systemd 定时器来执行该巡检（缺省每 15m 一次，或按 --every）。",
        ),
    ),
]
RemoveOption = Annotated[
    bool,
    typer.Option("--remove-timer", help=localized("Remove that timer.", "移除该定时器。")),
]
RunAsOption = Annotated[
    str,
    typer.Option(
        "--run-as",
        metavar="USER",
        help=localized(
            "User of the timer's check, for root (default: who called sudo).",
            "定时巡检的用户，仅 root 可用（缺省为调用 sudo 的用户）。",
        ),
        show_default=False,
    ),
]
YesOption = Annotated[
    bool,
    typer.Option("--yes", help=localized("Install or remove the timer without asking.", "不再询问，直接安装或移除。")),
]


@command("check")
def check(
    options: Options,
    every: EveryOption = None,
    confirm: ConfirmOption = None,
    host: ListedHostOption = None,
    module: ListedModuleOption = None,
    latent: LatentOption = False,
    verbose: VerboseOption = False,
    install: InstallOption = False,
    remove: RemoveOption = False,
    run_as: RunAsOption = "",
    yes: YesOption = False,
) -> "Result[CheckReport] | Result[ChecksReport] | None":
    from reconciler.cli import signals
    from reconciler.cli.execute import cluster_path
    from reconciler.commands import check, part
    from reconciler.core.listing import WHOLE

    listing = part.listing(module, host, latent=latent, verbose=verbose)
    request = check.CheckRequest(confirm_s=0.0 if confirm is None else seconds(confirm), listing=listing)
    if (listing.is_partial and options.more_clusters) or (listing != WHOLE and (install or remove)):
        text = localized(
            "--host, --module, --latent and -v are not for a timer, nor filters for several clusters",
            "--host、--module、--latent（隐患）与 -v 不能用于定时器，过滤条件也不能用于多个集群",
        )
        raise typer.BadParameter(text)
    if options.more_clusters and (every is not None or install or remove):
        text = localized(
            "several cluster files: one check at a time, without a timer",
            "指定多个集群文件时只能单次检查，不能用定时器",
        )
        raise typer.BadParameter(text)
    if install or remove:
        from reconciler.cli import timer

        if install and remove:
            raise typer.BadParameter(
                localized("--install-timer or --remove-timer", "--install-timer 或 --remove-timer")
            )
        if install:
            timer.install(options, every_s=int(seconds(every or "15m")), confirm=confirm, run_as=run_as, yes=yes)
        else:
            timer.remove(options, yes=yes)
        return None
    if options.more_clusters:
        from reconciler.cli.execute import cluster_paths

        return signals.run(check.check_all(cluster_paths(options), request))
    if every is None:
        return signals.run(check.check(cluster_path(options), request))
    signals.run(check.watch(cluster_path(options), request, seconds(every), Repeated(options).emit))
    return None


class Repeated:
    """Prints the results of one check after another: what has not changed since the last is not printed again, but for
    formats that programs read."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._last: object = None
        self._printed = Printed()

    def emit(self, result: "Result[CheckReport]") -> None:
        from reconciler.cli.execute import emit_result, print_ssh_warnings
        from reconciler.cli.output import write_result_reports
        from reconciler.view.formats import load

        print_ssh_warnings(self._options)
        news = (type(result.document), self._text(result), result.diagnostics, result.warnings)
        for_people = load(self._options.output).for_people
        if news == self._last and for_people:
            write_result_reports(result, "check", self._options)
            return
        self._last = news
        printed = Printed() if for_people else self._printed
        emit_result(result, "check", replace(self._options, printed=printed))
        self._printed = Printed(warnings=set(result.warnings), errors=set(result.diagnostics))

    def _text(self, result: "Result[CheckReport]") -> str:
        from reconciler.cli.output import formatted
        from reconciler.view.reports import ErrorReport

        kind = "error" if isinstance(result.document, ErrorReport) else "check"
        return formatted(self._options.output, kind, result.document, self._options.render_options())
