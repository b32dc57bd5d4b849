"""A host that follows the job protocol as `engine/jobs/scripts.py` and `engine/lease.py` write it, in memory.

The only stand-in for it: the simulator's hosts (`tests/sim/hosts.py`) and the world of facts (`tests/support/world.py`)
differ in how time passes and what a job achieves, and in nothing else. Each script is recognised by its text and done
in stages, so that a lost connection can cut it off between any two.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from probes.command import Command
from reconciler.engine import lease
from reconciler.engine.jobs.scripts import APPROVE, LAUNCH, MARK_VERIFIED, RAISE_FENCE
from reconciler.engine.seal_scripts import PERIODS, SEAL

Stages = Generator[None, None, str]
"""Yields between two stages; what it returns is what the script prints."""

B = TypeVar("B")


@dataclass(slots=True, kw_only=True)
class Job(Generic[B]):
    behaviour: B
    name: str = ""
    epoch: int = 0
    run: str = ""
    """Whose launch it was that began it."""
    boot: int = 1
    started: float | None = None
    ended: float | None = None
    record: str = ""
    verified: bool = False
    polls: int = 0
    """For hosts whose jobs end by being asked about: how often that still takes; below 0 it never ends."""


@dataclass(slots=True, kw_only=True)
class LeaseFile:
    run: str
    boot: int
    epoch: int
    at: float
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The controller gave a run the lease, and with it an epoch."""

    run: str
    epoch: int
    at: float


