"""Host keys: what a server offers, what is written down for it, and writing it down.

A key is read as ssh-keyscan does: the connection ends once it has been shown, and nobody logs in. Only what stands
before it on the way, a jump host, is logged in to, and so has to be known already.

A server is asked for a key of the kind that is written down: it may have several, and another one would look like a
change. Source: ssh-keyscan(1); asyncssh 2.24.1, SSHClientConnection.connection_made.
"""

import asyncio
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from reconciler.core import known_hosts
from reconciler.core.known_hosts import HostKey
from reconciler.engine.local_files import replace_keeping_mode, resolve, write_private
from reconciler.engine.ssh.errors import asyncssh_errors, translate
from reconciler.engine.ssh.known_keys import KnownHostsFiles, KnownKeys, read_files
from reconciler.engine.ssh.options import connection_options
from reconciler.engine.ssh.proxy_command import Proxy, open_proxy
from reconciler.engine.ssh.route import Hop, config_files, connect_limit_s, connect_through
from reconciler.engine.transport import SshSettings, TransportError
from specs.diagnostic import BkrecError, Diagnostic, diagnose

PREFERRED = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
"""What is asked for where nothing is written down; the first that the server has."""
MAX_CONCURRENT_SCANS = 8
"""Servers that are asked at the same time: a jump host's sshd takes ten that have not logged in (MaxStartups)."""

HostKeyState = Literal["known", "authority", "unknown", "changed", "revoked", "unread"]
TRUSTED_STATES = ("known", "authority")
"""States in which bkrec goes on. An authority's certificate is looked at when it connects."""


class KnownHostsError(BkrecError):
    """What was to be written down cannot be. Nothing was."""

    ends_as = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostKeyScan:
    """One server, the key it offers, and the keys that are written down for it."""

    hop: Hop
    through: tuple[str, ...] = ()
    """Jump hosts before it."""
    state: HostKeyState
    names: tuple[str, ...] = ()
    """What its keys are written down under."""
    offered: HostKey | None = None
    known: tuple[HostKey, ...] = ()
    diagnostic: Diagnostic | None = None


async def scan(settings: SshSettings, routes: Iterable[Sequence[Hop]]) -> tuple[HostKeyScan, ...]:
    """The last server of each way; those before it have to be known. Raises nothing but bugs."""
    limit = asyncio.Semaphore(MAX_CONCURRENT_SCANS)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_scan_host(settings, hops, limit)) for hops in routes]
    return tuple(task.result() for task in tasks)


async def _scan_host(settings: SshSettings, hops: Sequence[Hop], limit: asyncio.Semaphore) -> HostKeyScan:
    *jump_hosts, hop = hops
    through = tuple(jump_host.where for jump_host in jump_hosts)
    try:
        async with limit:
            return await _compare_keys(settings, hop, jump_hosts)
    except TransportError as error:
        return HostKeyScan(hop=hop, through=through, state="unread", diagnostic=error.diagnostic)


async def _compare_keys(settings: SshSettings, hop: Hop, jump_hosts: Sequence[Hop]) -> HostKeyScan:
    known = hop.known_keys()
    offered = await _offered_key(settings, hop, jump_hosts, known)
    return HostKeyScan(
        hop=hop,
        through=tuple(jump_host.where for jump_host in jump_hosts),
        state=_state_of(offered, known, hop.known_keys(own_name=True)),
        names=hop.names[:1],
        offered=_to_host_key(offered),
        known=tuple(dict.fromkeys(_to_host_key(key) for key in known.keys)),
    )


def _state_of(offered: Any, known: KnownKeys, under_own_name: KnownKeys) -> HostKeyState:
    """A line for the name without its port lets its own key in; another key is no change of it, since what listens on
    another port is another server."""
    if offered in known.revoked:
        return "revoked"
    if offered in known.keys:
        return "known"
    if known.authorities:
        return "authority"
    return "changed" if under_own_name.keys else "unknown"


async def _offered_key(settings: SshSettings, hop: Hop, jump_hosts: Sequence[Hop], known_keys: KnownKeys) -> Any:
    """Of the kinds that are written down; where the server has none of them any more, of any kind. TransportError."""
    kinds = tuple(dict.fromkeys(kind.decode() for key in known_keys.keys for kind in key.sig_algorithms))
    try:
        return await _fetch_key(settings, hop, jump_hosts, kinds or PREFERRED)
    except TransportError as error:
        if not kinds or error.diagnostic.code != "host-key-changed":
            raise
    return await _fetch_key(settings, hop, jump_hosts, PREFERRED)


