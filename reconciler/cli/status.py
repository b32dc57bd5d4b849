"""`bkrec status`: how the last run from this machine ended, and what runs on the cluster now. Read-only."""

from typing import TYPE_CHECKING

from reconciler.cli.command import command
from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.documents import StatusDoc


@command("status")
def status(options: Options) -> "Result[StatusDoc]":
    from reconciler.cli import signals
    from reconciler.cli.execute import cluster_path
    from reconciler.commands import status

    return signals.run(status.status(cluster_path(options)))
