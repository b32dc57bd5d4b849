"""`bkrec trust`: show the host keys on the way to a cluster, and write down those that are new and agreed to.

Before there is a cluster.toml, `--controller` says whose: the same words that `init` is going to be called with.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.language import localized
from reconciler.cli.options import ClusterOption, LangOption, Options, OutputOption, merge

if TYPE_CHECKING:
    from reconciler.cli.trusting import TrustRequest, TrustResult
    from reconciler.engine.ssh.host_keys import HostKeyScan
    from specs.diagnostic import Diagnostic

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
        metavar="USER@HOST[:PORT]",
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


def trust(
    ctx: typer.Context,
    hosts: HostsArgument = None,
    controller: ControllerOption = None,
    yes: YesOption = False,
    replace: ReplaceOption = False,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
) -> None:
    from reconciler.cli import exits, signals, trusting
    from reconciler.cli.console import Rendering, emit, print_diagnostics
    from reconciler.view.text.trust import trust_text

    options = merge(ctx, cluster, lang, output)
    request = _whom(options, tuple(hosts or ()), controller, replace=replace)
    result = signals.run(_work(request, options, yes=yes))
    document = trusting.document(result)
    emit(Rendering(text=lambda page: trust_text(document, page), document=lambda: document), options)
    print_diagnostics(tuple(result.troubles), options)
    if result.exit_code:
        raise exits.Exit(result.exit_code)


def _whom(options: Options, hosts: tuple[str, ...], controller: str | None, *, replace: bool) -> "TrustRequest":
    from reconciler.cli import trusting
    from reconciler.cli.config import cluster_path
    from reconciler.cli.init import login

    if controller is None:
        return trusting.of_cluster(cluster_path(options), hosts, replace=replace)
    return trusting.of_controller(login(controller), hosts, replace=replace)


async def _work(request: "TrustRequest", options: Options, *, yes: bool) -> "TrustResult":
    from reconciler.cli import trusting
    from reconciler.cli.confirm import ask_yes_no
    from reconciler.cli.console import err
    from reconciler.engine.stop import StopSignal
    from reconciler.view.messages.ui import label
    from reconciler.view.text.trust import servers_text

    async def ask(new: "Sequence[HostKeyScan]") -> bool:
        err(servers_text([trusting.server(scan) for scan in new], options.render_options(err=True)))
        return await ask_yes_no(label("confirm-trust", options.lang, count=len(new)), StopSignal(), yes=yes)

    result = await trusting.trust(request, ask)
    if result.declined:
        result.troubles.append(_declined(result.declined))
    return result


def _declined(count: int) -> "Diagnostic":
    """Nobody said no where nobody could be asked."""
    from reconciler.cli.console import interactive
    from specs.diagnostic import diagnose

    return diagnose("trust-declined" if interactive() else "trust-confirmation-needed", count=count)
