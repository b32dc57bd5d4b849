"""Who runs bkrec: a process that can be killed, frozen and cut off, its wire to the hosts, and the disk it writes to.

Death is an exception that nothing may swallow; and from then on the process can do nothing more, whatever its `finally`
blocks would like. What it had sent before that is done by the hosts all the same.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Literal, get_args

from probes.command import Command, Output
from reconciler.engine.transport import TransportError
from specs.diagnostic import diagnose
from tests.sim.hosts import READS, FlagAnswer, Host
from tests.support.killed import Killed
from tests.support.virtual import LoopClock, now

Fault = Literal["refused", "slow", "late", "reset", "half-open", "cut", "noise", "huge"]
"""slow: each way takes its time, but it all stays within what is waited. late: it arrives long after everybody gave up.
reset: it was cut off between two stages. half-open: done, unheard. cut: the answer is truncated, and its status is 0.
noise: words and bytes around it. huge: 10 MB of them."""
FAULTS: tuple[Fault, ...] = get_args(Fault)
HUGE = "x" * (10 * 1024 * 1024)


@dataclass(slots=True)
class SimDisk:
    """A file of which only what was synced survives a power cut."""

    alive: Callable[[], None]
    durable: bytes = b""
    pending: bytes = b""
    full: bool = False
    broken: bool = False
    """What is appended can no longer be synced, and is gone after a power cut."""

    def append(self, data: bytes) -> None:
        self.alive()
        if self.full:
            raise OSError(28, "No space left on device")
        self.pending += data

    def sync(self) -> None:
        self.alive()
        if self.broken:
            raise OSError(5, "Input/output error")
        self.durable, self.pending = self.durable + self.pending, b""

    def is_torn(self) -> bool:
        content = self.durable + self.pending
        return bool(content) and not content.endswith(b"\n")

    def close(self) -> None:
        """Nothing is kept open."""

    def lose_power(self, random: Random) -> None:
        kept = random.randrange(len(self.pending) + 1)
        self.durable, self.pending = self.durable + self.pending[:kept], b""


@dataclass(slots=True)
class Process:
    """One bkrec, from its start to its death."""

    random: Random
    clock: LoopClock = field(default_factory=LoopClock)
    dead: bool = False
    frozen_until: float = 0.0
    disk: SimDisk = field(init=False)

    def __post_init__(self) -> None:
        self.disk = SimDisk(alive=self.alive)

    def die(self) -> None:
        self.dead = True
        raise Killed

    def alive(self) -> None:
        if self.dead:
            raise Killed

    async def runs(self) -> None:
        """Comes back when the process is neither frozen nor dead."""
        if now() < self.frozen_until:
            await asyncio.sleep(self.frozen_until - now())
            await self.runs()
        self.alive()

    # it is its own Clock: who sleeps is frozen with it

    def now(self) -> datetime:
        return self.clock.now()

    def steady(self) -> float:
        return now()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.runs()


def _no_launch(_: str, __: Command) -> object:
    return None


def _no_answer(_: str, __: FlagAnswer, ___: float) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class Wire:
    """The transport of one process. What goes over it, both ways, is shown to whoever watches."""

    process: Process
    hosts: Mapping[str, Host]
    background: set[asyncio.Task[str | None]]
    on_send: Callable[[str, Command], object] = _no_launch
    """Called with a command that is about to leave; what it returns goes with it to the host."""
    on_answer: Callable[[str, FlagAnswer, float], None] = _no_answer
    """Called with an answer that arrived, and with the time at which the host gave it."""
    rate: float = 0.0
    """How many of the calls go wrong."""
    faults: tuple[Fault, ...] = FAULTS
    late_s: tuple[float, float] = (1.0, 200.0)
    """How late "late" is."""
    done: dict[str, int] = field(default_factory=dict[str, int])
    """Faults by kind."""
    argv: list[str] = field(default_factory=list[str])
    noise: str = ""
    """What a start-up file of a host prints beside its answers: nothing of that is an answer."""

    async def run(self, host: str, command: Command) -> Output:
        await self.process.runs()
        self.argv.append(" ".join(command.args))
        launch = self.on_send(host, command)
        try:
            return await self._run(self.hosts[host], command, launch)
        finally:
            await self.process.runs()

    async def close(self) -> None:
        """Nothing is kept open."""

    async def _run(self, host: Host, command: Command, launch: object) -> Output:
        fault = self._fault()
        await asyncio.sleep(self.process.random.uniform(0.005, 0.05))
        if fault == "refused" or not host.up:
            raise TransportError(diagnose("host-unreachable", where=host.name, error="as the seed wished"))
        if fault == "late" or fault == "half-open":
            return await self._unheard(host, command, launch, late=fault == "late")
        await self._dawdles(command, fault)
        answers, answered_at = (), 0.0
        if command.script in READS:
            output, answers = await self._read(host, command)
            answered_at = now()
        else:
            text = await self._act(host, command, launch, self._cut() if fault == "reset" else None)
            output = Output(stdout=text or "", exit_status=None if text is None else 0)
        await self._dawdles(command, fault)
        output = self._garbled(output, fault, self.noise if command.script in READS else "")
        for answer in answers:
            if answer.end in output.stdout:
                self.on_answer(host.name, answer, answered_at)
        return output

    async def _dawdles(self, command: Command, fault: Fault | None) -> None:
        if fault == "slow":
            await asyncio.sleep(self.process.random.uniform(0.0, command.timeout_s * 0.45))

    def _fault(self) -> Fault | None:
        random = self.process.random
        if random.random() >= self.rate:
            return None
        fault = random.choice(self.faults)
        if fault == "huge" and random.random() < 0.9:
            fault = "noise"
        self.done[fault] = self.done.get(fault, 0) + 1
        return fault

    def _cut(self) -> int:
        return self.process.random.randrange(4)

    async def _read(self, host: Host, command: Command) -> tuple[Output, tuple[FlagAnswer, ...]]:
        boot = host.boot
        output, answers = await host.answer(command)
        return (output if boot == host.boot else Output(stdout=output.stdout[:9], exit_status=None)), answers

    async def _unheard(self, host: Host, command: Command, launch: object, *, late: bool) -> Output:
        if command.script not in READS:
            wait = self.process.random.uniform(*self.late_s) if late else 0.0
            task = asyncio.get_running_loop().create_task(self._later(host, command, launch, wait))
            self.background.add(task)
            task.add_done_callback(self.background.discard)
        await asyncio.sleep(command.timeout_s)
        raise TransportError(diagnose("answer-overdue", where=host.name, seconds=f"{command.timeout_s:g}"))

    async def _later(self, host: Host, command: Command, launch: object, wait: float) -> str | None:
        await asyncio.sleep(wait)
        return await self._stages(host, command, launch, None) if host.up else None

    async def _act(self, host: Host, command: Command, launch: object, cut: int | None) -> str | None:
        """By the host, whatever becomes of us meanwhile."""
        task = asyncio.get_running_loop().create_task(self._stages(host, command, launch, cut))
        self.background.add(task)
        task.add_done_callback(self.background.discard)
        return await asyncio.shield(task)

    async def _stages(self, host: Host, command: Command, launch: object, cut: int | None) -> str | None:
        """None: cut off before its end, by the connection or by a reboot."""
        async with host.lock:
            stages, boot, number = host.act(command, launch), host.boot, 0
            while host.boot == boot and number != cut:
                try:
                    next(stages)
                except StopIteration as end:
                    return str(end.value)
                number += 1
                await asyncio.sleep(0)
        return None

    def _garbled(self, output: Output, fault: Fault | None, noise: str) -> Output:
        random = self.process.random
        match fault:
            case "reset":
                return Output(stdout=output.stdout[: random.randrange(len(output.stdout) + 1)], exit_status=None)
            case "cut":
                return Output(stdout=output.stdout[: random.randrange(len(output.stdout) + 1)])
            case "noise":
                return Output(stdout=f"\ufffd\ufffd welcome {noise}\n" + output.stdout, stderr=f"\ufffd{noise}")
            case "huge":
                return Output(stdout=HUGE + "\n" + output.stdout)
            case _:
                return output
