"""`bkrec diff`: the drift of the cluster, host by host, and why it matters. Read-only."""

from typing import TYPE_CHECKING

from reconciler.cli.command import command
from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.reports import ClusterReport


@command("diff")
def diff(options: Options) -> "Result[ClusterReport]":
    from reconciler.cli import signals
    from reconciler.cli.execute import cluster_path
    from reconciler.commands import assess

    return signals.run(assess.diff(cluster_path(options)))
