"""`trust`: scan SSH host keys, from the first server on the way to the last, and add those that a person agrees to.

A host behind a jump host is asked for its key only through a jump host that is known; and only the controller says
which hosts there are. So the keys at hand are agreed to first, and then the servers behind them are scanned.
"""

import shlex
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reconciler.commands import cluster_file, files
from reconciler.commands.result import Answer, Result
from reconciler.commands.session import note_ssh_warning, settings
from reconciler.core.known_hosts import HostKey
from reconciler.core.verdict import ExitCode
from reconciler.engine import discover
from reconciler.engine.ssh import host_keys
from reconciler.engine.ssh.connection import ssh
from reconciler.engine.ssh.errors import host_key_changed
from reconciler.engine.ssh.host_keys import TRUSTED_STATES, HostKeyScan
from reconciler.engine.ssh.route import Hop, route
from reconciler.engine.transport import SshSettings, TransportError
from reconciler.view.documents import KeyDoc, ServerDoc, ServerState, TrustDoc
from reconciler.view.to_documents import problem
from specs.cluster import ClusterFile
from specs.diagnostic import Diagnostic, SpecError, diagnose
from specs.install_config import parse

Ask = Callable[[Sequence[ServerDoc]], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustRequest:
    """Whose keys, and how their hosts are reached."""

    access: SshSettings
    file: ClusterFile | None = None
    """None: a controller that has no cluster.toml yet; then it is the only host."""
    hosts: tuple[str, ...] = ()
    """Empty: all of the cluster."""
    replace: bool = False


@dataclass(slots=True)
class _Scans:
    """What is known so far, server by server in the order they were scanned."""

    by_hop: dict[Hop, HostKeyScan] = field(default_factory=dict[Hop, HostKeyScan])
    added: set[Hop] = field(default_factory=set[Hop])
    backups: list[str] = field(default_factory=list[str])
    elsewhere: tuple[str, ...] = ()
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    refused: bool = False

    def is_trusted(self, hop: Hop) -> bool:
        return hop in self.added or (hop in self.by_hop and self.by_hop[hop].state in TRUSTED_STATES)

    def result(self) -> Result[TrustDoc]:
        """A refusal outweighs what could not be read: it is what a person has to look at."""
        unread = ExitCode.UNKNOWN if self.diagnostics else ExitCode.OK
        return Result(
            document=_document(self),
            diagnostics=tuple(self.diagnostics),
            exit_code=ExitCode.REFUSED if self.refused else unread,
        )


def of_cluster(path: Path, hosts: tuple[str, ...], *, replace: bool) -> TrustRequest:
    """Raises SpecError."""
    file = cluster_file.load(path)
    return TrustRequest(access=settings(file), file=file, hosts=hosts, replace=replace)


def of_controller(login: tuple[str, str, int | None], hosts: tuple[str, ...], *, replace: bool) -> TrustRequest:
    user, host, port = login
    access = SshSettings(controller=host, user=user, port=port, warn=note_ssh_warning)
    return TrustRequest(access=access, hosts=hosts, replace=replace)


async def trust(request: TrustRequest, ask: Ask) -> Result[TrustDoc]:
    """Until every server on every way is known, or nothing more can be. Raises KnownHostsError, SpecError."""
    scans = _Scans()
    hosts = request.hosts or (request.access.controller,)
    if request.access.via == "controller":
        first = request.access.controller
        hosts, scans.elsewhere = (first,), tuple(host for host in hosts if host != first)
    hosts = await _scan_reachable(request, hosts, scans)
    while new := _new(request, scans):
        answer = await ask([_server(scan) for scan in new])
        if answer != "yes":
            code = "trust-declined" if answer == "no" else "trust-confirmation-needed"
            scans.diagnostics.append(diagnose(code, count=len(new)))
            scans.refused = True
            break
        scans.backups += _add(new)
        scans.added.update(scan.hop for scan in new)
        hosts = await _scan_reachable(request, hosts, scans)
    return scans.result()


def _add(new: Sequence[HostKeyScan]) -> tuple[str, ...]:
    try:
        return host_keys.add_known_hosts(new)
    except OSError as error:
        raise files.not_written(error.filename or new[0].hop.files[0], error) from error


def _new(request: TrustRequest, scans: _Scans) -> tuple[HostKeyScan, ...]:
    """What may be added if it is agreed to: nothing at all beside a key that is refused."""
    open_ = [scan for hop, scan in scans.by_hop.items() if not scans.is_trusted(hop) and scan.state != "unread"]
    writable = ("unknown", "changed") if request.replace else ("unknown",)
    refusals = [_refusal(scan) for scan in open_ if scan.state not in writable]
    if not refusals:
        refusals += [useless for scan in open_ if (useless := host_keys.unwritable_reason(scan.hop)) is not None]
    scans.refused = bool(refusals)
    scans.diagnostics += refusals
    return () if refusals else tuple(open_)


def _refusal(scan: HostKeyScan) -> Diagnostic:
    where = scan.hop.where
    if scan.state == "revoked":
        return diagnose("host-key-refused", where=where, error=f"revoked in {', '.join(scan.hop.files)}")
    offered = scan.offered.fingerprint if scan.offered else ""
    known = ", ".join(key.fingerprint for key in scan.known)
    changed = host_key_changed(where, scan.hop.known_hosts_lookup())
    return replace(changed, fields=(*changed.fields, ("offered", offered), ("known", known)))


async def _scan_reachable(request: TrustRequest, hosts: tuple[str, ...], scans: _Scans) -> tuple[str, ...]:
    """Scans all that can be reached now. Returns the hosts to continue with."""
    while True:
        routes = await _next(request, hosts, scans)
        for scan in await host_keys.scan(request.access, routes):
            scans.by_hop[scan.hop] = scan
            if scan.diagnostic is not None:
                scans.diagnostics.append(scan.diagnostic)
        if routes:
            continue
        further = await _all_hosts(request, hosts, scans)
        if further == hosts:
            return hosts
        hosts = further


async def _next(request: TrustRequest, hosts: Iterable[str], scans: _Scans) -> list[tuple[Hop, ...]]:
    """The first server of each route that was not scanned yet; none where one before it is not known."""
    routes: dict[Hop, tuple[Hop, ...]] = {}
    for host in hosts:
        try:
            hops = await route(request.access, host)
        except TransportError as error:
            scans.diagnostics += [reason for reason in error.diagnostics if reason not in scans.diagnostics]
            continue
        far = next((n for n, hop in enumerate(hops) if not scans.is_trusted(hop)), None)
        if far is not None and hops[far] not in scans.by_hop:
            routes.setdefault(hops[far], hops[: far + 1])
    return list(routes.values())


async def _all_hosts(request: TrustRequest, hosts: tuple[str, ...], scans: _Scans) -> tuple[str, ...]:
    """All hosts of the cluster, once the controller can be asked for them: it is logged in to, and so must be known."""
    first = request.access.controller
    if request.file is None or request.hosts or len(hosts) > 1 or scans.elsewhere or scans.diagnostics:
        return hosts
    if not all(scans.is_trusted(hop) for hop in await route(request.access, first)):
        return hosts
    try:
        async with ssh(request.access) as transport:
            config = (await discover.read_controller(transport, request.file)).config
    except (TransportError, SpecError) as error:
        scans.diagnostics += error.diagnostics
        return hosts
    others = tuple(host for host in parse(config).addresses() if host != first)
    if request.access.via == "controller":
        scans.elsewhere = others
        return hosts
    return (first, *others)


def _document(scans: _Scans) -> TrustDoc:
    command = shlex.join(("ssh-keyscan", *scans.elsewhere)) + " >> ~/.ssh/known_hosts"
    return TrustDoc(
        servers=[_server(scan, added=hop in scans.added) for hop, scan in scans.by_hop.items()],
        backups=scans.backups,
        behind_controller=list(scans.elsewhere),
        command=command if scans.elsewhere else "",
        problems=[problem(diagnostic) for diagnostic in scans.diagnostics],
    )


def _server(scan: HostKeyScan, *, added: bool = False) -> ServerDoc:
    state: ServerState = "replaced" if scan.state == "changed" else "added"
    return ServerDoc(
        host=scan.hop.where,
        known_as=list(scan.names),
        through=list(scan.through),
        state=state if added else scan.state,
        offered=_key(scan.offered) if scan.offered else None,
        known=[_key(key) for key in scan.known],
        file=scan.hop.files[0],
    )


def _key(key: HostKey) -> KeyDoc:
    return KeyDoc(type=key.type, fingerprint=key.fingerprint)
