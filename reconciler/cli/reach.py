"""Reaching a cluster: its file read, its controller connected to, and what the file does not say read from there."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from reconciler.cli import config
from reconciler.engine import discover, ownership, release_data
from reconciler.engine.ssh.connection import ssh
from reconciler.engine.transport import SshSettings, Transport
from specs import parse
from specs.cluster import Cluster, ClusterFile
from specs.diagnostic import SpecError, diagnose
from specs.release import Release

DEFAULT_RELEASE = "6.2.2"


@asynccontextmanager
async def open_session(path: Path) -> AsyncGenerator[tuple[Transport, Cluster]]:
    file = file_of(path)
    async with ssh(access(file)) as transport:
        yield transport, await discover.discover(transport, file, release(file.release))


def release(version: str) -> Release:
    """The release's data, from the package. Raises SpecError."""
    return release_data.release(version)


def file_of(path: Path) -> ClusterFile:
    """Raises SpecError, also where it names an SSH configuration that is neither the caller's, nor root's, nor its own
    owner's: commands in it run on this machine."""
    try:
        file = parse.cluster_file(config.read(path), str(path))
    except RecursionError as error:
        diagnostic = diagnose("cluster-file-unreadable", where=str(path), path=path, error="nested too deeply")
        raise SpecError(diagnostic) from error
    if file.ssh.config:
        _vouched(Path(file.ssh.config), path)
    return file


def _vouched(path: Path, by: Path) -> None:
    try:
        path = path.expanduser()
        owners = frozenset({by.stat().st_uid})
        files = list(ownership.ssh_configs(path)) if path.is_file() else []
        found = next((told for each in files if (told := ownership.check_ownership(each, owners))), None)
    except (OSError, RuntimeError) as error:
        raise SpecError(
            diagnose("cluster-file-unreadable", where=f"{by}, ssh.config", path=path, error=error)
        ) from error
    if found is not None:
        code = "ssh-config-owner" if found.why == "owner" else "ssh-config-open"
        raise SpecError(diagnose(code, where=str(by), path=found.path, owner=found.owner, file=by))


def access(file: ClusterFile) -> SshSettings:
    said = file.ssh
    return SshSettings(
        controller=file.controller.address,
        connect=file.controller.connect,
        port=file.controller.port,
        user=file.controller.user,
        identities=(said.identity,) if said.identity else (),
        via=said.via,
        known_hosts=(said.known_hosts,) if said.known_hosts else (),
        configs=(said.config,) if said.config else (),
    )
