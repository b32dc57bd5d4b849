"""What `bkrec trust` asks for and writes down, from what can be asked now to what stands behind it.

A host behind a jump host is asked for its key only through a jump host that is known; and which hosts there are the
controller alone tells. So what is not known yet is agreed to first, and then the rest is looked at.
"""

import shlex
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.cli import exits
from reconciler.cli.reach import access, file_of
from reconciler.core.known_hosts import HostKey
from reconciler.engine import discover
from reconciler.engine.ssh import host_keys
from reconciler.engine.ssh.connection import ssh
from reconciler.engine.ssh.host_keys import TRUSTED_STATES, HostKeyScan
from reconciler.engine.ssh.route import Hop, route
from reconciler.engine.transport import SshSettings, TransportError
from reconciler.view.readdocs import KeyDoc, ServerDoc, ServerState, TrustDoc
from reconciler.view.to_documents import problem
from specs.cluster import ClusterFile
from specs.diagnostic import Diagnostic, SpecError, diagnose
from specs.install_config import parse

Ask = Callable[[Sequence[HostKeyScan]], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustRequest:
    """Whose keys, and how they are reached."""

    access: SshSettings
    file: ClusterFile | None = None
    """None: a controller that has no cluster.toml yet; then it is the only host."""
    hosts: tuple[str, ...] = ()
    """Empty: all of the cluster."""
    replace: bool = False


@dataclass(slots=True)
class TrustResult:
    """What came of it, server by server in the order they were met."""

    seen: dict[Hop, HostKeyScan] = field(default_factory=dict[Hop, HostKeyScan])
    pinned: set[Hop] = field(default_factory=set[Hop])
    kept: list[str] = field(default_factory=list[str])
    elsewhere: tuple[str, ...] = ()
    troubles: list[Diagnostic] = field(default_factory=list[Diagnostic])
    refused: bool = False
    declined: int = 0
    """So many keys nobody agreed to."""

    @property
    def exit_code(self) -> int:
        """A refusal outweighs what could not be read: it is what somebody has to look at."""
        if self.refused:
            return exits.REFUSED
        return exits.UNKNOWN if self.troubles else exits.OK

    def sure(self, hop: Hop) -> bool:
        return hop in self.pinned or (hop in self.seen and self.seen[hop].state in TRUSTED_STATES)


def of_cluster(path: Path, hosts: tuple[str, ...], *, replace: bool) -> TrustRequest:
    """Raises SpecError."""
    file = file_of(path)
    return TrustRequest(access=access(file), file=file, hosts=hosts, replace=replace)


def of_controller(login: tuple[str, str, int], hosts: tuple[str, ...], *, replace: bool) -> TrustRequest:
    user, host, port = login
    return TrustRequest(access=SshSettings(controller=host, user=user, port=port), hosts=hosts, replace=replace)


async def trust(request: TrustRequest, ask: Ask) -> TrustResult:
    """Until every server on every way is known, or nothing more can be. Raises TrustError, SpecError."""
    result = TrustResult()
    hosts = request.hosts or (request.access.controller,)
    if request.access.via == "controller":
        hosts, result.elsewhere = (
            (request.access.controller,),
            tuple(h for h in hosts if h != request.access.controller),
        )
    hosts = await _scan_reachable(request, hosts, result)
    while new := _new(request, result):
        if not await ask(new):
            result.refused, result.declined = True, len(new)
            break
        result.kept += _pinned(new)
        result.pinned.update(scan.hop for scan in new)
        hosts = await _scan_reachable(request, hosts, result)
    return result


def _pinned(new: Sequence[HostKeyScan]) -> tuple[str, ...]:
    try:
        return host_keys.add_known_hosts(new)
    except OSError as error:
        path = error.filename or new[0].hop.files[0]
        diagnostic = diagnose("file-not-written", where=str(path), path=path, error=error.strerror or error)
        raise SpecError(diagnostic) from error


def _new(request: TrustRequest, result: TrustResult) -> tuple[HostKeyScan, ...]:
    """What may be written down if it is agreed to: nothing at all beside a key that is refused."""
    open_ = [seen for hop, seen in result.seen.items() if not result.sure(hop) and seen.state != "unread"]
    refusals = [_refusal(scan) for scan in open_ if scan.state not in _writable(request)]
    if not refusals:
        refusals += [useless for seen in open_ if (useless := host_keys.unwritable_reason(seen.hop)) is not None]
    result.refused = bool(refusals)
    result.troubles += refusals
    return () if refusals else tuple(open_)


def _writable(request: TrustRequest) -> tuple[str, ...]:
    return ("unknown", "changed") if request.replace else ("unknown",)


def _refusal(scan: HostKeyScan) -> Diagnostic:
    where, files = scan.hop.where, ", ".join(scan.hop.files)
    if scan.state == "revoked":
        return diagnose("host-key-refused", where=where, said=f"revoked in {files}")
    offered = scan.offered.fingerprint if scan.offered else ""
    known = ", ".join(key.fingerprint for key in scan.known)
    return diagnose("host-key-changed", where=where, files=files, offered=offered, known=known)


async def _scan_reachable(request: TrustRequest, hosts: tuple[str, ...], result: TrustResult) -> tuple[str, ...]:
    """Looks at all that can be reached now. What it returns is to be gone on with."""
    while True:
        ways = _next(request, hosts, result)
        for scan in await host_keys.scan(request.access, ways):
            result.seen[scan.hop] = scan
            if scan.diagnostic is not None:
                result.troubles.append(scan.diagnostic)
        if ways:
            continue
        further = await _named(request, hosts, result)
        if further == hosts:
            return hosts
        hosts = further


def _next(request: TrustRequest, hosts: Iterable[str], result: TrustResult) -> list[tuple[Hop, ...]]:
    """The first server of each way that nobody has looked at; none where one before it is not known."""
    found: dict[Hop, tuple[Hop, ...]] = {}
    for host in hosts:
        try:
            hops = route(request.access, host)
        except TransportError as error:
            result.troubles += [diagnostic for diagnostic in error.diagnostics if diagnostic not in result.troubles]
            continue
        far = next((n for n, hop in enumerate(hops) if not result.sure(hop)), None)
        if far is not None and hops[far] not in result.seen:
            found.setdefault(hops[far], hops[: far + 1])
    return list(found.values())


async def _named(request: TrustRequest, hosts: tuple[str, ...], result: TrustResult) -> tuple[str, ...]:
    """All hosts of the cluster, once the controller can be asked for them: it is logged in to, and so must be known."""
    first = request.access.controller
    if request.file is None or request.hosts or len(hosts) > 1 or result.elsewhere or result.troubles:
        return hosts
    if not all(result.sure(hop) for hop in route(request.access, first)):
        return hosts
    try:
        async with ssh(request.access) as transport:
            found = await discover.read_controller(transport, request.file)
    except (TransportError, SpecError) as error:
        result.troubles += error.diagnostics
        return hosts
    others = tuple(host for host in parse(found.config).addresses() if host != first)
    if request.access.via == "controller":
        result.elsewhere = others
        return hosts
    return (first, *others)


def document(result: TrustResult) -> TrustDoc:
    return TrustDoc(
        servers=[server(scan, pinned=hop in result.pinned) for hop, scan in result.seen.items()],
        kept=result.kept,
        elsewhere=list(result.elsewhere),
        command=shlex.join(("ssh-keyscan", *result.elsewhere)) + " >> ~/.ssh/known_hosts" if result.elsewhere else "",
        problems=[problem(diagnostic) for diagnostic in result.troubles],
    )


def server(scan: HostKeyScan, *, pinned: bool = False) -> ServerDoc:
    done: ServerState = "replaced" if scan.state == "changed" else "added"
    return ServerDoc(
        host=scan.hop.where,
        known_as=list(scan.names),
        through=list(scan.through),
        state=done if pinned else scan.state,
        offered=_key(scan.offered) if scan.offered else None,
        known=[_key(each) for each in scan.known],
        file=scan.hop.files[0],
    )


def _key(key: HostKey) -> KeyDoc:
    return KeyDoc(type=key.type, fingerprint=key.fingerprint)
