"""SSH, over asyncssh, imported nowhere else, and only when the first host is reached: importing it takes 0.2 s.

Host keys are always checked, those of jump hosts too (`ssh/route.py`). What `SshSettings` leaves empty is what OpenSSH
itself makes of its files (`ssh/openssh_config.py`), ProxyJump and ProxyCommand included. There is one connection per
host with at most eight channels (sshd allows ten, and a hardened one fewer, MaxSessions: a refused command waits for a
channel to become free); keepalive is on; every await has a deadline.

Measured with asyncssh 2.24.1: when the connection is lost, a running command *returns*, with exit status None and no
exception. That None is passed on. A dropped connection is discarded, so that the next command reconnects; a host that
did not answer is not retried for a while (`ssh/backoff.py`).
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from probes.command import Command, Output, any_login_shell, without_announcement
from reconciler.engine.local_command import run_locally, unless_sudo_refused
from reconciler.engine.ssh.backoff import HostBackoff
from reconciler.engine.ssh.errors import asyncssh_errors, ssh_stderr_error, translate
from reconciler.engine.ssh.openssh_answers import OpensshAnswers
from reconciler.engine.ssh.route import connect_limit_s, connect_through, route
from reconciler.engine.transport import SshSettings, TransportError
from specs.diagnostic import diagnose

if TYPE_CHECKING:
    import asyncssh

MAX_CHANNELS = 8
CHANNEL_BACKOFF_S = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Backoff before a refused channel is retried: sshd frees one only a moment after it was closed."""
CHANNEL_SHORTAGE_CODES = (1, 2, 4)
"""How a server refuses a channel it has no room for: prohibited, connect failed, shortage. OpenSSH sends the second."""
BLOCK_BYTES = 64 * 1024
CONNECT_BACKOFF_S = (0.3, 1.0)
"""Backoff before reconnecting to a host that refused or dropped us; one that does not answer is not retried."""
FAST_FAILURE_FRACTION = 0.2
"""A failure within this fraction of the connect timeout is the host's own refusal; a later one is no answer."""


@dataclass(slots=True)
class _Session:
    """A connection and the permits for its channels: eight, or as many as its sshd allows, which only refusals show."""

    connection: "asyncssh.SSHClientConnection"
    user: str = "root"
    permits: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_CHANNELS))
    running: int = 0
    peak: int = 0
    """Channels that were ever open at once."""

    @property
    def sudo(self) -> bool:
        """Whoever is root under another name needs none, which the host itself finds out."""
        return self.user != "root"


@dataclass(slots=True)
class _ChannelPermit:
    """One command's permit for a channel of this connection."""

    link: _Session
    acquired: bool = False

    async def take(self) -> None:
        await self.link.permits.acquire()
        self.acquired = True

    async def reacquire(self) -> None:
        """The permit itself is not given back: the server has fewer channels than assumed."""
        self.acquired = False
        await self.take()

    def release(self) -> None:
        if self.acquired:
            self.acquired = False
            self.link.permits.release()


@dataclass(slots=True)
class _HostConnection:
    """One host's connection, made when first needed. The lock keeps two commands from connecting twice."""

    backoff: HostBackoff
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    link: _Session | None = None

    def discard(self, dead: _Session) -> None:
        """Another command may have noticed before and reconnected: that connection stays."""
        if dead is self.link:
            dead.connection.abort()
            self.link = None


@dataclass(slots=True)
class _PartialOutput:
    """The output of a command so far: stored outside the await, so that a timeout does not lose it."""

    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    sudo: bool = False

    def output(self, host: str, exit_status: int | None) -> Output:
        """Raises TransportError where sudo did not run the command."""
        stdout, stderr = self.stdout.decode(errors="replace"), self.stderr.decode(errors="replace")
        output = Output(stdout=stdout, stderr=stderr, exit_status=exit_status)
        return unless_sudo_refused(host, output) if self.sudo else output


