"""What a step costs besides its command: `sudo python -m benchmarks.steps [--json FILE]`.

No-op jobs, one after the other, through the real executor: read, launch, follow, verify, journal with its fsync, over a
real sshd on this machine with the real scripts. /var/lib/bkrec is a memory file system here, and where systemd does not
run, setsid starts the jobs. Beside them, taking turns in blocks: the same command over one kept connection (a round
trip), and by ssh(1), a login each. Bar: 50 ms and two round trips a step.
"""

import argparse
import asyncio
import functools
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar, Literal

from actions.action import Action
from benchmarks import endpoints
from probes.command import Command, Output
from probes.fact import AnyExpected
from probes.path import PathKind
from probes.registry import PROBES
from reconciler.core.events import Event
from reconciler.core.plan import Plan, Step
from reconciler.engine.clock import SystemClock
from reconciler.engine.executor import execute
from reconciler.engine.gather import gather_facts
from reconciler.engine.journal import Journal
from reconciler.engine.lease import Lease
from reconciler.engine.run import RunContext
from reconciler.engine.ssh.connection import SshTransport
from reconciler.engine.stop import StopRequest
from reconciler.engine.transport import SshSettings
from specs.reason import reason
from tests.support.world import AlwaysRenewed, plan

HOST = "10.0.0.1"
BAR_S = 0.05
BLOCK = 20
WHY = reason("not-read")


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeFile(Action):
    """Next to nothing, and yet an effect that can be verified."""

    path: str
    identity: ClassVar[tuple[str, ...]] = ("path",)
    kind: Literal["bench.file"] = "bench.file"

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (PathKind(host=self.host, path=self.path).must_be("file", because=WHY, source="a benchmark"),)

    def command(self) -> Command:
        return Command(script=': >"$1"', args=(self.path,))

    @property
    def locks(self) -> tuple[str, ...]:
        return ("bench",)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCosts:
    steps: int
    step_ms: float
    round_trip_ms: float
    ssh_ms: float
    overhead_ms: float
    """A step without two round trips."""
    cpu_ms: float
    """bkrec's own processor time for a step."""
    channels: float
    """Commands sent for a step."""


@dataclass(slots=True)
class Counting:
    """A transport that counts what is sent."""

    transport: SshTransport
    sent: int = 0

    async def run(self, host: str, command: Command) -> Output:
        self.sent += 1
        return await self.transport.run(host, command)

    async def close(self) -> None:
        await self.transport.close()


def steps_of(numbers: Sequence[int], directory: Path) -> Plan:
    actions = (MakeFile(host=HOST, path=f"{directory}/made/{number}") for number in numbers)
    return plan(*(_step(action) for action in actions))


def _step(action: MakeFile) -> Step:
    return Step(
        id=action.path,
        action=action,
        module="bench",
        section="1",
        because=WHY,
        source="a benchmark",
        repairs=(),
        requires=(),
        after=(),
    )


async def measure(count: int, directory: Path) -> StepCosts:
    settings = SshSettings(
        controller=HOST,
        user="root",
        identities=(str(directory / "identity"),),
        known_hosts=(str(directory / "known_hosts"),),
        configs=("none",),
    )
    transport, clock = Counting(SshTransport(settings)), SystemClock()
    journal = Journal(directory / "journal.jsonl", run="bench", clock=clock)
    step_s: list[float] = []
    round_trip_s: list[float] = []
    ssh_s: list[float] = []
    cpu_s = 0.0
    (directory / "made").mkdir()
    await transport.run(HOST, Command(script=":"))
    transport.sent = 0
    for first in range(0, count, BLOCK):
        context = context_of(transport, journal, clock)
        began, used = time.monotonic(), time.process_time()
        result = await execute(
            steps_of(range(first, first + BLOCK), directory),
            context,
            Lease(controller=HOST, run="bench", epoch=1, validity=AlwaysRenewed()),
        )
        step_s.append((time.monotonic() - began) / BLOCK)
        cpu_s += time.process_time() - used
        assert len(result.done) == BLOCK, result
        sent = transport.sent
        for number in range(BLOCK // 4):
            round_trip_s.append(await timed(transport.run(HOST, Command(script=":", args=(str(number),)))))
        ssh_s.append(await timed(by_ssh(directory)))
        transport.sent = sent
    await transport.close()
    step, trip = statistics.median(step_s), statistics.median(round_trip_s)
    return StepCosts(
        steps=count,
        step_ms=step * 1000,
        round_trip_ms=trip * 1000,
        ssh_ms=statistics.median(ssh_s) * 1000,
        overhead_ms=(step - 2 * trip) * 1000,
        cpu_ms=cpu_s / count * 1000,
        channels=transport.sent / count,
    )


async def timed(awaited: Awaitable[object]) -> float:
    began = time.monotonic()
    await awaited
    return time.monotonic() - began


async def by_ssh(directory: Path) -> None:
    options = ("-F", "none", "-i", str(directory / "identity"), "-o", f"UserKnownHostsFile={directory}/known_hosts")
    process = await asyncio.create_subprocess_exec("ssh", *options, f"root@{HOST}", ":")
    assert await process.wait() == 0


def context_of(transport: Counting, journal: Journal, clock: SystemClock) -> RunContext:
    async def confirm(_: object) -> bool:
        return True

    def ignore(_: Event) -> None:
        """Nobody watches."""

    return RunContext(
        run="bench",
        user="bench",
        source="bench",
        transport=transport,
        gather=functools.partial(gather_facts, transport, PROBES),
        controller=HOST,
        hosts=(HOST,),
        expected=(),
        make_plan=lambda _: plan(),
        journal=journal,
        clock=clock,
        emit=ignore,
        stop=StopRequest(),
        confirm=confirm,
    )


def line(costs: StepCosts) -> str:
    return (
        f"{costs.steps} steps: {costs.step_ms:.0f} ms each over {costs.channels:.1f} channels, {costs.cpu_ms:.0f} ms of"
        f" bkrec's own processor time; round trip {costs.round_trip_ms:.0f} ms, ssh(1) {costs.ssh_ms:.0f} ms;"
        f" {costs.overhead_ms:.0f} ms more than two round trips (bar: {BAR_S * 1000:.0f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if not args.inside:
        words = [sys.executable, "-m", "benchmarks.steps", "--inside", *sys.argv[1:]]
        own = 'mkdir -p /var/lib/bkrec && mount -t tmpfs none /var/lib/bkrec && exec "$@"'
        os.execvp(endpoints.UNSHARE[0], [*endpoints.UNSHARE, "sh", "-c", own, "bench", *words])
    endpoints.own_machine()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        endpoints.make_keys(directory, [HOST])
        with endpoints.serving(directory, [HOST], lambda _: ""):
            costs = asyncio.run(measure(args.steps, directory))
    print(line(costs))
    if args.json:
        args.json.write_text(json.dumps(asdict(costs), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
