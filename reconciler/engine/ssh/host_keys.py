"""Host keys: what a server offers, what is written down for it, and writing it down.

A key is read as ssh-keyscan does: the connection ends once it has been shown, and nobody logs in. Only what stands
before it on the way, a jump host, is logged in to, and so has to be known already.

A server is asked for a key of the kind that is written down: it may have several, and another one would look like a
change. Source: ssh-keyscan(1); asyncssh 2.24.1, SSHClientConnection.connection_made.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from reconciler.core import known_hosts
from reconciler.core.known_hosts import HostKey
from reconciler.engine.local_files import replace_keeping_mode, resolve, write_private
from reconciler.engine.ssh.errors import asyncssh_errors, translate
from reconciler.engine.ssh.route import Hop, config_files, connect_through, existing_files
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
DNS_TIMEOUT_S = 10.0
"""How long a name server may take; its silence is as good as that it knows no such name."""

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
    """What its keys are looked for under: its name, then its addresses."""
    offered: HostKey | None = None
    known: tuple[HostKey, ...] = ()
    diagnostic: Diagnostic | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _KnownKeys:
    keys: tuple[Any, ...]
    authorities: tuple[Any, ...]
    revoked: tuple[Any, ...]


async def scan(settings: SshSettings, routes: Iterable[Sequence[Hop]]) -> tuple[HostKeyScan, ...]:
    """The last server of each way; those before it have to be known. Raises nothing but bugs."""
    limit = asyncio.Semaphore(MAX_CONCURRENT_SCANS)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_scan_host(settings, hops, limit)) for hops in routes]
    return tuple(task.result() for task in tasks)


async def _scan_host(settings: SshSettings, hops: Sequence[Hop], limit: asyncio.Semaphore) -> HostKeyScan:
    *before, hop = hops
    through = tuple(each.where for each in before)
    try:
        async with limit:
            return await _compare_keys(settings, hop, before)
    except TransportError as error:
        return HostKeyScan(hop=hop, through=through, state="unread", diagnostic=error.diagnostic)


async def _compare_keys(settings: SshSettings, hop: Hop, before: Sequence[Hop]) -> HostKeyScan:
    names = await _names_of(hop, reached=not before)
    try:
        written = _read_known_keys(existing_files(hop.files), names)
    except (ValueError, OSError) as error:
        raise TransportError(diagnose("ssh-setup", where=hop.where, said=str(error)[:200])) from error
    shown = await _offered_key(settings, hop, before, written)
    return HostKeyScan(
        hop=hop,
        through=tuple(each.where for each in before),
        state=_state_of(shown, written),
        names=names,
        offered=_to_host_key(shown),
        known=tuple(dict.fromkeys(_to_host_key(key) for key in written.keys)),
    )


def _state_of(shown: Any, written: _KnownKeys) -> HostKeyState:
    if shown in written.revoked:
        return "revoked"
    if shown in written.keys:
        return "known"
    if written.authorities:
        return "authority"
    return "changed" if written.keys else "unknown"


async def _names_of(hop: Hop, *, reached: bool) -> tuple[str, ...]:
    """As asyncssh looks it up: by its name, and by the address at the other end. Behind a jump host nobody sees that; a
    name that means nothing here may mean something to a ProxyCommand."""
    found: list[str] = []
    if reached:
        with contextlib.suppress(OSError):
            async with asyncio.timeout(DNS_TIMEOUT_S):
                told = await asyncio.get_running_loop().getaddrinfo(hop.host, hop.port, type=socket.SOCK_STREAM)
            found = [str(address[0]) for *_, address in told]
    return tuple(dict.fromkeys(known_hosts.host_pattern(each, hop.port) for each in (hop.known_as, *found)))


def _read_known_keys(files: Sequence[str], names: Sequence[str]) -> _KnownKeys:
    import asyncssh

    return _match_known_hosts(asyncssh.read_known_hosts(files), names)


def _match_known_hosts(hosts: Any, names: Sequence[str]) -> _KnownKeys:
    """Without asyncssh's second look for the name alone: what listens on another port is another server."""
    found = [hosts.match(name, "", None) for name in names]
    keys, authorities, revoked = (tuple(key for each in found for key in each[part]) for part in range(3))
    return _KnownKeys(keys=keys, authorities=authorities, revoked=revoked)


