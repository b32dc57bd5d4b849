"""Programs of the operator's machine that bkrec calls: his own alert command, and systemctl for the timer.

They run as the user who runs bkrec, in its environment (a proxy may be set there), with their input on stdin, so that
nothing of it is in `ps`. Each is a process group of its own, so that it can be ended whole.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence

LAST_CHARS = 200


async def call(command: Sequence[str], *, stdin: str = "", timeout_s: float) -> str:
    """Why it failed, with the last line that it printed; "" where it ended with 0."""
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.STDOUT, cwd="/", start_new_session=True
        )
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    try:
        async with asyncio.timeout(timeout_s):
            output, _ = await process.communicate(stdin.encode())
    except TimeoutError:
        return f"no end after {timeout_s:g} s"
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode == 0:
        return ""
    last = output.decode(errors="replace").strip().rpartition("\n")[2][-LAST_CHARS:]
    return f"exit {process.returncode}: {last}" if last else f"exit {process.returncode}"
