"""`bkrec init`: read install.config over SSH and write cluster.toml. Asks nothing of the hosts but to be read."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from reconciler.cli.language import localized
from reconciler.cli.options import ClusterOption, LangOption, Options, merge

if TYPE_CHECKING:
    from reconciler.cli.wiring import Proposal

PACKAGE = "/data/bkce-src-6.2.2.tgz"
_TARGET = re.compile(r"(?:([A-Za-z0-9_][A-Za-z0-9_.-]*)@)?([A-Za-z0-9][A-Za-z0-9.-]*)(?::([0-9]{1,5}))?")

ControllerOption = Annotated[
    str,
    typer.Option(
        "--controller",
        metavar="USER@HOST[:PORT]",
        help=localized("SSH login of the controller.", "中控机的 SSH 登录方式。"),
    ),
]
OutOption = Annotated[
    Path,
    typer.Option("--out", metavar="FILE", help=localized("The file to write.", "要写入的文件。")),
]
ViaOption = Annotated[
    Literal["direct", "controller"],
    typer.Option(
        "--via",
        help=localized(
            "direct: your key opens every host; controller: the controller's key opens the others.",
            "direct：您的密钥可登录每台主机；controller：经由中控机的密钥登录其他主机。",
        ),
    ),
]
PackageOption = Annotated[
    str,
    typer.Option(
        "--package",
        metavar="PATH",
        help=localized("Path of the package on the controller.", "软件包在中控机上的路径。"),
    ),
]
AddressOption = Annotated[
    str,
    typer.Option(
        "--address",
        metavar="IP",
        help=localized(
            "Address of the controller in install.config, if SSH uses another name.",
            "中控机在 install.config 中的地址（当 SSH 使用其他名称连接时）。",
        ),
    ),
]
ForceOption = Annotated[
    bool,
    typer.Option("--force", help=localized("Overwrite the file if it exists.", "文件已存在时覆盖。")),
]


def init(
    ctx: typer.Context,
    controller: ControllerOption,
    out: OutOption = Path("cluster.toml"),
    via: ViaOption = "direct",
    package: PackageOption = PACKAGE,
    address: AddressOption = "",
    force: ForceOption = False,
    cluster: ClusterOption = None,
    lang: LangOption = None,
) -> None:
    from reconciler.cli import signals, wiring
    from reconciler.cli.console import err
    from reconciler.view.messages.ui import label

    options = merge(ctx, cluster, lang)
    user, host, port = login(controller)
    if not force:
        _refuse_existing(out)
    at = _address(address or host)
    target = wiring.InitRequest(user=user, host=host, port=port, address=at, via=via, package=package)
    proposal = signals.run(wiring.propose_cluster_file(target))
    _write(out, _worded(proposal, options), force=force)
    err(label("init-written", options.lang, path=out) + "\n")


def login(text: str) -> tuple[str, str, int]:
    """User (root unless said), host, port (22 unless said). Raises BadParameter."""
    found = _TARGET.fullmatch(text)
    if found is None or not 0 < int(found[3] or 22) < 65536:
        raise typer.BadParameter(localized(f"`{text}` is not USER@HOST[:PORT]", f"`{text}` 不符合 USER@HOST[:PORT]"))
    return found[1] or "root", found[2], int(found[3] or 22)


def _address(text: str) -> str:
    """Raises BadParameter for a name: install.config knows addresses only."""
    if re.fullmatch(r"([0-9]{1,3}\.){3}[0-9]{1,3}", text) is None:
        told = localized("is not an IPv4 address: add --address", "不是 IPv4 地址：请同时指定 --address")
        raise typer.BadParameter(f"`{text}` {told}")
    return text


def _refuse_existing(path: Path) -> None:
    """Before any connection: nobody types a passphrase for nothing. A device or a pipe is no file to be lost."""
    from reconciler.engine.local_files import resolve
    from specs.diagnostic import SpecError, diagnose

    try:
        at = resolve(path)
    except OSError as error:
        diagnostic = diagnose("file-not-written", where=str(path), path=path, error=error.strerror or error)
        raise SpecError(diagnostic) from error
    if at.stat is not None and (at.replaceable or path.is_dir()):
        raise SpecError(diagnose("file-exists", where=str(path), path=path))


def _worded(proposal: "Proposal", options: Options) -> str:
    from reconciler.view.cluster_toml import Proposed, cluster_toml
    from reconciler.view.render import RenderOptions

    told = Proposed(
        name=proposal.name,
        release=proposal.release,
        address=proposal.target.address,
        connect=proposal.target.host,
        user=proposal.target.user,
        port=proposal.target.port,
        via=proposal.target.via,
        package=proposal.target.package,
        placement=proposal.placement,
        leave=proposal.leave,
    )
    return cluster_toml(told, RenderOptions(lang=options.lang))


def _write(path: Path, text: str, *, force: bool) -> None:
    """Exclusive unless forced: two `init` at once cannot overwrite each other's work."""
    from reconciler.engine.local_files import replace_keeping_mode, write_new
    from specs.diagnostic import SpecError, diagnose

    try:
        if force:
            replace_keeping_mode(path, text, new_mode=None)
        else:
            write_new(path, text)
    except FileExistsError as error:
        raise SpecError(diagnose("file-exists", where=str(path), path=path)) from error
    except OSError as error:
        raise SpecError(
            diagnose("file-not-written", where=str(path), path=path, error=error.strerror or error)
        ) from error