async def _fetch_key(settings: SshSettings, hop: Hop, jump_hosts: Sequence[Hop], kinds: Sequence[str]) -> Any:
    limit = connect_limit_s(settings, (*jump_hosts, hop))
    try:
        async with asyncio.timeout(limit):
            tunnel = await connect_through(settings, jump_hosts)
            try:
                offered = await _get_server_host_key(settings, hop, tunnel, kinds)
            finally:
                if tunnel is not None:
                    tunnel.abort()
    except TimeoutError:
        raise TransportError(diagnose("host-unreachable", where=hop.where, error=f"no answer in {limit:g} s")) from None
    if offered is None:
        raise TransportError(diagnose("ssh-failed", where=hop.where, error="no host key in the key exchange"))
    return offered


async def _get_server_host_key(settings: SshSettings, hop: Hop, tunnel: Any, kinds: Sequence[str]) -> Any:
    import asyncssh

    options: dict[str, Any] = {"config": config_files(settings)}
    proxy: Proxy | None = None
    if hop.config is not None:
        options = {"config": None} | connection_options(hop.config)
    try:
        keyless = asyncssh.SSHClientConnectionOptions(
            host=hop.name,
            client_keys=None,
            agent_path=None,
            username=hop.user,
            connect_timeout=settings.connect_timeout_s,
            **options,
        )
        if tunnel is None and hop.config is not None and hop.config.proxy_command:
            proxy = await open_proxy(hop.config.proxy_command)
        return await asyncssh.get_server_host_key(
            hop.host if hop.config else hop.name,
            hop.port,
            tunnel=tunnel,
            sock=proxy.stream if proxy else None,
            server_host_key_algs=list(kinds),
            options=keyless,
            config=options["config"],
        )
    except asyncssh_errors() as error:
        raise translate(hop.where, error, hop.known_hosts_lookup()) from error
    finally:
        if proxy is not None:
            await proxy.close()


def _to_host_key(offered: Any) -> HostKey:
    return known_hosts.parse_key(offered.export_public_key().decode())


def unwritable_reason(hop: Hop) -> Diagnostic | None:
    """Why no key can be added to the file where the host's keys are looked up: /dev/null stores nothing, and a device
    must not be replaced by a file."""
    path = Path(hop.files[0]).expanduser()
    try:
        at = resolve(path)
        problem = "" if at.replaceable else "not a regular file"
    except OSError as error:
        problem = error.strerror or type(error).__name__
    option = (
        "known_hosts ([ssh], cluster.toml)"
        if hop.known_hosts_from == "cluster"
        else "UserKnownHostsFile (~/.ssh/config)"
    )
    return (
        diagnose("known-hosts-unusable", where=hop.where, file=path, error=problem, option=option) if problem else None
    )


def add_known_hosts(scans: Sequence[HostKeyScan]) -> tuple[str, ...]:
    """Adds their keys, each to the first file that is read for it. Where keys are replaced, the old file is backed up,
    under the name that ssh-keygen -R gives it; returns the backups. Raises KnownHostsError, OSError."""
    if unwritable := [diagnostic for scan in scans if (diagnostic := unwritable_reason(scan.hop)) is not None]:
        raise KnownHostsError(*dict.fromkeys(unwritable))
    by_file: dict[Path, list[HostKeyScan]] = {}
    for scan in scans:
        by_file.setdefault(Path(scan.hop.files[0]).expanduser(), []).append(scan)
    texts = {path: (_read_text(path), scans_of_file) for path, scans_of_file in by_file.items()}
    new = {path: _with_new_keys(path, old, scans_of_file) for path, (old, scans_of_file) in texts.items()}
    backups: list[str] = []
    for path, (old, scans) in texts.items():
        if any(scan.state == "changed" for scan in scans):
            backup = path.resolve().with_name(f"{path.resolve().name}.old")
            write_private(backup, old)
            backups.append(str(backup))
        replace_keeping_mode(path, new[path], parents=True)
    return tuple(backups)


def _read_text(path: Path) -> str:
    """Bytes that are not UTF-8 are written back unchanged."""
    return path.read_bytes().decode(errors="surrogateescape") if path.is_file() else ""


def _with_new_keys(path: Path, text: str, scans: Sequence[HostKeyScan]) -> str:
    salted = known_hosts.is_hashed(text)
    for scan in scans:
        assert scan.offered is not None
        remaining = known_hosts.remove(text, scan.names) if scan.state == "changed" else text
        text = known_hosts.add(remaining, scan.names[0], scan.offered, os.urandom(20) if salted else b"")
        _require_sole_key(path, text, scan)
    return text


def _require_sole_key(path: Path, text: str, scan: HostKeyScan) -> None:
    """Raises KnownHostsError where another key would count for it all the same: by a pattern, or by another file."""
    others = read_files(file for file in scan.hop.files if Path(file).expanduser() != path)
    known = KnownHostsFiles(texts=(*others.texts, text)).keys_for(scan.names)
    if {_to_host_key(key) for key in known.keys} != {scan.offered}:
        files = ", ".join(scan.hop.files)
        raise KnownHostsError(
            diagnose("trust-other-key", where=scan.hop.where, names=", ".join(scan.names), files=files)
        )
