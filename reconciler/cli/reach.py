"""Reaching a cluster: its file read, its controller connected to, and what the file does not say read from there."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from reconciler.cli import config
from reconciler.effects import releases, survey
from reconciler.effects.ssh import ssh
from reconciler.effects.transport import Access, Transport
from specs import parse
from specs.cluster import Cluster, ClusterFile
from specs.release import Release

RELEASE = "6.2.2"


@asynccontextmanager
async def reached(path: Path) -> AsyncGenerator[tuple[Transport, Cluster]]:
    file = file_of(path)
    async with ssh(access(file)) as transport:
        yield transport, await survey.describe(transport, file, release(file.release))


def release(version: str) -> Release:
    """The release's data, from the package. Raises SpecError."""
    return releases.release(version)


def file_of(path: Path) -> ClusterFile:
    return parse.cluster_file(config.read(path), str(path))


def access(file: ClusterFile) -> Access:
    said = file.ssh
    return Access(
        controller=file.controller.address,
        connect=file.controller.connect,
        port=file.controller.port,
        user=file.controller.user,
        identities=(said.identity,) if said.identity else (),
        via=said.via,
        known_hosts=(said.known_hosts,) if said.known_hosts else (),
        configs=(said.config,) if said.config else (),
    )
