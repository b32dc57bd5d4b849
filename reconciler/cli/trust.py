"""`bkrec trust`: show the host keys on the way to a cluster, and add those that are new and agreed to.

Before there is a cluster.toml, `--controller` says whose: the same words that `init` is going to be called with.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.language import localized
from reconciler.cli.options import Options, command

if TYPE_CHECKING:
    from reconciler.commands.result import Answer, Result
    from reconciler.view.documents import ServerDoc, TrustDoc

HostsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="HOST…",
        help=localized(
            "Addresses as in install.config; none: the controller and, once it is known, all of them.",
            "install.config 中的地址；省略则为中控机，其密钥已知后再包括其余全部主机。",
        ),
    ),
]
ControllerOption = Annotated[
    str | None,
    typer.Option(
        "--controller",
        metavar="USER@HOST[:PORT]",
        help=localized(
            "Before `init`: the controller alone, without a cluster.toml.",
            "用于 init 之前：仅中控机，无需 cluster.toml。",
        ),
    ),
]
YesOption = Annotated[
    bool,
    typer.Option(
        "--yes", help=localized("Do not ask: every new key is the right one.", "不再询问：所有新密钥均视为正确。")
    ),
]
ReplaceOption = Annotated[
    bool,
    typer.Option(
        "--replace",
        help=localized(
            "A changed key too takes the place of the old one; the old file is kept aside.",
            "密钥已变化的也以新密钥替换；旧文件另行保留。",
        ),
    ),
]


@command("trust")
def trust(
    options: Options,
    hosts: HostsArgument = None,
    controller: ControllerOption = None,
    yes: YesOption = False,
    replace: ReplaceOption = False,
) -> "Result[TrustDoc]":
    from reconciler.cli import signals
    from reconciler.cli.execute import cluster_path
    from reconciler.cli.init import login
    from reconciler.cli.output import err
    from reconciler.cli.prompt import ask_yes_no
    from reconciler.commands import trust
    from reconciler.engine.stop import StopSignal
    from reconciler.view.messages.ui import label
    from reconciler.view.text.trust import servers_text

    async def ask(new: "Sequence[ServerDoc]") -> "Answer":
        err(servers_text(new, options.render_options(err=True)))
        return await ask_yes_no(label("confirm-trust", options.lang, count=len(new)), StopSignal(), yes=yes)

    if controller is None:
        request = trust.of_cluster(cluster_path(options), tuple(hosts or ()), replace=replace)
    else:
        request = trust.of_controller(login(controller), tuple(hosts or ()), replace=replace)
    return signals.run(trust.trust(request, ask))
