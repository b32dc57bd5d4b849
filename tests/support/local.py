"""LocalTransport: Commands run by this machine's own sh, each host a directory of its own under a temporary root.

/var/lib/bkrec in a command becomes a directory of the test, everything else is as it would be on a host. Connections
can be made to break: before a command leaves, or after it ran but before its answer arrives.
"""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from probes.command import Command, Output
from probes.job import STATE_ROOT
from reconciler.engine.jobs.client import StartDeadline
from reconciler.engine.transport import TransportError
from specs.diagnostic import diagnose

BOOT = Path("/proc/sys/kernel/random/boot_id")


def soon(seconds: float = 60.0) -> StartDeadline:
    """That many seconds from now, by this machine's boot and uptime."""
    up = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
    return StartDeadline(boot=BOOT.read_text(encoding="ascii").strip(), uptime_s=int(up + seconds))


Fault = Literal["refused", "lost"]
"""refused: never reached. lost: it ran, nobody heard."""


@dataclass(slots=True)
class LocalTransport:
    root: Path
    faults: dict[int, Fault] = field(default_factory=dict[int, Fault])
    """By number of the call, from 0."""
    calls: list[tuple[str, Command]] = field(default_factory=list[tuple[str, Command]])

    def state(self, host: str) -> Path:
        return self.root / host / "state"

    async def run(self, host: str, command: Command) -> Output:
        fault = self.faults.get(len(self.calls))
        self.calls.append((host, command))
        if fault == "refused":
            raise TransportError(diagnose("host-unreachable", where=host, error="as the test wished"))
        output = await self._run(host, command)
        return Output(stdout=output.stdout[:10], exit_status=None) if fault == "lost" else output

    async def _run(self, host: str, command: Command) -> Output:
        (self.root / host).mkdir(parents=True, exist_ok=True)
        place = str(self.state(host))
        process = await asyncio.create_subprocess_exec(
            "sh",
            "-c",
            command.render().replace(STATE_ROOT, place),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(command.timeout_s):
                out, err = await process.communicate(command.stdin.replace(STATE_ROOT, place).encode())
        except TimeoutError:
            process.kill()
            await process.communicate()
            raise TransportError(diagnose("answer-overdue", where=host, seconds=f"{command.timeout_s:g}")) from None
        except asyncio.CancelledError:
            process.kill()
            await process.communicate()
            raise
        return Output(
            stdout=out.decode(errors="replace"), stderr=err.decode(errors="replace"), exit_status=process.returncode
        )

    async def close(self) -> None:
        """Nothing is kept open."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """A host whose start-up files print before anything else, on both streams, and whose answer may be cut."""

    host: LocalTransport
    text: str
    kept: int | None = None

    async def run(self, host: str, command: Command) -> Output:
        output = await self.host.run(host, command)
        status = output.exit_status if self.kept is None else None
        stdout = (self.text + output.stdout)[: self.kept]
        return Output(stdout=stdout, stderr=self.text + output.stderr, exit_status=status)

    async def close(self) -> None:
        """Nothing is kept open."""
