"""Route to a host: the jump hosts before it, and what OpenSSH's configuration makes of each of them.

`ssh -G` is asked for each (`ssh/openssh_config.py`), and asyncssh is told the outcome, not the files: what ssh(1) does
with a host, bkrec does. asyncssh opens jump hosts by itself, and then tells their trouble as the host's own; so each is
opened here, one through the other, and each key is checked against the files that are named for it: nothing goes
through a jump host whose key is not written down. Where this machine has no ssh(1), asyncssh reads ~/.ssh/config as
far as it knows it.

A jump host is the operator's, not the cluster's: its keys are where ssh(1) looks for them, whatever cluster.toml names.
Source: ssh_config(5), ProxyJump, UserKnownHostsFile, HostKeyAlias; ssh(1), -J: options of a jump host are those of
its own name, and what stands before it in the list replaces its own way.
"""

import contextlib
import re
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from reconciler.core.known_hosts import SSH_PORT, host_pattern
from reconciler.engine.ssh.client_keys import client_keys
from reconciler.engine.ssh.errors import KnownHostsLookup, asyncssh_errors, translate
from reconciler.engine.ssh.known_keys import KnownKeys, read_files, revoked_keys
from reconciler.engine.ssh.openssh_answers import OpensshAnswers
from reconciler.engine.ssh.openssh_config import OpensshConfig, OpensshMissingError, openssh_config
from reconciler.engine.ssh.options import connection_options, login_options
from reconciler.engine.ssh.proxy_command import open_proxy
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
    host: str
    """Where it is connected to: HostName."""
    known_as: str
    """The name that its key is written down under: HostKeyAlias, or the host's."""
    port: int
    is_alias: bool = False
    """`known_as` is a HostKeyAlias: then the port is no part of the name."""
    files: tuple[str, ...]
    """Where its key may be written down, whether or not they are there; the first is the one to write to."""
    is_jump_host: bool
    known_hosts_from: Literal["ssh", "cluster"] = "ssh"
    """Who says where its key is written down: UserKnownHostsFile of ~/.ssh/config, or [ssh] known_hosts."""
    config: OpensshConfig | None = None
    """None: this machine has no ssh(1), and asyncssh reads the files itself."""

    @property
    def names(self) -> tuple[str, ...]:
        """What its key is looked for under; the first is the one to write down."""
        if self.is_alias or self.port == SSH_PORT:
            return (self.known_as,)
        return (host_pattern(self.known_as, self.port), self.known_as)

    def known_keys(self, *, own_name: bool = False) -> KnownKeys:
        """`own_name`: not by the name without its port. Raises TransportError."""
        try:
            known = read_files(self.files).keys_for(self.names[:1] if own_name else self.names)
            if self.config is None or not self.config.revoked_keys:
                return known
            return KnownKeys(
                keys=known.keys,
                authorities=known.authorities,
                revoked=(*known.revoked, *revoked_keys(self.config.revoked_keys)),
            )
        except (OSError, ValueError) as error:
            raise TransportError(diagnose("ssh-setup", where=self.where, error=_first_line(error))) from error

    def known_hosts_lookup(self) -> KnownHostsLookup:
        return KnownHostsLookup(names=self.names, files=self.files)


async def route(settings: SshSettings, host: str, answers: OpensshAnswers | None = None) -> tuple[Hop, ...]:
    """Jump hosts in the order they are passed, then the host; nothing for this very machine. `answers`: of ssh(1),
    shared with other hosts. Raises TransportError."""
    if settings.is_local(host):
        return ()
    name = settings.connect if settings.connect and host == settings.controller else host
    try:
        hop, jumps = await _resolve_hop(
            settings,
            name,
            where=host,
            user=settings.user,
            port=settings.port,
            files=settings.known_hosts,
            answers=answers,
        )
        hops = (*await _jump_hosts(settings, jumps, ()), hop)
    except TransportError as error:
        raise TransportError(replace(error.diagnostic, where=host)) from error
    except (*asyncssh_errors(), LookupError, RuntimeError) as error:
        # the last two: a user without an entry in passwd, and no HOME
        raise TransportError(diagnose("ssh-setup", where=host, error=_first_line(error))) from error
    for resolved in hops:
        _warn(settings, resolved)
    return hops


