"""`bkrec trust`: show the host keys on the way to a cluster, and add those that are new and agreed to.

Before there is a cluster.toml, `--controller` says whose: the same words that `init` is going to be called with.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.command import command
from reconciler.cli.language import localized
from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.commands.result import Answer, Result
    from reconciler.view.documents import ServerDoc, TrustDoc

HostsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="HOST…",
        help=localized(
            "Addresses as in install.config (default: the controller and, once its key is known, all hosts).",
            "install.config 中的地址（缺省为中控机，其密钥已知后包括全部主机）。",
        ),
    ),
]
ControllerOption = Annotated[
    str | None,
    typer.Option(
        "--controller",
        metavar="[USER@]HOST[:PORT]",
        help=localized(
            "Only the controller, without a cluster.toml; for use before `init`.",
            "仅中控机，无需 cluster.toml；用于 init 之前。",
        ),
    ),
]
YesOption = Annotated[
    bool,
    typer.Option("--yes", help=localized("Accept all new keys without asking.", "不再询问，接受所有新密钥。")),
]
ReplaceOption = Annotated[
    bool,
    typer.Option(
        "--replace",
        help=localized(
            "Also replace changed keys; the previous file is saved.",
            "密钥已变化的也以新密钥替换；原文件会保存。",
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
    from reconciler.engine.stop import StopRequest
    from reconciler.view.messages.ui import label
    from reconciler.view.text.trust import servers_text

    async def ask(new: "Sequence[ServerDoc]") -> "Answer":
        err(servers_text(new, options.render_options(err=True)))
        return await ask_yes_no(label("confirm-trust", options.lang, count=len(new)), StopRequest(), yes=yes)

    if controller is None:
        request = trust.of_cluster(cluster_path(options), tuple(hosts or ()), replace=replace)
    else:
        request = trust.of_controller(login(controller), tuple(hosts or ()), replace=replace)
    return signals.run(trust.trust(request, ask))
