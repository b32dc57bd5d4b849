"""World: a cluster made of facts in memory, its jobs, its lease, and a clock that passes only while somebody waits.

It answers what `reconciler/engine` asks as hosts would, so that the executor and the loop run unchanged. A job's
behaviour is set by its key; what it makes true becomes true when it ends.
"""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from probes.command import Command, Output
from probes.fact import Absent, AnyExpected, AnyFact, AnyReading, Known, Unknown
from probes.job import HostUptime, JobAttempts, JobsRunning
from reconciler.core.events import Event
from reconciler.core.identity import job_key
from reconciler.core.plan import Dependency, Plan, Step
from reconciler.engine.gather import GatheredFacts
from reconciler.engine.jobs.scripts import APPROVE, LAUNCH, MARK_VERIFIED, RAISE_FENCE, READ
from reconciler.engine.lease import START_MARGIN_S, TTL_S, LeaseValidity
from reconciler.engine.transport import TransportError
from specs.diagnostic import diagnose
from specs.reason import reason
from tests.support.flags import WHY, Flag, Raise


def step(action: Raise, *after: str, expectations: Iterable[AnyExpected] = ()) -> Step:
    return Step(
        id=action.name,
        action=action,
        module="test",
        section="1",
        because=WHY,
        source="a test",
        repairs=(),
        requires=tuple(expectations),
        after=tuple(Dependency(step=name, because=WHY) for name in after),
    )


def plan(*steps: Step) -> Plan:
    return Plan(release="test", steps=steps, blocked=())


@dataclass(slots=True)
class VirtualClock:
    elapsed: float = 0.0
    still: bool = False
    """Time does not pass at all: for waits that only an event from outside may end."""
    later: list[tuple[float, Callable[[], None]]] = field(default_factory=list[tuple[float, Callable[[], None]]])
    """What happens at which time."""

    def now(self) -> datetime:
        return datetime(2024, 6, 1, tzinfo=UTC) + timedelta(seconds=self.elapsed)

    def steady(self) -> float:
        return self.elapsed

    async def sleep(self, seconds: float) -> None:
        self.elapsed += 0.0 if self.still else seconds
        for when, happen in self.later:
            if self.elapsed >= when:
                happen()
        await asyncio.sleep(0)


BOOT = "1f0c2a9b"


class Kept(LeaseValidity):
    """The term of a lease that somebody renews all the time."""

    def remaining_s(self, now: float, *, wall_ahead: float = 0.0) -> float:
        return TTL_S - START_MARGIN_S


@dataclass(slots=True, kw_only=True)
class Behaviour:
    exit_status: int = 0
    works: bool = True
    """Whether the flag is up afterwards."""
    polls: int = 1
    """How often it is asked for before it ends; -1: never ends."""
    log: bytes = b"working\n"
    vanishes: bool = False


@dataclass(slots=True, kw_only=True)
class Job:
    behaviour: Behaviour
    polls: int
    state: str = "running"
    verified: bool = False


