"""Hosts that keep the job protocol as `engine/jobs/scripts.py` and `engine/lease.py` write it, in virtual time.

Each script is recognised by its text and done in stages, so that a lost connection can cut it off between any two, as
a real one kills what runs on its channel. A job goes on whatever becomes of whoever launched it; only a reboot ends it.
"""

import asyncio
import functools
import re
import shlex
from base64 import b64decode, b64encode
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from probes.command import Command, Output
from probes.job import PROBE as JOBS
from reconciler.engine import lease
from reconciler.engine.jobs.scripts import LAUNCH, MARK_VERIFIED, RAISE_FENCE, READ
from tests.sim.families import SHOW
from tests.support.virtual import now

TAKE, RENEW, END, BREAK = (
    lease.ACQUIRE_SCRIPT,
    lease.RENEW_SCRIPT,
    lease.RELEASE_SCRIPT,
    lease.FORCE_RELEASE_SCRIPT,
)
READS = (READ, lease.READ_SCRIPT, 'eval "$(cat)"')
"""All that a host may be asked without being changed."""

Stage = Generator[None, None, str]
"""Yields between two stages; what it returns is what the script prints."""


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


@dataclass(slots=True, kw_only=True)
class Job:
    name: str
    epoch: int
    behaviour: Behaviour
    boot: int = 0
    started: float | None = None
    record: str = ""
    verified: bool = False

    def log_at(self, time: float) -> bytes:
        if self.started is None:
            return b""
        part = min(1.0, (time - self.started) / self.behaviour.lasts_s)
        whole = len(self.behaviour.log) if self.record else int(len(self.behaviour.log) * int(part * 8) / 8)
        return self.behaviour.log[:whole]


@dataclass(slots=True, kw_only=True)
class Held:
    run: str
    boot: int
    epoch: int
    at: float
    who: str


