"""The operator's own command that is called when a check has news: `on_drift`, `on_recovery` in cluster.toml.

It runs on this machine, as whoever runs the check, in bkrec's own environment (a proxy may be set there), with the
alert as JSON on its stdin, so that nothing of it is in `ps`. It is a process group of its own, so that it can be ended
whole. That it failed changes no verdict: it is a warning, and the next check calls it again.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence

from specs.diagnostic import Diagnostic, diagnose

LAST_CHARS = 200


async def call(command: Sequence[str], stdin: str, timeout_s: float) -> Diagnostic | None:
    """None: it ended with 0."""
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.STDOUT, cwd="/", start_new_session=True
        )
    except (OSError, ValueError) as error:
        return _failed(command, getattr(error, "strerror", None) or str(error))
    try:
        async with asyncio.timeout(timeout_s):
            output, _ = await process.communicate(stdin.encode())
    except TimeoutError:
        return _failed(command, f"no end after {timeout_s:g} s")
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode == 0:
        return None
    last = output.decode(errors="replace").strip().rpartition("\n")[2][-LAST_CHARS:]
    return _failed(command, f"exit {process.returncode}: {last}" if last else f"exit {process.returncode}")


def _failed(command: Sequence[str], error: str) -> Diagnostic:
    return diagnose("alert-command-failed", where=command[0], error=error)