@dataclass(slots=True, kw_only=True)
class JobHost(ABC, Generic[B]):
    name: str
    clock: Callable[[], float]
    jobs: dict[str, Job[B]] = field(default_factory=dict[str, Job[B]])
    epoch: int = 0
    lease: LeaseFile | None = None
    grants: list[Grant] = field(default_factory=list[Grant])
    approvals: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    seals: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    seal_reply: str = "bkrec-seal sealed 1"
    boot: int = 1
    booted: float = 0.0
    full_until: float = 0.0

    # what a subclass says

    @abstractmethod
    def behaviour(self, job: str, payload: str) -> B:
        """What this job is going to do."""

    @abstractmethod
    def begin(self, job: Job[B], launch: object) -> None:
        """Its command begins: the one moment at which something irrevocable happens. `launch`: as given to `act`."""

    # what a host knows

    def state(self, job: Job[B]) -> str:
        if job.started is None:
            return "never"
        if job.record:
            return f"exited:{job.record}"
        return "running" if job.boot == self.boot else "vanished"

    def running(self) -> tuple[str, ...]:
        return tuple(job.name for job in self.jobs.values() if self.state(job) == "running")

    def attempts(self, key: str) -> tuple[str, ...]:
        ours = [job for job in self.jobs.values() if job.name.rpartition(".")[0] == key]
        return tuple(f"{job.name.rpartition('.')[2]}:{self._attempt(job)}" for job in ours)

    def _attempt(self, job: Job[B]) -> str:
        return self.state(job).replace("exited", "verified") if job.verified else self.state(job)

    @property
    def boot_id(self) -> str:
        return f"{self.boot:08x}"

    def uptime_s(self) -> int:
        return int(self.clock() - self.booted)

    def content(self) -> object:
        """All that may be written on it, to be compared: two that are equal mean that nothing was."""
        jobs = tuple((job.name, job.epoch, job.started, job.record, job.verified) for job in self.jobs.values())
        lease_file = self.lease and (self.lease.run, self.lease.epoch, self.lease.at)
        return jobs, self.epoch, lease_file, tuple(self.approvals), tuple(self.seals)

    # what it is sent

    def act(self, command: Command, launch: object = None) -> Stages:
        known = {
            RAISE_FENCE: self._raise_fence,
            MARK_VERIFIED: self._mark_verified,
            APPROVE: self._approve,
            lease.ACQUIRE_SCRIPT: self._acquire,
            lease.READ_SCRIPT: self._read_lease,
            lease.RENEW_SCRIPT: self._renew,
            lease.RELEASE_SCRIPT: self._release,
            lease.FORCE_RELEASE_SCRIPT: self._force_release,
            SEAL: self._seal,
            PERIODS: self._periods,
        }
        return self._launch(command, launch) if command.script == LAUNCH else known[command.script](command)

    def _launch(self, command: Command, launch: object) -> Stages:
        job, epoch, run = command.args[1], int(command.args[2]), command.args[7]
        if (refusal := self._unwritable(job) or self._superseded(job, epoch)) is not None:
            return refusal
        yield
        if job not in self.jobs or self.jobs[job].started is None:
            self.jobs[job] = Job(name=job, epoch=epoch, behaviour=self.behaviour(job, command.stdin))
        yield
        if self.jobs[job].started is not None:
            return _reply(job, "exists")
        if command.args[-2] != self.boot_id or self.uptime_s() >= int(command.args[-1]):
            return _reply(job, f"late {self.uptime_s()}")
        claimed = self.jobs[job]
        claimed.epoch, claimed.run, claimed.boot, claimed.started = epoch, run, self.boot, self.clock()
        self.begin(claimed, launch)
        yield
        return _reply(job, "started")

    def _unwritable(self, asked: str) -> str | None:
        return _reply(asked, "unwritable jobs") if self.clock() < self.full_until else None

    def _superseded(self, asked: str, epoch: int) -> str | None:
        if epoch < self.epoch:
            return _reply(asked, f"stale {self.epoch}")
        self.epoch = epoch
        return None

    def _raise_fence(self, command: Command) -> Stages:
        if (refusal := self._unwritable("fence") or self._superseded("fence", int(command.args[1]))) is not None:
            return refusal
        yield
        return _reply("fence", "fenced")

    def _mark_verified(self, command: Command) -> Stages:
        yield
        if command.args[1] in self.jobs:
            self.jobs[command.args[1]].verified = True
        return ""

    def _approve(self, command: Command) -> Stages:
        if (refusal := self._unwritable("approve")) is not None:
            return refusal
        yield
        self.approvals.append(command.args)
        yield
        return _reply("approve", "noted")

    def _seal(self, command: Command) -> Stages:
        """The manifest itself is the world's: a fact of this host. Here it is asked for, and by whom."""
        yield
        self.seals.append(command.args)
        return self.seal_reply

    def _periods(self, command: Command) -> Stages:
        yield
        return f"now {int(self.clock())}"

    def _acquire(self, command: Command) -> Stages:
        _, run, user, _, ttl, floor = command.args
        if (refusal := self._unwritable("lease")) is not None:
            return refusal
        current = self.lease
        if current is not None and current.run != run and self.age_s(current) < int(ttl):
            return self._lease_reply("held")
        self.epoch = max(self.epoch, int(floor)) + 1
        yield
        self.lease = LeaseFile(run=run, boot=self.boot, epoch=self.epoch, at=self.clock(), user=user)
        self.grants.append(Grant(run=run, epoch=self.epoch, at=self.clock()))
        yield
        return self._lease_reply("taken")

    def _read_lease(self, command: Command) -> Stages:
        yield
        return self._lease_reply("read")

    def _renew(self, command: Command) -> Stages:
        if (refusal := self._unwritable("lease")) is not None:
            return refusal
        if self.lease is None or self.lease.run != command.args[1]:
            return self._lease_reply("lost")
        self.lease.at, self.lease.boot = self.clock(), self.boot
        yield
        return self._lease_reply("renewed")

    def _release(self, command: Command) -> Stages:
        run = command.args[1]
        yield
        text = self._lease_reply("ended")
        if self.lease is not None and run == self.lease.run:
            self.lease = None
        return text

    def _force_release(self, command: Command) -> Stages:
        yield
        text = self._lease_reply("ended")
        if self.lease is not None and self.age_s(self.lease) >= int(command.args[1]):
            self.lease = None
        elif self.lease is not None:
            self.lease.run = f"{self.lease.run.removesuffix('!broken')}!broken"
        return text

    def age_s(self, lease_file: LeaseFile) -> float:
        """Seconds since it was renewed, or since the boot."""
        return self.clock() - max(lease_file.at, self.booted)

    def _lease_reply(self, verb: str) -> str:
        current = self.lease
        if current is None:
            return f"bkrec-lease {verb} none - -1 - - .\n"
        age_s = int(self.age_s(current))
        return f"bkrec-lease {verb} {current.run} {current.epoch} {age_s} {current.user} afar .\n"


def _reply(asked: str, what: str) -> str:
    return f"bkrec-says {asked} {what}\n"
