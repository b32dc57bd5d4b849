"""Keys to log in with, in the order in which ssh(1) offers them: a server hears only some (MaxAuthTries).

First the agent's keys that are named (IdentityFile, CertificateFile), then the agent's others unless IdentitiesOnly,
then the named ones that the agent has not. A key that cluster.toml names is offered alone, by the agent where that has
it: eight keys of an agent before it would be "Too many authentication failures".
Source: sshconnect2.c, pubkey_prepare.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from reconciler.engine.ssh.openssh_config import OpensshConfig


@asynccontextmanager
async def client_keys(config: OpensshConfig, identities: Sequence[str]) -> AsyncGenerator[dict[str, Any]]:
    """Options for asyncssh, good while the login lasts. `identities`: files that cluster.toml names; one that cannot be
    used is an error, while ssh passes over one of its own. Raises OSError, ValueError."""
    import asyncssh

    agent = asyncssh.SSHAgentClient(config.agent) if config.agent else None
    try:
        in_agent = await _agent_keys(agent) if agent is not None else ()
        files = _expanded(identities) or config.identities
        only = bool(identities) or config.identities_only
        keys = _in_order(in_agent, files, config.certificates, only=only, required=bool(identities))
        yield {"client_keys": keys or None, "agent_path": None}
    finally:
        if agent is not None:
            agent.close()
            await agent.wait_closed()


def _expanded(files: Sequence[str]) -> list[str]:
    return [str(Path(file).expanduser()) for file in files]


async def _agent_keys(agent: Any) -> Sequence[Any]:
    """None where there is no agent any more: ssh goes on without it."""
    try:
        return await agent.get_keys()
    except (OSError, ValueError):
        return ()


def _in_order(
    in_agent: Sequence[Any], files: Sequence[str], certificates: Sequence[str], *, only: bool, required: bool
) -> list[Any]:
    public = {file: _public_blobs(file) for file in files}
    configured = {blob for blobs in public.values() for blob in blobs} | {
        blob for file in certificates for blob in _public_blobs(file)
    }
    first = [key for key in in_agent if key.public_data in configured]
    others = [] if only else [key for key in in_agent if key.public_data not in configured]
    has = {key.public_data for key in in_agent}
    of_files = [key for file in files if not has & public[file] for key in _load(file, certificates, required=required)]
    return [*first, *others, *of_files]


def _public_blobs(file: str) -> set[bytes]:
    """The key's public part, from whatever the file holds, or else from the one beside it, and its certificate's."""
    import asyncssh

    blobs: set[bytes] = set()
    for reader, path in (
        (asyncssh.read_public_key, file),
        (asyncssh.read_public_key, f"{file}.pub"),
        (asyncssh.read_certificate, file),
        (asyncssh.read_certificate, f"{file}-cert.pub"),
    ):
        try:
            blobs.add(reader(path).public_data)
        except (OSError, ValueError):
            continue
    return blobs


def _load(file: str, certificates: Sequence[str], *, required: bool) -> Sequence[Any]:
    """With its certificate, if there is one. A public key alone is for the agent to have."""
    import asyncssh

    if not required and not Path(file).is_file():
        return ()
    try:
        with_certificates = [path for path in certificates if Path(path).is_file()]
        return asyncssh.load_keypairs([file], None, with_certificates, False, not required)
    except (OSError, ValueError):
        if required:
            raise
        return ()
