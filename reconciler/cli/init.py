"""`bkrec init`: read install.config over SSH and write cluster.toml. Read-only for the hosts."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from reconciler.cli.command import command
from reconciler.cli.language import localized
from reconciler.cli.options import Options
from reconciler.version import DEFAULT_INSTALL, DEFAULT_PACKAGE

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.reports import InitReport

_LOGIN = re.compile(
    r"(?:(?P<user>[^\s-][^\x00-\x1f]*)@)?"
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.%]+)\]|(?P<host>[^\s@:;&|<>'\"`$()\\/-][^\s@:;&|<>'\"`$()\\/]*))"
    r"(?::(?P<port>[0-9]{1,5}))?"
)
"""The user is what a person says it is, `@` and `#` included (bastions: user@account@asset@HOST); a host is whatever
~/.ssh/config calls it, but for what OpenSSH itself refuses in one."""

LOCAL = "local"

ControllerOption = Annotated[
    str,
    typer.Option(
        "--controller",
        metavar="[USER@]HOST[:PORT]|local",
        help=localized(
            "SSH login of the controller; `local` on the controller itself.",
            "中控机的 SSH 登录方式；在中控机本机上执行时用 `local`。",
        ),
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
InstallOption = Annotated[
    str,
    typer.Option(
        "--install",
        metavar="DIR",
        help=localized(
            "Directory of install.config on the controller.",
            "中控机上 install.config 所在目录。",
        ),
    ),
]
ForceOption = Annotated[
    bool,
    typer.Option("--force", help=localized("Overwrite the file if it exists.", "文件已存在时覆盖。")),
]


@command("init")
def init(
    options: Options,
    controller: ControllerOption,
    out: OutOption = Path("cluster.toml"),
    via: ViaOption = "direct",
    package: PackageOption = DEFAULT_PACKAGE,
    address: AddressOption = "",
    install: InstallOption = DEFAULT_INSTALL,
    force: ForceOption = False,
) -> "Result[InitReport]":
    from reconciler.cli import signals
    from reconciler.commands import init

    user, host, port = login(controller)
    install = _directory(install)
    address = address or (init.local_address(install) if host == LOCAL else host)
    request = init.InitRequest(
        user=user, host=host, port=port, address=_ip(address), via=via, package=package, install=install
    )
    return signals.run(init.init(request, out, force=force, lang=options.lang))


def login(text: str) -> tuple[str, str, int | None]:
    """User, host, port; "" and None for what is not said, which ~/.ssh/config decides. Raises BadParameter."""
    match = _LOGIN.fullmatch(text)
    if match is None or not 0 < int(match["port"] or 22) < 65536:
        raise typer.BadParameter(localized(f"`{text}` is not USER@HOST[:PORT]", f"`{text}` 不符合 USER@HOST[:PORT]"))
    return match["user"] or "", match["ipv6"] or match["host"], int(match["port"]) if match["port"] else None


def _directory(text: str) -> str:
    """Raises BadParameter for what the vendor's scripts, which use it without quotes, could not be installed in."""
    if re.fullmatch(r"/[A-Za-z0-9._/-]+", text) is None:
        problem = localized("is not a plain absolute path", "不是普通的绝对路径")
        raise typer.BadParameter(f"`{text}` {problem}")
    return text.rstrip("/")


def _ip(text: str) -> str:
    """Raises BadParameter for a name: install.config knows addresses only."""
    if re.fullmatch(r"([0-9]{1,3}\.){3}[0-9]{1,3}", text) is None:
        problem = localized("is not an IPv4 address: add --address", "不是 IPv4 地址：请同时指定 --address")
        raise typer.BadParameter(f"`{text}` {problem}")
    return text
