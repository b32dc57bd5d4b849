"""SSH, over asyncssh, imported nowhere else, and only when the first host is reached: importing it takes 0.2 s.

Host keys are always checked, those of jump hosts too (`ssh_way.py`). What is not given in `Access` comes from
~/.ssh/config, ProxyJump included. There is one connection per host with at most eight channels (sshd allows ten, and a
hardened one fewer, MaxSessions: whoever is refused waits for a channel to be free); keepalive is on; every await has a
deadline.

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

from probes.command import Command, Output
from reconciler.engine.ssh.backoff import HostBackoff
from reconciler.engine.ssh.errors import asyncssh_errors, ssh_stderr_error, translate
from reconciler.engine.ssh.route import connect_through, route
from reconciler.engine.transport import SshSettings, TransportError
from specs.diagnostic import diagnose

if TYPE_CHECKING:
    import asyncssh

CHANNELS = 8
FULL_S = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Waits before a refused channel is asked for again: sshd frees one only a moment after it was closed."""
FULL = (1, 2, 4)
"""How a server refuses a channel it has no room for: prohibited, connect failed, shortage. OpenSSH says the second."""
BLOCK = 64 * 1024
BACKOFF_S = (0.3, 1.0)
"""Waits before connecting again to a host that refused or dropped us; one that does not answer is not retried."""
PROMPT = 0.2
"""The part of the time for connecting within which a host's no is its own word, and not its silence."""

_SUDO = re.compile(r"^sudo: .*", re.MULTILINE)
"""Its refusal; what a start-up file prints may stand before it."""


@dataclass(slots=True)
class _Link:
    """A connection and the right to its channels: eight, or as many as its sshd allows, which only refusals tell."""

    connection: "asyncssh.SSHClientConnection"
    rights: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CHANNELS))
    running: int = 0
    most: int = 0
    """That ever ran on it at once."""


@dataclass(slots=True)
class _Turn:
    """One command's right to a channel of this connection."""

    link: _Link
    held: bool = False

    async def take(self) -> None:
        await self.link.rights.acquire()
        self.held = True

    async def take_another(self) -> None:
        """Its own is gone for good: there are fewer channels than were thought."""
        self.held = False
        await self.take()

    def end(self) -> None:
        if self.held:
            self.held = False
            self.link.rights.release()


@dataclass(slots=True)
class _HostConnection:
    """One host's connection, made when first needed. The lock keeps two commands from connecting twice."""

    silence: HostBackoff
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    link: _Link | None = None

    def forget(self, dead: _Link) -> None:
        """Somebody else may have noticed before, and connected anew: that one stays."""
        if dead is self.link:
            dead.connection.abort()
            self.link = None


@dataclass(slots=True)
class _PartialOutput:
    """What a command has said so far: kept apart from the await, so that a deadline does not lose it."""

    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)

    def output(self, exit_status: int | None) -> Output:
        stdout, stderr = self.stdout.decode(errors="replace"), self.stderr.decode(errors="replace")
        return Output(stdout=stdout, stderr=stderr, exit_status=exit_status)


