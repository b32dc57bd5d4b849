"""SSH, over asyncssh, imported nowhere else, and only when the first host is reached: importing it takes 0.2 s.

Host keys are always checked, those of jump hosts too (`ssh_way.py`). What is not given in `Access` comes from
~/.ssh/config, ProxyJump included. There is one connection per host with at most eight channels (sshd allows ten);
keepalive is on; every await has a deadline.

Measured with asyncssh 2.24.1: when the connection is lost, a running command *returns*, with exit status None and no
exception. That None is handed on. A dropped connection is forgotten, so that the next command connects anew; a host
that did not answer is left alone for a while (`silence.py`).
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from probes.shell import Command, Output
from reconciler.effects.silence import Silence
from reconciler.effects.ssh_errors import controller_trouble, foreign, translate
from reconciler.effects.ssh_way import connected, way
from reconciler.effects.transport import Access, TransportError
from specs.diagnostic import diagnose

if TYPE_CHECKING:
    import asyncssh

CHANNELS = 8
BLOCK = 64 * 1024
BACKOFF_S = (0.3, 1.0)
"""Waits before connecting again to a host that refused or dropped us; one that does not answer is not retried."""
PROMPT = 0.2
"""The part of the time for connecting within which a host's no is its own word, and not its silence."""

_SUDO = re.compile(r"^sudo: .*", re.MULTILINE)
"""Its refusal; what a start-up file prints may stand before it."""


@dataclass(slots=True)
class _Line:
    """One host's connection, made when first needed. The lock keeps two commands from connecting twice."""

    silence: Silence
    channels: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CHANNELS))
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    connection: "asyncssh.SSHClientConnection | None" = None

    def forget(self, dead: "asyncssh.SSHClientConnection | None") -> None:
        """Somebody else may have noticed before, and connected anew: that one stays."""
        if dead is not None and dead is self.connection:
            dead.abort()
            self.connection = None


@dataclass(slots=True)
class _Heard:
    """What a command has said so far: kept apart from the await, so that a deadline does not lose it."""

    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)

    def output(self, exit_status: int | None) -> Output:
        stdout, stderr = self.stdout.decode(errors="replace"), self.stderr.decode(errors="replace")
        return Output(stdout=stdout, stderr=stderr, exit_status=exit_status)


