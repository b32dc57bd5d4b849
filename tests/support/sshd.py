"""A real SSH server in this process: it hands each command to this machine's sh, and may be a jump host."""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

from reconciler.engine.transport import SshSettings

H = "127.0.0.1"


@dataclass
class Server:
    """A real SSH server that hands each command to this machine's sh."""

    directory: Path
    host_key: Any
    user_key: Any
    connections: list[Any] = field(default_factory=list[Any])
    commands: list[str] = field(default_factory=list[str])
    children: list[asyncio.subprocess.Process] = field(default_factory=list[asyncio.subprocess.Process])
    asked: list[str] = field(default_factory=list[str])
    """What came with a command, besides it: variables, a terminal, an agent."""
    served: asyncio.Event = field(default_factory=asyncio.Event)
    came: list[Any] = field(default_factory=list[Any])
    """Who connected, logged in or not."""
    users: list[str] = field(default_factory=list[str])
    """Who began to log in."""
    passed: list[int] = field(default_factory=list[int])
    """Ports that were asked for through it."""
    port: int = 0
    max_sessions: int = 10
    """As sshd's MaxSessions: of one connection."""
    refused: int = 0

    async def serve(self, process: Any) -> None:
        self.connections.append(process.get_extra_info("connection"))
        self.commands.append(process.command)
        self.asked += [f"{name}={value}" for name, value in process.env.items()]
        self.asked += ["terminal"] if process.term_type is not None else []
        self.asked += ["agent"] if process.channel.get_agent_path() else []
        self.served.set()
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(
            "sh", "-c", process.command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
        )
        self.children.append(child)
        async with asyncio.TaskGroup() as group:
            group.create_task(_pump(process.stdin, child.stdin))
            group.create_task(_pump(child.stdout, process.stdout))
            group.create_task(_pump(child.stderr, process.stderr))
            status = await child.wait()
        process.exit(status)

    async def end(self) -> None:
        """Kills what still runs, as a host does with what hung on a lost connection."""
        for connection in (*self.connections, *self.came):
            connection.abort()
        for child in self.children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            transport: Any = vars(child)["_transport"]
            transport.close()
            await child.wait()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=5)

    def access(self, *, known: Any = None, user_key: Any = None) -> SshSettings:
        """Access to it, with a known_hosts file that holds `known`, by default its true key."""
        known_hosts, identity = self.directory / "known_hosts", self.directory / "identity"
        key = (known or self.host_key).export_public_key().decode()
        known_hosts.write_text(f"[{H}]:{self.port} {key}")
        (user_key or self.user_key).write_private_key(identity)
        return SshSettings(
            controller=H,
            port=self.port,
            user="root",
            identities=(str(identity),),
            known_hosts=(str(known_hosts),),
            configs=("none",),
            connect_timeout_s=5.0,
        )


async def _pump(source: Any, sink: Any) -> None:
    try:
        while block := await source.read(65536):
            sink.write(block)
            await sink.drain()
        sink.write_eof()
    except (asyncssh.Error, OSError):
        return


def key(kind: str = "ssh-ed25519") -> Any:
    # asyncssh gives this one's keyword arguments no type
    generate: Any = asyncssh.generate_private_key  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return generate(kind)


def ssh_of(home: Path) -> Path:
    """A directory for the front of PATH: an `ssh` whose user's home is this one. The real one takes the home directory
    out of passwd, whatever HOME says."""
    real, where = shutil.which("ssh"), home / "bin"
    assert real is not None
    where.mkdir(exist_ok=True)
    (home / ".ssh").mkdir(exist_ok=True)
    (home / ".ssh" / "config").touch()
    (where / "ssh").write_text(f'#!/bin/sh\nexec {real} -F {home}/.ssh/config "$@"\n')
    (where / "ssh").chmod(0o755)
    return where


def trusting(access: SshSettings, text: str) -> SshSettings:
    Path(access.known_hosts[0]).write_text(text)
    return access


class _Door(asyncssh.SSHServer):
    """Lets through what asks to go on to another port, and notes all that comes."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def connection_made(self, conn: Any) -> None:
        self._conn = conn
        self._open = 0
        self._server.came.append(conn)

    def session_requested(self) -> Any:
        """Beyond its limit it says no as OpenSSH does: the same code, and nothing else happens to the connection."""
        if self._open >= self._server.max_sessions:
            self._server.refused += 1
            return False
        self._open += 1
        kind: Any = asyncssh.SSHServerProcess
        process = kind(self._serve, None, 3, False)
        return self._conn.create_server_channel(encoding=None), process

    async def _serve(self, process: Any) -> None:
        try:
            await self._server.serve(process)
            await process.wait_closed()
        finally:
            self._open -= 1

    def begin_auth(self, username: str) -> bool:
        self._server.users.append(username)
        return True

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        self._server.passed.append(dest_port)
        return True


@asynccontextmanager
async def serving(
    directory: Path,
    certificate_of: Any = None,
    *,
    also: tuple[Any, ...] = (),
    at: str = H,
    port: int = 0,
    user_key: Any = None,
    max_sessions: int = 10,
    key_exchanges: str = "",
) -> AsyncGenerator[Server]:
    """`also`: further host keys; its first is the one that `access` writes down."""
    server = Server(directory=directory, host_key=key(), user_key=user_key or key(), max_sessions=max_sessions)
    (directory / "authorized").write_bytes(server.user_key.export_public_key())
    host_key = server.host_key
    if certificate_of is not None:
        host_key = (host_key, certificate_of.generate_host_certificate(host_key, "host", principals=[H]))
    listener = await asyncssh.listen(
        at,
        port,
        server_factory=lambda: _Door(server),
        server_host_keys=[host_key, *also],
        authorized_client_keys=str(directory / "authorized"),
        **({"kex_algs": key_exchanges} if key_exchanges else {}),
    )
    server.port = listener.get_port()
    try:
        yield server
    finally:
        listener.close()
        await server.end()