@dataclass(slots=True)
class Host:
    name: str
    started: Callable[["Host", Job], None]
    """Told when a job's command begins: the one moment at which something irrevocable happens."""
    behaviours: dict[str, Behaviour] = field(default_factory=dict[str, Behaviour])
    flags: dict[str, str] = field(default_factory=dict[str, str])
    changed: dict[str, float] = field(default_factory=dict[str, float])
    jobs: dict[str, Job] = field(default_factory=dict[str, Job])
    epoch: int = 0
    lease: Held | None = None
    boot: int = 1
    booted: float = 0.0
    down_until: float = 0.0
    full_until: float = 0.0
    paused: str = ""
    fenced: bool = True
    punctual: bool = True
    boasts: bool = False
    """For tests of the tests: a host that refuses no epoch, one that starts what comes too late, one that says "up" of
    everything."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    # what happens to it

    @property
    def up(self) -> bool:
        return now() >= self.down_until

    def reboot(self, seconds: float) -> None:
        self.boot += 1
        self.down_until = now() + seconds
        self.booted = self.down_until

    def set(self, flag: str, value: str) -> None:
        self.flags[flag] = value
        self.changed[flag] = now()

    def running(self) -> list[str]:
        return [job.name for job in self.jobs.values() if self.state(job) == "running"]

    def state(self, job: Job) -> str:
        if job.started is None:
            return "never"
        if job.record:
            return f"exited:{job.record}"
        return "running" if job.boot == self.boot else "vanished"

    # what it is asked

    def act(self, command: Command) -> Stage:
        known = {
            LAUNCH: self._launch,
            RAISE_FENCE: self._fence,
            MARK_VERIFIED: self._seen,
            TAKE: self._take,
            RENEW: self._renew,
            END: self._end,
            BREAK: self._break,
        }
        return known[command.script](command)

    async def answer(self, command: Command) -> Output:
        if command.script == READ:
            return Output(stdout=await self._log(command))
        return self._sections(command.stdin)

    def _launch(self, command: Command) -> Stage:
        job, epoch = command.args[1], int(command.args[2])
        if (refusal := self._guarded(job) or self._fenced(job, epoch)) is not None:
            return refusal
        yield
        if job not in self.jobs or self.jobs[job].started is None:
            self.jobs[job] = Job(name=job, epoch=epoch, behaviour=self._behaviour(command.stdin))
        yield
        if self.jobs[job].started is not None:
            return _says(job, "exists")
        if self.punctual and (command.args[-2] != self._boot or self._uptime() >= int(command.args[-1])):
            return _says(job, f"late {self._uptime()}")
        self.jobs[job].epoch = epoch
        self._start(self.jobs[job])
        yield
        return _says(job, "started")

    def _behaviour(self, payload: str) -> Behaviour:
        parts = payload.split("\n")
        assert parts[4] == "end", "a payload always arrives whole, or the connection is lost"
        (name,) = shlex.split(b64decode(parts[2]).decode())
        return self.behaviours[name]

    def _guarded(self, asked: str) -> str | None:
        return _says(asked, "unwritable jobs") if now() < self.full_until else None

    def _fenced(self, asked: str, epoch: int) -> str | None:
        if epoch < self.epoch and self.fenced:
            return _says(asked, f"stale {self.epoch}")
        self.epoch = max(epoch, self.epoch)
        return None

    def _start(self, job: Job) -> None:
        job.started, job.boot = now(), self.boot
        job.behaviour.runs += 1
        attempt, does = job.behaviour.runs, job.behaviour
        self.started(self, job)
        loop = asyncio.get_running_loop()
        if attempt > does.failures:
            loop.call_later(does.lasts_s * does.works_at, self._works, job)
        status = does.statuses[min(attempt, len(does.statuses)) - 1]
        loop.call_later(does.lasts_s, self._ends, job, str(status))

    def _works(self, job: Job) -> None:
        if job.boot == self.boot and self.flags[job.behaviour.name] != "up":
            self.set(job.behaviour.name, "up")

    def _ends(self, job: Job, status: str) -> None:
        """On a full disk the record comes later; until then the job is running."""
        if job.boot != self.boot:
            return
        if now() < self.full_until:
            asyncio.get_running_loop().call_later(5.0, self._ends, job, status)
            return
        job.record = status

    def _fence(self, command: Command) -> Stage:
        if (refusal := self._guarded("fence") or self._fenced("fence", int(command.args[1]))) is not None:
            return refusal
        yield
        return _says("fence", "fenced")

    def _seen(self, command: Command) -> Stage:
        yield
        if command.args[1] in self.jobs:
            self.jobs[command.args[1]].verified = True
        return ""

    def _take(self, command: Command) -> Stage:
        _, run, who, _, ttl, floor = command.args
        if (refusal := self._guarded("lease")) is not None:
            return refusal
        held = self.lease
        if held is not None and held.run != run and self._age(held) < int(ttl):
            return self._tells("held")
        self.epoch = max(self.epoch, int(floor)) + 1
        yield
        self.lease = Held(run=run, boot=self.boot, epoch=self.epoch, at=now(), who=who)
        yield
        return self._tells("taken")

    def _renew(self, command: Command) -> Stage:
        if (refusal := self._guarded("lease")) is not None:
            return refusal
        if self.lease is None or self.lease.run != command.args[1]:
            return self._tells("lost")
        self.lease.at, self.lease.boot = now(), self.boot
        yield
        return self._tells("renewed")

    def _end(self, command: Command) -> Stage:
        run = command.args[1]
        yield
        text = self._tells("ended")
        if self.lease is not None and run == self.lease.run:
            self.lease = None
        return text

    def _break(self, command: Command) -> Stage:
        yield
        text = self._tells("ended")
        if self.lease is not None and self._age(self.lease) >= int(command.args[1]):
            self.lease = None
        elif self.lease is not None:
            self.lease.run = f"{self.lease.run.removesuffix('!broken')}!broken"
        return text

    def _age(self, held: Held) -> float:
        return now() - max(held.at, self.booted)

    @property
    def _boot(self) -> str:
        return f"{self.boot:08x}"

    def _uptime(self) -> int:
        return int(now() - self.booted)

    def _tells(self, verb: str) -> str:
        held = self.lease
        if held is None:
            return f"bkrec-lease {verb} none - -1 - - .\n"
        return f"bkrec-lease {verb} {held.run} {held.epoch} {int(self._age(held))} {held.who} afar .\n"

    async def _log(self, command: Command) -> str:
        _, name, offset, patience = command.args
        job, boot = self.jobs.get(name), self.boot
        for _ in range(int(patience) // 5):
            if job is None or self.state(job) != "running" or len(job.log_at(now())) > int(offset):
                break
            await asyncio.sleep(0.5)
        if boot != self.boot:
            return ""
        log = job.log_at(now()) if job is not None else b""
        state = self.state(job) if job is not None else "never"
        block = b64encode(log[int(offset) : int(offset) + 65536]).decode()
        return f"bkrec-log {name} {state} {len(log)} {block} .\n"

    def _sections(self, program: str) -> Output:
        """A program of `engine/batch.py`: each section is answered between the two marks it would print."""
        said = ""
        found = re.findall(r"printf '%s begin\\n' '(\w+ \d+)' >&2\n(.*?)\nrc=\$\?;", program, re.DOTALL)
        for mark, section in found:
            words = _words(section)
            said += f"{mark} begin\n{self._section(words[6], words[8:])}\n{mark} end 0\n"
        return Output(stdout=said)

    def _section(self, script: str, args: list[str]) -> str:
        if script == SHOW:
            return "".join(f"{name}\t{'up' if self.boasts else self.flags.get(name, 'down')}\n" for name in args)
        assert script == JOBS.command(()).script, f"nobody knows this script: {script[:60]!r}"
        return "".join(f"{ask}{self._jobs(ask)}\n" for ask in args[1:])

    def _jobs(self, ask: str) -> str:
        word, _, subject = ask.partition(":")
        if word == "running":
            return "".join(f" {name}" for name in self.running())
        if word == "uptime":
            return f" {self._boot} {self._uptime()}"
        if word == "paused":
            return " " + b64encode(self.paused.encode()).decode() if self.paused else ""
        assert word == "attempts"
        ours = [job for job in self.jobs.values() if job.name.rpartition(".")[0] == subject]
        return "".join(f" {job.name.rpartition('.')[2]}:{self._told(job)}" for job in ours)

    def _told(self, job: Job) -> str:
        return self.state(job).replace("exited", "verified") if job.verified else self.state(job)


@functools.cache
def _words(section: str) -> list[str]:
    return shlex.split(section.removesuffix(" </dev/null"))


def _says(asked: str, what: str) -> str:
    return f"bkrec-says {asked} {what}\n"