def _warn(settings: SshSettings, hop: Hop) -> None:
    with contextlib.suppress(OSError):  # told when the keys are wanted
        for diagnostic in read_files(hop.files).warnings:
            settings.warn(diagnostic)
    if hop.config is not None and hop.config.not_followed:
        options = ", ".join(hop.config.not_followed)
        settings.warn(diagnose("ssh-option-ignored", where=hop.where, options=options))


async def connect_through(settings: SshSettings, hops: Sequence[Hop]) -> "asyncssh.SSHClientConnection | None":
    """Logged in to the last of them, through the others; None for no way at all. Raises TransportError."""
    tunnel: asyncssh.SSHClientConnection | None = None
    for hop in hops:
        tunnel = await _connect_hop(settings, hop, tunnel)
    return tunnel


def connect_limit_s(settings: SshSettings, hops: Sequence[Hop]) -> float:
    """For all of the way; ConnectTimeout of ~/.ssh/config counts where it is longer than ours."""
    configured = [hop.config.connect_timeout_s or 0.0 for hop in hops if hop.config is not None]
    return max(settings.connect_timeout_s, *configured, 0.0) + settings.login_timeout_s


async def _connect_hop(
    settings: SshSettings, hop: Hop, tunnel: "asyncssh.SSHClientConnection | None"
) -> "asyncssh.SSHClientConnection":
    banner: list[str] = []
    try:
        async with contextlib.AsyncExitStack() as stack:
            options = options_of(settings, hop, hop.known_keys(), banner)
            if hop.config is not None:
                identities = () if hop.is_jump_host else settings.identities
                options |= await stack.enter_async_context(client_keys(hop.config, identities))
            connection = await _open(hop, tunnel, options)
    except BaseException as error:
        if tunnel is not None:
            tunnel.abort()
        if isinstance(error, asyncssh_errors()):
            raise translate(hop.where, error, hop.known_hosts_lookup(), "".join(banner)) from error
        raise
    if tunnel is not None:
        connection.set_tunnel(tunnel)
    return connection


async def _open(
    hop: Hop, tunnel: "asyncssh.SSHClientConnection | None", options: Mapping[str, Any]
) -> "asyncssh.SSHClientConnection":
    import asyncssh

    if tunnel is not None or hop.config is None or not hop.config.proxy_command:
        return await asyncssh.connect(hop.host if hop.config else hop.name, tunnel=tunnel, **options)
    proxy = await open_proxy(hop.config.proxy_command)
    try:
        connection = await asyncssh.connect(hop.host, sock=proxy.stream, **options)
    except BaseException as error:
        words = proxy.last_words()
        await proxy.close()
        if isinstance(error, asyncssh.ConnectionLost | OSError) and words:
            raise asyncssh.ProtocolError(f"ProxyCommand: {words}") from error
        raise
    connection.set_tunnel(proxy.as_tunnel())
    return connection


def options_of(settings: SshSettings, hop: Hop, known: KnownKeys, banner: list[str]) -> dict[str, Any]:
    """For asyncssh, all but the keys to log in with. `banner`: takes what the server says before the login."""
    import asyncssh

    class Client(asyncssh.SSHClient):
        def auth_banner_received(self, msg: str, lang: str) -> None:
            banner.append(msg)

    def trusted(_host: str, _address: str, _port: int | None) -> tuple[list[Any], list[Any], list[Any]]:
        return known.as_asyncssh()

    options: dict[str, Any] = {
        **FORCED_OPTIONS,
        "client_factory": Client,
        "connect_timeout": settings.connect_timeout_s,
        "login_timeout": settings.login_timeout_s,
        "keepalive_interval": KEEPALIVE_INTERVAL_S,
        "keepalive_count_max": KEEPALIVE_MISSES,
        "port": hop.port,
        # a function, and never a false value: for one, asyncssh looks elsewhere
        "known_hosts": trusted,
    }
    if hop.config is not None:
        if hop.config.connect_timeout_s is not None:
            options["connect_timeout"] = hop.config.connect_timeout_s
        login: dict[str, Any] = {"config": None, "username": hop.user}
        own = hop.known_keys(own_name=True)
        return options | login | connection_options(hop.config) | login_options(hop.config, own)
    identities = [] if hop.is_jump_host else list(settings.identities)
    given: dict[str, Any] = {"username": hop.user, "client_keys": identities}
    return options | {"config": config_files(settings)} | {name: value for name, value in given.items() if value}