class SshTransport:
    def __init__(self, settings: SshSettings) -> None:
        self._settings = settings
        self._connections: dict[str, _HostConnection] = {}
        self._openssh = OpensshAnswers()
        self._connecting = asyncio.Semaphore(settings.max_connecting)

    async def run(self, host: str, command: Command) -> Output:
        if self._settings.via == "direct" or host == self._settings.controller:
            return await self._run(host, command)
        output = await self._run_via_controller(host, self._connection_to(host).backoff, command)
        return Output(
            stdout=output.stdout, stderr=output.stderr, exit_status=_status_via_controller(output.exit_status)
        )

    async def _run_via_controller(self, host: str, backoff: HostBackoff, command: Command) -> Output:
        since = _now()
        if error := backoff.cached_error(since):
            raise error
        answer = await self._run(self._settings.controller, _ssh_from_controller(host, command))
        output, begun = without_announcement(answer)
        # once the script runs there, "Permission denied" on stderr is its own
        error = None if begun else ssh_stderr_error(host, output, self._settings.controller)
        if error is not None:
            backoff.note(error, since=since, now=_now())
            raise error
        return output

    def _connection_to(self, host: str) -> _HostConnection:
        return self._connections.setdefault(
            host,
            _HostConnection(
                backoff=HostBackoff(fast_failure_s=FAST_FAILURE_FRACTION * self._settings.connect_timeout_s)
            ),
        )

    async def close(self) -> None:
        open_connections = [to.link.connection for to in self._connections.values() if to.link is not None]
        self._connections.clear()
        for connection in open_connections:
            connection.close()
        for connection in open_connections:
            await _close(connection)

    async def _run(self, host: str, command: Command) -> Output:
        if self._settings.is_local(host):
            return await run_locally(host, command, self._settings.max_output_bytes)
        to = self._connection_to(host)
        partial = _PartialOutput()
        try:
            async with self._process(host, to, command) as (link, process):
                partial.sudo = link.sudo
                async with asyncio.timeout(command.timeout_s):
                    status = await self._read_streams(process, command.stdin.encode(), partial)
        except TimeoutError:
            overdue = diagnose("answer-overdue", where=host, seconds=f"{command.timeout_s:g}")
            raise TransportError(overdue, output=partial.output(host, None)) from None
        return partial.output(host, status)

    @asynccontextmanager
    async def _process(self, host: str, to: _HostConnection, command: Command) -> AsyncGenerator[tuple[_Session, Any]]:
        permit, process = await self._open_process(host, to, command)
        permit.link.running += 1
        permit.link.peak = max(permit.link.peak, permit.link.running)
        try:
            yield permit.link, process
        finally:
            permit.link.running -= 1
            permit.release()

    async def _open_process(self, host: str, to: _HostConnection, command: Command) -> tuple[_ChannelPermit, Any]:
        """A channel on which the command runs. A connection that turns out to be unusable is replaced, once."""
        permit = _ChannelPermit(link=await self._ensure_connected(host, to))
        try:
            return permit, await self._open_with_retry(permit, command)
        except asyncssh_errors() as error:
            self._discard_if_useless(host, to, permit.link, error)
        permit = _ChannelPermit(link=await self._ensure_connected(host, to))
        try:
            return permit, await self._open_with_retry(permit, command)
        except asyncssh_errors() as error:
            self._discard_if_useless(host, to, permit.link, error)
            raise (
                _channel_refused_error(host, error)
                if _is_channel_refusal(permit.link, error)
                else translate(host, error)
            ) from error

    def _discard_if_useless(self, host: str, to: _HostConnection, link: _Session, error: Exception) -> None:
        """Dead, or full of commands that timed out: such a command holds its channel until it ends.

        A connection that other commands use stays. Raises TransportError where reconnecting cannot help."""
        if not _is_channel_refusal(link, error):
            to.discard(link)
        elif not _is_channel_shortage(error):
            raise _channel_refused_error(host, error) from error
        elif link.running == 0:
            to.discard(link)

    async def _open_with_retry(self, permit: _ChannelPermit, command: Command) -> Any:
        """Retries with backoff, and waits for a free channel as long as there are commands that will free one."""
        rendered = command.render(sudo=permit.link.sudo)
        await permit.take()
        try:
            refusals = 0
            while True:
                try:
                    return await self._create_process(permit.link.connection, rendered)
                except asyncssh_errors() as error:
                    if not _is_channel_refusal(permit.link, error) or not _is_channel_shortage(error):
                        raise
                    refusals += 1
                    if permit.link.running >= max(1, permit.link.peak):
                        await permit.reacquire()
                    elif refusals <= len(CHANNEL_BACKOFF_S):
                        await asyncio.sleep(CHANNEL_BACKOFF_S[refusals - 1])
                    elif permit.link.running:
                        await permit.reacquire()
                        refusals = 0
                    else:
                        raise
        except BaseException:
            permit.release()
            raise

    async def _create_process(self, connection: "asyncssh.SSHClientConnection", rendered: str) -> Any:
        async with asyncio.timeout(self._settings.connect_timeout_s):
            return await connection.create_process(any_login_shell(rendered), encoding=None)

    async def _read_streams(self, process: Any, stdin: bytes, partial: _PartialOutput) -> int | None:
        """Until both streams end, or the output limit is reached, or the connection is lost: the last two give None."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_write_stdin(process, stdin))
                group.create_task(self._read_stream(process, process.stdout, partial.stdout))
                group.create_task(self._read_stream(process, process.stderr, partial.stderr))
            await process.wait_closed()
        finally:
            process.close()
        cut = max(len(partial.stdout), len(partial.stderr)) >= self._settings.max_output_bytes
        status: int | None = process.exit_status
        return None if cut else status

    async def _read_stream(self, process: Any, stream: Any, into: bytearray) -> None:
        while block := await _next_block(stream):
            into.extend(block)
            if len(into) >= self._settings.max_output_bytes:
                process.close()
                return

    async def _ensure_connected(self, host: str, to: _HostConnection) -> _Session:
        async with to.lock:
            if to.link is None or to.link.connection.is_closed():
                to.link = None
                to.link = await self._connect_with_retry(host, to.backoff)
            return to.link

    async def _connect_with_retry(self, host: str, backoff: HostBackoff) -> _Session:
        if error := backoff.cached_error(_now()):
            raise error
        for wait in CONNECT_BACKOFF_S:
            since = _now()
            try:
                return await self._connect(host)
            except TransportError as error:
                backoff.note(error, since=since, now=_now())
                if backoff.cached_error(_now()) or not _may_reconnect(error):
                    raise
                await asyncio.sleep(wait)
        return await self._connect(host)

    async def _connect(self, host: str) -> _Session:
        hops = await route(self._settings, host, self._openssh)
        limit = connect_limit_s(self._settings, hops)
        try:
            async with self._connecting, asyncio.timeout(limit):
                connection = await connect_through(self._settings, hops)
        except TimeoutError:
            silent = diagnose("host-unreachable", where=host, error=f"no answer in {limit:g} s")
            raise TransportError(silent) from None
        assert connection is not None
        return _Session(connection=connection, user=hops[-1].user)


@asynccontextmanager
async def ssh(settings: SshSettings) -> AsyncGenerator[SshTransport]:
    """A transport that is closed at the end in any case."""
    transport = SshTransport(settings)
    try:
        yield transport
    finally:
        await transport.close()


def _is_channel_refusal(link: _Session, error: Exception) -> bool:
    """One channel was refused on a live connection; asyncssh raises the same error for a lost one."""
    import asyncssh

    return isinstance(error, asyncssh.ChannelOpenError) and not link.connection.is_closed()


def _is_channel_shortage(error: Exception) -> bool:
    return getattr(error, "code", None) in CHANNEL_SHORTAGE_CODES


def _channel_refused_error(host: str, error: Exception) -> TransportError:
    return TransportError(diagnose("channel-refused", where=host, error=getattr(error, "reason", str(error))[:200]))


def _now() -> float:
    return asyncio.get_running_loop().time()


def _may_reconnect(error: TransportError) -> bool:
    return error.diagnostic.disposition == "connection-dropped" or isinstance(error.__cause__, ConnectionRefusedError)


async def _next_block(stream: Any) -> bytes:
    """The next block, or nothing: a stream that breaks off ends, and the exit status will be missing."""
    try:
        block: bytes = await stream.read(BLOCK_BYTES)
    except asyncssh_errors():
        return b""
    return block


async def _write_stdin(process: Any, text: bytes) -> None:
    """The command may end without reading its stdin; that is no error."""
    try:
        for start in range(0, len(text), BLOCK_BYTES):
            process.stdin.write(text[start : start + BLOCK_BYTES])
            await process.stdin.drain()
        process.stdin.write_eof()
    except asyncssh_errors():
        return


async def _close(connection: "asyncssh.SSHClientConnection") -> None:
    try:
        async with asyncio.timeout(5.0):
            await connection.wait_closed()
    except (*asyncssh_errors(), TimeoutError):
        connection.abort()


def _ssh_from_controller(host: str, command: Command) -> Command:
    """ssh on the controller, without prompts, and without forwarding or running anything else, whatever its own
    configuration says. Quoted twice, each time by `render`. OpenSSH 7.4 does not know RemoteCommand.

    A script of the vendor's sets `UserKnownHostsFile /dev/null` there, and then no key would ever be known: root's own
    known_hosts, where `bkrec trust` has the keys written to, is named as one of the system's files beside it."""
    return Command(
        script="exec ssh -a -x -T -o ClearAllForwardings=yes -o PermitLocalCommand=no -o ControlMaster=no "
        "-o IgnoreUnknown=RemoteCommand -o RemoteCommand=none -o "
        '"GlobalKnownHostsFile=/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2 $HOME/.ssh/known_hosts" '
        '-o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=10 -- "$1" "$2"',
        args=(host, any_login_shell(command.render(announced=True))),
        stdin=command.stdin,
        timeout_s=command.timeout_s + 10.0,
    )


def _status_via_controller(status: int | None) -> int | None:
    """ssh itself exits with 255 when its connection broke: then nothing is known about the command."""
    return None if status == 255 else status