class SshTransport:
    def __init__(self, access: SshSettings) -> None:
        self._access = access
        self._lines: dict[str, _HostConnection] = {}
        self._connecting = asyncio.Semaphore(access.connecting)

    async def run(self, host: str, command: Command) -> Output:
        if self._access.via == "direct" or host == self._access.controller:
            return await self._run(host, command)
        output = await self._run_via_controller(host, self._line(host).silence, command)
        return Output(stdout=output.stdout, stderr=output.stderr, exit_status=_hop_status(output.exit_status))

    async def _run_via_controller(self, host: str, silence: HostBackoff, command: Command) -> Output:
        since = _now()
        if told := silence.cached_error(since):
            raise told
        output = await self._run(self._access.controller, _hop(host, command))
        error = ssh_stderr_error(host, output)
        if error is not None:
            silence.note(error, since=since, now=_now())
            raise error
        return output

    def _line(self, host: str) -> _HostConnection:
        return self._lines.setdefault(
            host, _HostConnection(silence=HostBackoff(fast_failure_s=PROMPT * self._access.connect_s))
        )

    async def close(self) -> None:
        lines = [line.link.connection for line in self._lines.values() if line.link is not None]
        self._lines.clear()
        for connection in lines:
            connection.close()
        for connection in lines:
            await _closed(connection)

    async def _run(self, host: str, command: Command) -> Output:
        line = self._line(host)
        heard = _PartialOutput()
        try:
            async with self._process(host, line, command.render(sudo=self._sudo)) as process:
                async with asyncio.timeout(command.timeout_s):
                    status = await self._read_streams(process, command.stdin.encode(), heard)
        except TimeoutError:
            overdue = diagnose("answer-overdue", where=host, seconds=f"{command.timeout_s:g}")
            raise TransportError(overdue, output=heard.output(None)) from None
        output = heard.output(status)
        if self._sudo and status == 1 and (refused := _SUDO.search(output.stderr)):
            raise TransportError(diagnose("sudo-refused", where=host, said=refused[0][:200]))
        return output

    @asynccontextmanager
    async def _process(self, host: str, line: _HostConnection, rendered: str) -> AsyncGenerator[Any]:
        turn, process = await self._opened(host, line, rendered)
        turn.link.running += 1
        turn.link.most = max(turn.link.most, turn.link.running)
        try:
            yield process
        finally:
            turn.link.running -= 1
            turn.end()

    async def _opened(self, host: str, line: _HostConnection, rendered: str) -> tuple[_Turn, Any]:
        """A channel on which the command runs. A connection that turns out to be of no use is replaced, once."""
        turn = _Turn(link=await self._connected(host, line))
        try:
            return turn, await self._granted(turn, rendered)
        except asyncssh_errors() as error:
            self._given_up(host, line, turn.link, error)
        turn = _Turn(link=await self._connected(host, line))
        try:
            return turn, await self._granted(turn, rendered)
        except asyncssh_errors() as error:
            self._given_up(host, line, turn.link, error)
            raise _refusal(host, error) if _refused(turn.link, error) else translate(host, error) from error

    def _given_up(self, host: str, line: _HostConnection, link: _Link, error: Exception) -> None:
        """Dead, or full of what nobody waits for any more: a command that we gave up holds its channel until it ends.

        One that others work on is left to them. Raises TransportError where it is no use to connect again."""
        if not _refused(link, error):
            line.forget(link)
        elif not _full(error):
            raise _refusal(host, error) from error
        elif link.running == 0:
            line.forget(link)

    async def _granted(self, turn: _Turn, rendered: str) -> Any:
        """Waits for a free channel as long as there are commands that will free one."""
        await turn.take()
        try:
            refusals = 0
            while True:
                try:
                    return await self._open(turn.link.connection, rendered)
                except asyncssh_errors() as error:
                    if not _refused(turn.link, error) or not _full(error):
                        raise
                    refusals += 1
                    if turn.link.running >= max(1, turn.link.most):
                        await turn.take_another()
                    elif refusals <= len(FULL_S):
                        await asyncio.sleep(FULL_S[refusals - 1])
                    elif turn.link.running:
                        await turn.take_another()
                        refusals = 0
                    else:
                        raise
        except BaseException:
            turn.end()
            raise

    async def _open(self, connection: "asyncssh.SSHClientConnection", rendered: str) -> Any:
        async with asyncio.timeout(self._access.connect_s):
            return await connection.create_process(rendered, encoding=None)

    async def _read_streams(self, process: Any, stdin: bytes, heard: _PartialOutput) -> int | None:
        """To the end of both streams, or to the limit, or to the loss of the connection: the last two give None."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_feed(process, stdin))
                group.create_task(self._read_stream(process, process.stdout, heard.stdout))
                group.create_task(self._read_stream(process, process.stderr, heard.stderr))
            await process.wait_closed()
        finally:
            process.close()
        cut = max(len(heard.stdout), len(heard.stderr)) >= self._access.answer_limit
        status: int | None = process.exit_status
        return None if cut else status

    async def _read_stream(self, process: Any, stream: Any, into: bytearray) -> None:
        while block := await _block(stream):
            into.extend(block)
            if len(into) >= self._access.answer_limit:
                process.close()
                return

    async def _connected(self, host: str, line: _HostConnection) -> _Link:
        async with line.lock:
            if line.link is None or line.link.connection.is_closed():
                line.link = None
                line.link = _Link(connection=await self._connect_with_retry(host, line.silence))
            return line.link

    async def _connect_with_retry(self, host: str, silence: HostBackoff) -> "asyncssh.SSHClientConnection":
        if told := silence.cached_error(_now()):
            raise told
        for wait in BACKOFF_S:
            since = _now()
            try:
                return await self._connect(host)
            except TransportError as error:
                silence.note(error, since=since, now=_now())
                if silence.cached_error(_now()) or not _dropped(error):
                    raise
                await asyncio.sleep(wait)
        return await self._connect(host)

    async def _connect(self, host: str) -> "asyncssh.SSHClientConnection":
        limit = self._access.connect_s + self._access.login_s
        hops = route(self._access, host)
        try:
            async with self._connecting, asyncio.timeout(limit):
                connection = await connect_through(self._access, hops)
        except TimeoutError:
            silent = diagnose("host-unreachable", where=host, said=f"no answer in {limit:g} s")
            raise TransportError(silent) from None
        assert connection is not None
        return connection

    @property
    def _sudo(self) -> bool:
        return self._access.user not in ("", "root")


@asynccontextmanager
async def ssh(access: SshSettings) -> AsyncGenerator[SshTransport]:
    """A transport that is closed at the end, whatever happens."""
    transport = SshTransport(access)
    try:
        yield transport
    finally:
        await transport.close()


def _refused(link: _Link, error: Exception) -> bool:
    """A no to one channel, from a connection that is there; asyncssh says it in the same way of one that went."""
    import asyncssh

    return isinstance(error, asyncssh.ChannelOpenError) and not link.connection.is_closed()


def _full(error: Exception) -> bool:
    return getattr(error, "code", None) in FULL


def _refusal(host: str, error: Exception) -> TransportError:
    return TransportError(diagnose("channel-refused", where=host, said=getattr(error, "reason", str(error))[:200]))


def _now() -> float:
    return asyncio.get_running_loop().time()


def _dropped(error: TransportError) -> bool:
    return error.diagnostic.disposition == "connection-dropped" or isinstance(error.__cause__, ConnectionRefusedError)


async def _block(stream: Any) -> bytes:
    """The next piece, or nothing: a stream that breaks off ends, and the exit status will be missing."""
    try:
        block: bytes = await stream.read(BLOCK)
    except asyncssh_errors():
        return b""
    return block


async def _feed(process: Any, text: bytes) -> None:
    """The command may end without reading what it was sent: that is its own affair."""
    try:
        for start in range(0, len(text), BLOCK):
            process.stdin.write(text[start : start + BLOCK])
            await process.stdin.drain()
        process.stdin.write_eof()
    except asyncssh_errors():
        return


async def _closed(connection: "asyncssh.SSHClientConnection") -> None:
    try:
        async with asyncio.timeout(5.0):
            await connection.wait_closed()
    except (*asyncssh_errors(), TimeoutError):
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
