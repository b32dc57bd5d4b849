"""`bkrec diff`: the drift of the cluster, host by host, and why it matters. Read-only."""

from typing import TYPE_CHECKING

from reconciler.cli.command import command
from reconciler.cli.options import LatentOption, ListedHostOption, ListedModuleOption, Options, VerboseOption

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.reports import ClusterReport


@command("diff")
def diff(
    options: Options,
    host: ListedHostOption = None,
    module: ListedModuleOption = None,
    latent: LatentOption = False,
    verbose: VerboseOption = False,
) -> "Result[ClusterReport]":
    from reconciler.cli import signals
    from reconciler.cli.execute import cluster_path
    from reconciler.commands import assess, part

    listing = part.listing(module, host, latent=latent, verbose=verbose)
    return signals.run(assess.diff(cluster_path(options), listing))
