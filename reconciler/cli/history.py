"""`bkrec history`: every run of this cluster from this machine, by its journal. Contacts no host."""

from typing import TYPE_CHECKING

from reconciler.cli.command import command
from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.documents import HistoryDoc


@command("history")
def history(options: Options) -> "Result[HistoryDoc]":
    from reconciler.cli.execute import cluster_path
    from reconciler.commands import history

    return history.history(cluster_path(options))
