"""Commands on this very machine, where bkrec runs on the controller itself: no SSH is needed to get there.

They get what a login would give them and nothing of bkrec's own environment: its Python's variables would change what
the vendor's scripts do.
"""

import asyncio
import contextlib
import os
import pwd
import signal
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from probes.command import SUDO_CALLED, Command, Output, without_announcement
from reconciler.engine.transport import TransportError
from specs.diagnostic import diagnose

BLOCK_BYTES = 64 * 1024


async def run_locally(host: str, command: Command, max_output_bytes: int) -> Output:
    """`host`: what the controller is called. A command that is overdue is ended, as a closed connection would end it.
    Raises TransportError."""
    sudo = os.geteuid() != 0
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", command.render(sudo=sudo), stdin=pipe, stdout=pipe, stderr=pipe,
            env=_login_environment(), cwd="/", start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise TransportError(diagnose("command-not-run", where=host, error=error.strerror or error)) from error
    stdout, stderr = bytearray(), bytearray()
    try:
        async with asyncio.timeout(command.timeout_s), asyncio.TaskGroup() as group:
            group.create_task(_write(process.stdin, command.stdin.encode()))
            group.create_task(_read(process, process.stdout, stdout, max_output_bytes))
            group.create_task(_read(process, process.stderr, stderr, max_output_bytes))
        status: int | None = await process.wait()
    except TimeoutError:
        overdue = diagnose("answer-overdue", where=host, seconds=f"{command.timeout_s:g}")
        partial = _output(stdout, stderr, None)
        raise TransportError(overdue, output=unless_sudo_refused(host, partial) if sudo else partial) from None
    finally:
        if process.returncode is None:
            _end(process)
            await process.wait()
    cut = max(len(stdout), len(stderr)) >= max_output_bytes
    output = _output(stdout, stderr, None if cut else status)
    return unless_sudo_refused(host, output) if sudo else output


def unless_sudo_refused(host: str, output: Output) -> Output:
    """For a command that was rendered with `sudo`: its output without the lines that say how far it came. Raises
    TransportError with sudo's own last words where sudo was called and the script did not begin."""
    before, called, rest = output.stderr.partition(f"{SUDO_CALLED}\n")
    if not called:
        return without_announcement(output)[0]
    output, begun = without_announcement(replace(output, stderr=rest))
    if not begun and (output.exit_status or 0) > 0:
        lines = [line.strip() for line in rest.splitlines() if line.strip()]
        error = lines[-1][:200] if lines else f"exit status {output.exit_status}, no output"
        raise TransportError(diagnose("sudo-refused", where=host, error=error))
    return replace(output, stderr=before + output.stderr)


def _output(stdout: bytearray, stderr: bytearray, status: int | None) -> Output:
    return Output(stdout=stdout.decode(errors="replace"), stderr=stderr.decode(errors="replace"), exit_status=status)


def _login_environment() -> Mapping[str, str]:
    try:
        user = pwd.getpwuid(os.getuid())
        own = {"HOME": user.pw_dir, "USER": user.pw_name, "LOGNAME": user.pw_name, "SHELL": user.pw_shell or "/bin/sh"}
    except KeyError:
        own = {"HOME": "/"}
    return own | {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}


def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


async def _write(stdin: Any, text: bytes) -> None:
    """The command may end without reading its stdin; that is no error."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stdin.write(text)
        await stdin.drain()
    stdin.close()


async def _read(process: asyncio.subprocess.Process, stream: Any, into: bytearray, limit: int) -> None:
    """To the end of the stream, also once nothing more is taken: a pipe that nobody reads is never closed."""
    while block := await stream.read(BLOCK_BYTES):
        if len(into) < limit:
            into.extend(block)
            if len(into) >= limit:
                _end(process)
