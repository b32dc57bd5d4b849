"""ProxyCommand: a program whose standard input and output are the connection, run by the caller's shell as ssh runs it.

asyncssh's own splits the command into words without a shell, and takes what the program complains about on stderr for
the server's bytes. Here stderr is read apart, and its last words stand in the diagnostic. Source: ssh_config(5).
"""

import asyncio
import contextlib
import os
import signal
import socket
from dataclasses import dataclass, field
from typing import Any

MAX_STDERR_BYTES = 4096


@dataclass(slots=True, kw_only=True)
class Proxy:
    process: asyncio.subprocess.Process
    stream: socket.socket
    """Our end of it."""
    errors: socket.socket
    stderr: bytearray = field(default_factory=bytearray)

    def last_words(self) -> str:
        with contextlib.suppress(OSError):
            while block := self.errors.recv(MAX_STDERR_BYTES):
                self.stderr += block
        lines = [line.strip() for line in bytes(self.stderr).decode(errors="replace").splitlines()]
        return next((line[:200] for line in reversed(lines) if line), "")

    def abort(self) -> None:
        """The whole group: the shell may have started more than one program. Killed: no state is in it, and whoever
        waits for its end must not wait for its consent."""
        self.errors.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    async def close(self) -> None:
        self.abort()
        self.stream.close()
        await self.process.wait()

    def as_tunnel(self) -> Any:
        """What asyncssh closes when the connection ends."""
        return _Tunnel(proxy=self)


@dataclass(slots=True, kw_only=True)
class _Tunnel:
    proxy: Proxy

    def abort(self) -> None:
        self.close()

    def close(self) -> None:
        self.proxy.abort()

    async def wait_closed(self) -> None:
        await self.proxy.process.wait()


async def open_proxy(command: str) -> Proxy:
    """`command`: tokens are expanded. Raises OSError."""
    ours, theirs = socket.socketpair()
    errors, errors_end = socket.socketpair()
    errors.setblocking(False)
    shell = os.environ.get("SHELL") or "/bin/sh"
    try:
        process = await asyncio.create_subprocess_exec(
            shell,
            "-c",
            f"exec {command}",
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=errors_end.fileno(),
            start_new_session=True,
        )
    except BaseException:
        ours.close()
        errors.close()
        raise
    finally:
        theirs.close()
        errors_end.close()
    return Proxy(process=process, stream=ours, errors=errors)
