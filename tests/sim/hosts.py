"""The simulator's hosts, in virtual time: they follow the job protocol (`tests/support/job_host.py`), and things befall
them.

A job goes on whatever becomes of whoever launched it; only a reboot ends it.
"""

import asyncio
import functools
import re
import shlex
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field

from probes.command import Command, Output
from probes.job import PROBE as JOBS
from reconciler.engine import lease
from reconciler.engine.jobs.scripts import READ
from tests.sim.families import SHOW
from tests.support.job_host import Job, JobHost
from tests.support.virtual import now

READS = (READ, lease.READ_SCRIPT, 'eval "$(cat)"')
"""All that a host may be asked without being changed."""


@dataclass(slots=True, kw_only=True)
class Behaviour:
    """What one action does when it runs here, attempt after attempt."""

    name: str
    lasts_s: float = 3.0
    works_at: float = 1.0
    """Which part of its time has passed when its effect shows."""
    failures: int = 0
    """So many attempts have no effect."""
    statuses: tuple[int, ...] = (0,)
    """Exit status by attempt; the last one stays."""
    log: bytes = b"working\n"
    runs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagAnswer:
    """What a host said about a flag, and the line that follows it in the answer: who has that line has heard it."""

    flag: str
    value: str
    end: str


@dataclass(slots=True, kw_only=True)
class Host(JobHost[Behaviour]):
    clock: Callable[[], float] = now
    started: Callable[["Host", Job[Behaviour], object], None]
    """Called when a job's command begins, with the launch that began it."""
    behaviours: dict[str, Behaviour] = field(default_factory=dict[str, Behaviour])
    flags: dict[str, str] = field(default_factory=dict[str, str])
    down_until: float = 0.0
    paused: str = ""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    # what happens to it

    @property
    def up(self) -> bool:
        return now() >= self.down_until

    def reboot(self, seconds: float) -> None:
        for job in self.jobs.values():
            if self.state(job) == "running":
                job.ended = now()
        self.boot += 1
        self.down_until = now() + seconds
        self.booted = self.down_until

    def set(self, flag: str, value: str) -> None:
        self.flags[flag] = value

    def content(self) -> object:
        return super(Host, self).content(), tuple(self.flags.items()), self.paused

    # its jobs

    def behaviour(self, job: str, payload: str) -> Behaviour:
        return self.behaviours[command_args(payload)[0]]

    def begin(self, job: Job[Behaviour], launch: object) -> None:
        job.behaviour.runs += 1
        attempt, does = job.behaviour.runs, job.behaviour
        self.started(self, job, launch)
        loop = asyncio.get_running_loop()
        if attempt > does.failures:
            loop.call_later(does.lasts_s * does.works_at, self._works, job)
        status = does.statuses[min(attempt, len(does.statuses)) - 1]
        loop.call_later(does.lasts_s, self._ends, job, str(status))

    def _works(self, job: Job[Behaviour]) -> None:
        if job.boot == self.boot and self.flags[job.behaviour.name] != "up":
            self.set(job.behaviour.name, "up")

    def _ends(self, job: Job[Behaviour], status: str) -> None:
        """On a full disk the record comes later; until then the job is running."""
        if job.boot != self.boot:
            return
        if now() < self.full_until:
            asyncio.get_running_loop().call_later(5.0, self._ends, job, status)
            return
        job.record, job.ended = status, now()

    # what it is asked

    async def answer(self, command: Command) -> tuple[Output, tuple[FlagAnswer, ...]]:
        if command.script != READ:
            return self._sections(command.stdin)
        log = await self._log(command)
        if not log or " running " in log:
            return Output(stdout=log), ()
        verification, answers = self._sections(command.stdin)
        return Output(stdout=log + verification.stdout), answers

    async def _log(self, command: Command) -> str:
        _, name, offset, patience = command.args
        job, boot = self.jobs.get(name), self.boot
        for _ in range(int(patience) // 5):
            if job is None or self.state(job) != "running" or len(_log_of(job)) > int(offset):
                break
            await asyncio.sleep(0.5)
        if boot != self.boot:
            return ""
        log = _log_of(job) if job is not None else b""
        state = self.state(job) if job is not None else "never"
        block = b64encode(log[int(offset) : int(offset) + 65536]).decode()
        return f"bkrec-log {name} {state} {len(log)} {block} .\n"

    def _sections(self, program: str) -> tuple[Output, tuple[FlagAnswer, ...]]:
        """A program of `engine/batch.py`: each section is answered between the two marks it would print."""
        stdout, answers = "", list[FlagAnswer]()
        found = re.findall(r"printf '%s begin\\n' '(\w+ \d+)' >&2\n(.*?)\nrc=\$\?;", program, re.DOTALL)
        for mark, section in found:
            words, end = _words(section), f"\n{mark} end 0\n"
            stdout += f"{mark} begin\n{self._section(words[6], words[8:])}{end}"
            if words[6] == SHOW:
                answers += [FlagAnswer(flag=flag, value=self._flag(flag), end=end) for flag in words[8:]]
        return Output(stdout=stdout), tuple(answers)

    def _flag(self, name: str) -> str:
        return self.flags.get(name, "down")

    def _section(self, script: str, args: list[str]) -> str:
        if script == SHOW:
            return "".join(f"{name}\t{self._flag(name)}\n" for name in args)
        assert script == JOBS.command(()).script, f"nobody knows this script: {script[:60]!r}"
        return "".join(f"{ask}{self._job_facts(ask)}\n" for ask in args[1:])

    def _job_facts(self, ask: str) -> str:
        word, _, subject = ask.partition(":")
        if word == "running":
            return "".join(f" {name}" for name in self.running())
        if word == "uptime":
            return f" {self.boot_id} {self.uptime_s()}"
        if word == "paused":
            return " " + b64encode(self.paused.encode()).decode() if self.paused else ""
        assert word == "attempts"
        return "".join(f" {attempt}" for attempt in self.attempts(subject))


def command_args(payload: str) -> tuple[str, ...]:
    """The arguments of a launched command, out of what is sent with it."""
    size, encoded = payload.split()
    line = b64decode(encoded)
    assert len(line) == int(size), "a payload always arrives whole, or the connection is lost"
    return tuple(shlex.split(shlex.split(line.decode())[2]))


def _log_of(job: Job[Behaviour]) -> bytes:
    if job.started is None:
        return b""
    part = min(1.0, (now() - job.started) / job.behaviour.lasts_s)
    whole = len(job.behaviour.log) if job.record else int(len(job.behaviour.log) * int(part * 8) / 8)
    return job.behaviour.log[:whole]


@functools.cache
def _words(section: str) -> list[str]:
    return shlex.split(section.removesuffix(" </dev/null"))