def config_files(settings: SshSettings) -> list[str] | tuple[()]:
    """As asyncssh takes them: `()` is ~/.ssh/config, while None would be none at all."""
    return existing_files(settings.configs) or ()


def existing_files(files: Sequence[str]) -> list[str]:
    return [str(path) for path in (Path(file).expanduser() for file in files) if path.is_file()]


async def _resolve_hop(
    settings: SshSettings,
    name: str,
    *,
    where: str,
    user: str,
    port: int | None,
    files: tuple[str, ...],
    jump: bool = False,
    answers: OpensshAnswers | None = None,
) -> tuple[Hop, str]:
    """What OpenSSH makes of the name, and the jump hosts it names. Touches no network."""
    try:
        config = await openssh_config(settings, name, user=user, port=port, answers=answers)
    except OpensshMissingError:
        settings.warn(diagnose("ssh-missing"))
        return _resolve_without_ssh(settings, name, where=where, user=user, port=port, files=files, jump=jump)
    hop = Hop(
        where=where,
        name=name,
        user=config.user,
        host=config.host,
        known_as=config.known_as,
        is_alias=bool(config.key_alias),
        port=config.port,
        files=files or (*config.user_known_hosts, *config.global_known_hosts) or DEFAULT_FILES,
        is_jump_host=jump,
        known_hosts_from="cluster" if files else "ssh",
        config=config,
    )
    return hop, config.proxy_jump


def _resolve_without_ssh(
    settings: SshSettings,
    name: str,
    *,
    where: str,
    user: str,
    port: int | None,
    files: tuple[str, ...],
    jump: bool,
) -> tuple[Hop, str]:
    """The same by asyncssh's own parser."""
    import asyncssh

    given: dict[str, Any] = {"username": user, "port": port}
    given = {key: value for key, value in given.items() if value}
    options: Any = asyncssh.SSHClientConnectionOptions(
        host=name, client_keys=None, agent_path=None, config=config_files(settings), **given
    )
    hop = Hop(
        where=where,
        name=name,
        user=options.username,
        host=options.host,
        known_as=options.host_key_alias or options.host.lower(),
        is_alias=bool(options.host_key_alias),
        port=options.port,
        files=files or tuple(options.known_hosts or ()) or DEFAULT_FILES,
        is_jump_host=jump,
        known_hosts_from="cluster" if files else "ssh",
    )
    return hop, options.tunnel or ""


async def _jump_hosts(settings: SshSettings, proxy_jump: str, after: tuple[str, ...]) -> tuple[Hop, ...]:
    """`user@jump:port,next`: the first of them may have jump hosts of its own, as in ssh(1)."""
    if not proxy_jump:
        return ()
    if len(after) >= MAX_JUMPS or proxy_jump in after:
        raise ValueError(f"ProxyJump {proxy_jump} leads to itself")
    first, *others = [await _jump_host(settings, text) for text in proxy_jump.split(",")]
    return (*await _jump_hosts(settings, first[1], (*after, proxy_jump)), first[0], *(hop for hop, _ in others))


async def _jump_host(settings: SshSettings, text: str) -> tuple[Hop, str]:
    user, name, port = parse_login(text.strip())
    return await _resolve_hop(settings, name, where=name, user=user, port=port, files=(), jump=True)


def parse_login(text: str) -> tuple[str, str, int | None]:
    """`[ssh://][USER@]HOST[:PORT]`, an IPv6 address with a port in brackets. Raises ValueError."""
    is_uri = text.startswith("ssh://")
    user, _, place = text.removeprefix("ssh://").rstrip("/" if is_uri else "").rpartition("@")
    match = _PLACE.fullmatch(place)
    if match is None:
        raise ValueError(f"`{text}` is not [USER@]HOST[:PORT]")
    name, port = match[1] or match[2] or match[3], match[4]
    return urllib.parse.unquote(user) if is_uri else user, name, int(port) if port else None


_PLACE = re.compile(r"(?:\[([^\[\]]+)\]|([^:\[\]]+)|([^\[\]]*:[^\[\]]*:[^\[\]]*))(?::([0-9]{1,5}))?")
"""HOST, [HOST], or a bare IPv6 address; then a port."""


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
