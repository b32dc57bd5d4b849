"""`bkrec lock status|break`: who may change this cluster now, and releasing the lease of a holder that is gone."""

from typing import TYPE_CHECKING

from reconciler.cli.command import command
from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.documents import LockDoc


@command("lock")
def status(options: Options) -> "Result[LockDoc]":
    from reconciler.cli import signals
    from reconciler.cli.execute import cluster_path
    from reconciler.commands import lock

    return signals.run(lock.status(cluster_path(options)))


@command("lock")
def break_(options: Options) -> "Result[LockDoc]":
    from reconciler.cli import signals
    from reconciler.cli.execute import cluster_path
    from reconciler.commands import lock

    return signals.run(lock.force_release(cluster_path(options)))