class SshTransport:
    def __init__(self, access: Access) -> None:
        self._access = access
        self._lines: dict[str, _Line] = {}
        self._connecting = asyncio.Semaphore(access.connecting)

    async def run(self, host: str, command: Command) -> Output:
        if self._access.via == "direct" or host == self._access.controller:
            return await self._run(host, command)
        output = await self._hopped(host, self._line(host).silence, command)
        return Output(stdout=output.stdout, stderr=output.stderr, exit_status=_hop_status(output.exit_status))

    async def _hopped(self, host: str, silence: Silence, command: Command) -> Output:
        since = _now()
        if told := silence.told(since):
            raise told
        output = await self._run(self._access.controller, _hop(host, command))
        trouble = controller_trouble(host, output)
        if trouble is not None:
            silence.note(trouble, since=since, now=_now())
            raise trouble
        return output

    def _line(self, host: str) -> _Line:
        return self._lines.setdefault(host, _Line(silence=Silence(prompt_s=PROMPT * self._access.connect_s)))

    async def close(self) -> None:
        lines = [line.connection for line in self._lines.values() if line.connection is not None]
        self._lines.clear()
        for connection in lines:
            connection.close()
        for connection in lines:
            await _closed(connection)

    async def _run(self, host: str, command: Command) -> Output:
        line = self._line(host)
        heard = _Heard()
        try:
            async with line.channels:
                process = await self._opened(host, line, command.render(sudo=self._sudo))
                async with asyncio.timeout(command.timeout_s):
                    status = await self._hear_out(process, command.stdin.encode(), heard)
        except TimeoutError:
            overdue = diagnose("answer-overdue", where=host, seconds=f"{command.timeout_s:g}")
            raise TransportError(overdue, heard=heard.output(None)) from None
        output = heard.output(status)
        if self._sudo and status == 1 and (refused := _SUDO.search(output.stderr)):
            raise TransportError(diagnose("sudo-refused", where=host, said=refused[0][:200]))
        return output

    async def _opened(self, host: str, line: _Line, rendered: str) -> Any:
        """A channel on which the command runs. A connection that turns out to be dead is replaced, once."""
        connection = await self._connected(host, line)
        try:
            return await self._open(connection, rendered)
        except foreign():
            line.forget(connection)
        connection = await self._connected(host, line)
        try:
            return await self._open(connection, rendered)
        except foreign() as error:
            line.forget(connection)
            raise translate(host, error) from error

    async def _open(self, connection: "asyncssh.SSHClientConnection", rendered: str) -> Any:
        async with asyncio.timeout(self._access.connect_s):
            return await connection.create_process(rendered, encoding=None)

    async def _hear_out(self, process: Any, stdin: bytes, heard: _Heard) -> int | None:
        """To the end of both streams, or to the limit, or to the loss of the connection: the last two give None."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_feed(process, stdin))
                group.create_task(self._hear(process, process.stdout, heard.stdout))
                group.create_task(self._hear(process, process.stderr, heard.stderr))
            await process.wait_closed()
        finally:
            process.close()
        cut = max(len(heard.stdout), len(heard.stderr)) >= self._access.answer_limit
        status: int | None = process.exit_status
        return None if cut else status

    async def _hear(self, process: Any, stream: Any, into: bytearray) -> None:
        while block := await _block(stream):
            into.extend(block)
            if len(into) >= self._access.answer_limit:
                process.close()
                return

    async def _connected(self, host: str, line: _Line) -> "asyncssh.SSHClientConnection":
        async with line.lock:
            if line.connection is None or line.connection.is_closed():
                line.connection = None
                line.connection = await self._connect_patiently(host, line.silence)
            return line.connection

    async def _connect_patiently(self, host: str, silence: Silence) -> "asyncssh.SSHClientConnection":
        if told := silence.told(_now()):
            raise told
        for wait in BACKOFF_S:
            since = _now()
            try:
                return await self._connect(host)
            except TransportError as error:
                silence.note(error, since=since, now=_now())
                if silence.told(_now()) or not _dropped(error):
                    raise
                await asyncio.sleep(wait)
        return await self._connect(host)

    async def _connect(self, host: str) -> "asyncssh.SSHClientConnection":
        limit = self._access.connect_s + self._access.login_s
        hops = way(self._access, host)
        try:
            async with self._connecting, asyncio.timeout(limit):
                connection = await connected(self._access, hops)
        except TimeoutError:
            silent = diagnose("host-unreachable", where=host, said=f"no answer in {limit:g} s")
            raise TransportError(silent) from None
        assert connection is not None
        return connection

    @property
    def _sudo(self) -> bool:
        return self._access.user not in ("", "root")


@asynccontextmanager
async def ssh(access: Access) -> AsyncGenerator[SshTransport]:
    """A transport that is closed at the end, whatever happens."""
    transport = SshTransport(access)
    try:
        yield transport
    finally:
        await transport.close()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _dropped(error: TransportError) -> bool:
    return error.diagnostic.code == "connection-lost" or isinstance(error.__cause__, ConnectionRefusedError)


async def _block(stream: Any) -> bytes:
    """The next piece, or nothing: a stream that breaks off ends, and the exit status will be missing."""
    try:
        block: bytes = await stream.read(BLOCK)
    except foreign():
        return b""
    return block


async def _feed(process: Any, text: bytes) -> None:
    """The command may end without reading what it was sent: that is its own affair."""
    try:
        for start in range(0, len(text), BLOCK):
            process.stdin.write(text[start : start + BLOCK])
            await process.stdin.drain()
        process.stdin.write_eof()
    except foreign():
        return


async def _closed(connection: "asyncssh.SSHClientConnection") -> None:
    try:
        async with asyncio.timeout(5.0):
            await connection.wait_closed()
    except (*foreign(), TimeoutError):
        connection.abort()


def _hop(host: str, command: Command) -> Command:
    """The vendor's ssh on the controller, told to ask nobody, and to forward and run nothing else, whatever its own
    configuration asks for. Quoted twice, each time by `render`. RemoteCommand is not known to OpenSSH 7.4."""
    return Command(
        script="exec ssh -a -x -T -o ClearAllForwardings=yes -o PermitLocalCommand=no -o ControlMaster=no "
        "-o IgnoreUnknown=RemoteCommand -o RemoteCommand=none "
        '-o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=10 -- "$1" "$2"',
        args=(host, command.render()),
        stdin=command.stdin,
        timeout_s=command.timeout_s + 10.0,
    )


def _hop_status(status: int | None) -> int | None:
    """ssh itself ends with 255 when the way broke: then nothing is known about the command."""
    return None if status == 255 else status
