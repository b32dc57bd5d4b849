"""`bkrec plan`: the steps that apply would take, in order, with every reason. Read-only."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.command import command
from reconciler.cli.language import localized
from reconciler.cli.options import HostOption, ModuleOption, Options, StopAtOption, UntilOption

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.reports import ClusterReport

OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help=localized("Save the plan to apply it later.", "保存计划，供以后执行。")),
]


@command("plan")
def plan(
    options: Options,
    out: OutOption = None,
    until: UntilOption = None,
    module: ModuleOption = None,
    host: HostOption = None,
    stop_at: StopAtOption = None,
) -> "Result[ClusterReport]":
    from reconciler.cli import signals
    from reconciler.cli.execute import cluster_path
    from reconciler.commands import assess, part

    request = part.request(until, module, host, stop_at)
    return signals.run(assess.plan(cluster_path(options), out, request))
