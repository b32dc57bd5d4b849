"""The way to a host: the jump hosts before it, and what ~/.ssh/config says of each: name, port, known_hosts files.

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

NEVER: Mapping[str, Any] = {
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
KEEPALIVE_S = 10.0
KEEPALIVE_MISSES = 3
DEFAULT_FILES = ("~/.ssh/known_hosts",)
MAX_JUMPS = 8
"""Before a host; more is a ProxyJump that leads back to itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One SSH server on the way; the last is the host itself."""

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
    jump: bool
    named_by: Literal["ssh", "cluster"] = "ssh"
    """Who says where its key is written down: UserKnownHostsFile of ~/.ssh/config, or [ssh] known_hosts."""

    def trusted(self) -> KnownHostsLookup:
        files = tuple(str(Path(file).expanduser()) for file in self.files)
        return KnownHostsLookup(host=self.known_as, port=self.port, files=files)


def route(access: SshSettings, host: str) -> tuple[Hop, ...]:
    """Jump hosts in the order they are passed, then the host. Raises TransportError."""
    name = access.connect if access.connect and host == access.controller else host
    try:
        hop, jumps = _resolved(access, name, where=host, user=access.user, port=access.port, files=access.known_hosts)
        return (*_jumps(access, jumps, ()), hop)
    except (*asyncssh_errors(), LookupError, RuntimeError) as error:
        # the last two: a user without an entry in passwd, and no HOME
        raise TransportError(diagnose("ssh-setup", where=host, said=_first_line(error))) from error


async def connect_through(access: SshSettings, hops: Sequence[Hop]) -> "asyncssh.SSHClientConnection | None":
    """Logged in to the last of them, through the others; None for no way at all. Raises TransportError."""
    tunnel: asyncssh.SSHClientConnection | None = None
    for hop in hops:
        tunnel = await _through(access, hop, tunnel)
    return tunnel


async def _through(
    access: SshSettings, hop: Hop, tunnel: "asyncssh.SSHClientConnection | None"
) -> "asyncssh.SSHClientConnection":
    import asyncssh

    try:
        connection = await asyncssh.connect(hop.name, tunnel=tunnel, **_options(access, hop))
    except BaseException as error:
        if tunnel is not None:
            tunnel.abort()
        if isinstance(error, asyncssh_errors()):
            raise translate(hop.where, error, hop.trusted()) from error
        raise
    if tunnel is not None:
        connection.set_tunnel(tunnel)
    return connection


def _options(access: SshSettings, hop: Hop) -> dict[str, Any]:
    import asyncssh

    options: dict[str, Any] = {
        **NEVER,
        "connect_timeout": access.connect_s,
        "login_timeout": access.login_s,
        "keepalive_interval": KEEPALIVE_S,
        "keepalive_count_max": KEEPALIVE_MISSES,
        "port": hop.port,
        # an object, and never a false value: for one, asyncssh looks elsewhere
        "known_hosts": asyncssh.read_known_hosts(existing(hop.files)),
    }
    identities = [] if hop.jump else list(access.identities)
    given: dict[str, Any] = {"username": hop.user, "client_keys": identities}
    return options | {"config": configs(access)} | {name: value for name, value in given.items() if value}


def configs(access: SshSettings) -> list[str] | tuple[()]:
    """As asyncssh takes them: `()` is ~/.ssh/config, while None would be none at all."""
    return existing(access.configs) or ()


def existing(files: Sequence[str]) -> list[str]:
    return [str(path) for path in (Path(file).expanduser() for file in files) if path.is_file()]


def _resolved(
    access: SshSettings,
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
    said: Any = asyncssh.SSHClientConnectionOptions(
        host=name, client_keys=None, agent_path=None, config=configs(access), **given
    )
    hop = Hop(
        where=where,
        name=name,
        user=user,
        host=said.host,
        known_as=said.host_key_alias or said.host,
        port=said.port,
        files=files or tuple(said.known_hosts or ()) or DEFAULT_FILES,
        jump=jump,
        named_by="cluster" if files else "ssh",
    )
    return hop, said.tunnel or ""


def _jumps(access: SshSettings, named: str, after: tuple[str, ...]) -> tuple[Hop, ...]:
    """`user@jump:port,next`: the first of them may have jump hosts of its own, as in ssh(1)."""
    if not named:
        return ()
    if len(after) >= MAX_JUMPS or named in after:
        raise ValueError(f"ProxyJump {named} leads to itself")
    first, *others = [_jump(access, text) for text in named.split(",")]
    return (*_jumps(access, first[1], (*after, named)), first[0], *(hop for hop, _ in others))


def _jump(access: SshSettings, text: str) -> tuple[Hop, str]:
    user, _, place = text.strip().rpartition("@")
    name, _, port = place.rpartition(":") if ":" in place else (place, "", "")
    return _resolved(access, name, where=name, user=user, port=int(port) if port else None, files=(), jump=True)


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
