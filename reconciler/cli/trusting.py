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


async def trust(whom: TrustRequest, ask: Ask) -> TrustResult:
    """Until every server on every way is known, or nothing more can be. Raises TrustError, SpecError."""
    told = TrustResult()
    hosts = whom.hosts or (whom.access.controller,)
    if whom.access.via == "controller":
        hosts, told.elsewhere = (whom.access.controller,), tuple(h for h in hosts if h != whom.access.controller)
    hosts = await _scan_reachable(whom, hosts, told)
    while new := _new(whom, told):
        if not await ask(new):
            told.refused, told.declined = True, len(new)
            break
        told.kept += _pinned(new)
        told.pinned.update(seen.hop for seen in new)
        hosts = await _scan_reachable(whom, hosts, told)
    return told


def _pinned(new: Sequence[HostKeyScan]) -> tuple[str, ...]:
    try:
        return host_keys.add_known_hosts(new)
    except OSError as error:
        path = error.filename or new[0].hop.files[0]
        told = diagnose("file-not-written", where=str(path), path=path, error=error.strerror or error)
        raise SpecError(told) from error


def _new(whom: TrustRequest, told: TrustResult) -> tuple[HostKeyScan, ...]:
    """What may be written down if it is agreed to: nothing at all beside a key that is refused."""
    open_ = [seen for hop, seen in told.seen.items() if not told.sure(hop) and seen.state != "unread"]
    refusals = [_refusal(seen) for seen in open_ if seen.state not in _writable(whom)]
    if not refusals:
        refusals += [useless for seen in open_ if (useless := host_keys.keepless(seen.hop)) is not None]
    told.refused = bool(refusals)
    told.troubles += refusals
    return () if refusals else tuple(open_)


def _writable(whom: TrustRequest) -> tuple[str, ...]:
    return ("unknown", "changed") if whom.replace else ("unknown",)


def _refusal(seen: HostKeyScan) -> Diagnostic:
    where, files = seen.hop.where, ", ".join(seen.hop.files)
    if seen.state == "revoked":
        return diagnose("host-key-refused", where=where, said=f"revoked in {files}")
    offered = seen.offered.fingerprint if seen.offered else ""
    known = ", ".join(key.fingerprint for key in seen.known)
    return diagnose("host-key-changed", where=where, files=files, offered=offered, known=known)


async def _scan_reachable(whom: TrustRequest, hosts: tuple[str, ...], told: TrustResult) -> tuple[str, ...]:
    """Looks at all that can be reached now. What it returns is to be gone on with."""
    while True:
        ways = _next(whom, hosts, told)
        for seen in await host_keys.scan(whom.access, ways):
            told.seen[seen.hop] = seen
            if seen.trouble is not None:
                told.troubles.append(seen.trouble)
        if ways:
            continue
        further = await _named(whom, hosts, told)
        if further == hosts:
            return hosts
        hosts = further


def _next(whom: TrustRequest, hosts: Iterable[str], told: TrustResult) -> list[tuple[Hop, ...]]:
    """The first server of each way that nobody has looked at; none where one before it is not known."""
    found: dict[Hop, tuple[Hop, ...]] = {}
    for host in hosts:
        try:
            hops = route(whom.access, host)
        except TransportError as error:
            told.troubles += [one for one in error.diagnostics if one not in told.troubles]
            continue
        far = next((n for n, hop in enumerate(hops) if not told.sure(hop)), None)
        if far is not None and hops[far] not in told.seen:
            found.setdefault(hops[far], hops[: far + 1])
    return list(found.values())


async def _named(whom: TrustRequest, hosts: tuple[str, ...], told: TrustResult) -> tuple[str, ...]:
    """All hosts of the cluster, once the controller can be asked for them: it is logged in to, and so must be known."""
    first = whom.access.controller
    if whom.file is None or whom.hosts or len(hosts) > 1 or told.elsewhere or told.troubles:
        return hosts
    if not all(told.sure(hop) for hop in route(whom.access, first)):
        return hosts
    try:
        async with ssh(whom.access) as transport:
            found = await discover.read_controller(transport, whom.file)
    except (TransportError, SpecError) as error:
        told.troubles += error.diagnostics
        return hosts
    others = tuple(host for host in parse(found.config).addresses() if host != first)
    if whom.access.via == "controller":
        told.elsewhere = others
        return hosts
    return (first, *others)


def document(told: TrustResult) -> TrustDoc:
    return TrustDoc(
        servers=[server(seen, pinned=hop in told.pinned) for hop, seen in told.seen.items()],
        kept=told.kept,
        elsewhere=list(told.elsewhere),
        command=shlex.join(("ssh-keyscan", *told.elsewhere)) + " >> ~/.ssh/known_hosts" if told.elsewhere else "",
        problems=[problem(one) for one in told.troubles],
    )


def server(seen: HostKeyScan, *, pinned: bool = False) -> ServerDoc:
    done: ServerState = "replaced" if seen.state == "changed" else "added"
    return ServerDoc(
        host=seen.hop.where,
        known_as=list(seen.names),
        through=list(seen.through),
        state=done if pinned else seen.state,
        offered=_key(seen.offered) if seen.offered else None,
        known=[_key(each) for each in seen.known],
        file=seen.hop.files[0],
    )


def _key(key: HostKey) -> KeyDoc:
    return KeyDoc(type=key.type, fingerprint=key.fingerprint)
