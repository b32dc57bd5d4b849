"""A session with a cluster: its file read, its controller connected to, and the rest of it read from there."""

import functools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from probes.registry import PROBES
from reconciler.commands import cluster_file
from reconciler.engine import discover, release_data
from reconciler.engine.clock import SystemClock
from reconciler.engine.gather import GatherFacts, gather_facts
from reconciler.engine.ssh.connection import ssh
from reconciler.engine.transport import SshSettings, Transport
from specs.cluster import Cluster, ClusterFile, with_site
from specs.diagnostic import Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerSession:
    """Enough for the lease and a pause: what they need is on the controller."""

    transport: Transport
    gather: GatherFacts
    controller: str
    """Its address in install.config."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSession(ControllerSession):
    cluster: Cluster


@asynccontextmanager
async def open_controller(path: Path) -> AsyncGenerator[ControllerSession]:
    """Raises SpecError; TransportError where the controller is out of reach."""
    file = cluster_file.load(path)
    async with ssh(settings(file)) as transport:
        gather = functools.partial(gather_facts, transport, PROBES)
        yield ControllerSession(transport=transport, gather=gather, controller=file.controller.address)


@asynccontextmanager
async def open_cluster(path: Path) -> AsyncGenerator[ClusterSession]:
    """As `open_controller`, with install.config read from the controller."""
    file = cluster_file.load(path)
    async with ssh(settings(file)) as transport:
        described = await discover.discover(transport, file, release_data.load_release(file.release))
        cluster = with_site(described, file, SystemClock().now().astimezone().date())
        gather = functools.partial(gather_facts, transport, PROBES)
        yield ClusterSession(transport=transport, gather=gather, controller=cluster.controller, cluster=cluster)


_ssh_warnings: dict[Diagnostic, None] = {}


def ssh_warnings() -> tuple[Diagnostic, ...]:
    """What this process was told of the operator's own SSH files since it was last asked, each once."""
    warnings = tuple(_ssh_warnings)
    _ssh_warnings.clear()
    return warnings


def note_ssh_warning(diagnostic: Diagnostic) -> None:
    _ssh_warnings[diagnostic] = None


def settings(file: ClusterFile) -> SshSettings:
    ssh_file, controller = file.ssh, file.controller
    return SshSettings(
        controller=controller.address,
        connect=controller.connect,
        port=controller.port,
        user=controller.user,
        identities=(ssh_file.identity,) if ssh_file.identity else (),
        via=ssh_file.via,
        known_hosts=(ssh_file.known_hosts,) if ssh_file.known_hosts else (),
        configs=(ssh_file.config,) if ssh_file.config else (),
        warn=note_ssh_warning,
    )
