"""`bkrec runbook`: the plan as Markdown, or as shell to paste on the controller. Read-only."""

from typing import TYPE_CHECKING

from reconciler.cli.command import command
from reconciler.cli.options import HostOption, ModuleOption, Options, UntilOption

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.reports import ClusterReport


@command("runbook")
def runbook(
    options: Options, until: UntilOption = None, module: ModuleOption = None, host: HostOption = None
) -> "Result[ClusterReport]":
    from reconciler.cli import signals
    from reconciler.cli.execute import cluster_path
    from reconciler.commands import part
    from reconciler.commands import runbook as use_case

    request = part.request(until, module, host, None)
    return signals.run(use_case.runbook(cluster_path(options), request))
