"""Route to a host: the jump hosts before it, and what ~/.ssh/config says of each: name, port, known_hosts files.

asyncssh opens jump hosts by itself, and then tells their trouble as the host's own; and it takes the setting
`UserKnownHostsFile none` for leave to check no key at all (2.24.1, seen). So each is opened here, one through the
other, and each key is checked against the files that are named for it: nothing goes through a jump host whose key is
not written down.

A jump host is the operator's, not the cluster's: its keys are where ssh(1) looks for them, whatever cluster.toml names.
Source: ssh_config(5), ProxyJump, UserKnownHostsFile, HostKeyAlias.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from reconciler.engine.ssh.errors import KnownHostsLookup, asyncssh_errors, translate
from reconciler.engine.transport import SshSettings, TransportError
from specs.diagnostic import diagnose

if TYPE_CHECKING:
    import asyncssh

FORCED_OPTIONS: Mapping[str, Any] = {
    "agent_forwarding": False,
    "x11_forwarding": False,
    "gss_delegate_creds": False,
    "send_env": None,
    "env": None,
    "request_pty": False,
    "command": None,
}
"""What ~/.ssh/config may ask for a person at a terminal, and no script is to get: whoever is root on a host would have
the caller's agent or ticket, read a variable of his, and a terminal would change every answer. Said outright: what
is not said is taken from there. (ForwardAgent, ForwardX11, GSSAPIDelegateCredentials, SendEnv, SetEnv, RequestTTY,
RemoteCommand; what forwards ports, runs a local command or shares a connection, asyncssh does not do of itself.)"""
KEEPALIVE_INTERVAL_S = 10.0
KEEPALIVE_MISSES = 3
DEFAULT_FILES = ("~/.ssh/known_hosts",)
MAX_JUMPS = 8
"""Before a host; more is a ProxyJump that leads back to itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One SSH server of the route; the last is the host itself."""

    where: str
    """What it is called to a person: the host's address in install.config, a jump host's name in ~/.ssh/config."""
    name: str
    """What ~/.ssh/config is asked for."""
    user: str
    """"" where ~/.ssh/config decides."""
    host: str
    """Where it is connected to: HostName."""
    known_as: str
    """The name that its key is written down under."""
    port: int
    files: tuple[str, ...]
    """Where its key may be written down, whether or not they are there; the first is the one to write to."""
    is_jump_host: bool
    known_hosts_from: Literal["ssh", "cluster"] = "ssh"
    """Who says where its key is written down: UserKnownHostsFile of ~/.ssh/config, or [ssh] known_hosts."""

    def known_hosts_lookup(self) -> KnownHostsLookup:
        files = tuple(str(Path(file).expanduser()) for file in self.files)
        return KnownHostsLookup(host=self.known_as, port=self.port, files=files)


def route(settings: SshSettings, host: str) -> tuple[Hop, ...]:
    """Jump hosts in the order they are passed, then the host. Raises TransportError."""
    name = settings.connect if settings.connect and host == settings.controller else host
    try:
        hop, jumps = _resolve_hop(
            settings, name, where=host, user=settings.user, port=settings.port, files=settings.known_hosts
        )
        return (*_jump_hosts(settings, jumps, ()), hop)
    except (*asyncssh_errors(), LookupError, RuntimeError) as error:
        # the last two: a user without an entry in passwd, and no HOME
        raise TransportError(diagnose("ssh-setup", where=host, error=_first_line(error))) from error


async def connect_through(settings: SshSettings, hops: Sequence[Hop]) -> "asyncssh.SSHClientConnection | None":
    """Logged in to the last of them, through the others; None for no way at all. Raises TransportError."""
    tunnel: asyncssh.SSHClientConnection | None = None
    for hop in hops:
        tunnel = await _connect_hop(settings, hop, tunnel)
    return tunnel


async def _connect_hop(
    settings: SshSettings, hop: Hop, tunnel: "asyncssh.SSHClientConnection | None"
) -> "asyncssh.SSHClientConnection":
    import asyncssh

    try:
        connection = await asyncssh.connect(hop.name, tunnel=tunnel, **_options(settings, hop))
    except BaseException as error:
        if tunnel is not None:
            tunnel.abort()
        if isinstance(error, asyncssh_errors()):
            raise translate(hop.where, error, hop.known_hosts_lookup()) from error
        raise
    if tunnel is not None:
        connection.set_tunnel(tunnel)
    return connection


def _options(settings: SshSettings, hop: Hop) -> dict[str, Any]:
    import asyncssh

    options: dict[str, Any] = {
        **FORCED_OPTIONS,
        "connect_timeout": settings.connect_timeout_s,
        "login_timeout": settings.login_timeout_s,
        "keepalive_interval": KEEPALIVE_INTERVAL_S,
        "keepalive_count_max": KEEPALIVE_MISSES,
        "port": hop.port,
        # an object, and never a false value: for one, asyncssh looks elsewhere
        "known_hosts": asyncssh.read_known_hosts(existing_files(hop.files)),
    }
    identities = [] if hop.is_jump_host else list(settings.identities)
    given: dict[str, Any] = {"username": hop.user, "client_keys": identities}
    return options | {"config": config_files(settings)} | {name: value for name, value in given.items() if value}


def config_files(settings: SshSettings) -> list[str] | tuple[()]:
    """As asyncssh takes them: `()` is ~/.ssh/config, while None would be none at all."""
    return existing_files(settings.configs) or ()


def existing_files(files: Sequence[str]) -> list[str]:
    return [str(path) for path in (Path(file).expanduser() for file in files) if path.is_file()]


def _resolve_hop(
    settings: SshSettings,
    name: str,
    *,
    where: str,
    user: str,
    port: int | None,
    files: tuple[str, ...],
    jump: bool = False,
) -> tuple[Hop, str]:
    """What ~/.ssh/config makes of the name, and the jump hosts it names. Touches no network."""
    import asyncssh

    given: dict[str, Any] = {"username": user, "port": port}
    given = {key: value for key, value in given.items() if value}
    options: Any = asyncssh.SSHClientConnectionOptions(
        host=name, client_keys=None, agent_path=None, config=config_files(settings), **given
    )
    hop = Hop(
        where=where,
        name=name,
        user=user,
        host=options.host,
        known_as=options.host_key_alias or options.host,
        port=options.port,
        files=files or tuple(options.known_hosts or ()) or DEFAULT_FILES,
        is_jump_host=jump,
        known_hosts_from="cluster" if files else "ssh",
    )
    return hop, options.tunnel or ""


def _jump_hosts(settings: SshSettings, proxy_jump: str, after: tuple[str, ...]) -> tuple[Hop, ...]:
    """`user@jump:port,next`: the first of them may have jump hosts of its own, as in ssh(1)."""
    if not proxy_jump:
        return ()
    if len(after) >= MAX_JUMPS or proxy_jump in after:
        raise ValueError(f"ProxyJump {proxy_jump} leads to itself")
    first, *others = [_jump_host(settings, text) for text in proxy_jump.split(",")]
    return (*_jump_hosts(settings, first[1], (*after, proxy_jump)), first[0], *(hop for hop, _ in others))


def _jump_host(settings: SshSettings, text: str) -> tuple[Hop, str]:
    user, _, place = text.strip().rpartition("@")
    name, _, port = place.rpartition(":") if ":" in place else (place, "", "")
    return _resolve_hop(settings, name, where=name, user=user, port=int(port) if port else None, files=(), jump=True)


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