@dataclass(slots=True)
class World:
    readings: dict[AnyFact, AnyReading] = field(default_factory=dict[AnyFact, AnyReading])
    behaviours: dict[str, Behaviour] = field(default_factory=dict[str, Behaviour])
    clock: VirtualClock = field(default_factory=VirtualClock)
    jobs: dict[tuple[str, str], Job] = field(default_factory=dict[tuple[str, str], Job])
    launched: list[str] = field(default_factory=list[str])
    approvals: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    deaf: bool = False
    """No approval is confirmed."""
    overlap: list[frozenset[str]] = field(default_factory=list[frozenset[str]])
    flags: dict[str, Flag] = field(default_factory=dict[str, Flag])
    epochs: dict[str, int] = field(default_factory=dict[str, int])
    holder: str = ""
    renewed: float | None = None
    """When the holder renewed its lease for the last time; None: it lives, and renewed it five seconds ago."""
    dead: set[str] = field(default_factory=set[str])
    writes: list[str] = field(default_factory=list[str])
    events: list[Event] = field(default_factory=list[Event])
    on_launch: Callable[[str], None] | None = None

    def knows(self, *actions: Raise, **behaviour: Any) -> None:
        """Gives these actions a behaviour, and their flags a place that is down."""
        for action in actions:
            self.behaviours[job_key(action)] = Behaviour(**behaviour)
            self.flags[job_key(action)] = action.flag
            self.readings.setdefault(action.flag, Known("down"))

    def write(self, event: Event) -> None:
        self.events.append(event)

    async def look(self, facts: Iterable[AnyFact]) -> GatheredFacts:
        await asyncio.sleep(0)
        asked = tuple(facts)
        silent = {fact.host for fact in asked} & self.dead
        diagnostics = {host: diagnose("host-unreachable", where=host, error="dead") for host in sorted(silent)}
        return GatheredFacts(readings={fact: self._read(fact) for fact in asked}, diagnostics=diagnostics)

    def _read(self, fact: AnyFact) -> AnyReading:
        if fact.host in self.dead:
            return Unknown(reason("host-unreachable", host=fact.host, error="dead"))
        match fact:
            case JobsRunning():
                return Known(tuple(name for name, job in self._at(fact.host) if job.state == "running"))
            case JobAttempts():
                split = [(name.rpartition("."), job) for name, job in self._at(fact.host)]
                return Known(tuple(f"{number}:{_state(job)}" for (key, _, number), job in split if key == fact.key))
            case HostUptime():
                return Known((BOOT, str(int(self.clock.elapsed))))
            case _:
                return self.readings.get(fact, Absent())

    def _at(self, host: str) -> list[tuple[str, Job]]:
        return [(name, job) for (where, name), job in self.jobs.items() if where == host]

    async def run(self, host: str, command: Command) -> Output:
        await asyncio.sleep(0)
        if host in self.dead:
            raise TransportError(diagnose("host-unreachable", where=host, error="dead"))
        if command.script == READ:
            return self._log(host, *command.args[1:3])
        self.writes.append(host)
        match command.script:
            case _ if command.script == LAUNCH:
                return self._launch(host, command.args[1], int(command.args[2]), int(command.args[-1]))
            case _ if command.script == MARK_VERIFIED:
                self.jobs[host, command.args[1]].verified = True
                return Output(stdout="")
            case _ if command.script == APPROVE:
                self.approvals.append(command.args)
                return Output(stdout="" if self.deaf else "bkrec-says approve noted\n")
            case _ if command.script == RAISE_FENCE:
                self.epochs[host] = max(self.epochs.get(host, 0), int(command.args[1]))
                return Output(stdout="bkrec-says fence fenced \n")
            case _:
                return self._lease(host, command)

    def _launch(self, host: str, job: str, epoch: int, until: int) -> Output:
        if epoch < self.epochs.get(host, 0):
            return Output(stdout=f"bkrec-says {job} stale {self.epochs[host]}\n")
        if (host, job) in self.jobs:
            return Output(stdout=f"bkrec-says {job} exists \n")
        if self.clock.elapsed >= until:
            return Output(stdout=f"bkrec-says {job} late {int(self.clock.elapsed)}\n")
        if self.on_launch is not None:
            self.on_launch(job)
        behaviour = self.behaviours[job.rpartition(".")[0]]
        self.jobs[host, job] = Job(behaviour=behaviour, polls=behaviour.polls)
        self.launched.append(job)
        self.overlap.append(frozenset(j for (_, j), one in self.jobs.items() if one.state == "running"))
        return Output(stdout=f"noise\nbkrec-says {job} started \n")

    def _log(self, host: str, name: str, offset: str) -> Output:
        job = self.jobs[host, name]
        self.clock.elapsed += 0.0 if self.clock.still else 2.0
        if job.state == "running":
            job.polls -= 1
            if job.polls == 0:
                self._end(name, job)
        block = b64encode(job.behaviour.log[int(offset) :]).decode()
        return Output(stdout=f"bkrec-log {name} {job.state} {len(job.behaviour.log)} {block} .\n")

    def _end(self, name: str, job: Job) -> None:
        job.state = "vanished" if job.behaviour.vanishes else f"exited:{job.behaviour.exit_status}"
        if job.behaviour.works:
            self.readings[self.flags[name.rpartition(".")[0]]] = Known("up")

    def _lease(self, host: str, command: Command) -> Output:
        run = command.args[1]
        if len(command.args) > 2:
            if self.holder not in ("", run):
                age = 5 if self.renewed is None else int(self.clock.elapsed - self.renewed)
                return Output(stdout=f"bkrec-lease held {self.holder} 1 {age} somebody elsewhere .\n")
            self.holder = run
            self.epochs[host] = self.epochs.get(host, 0) + 1
            return Output(stdout=f"bkrec-lease taken {run} {self.epochs[host]} 0 me here .\n")
        if self.holder == run:
            self.holder = "" if "ended" in command.script else run
            return Output(stdout=f"bkrec-lease renewed {run} {self.epochs[host]} 0 me here .\n")
        return Output(stdout=f"bkrec-lease lost {self.holder or 'none'} 0 -1 - - .\n")

    async def close(self) -> None:
        """Nothing is kept open."""


def _state(job: Job) -> str:
    return job.state.replace("exited", "verified") if job.verified else job.state