async def _offered_key(settings: SshSettings, hop: Hop, before: Sequence[Hop], written: _KnownKeys) -> Any:
    """Of the kinds that are written down; where the server has none of them any more, of any kind. TransportError."""
    kinds = tuple(dict.fromkeys(kind.decode() for key in written.keys for kind in key.sig_algorithms))
    try:
        return await _fetch_key(settings, hop, before, kinds or PREFERRED)
    except TransportError as error:
        if not kinds or error.diagnostic.code != "host-key-changed":
            raise
    return await _fetch_key(settings, hop, before, PREFERRED)


async def _fetch_key(settings: SshSettings, hop: Hop, before: Sequence[Hop], kinds: Sequence[str]) -> Any:
    limit = settings.connect_timeout_s + settings.login_timeout_s
    try:
        async with asyncio.timeout(limit):
            tunnel = await connect_through(settings, before)
            try:
                shown = await _get_server_host_key(settings, hop, tunnel, kinds)
            finally:
                if tunnel is not None:
                    tunnel.abort()
    except TimeoutError:
        raise TransportError(diagnose("host-unreachable", where=hop.where, said=f"no answer in {limit:g} s")) from None
    if shown is None:
        raise TransportError(diagnose("ssh-failed", where=hop.where, said="no host key in the key exchange"))
    return shown


async def _get_server_host_key(settings: SshSettings, hop: Hop, tunnel: Any, kinds: Sequence[str]) -> Any:
    import asyncssh

    try:
        keyless = asyncssh.SSHClientConnectionOptions(
            host=hop.name,
            client_keys=None,
            agent_path=None,
            connect_timeout=settings.connect_timeout_s,
            config=config_files(settings),
        )
        return await asyncssh.get_server_host_key(
            hop.name,
            hop.port,
            tunnel=tunnel,
            server_host_key_algs=list(kinds),
            options=keyless,
            config=config_files(settings),
        )
    except asyncssh_errors() as error:
        raise translate(hop.where, error, hop.known_hosts_lookup()) from error


def _to_host_key(shown: Any) -> HostKey:
    return known_hosts.parse_key(shown.export_public_key().decode())


def unwritable_reason(hop: Hop) -> Diagnostic | None:
    """Why a key cannot be written down where its keys are looked for: /dev/null keeps nothing, and a device that is
    replaced by a file is none any more."""
    path = Path(hop.files[0]).expanduser()
    try:
        at = resolve(path)
        told = "" if at.replaceable else "not a regular file"
    except OSError as error:
        told = error.strerror or type(error).__name__
    option = (
        "known_hosts ([ssh], cluster.toml)"
        if hop.known_hosts_from == "cluster"
        else "UserKnownHostsFile (~/.ssh/config)"
    )
    return diagnose("known-hosts-unusable", where=hop.where, file=path, said=told, option=option) if told else None


def add_known_hosts(scans: Sequence[HostKeyScan]) -> tuple[str, ...]:
    """Writes their keys down, each in the first file that is read for it. Where keys are replaced, the old file is kept
    aside, under the name that ssh-keygen -R gives it; returns those. Raises TrustError, OSError."""
    if unwritable := [diagnostic for each in scans if (diagnostic := unwritable_reason(each.hop)) is not None]:
        raise KnownHostsError(*dict.fromkeys(unwritable))
    by_file: dict[Path, list[HostKeyScan]] = {}
    for scan in scans:
        by_file.setdefault(Path(scan.hop.files[0]).expanduser(), []).append(scan)
    texts = {path: (_read_text(path), here) for path, here in by_file.items()}
    new = {path: _with_new_keys(path, old, here) for path, (old, here) in texts.items()}
    backups: list[str] = []
    for path, (old, scans) in texts.items():
        if any(each.state == "changed" for each in scans):
            aside = path.resolve().with_name(f"{path.resolve().name}.old")
            write_private(aside, old)
            backups.append(str(aside))
        replace_keeping_mode(path, new[path], parents=True)
    return tuple(backups)


def _read_text(path: Path) -> str:
    """Whatever bytes it holds are written again as they were."""
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
    """Raises TrustError where another key would count for it all the same: by a pattern, or by another file."""
    import asyncssh

    hosts = asyncssh.read_known_hosts([file for file in existing_files(scan.hop.files) if Path(file) != path])
    hosts.load(text)
    counted = {_to_host_key(key) for key in _match_known_hosts(hosts, scan.names).keys}
    if counted != {scan.offered}:
        files = ", ".join(scan.hop.files)
        raise KnownHostsError(
            diagnose("trust-other-key", where=scan.hop.where, names=", ".join(scan.names), files=files)
        )
