"""World: a cluster made of facts in memory, its jobs, its lease, and a clock that passes only while somebody waits.

It answers what `reconciler/engine` asks as hosts would, so that the executor and the loop run unchanged. Its hosts
follow the job protocol as the simulator's do (`tests/support/job_host.py`). A job's behaviour is set by its key; what
it makes true becomes true when it ends.
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
from reconciler.engine.jobs.scripts import APPROVE, READ
from reconciler.engine.lease import START_MARGIN_S, TTL_S, LeaseValidity
from reconciler.engine.transport import TransportError
from specs.diagnostic import diagnose
from specs.reason import reason
from tests.support.flags import WHY, Flag, Raise
from tests.support.job_host import Job, JobHost, LeaseFile, Stages


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


class AlwaysRenewed(LeaseValidity):
    """The validity of a lease that is renewed all the time."""

    def remaining_s(self, now: float, *, wall_ahead: float = 0.0) -> float:
        return TTL_S - START_MARGIN_S


@dataclass(slots=True, kw_only=True)
class Behaviour:
    exit_status: int = 0
    works: bool = True
    """Whether what its action ensures holds afterwards."""
    polls: int = 1
    """How often its log is asked for before it ends; -1: never ends."""
    log: bytes = b"working\n"
    vanishes: bool = False


POLL_S = 2.0


@dataclass(slots=True, kw_only=True)
class PolledHost(JobHost[Behaviour]):
    """A host of this world: a job there ends by being asked about."""

    world: "World"

    def behaviour(self, job: str, payload: str) -> Behaviour:
        return self.world.behaviour_of(job.rpartition(".")[0])

    def begin(self, job: Job[Behaviour], launch: object) -> None:
        job.polls = job.behaviour.polls
        self.world.begun(job)

    def log(self, name: str, offset: int) -> str:
        job = self.jobs[name]
        if self.state(job) == "running":
            job.polls -= 1
            if job.polls == 0:
                self._end(job)
        block = b64encode(job.behaviour.log[offset:]).decode()
        return f"bkrec-log {name} {self.state(job)} {len(job.behaviour.log)} {block} .\n"

    def _end(self, job: Job[Behaviour]) -> None:
        job.ended = self.clock()
        if job.behaviour.vanishes:
            job.boot -= 1
        else:
            job.record = str(job.behaviour.exit_status)
        if job.behaviour.works:
            self.world.achieve(job.name.rpartition(".")[0])

    def age_s(self, lease_file: LeaseFile) -> float:
        return 5.0 if lease_file.run in self.world.alive else super(PolledHost, self).age_s(lease_file)


@dataclass(slots=True)
class World:
    readings: dict[AnyFact, AnyReading] = field(default_factory=dict[AnyFact, AnyReading])
    behaviours: dict[str, Behaviour] = field(default_factory=dict[str, Behaviour])
    """By job key."""
    clock: VirtualClock = field(default_factory=VirtualClock)
    hosts: dict[str, PolledHost] = field(default_factory=dict[str, PolledHost])
    launched: list[str] = field(default_factory=list[str])
    deaf: bool = False
    """No approval is confirmed."""
    overlap: list[frozenset[str]] = field(default_factory=list[frozenset[str]])
    flags: dict[str, Flag] = field(default_factory=dict[str, Flag])
    """By job key: what a job raises."""
    alive: set[str] = field(default_factory=set[str])
    """Runs of others that renew their lease all the time."""
    dead: set[str] = field(default_factory=set[str])
    silent_as: str = "host-unreachable"
    """Why nobody gets through to the dead."""
    writes: list[str] = field(default_factory=list[str])
    sent: list[Command] = field(default_factory=list[Command])
    events: list[Event] = field(default_factory=list[Event])
    on_launch: Callable[[str], None] | None = None

    def knows(self, *actions: Raise, **behaviour: Any) -> None:
        """Gives these actions a behaviour, and their flags a place that is down."""
        for action in actions:
            self.behaviours[job_key(action)] = Behaviour(**behaviour)
            self.flags[job_key(action)] = action.flag
            self.readings.setdefault(action.flag, Known("down"))

    def at(self, host: str) -> PolledHost:
        if host not in self.hosts:
            self.hosts[host] = PolledHost(name=host, clock=self.clock.steady, world=self)
        return self.hosts[host]

    def job(self, host: str, name: str, behaviour: Behaviour, *, polls: int = 0, state: str = "running") -> None:
        """One of an earlier run: it runs for so many polls more, or is in this state, as `probes/job.py` has them."""
        boot = self.at(host).boot - (state == "vanished")
        self.at(host).jobs[name] = Job(
            name=name, behaviour=behaviour, polls=polls, record=state.partition(":")[2], started=0.0, boot=boot
        )

    def lease(self, host: str, run: str, *, renewed: float = 0.0) -> None:
        """It is held by this run, which renewed it then for the last time."""
        self.at(host).lease = LeaseFile(run=run, boot=1, epoch=1, at=renewed, user="somebody")

    def write(self, event: Event) -> None:
        self.events.append(event)

    # what its hosts do

    def behaviour_of(self, key: str) -> Behaviour:
        return self.behaviours[key]

    def achieve(self, key: str) -> None:
        """A job of this key has ended and worked."""
        self.readings[self.flags[key]] = Known("up")

    def begun(self, job: Job[Behaviour]) -> None:
        if self.on_launch is not None:
            self.on_launch(job.name)
        self.launched.append(job.name)
        self.overlap.append(frozenset(name for host in self.hosts.values() for name in host.running()))

    # what they are asked

    async def look(self, facts: Iterable[AnyFact]) -> GatheredFacts:
        await asyncio.sleep(0)
        asked = tuple(facts)
        silent = {fact.host for fact in asked} & self.dead
        diagnostics = {host: diagnose(self.silent_as, where=host, error="dead") for host in sorted(silent)}
        return GatheredFacts(readings={fact: self.read(fact) for fact in asked}, diagnostics=diagnostics)

    def read(self, fact: AnyFact) -> AnyReading:
        if fact.host in self.dead:
            return Unknown(reason(self.silent_as, host=fact.host, error="dead"))
        match fact:
            case JobsRunning():
                return Known(self.at(fact.host).running())
            case JobAttempts():
                return Known(self.at(fact.host).attempts(fact.key))
            case HostUptime():
                return Known((self.at(fact.host).boot_id, str(self.at(fact.host).uptime_s())))
            case _:
                return self.otherwise(fact)

    def otherwise(self, fact: AnyFact) -> AnyReading:
        return self.readings.get(fact, Absent())

    async def run(self, host: str, command: Command) -> Output:
        await asyncio.sleep(0)
        self.sent.append(command)
        if host in self.dead:
            raise TransportError(diagnose(self.silent_as, where=host, error="dead"))
        if command.script == READ:
            self.clock.elapsed += 0.0 if self.clock.still else POLL_S
            return Output(stdout=self.at(host).log(command.args[1], int(command.args[2])))
        self.writes.append(host)
        if command.script == APPROVE and self.deaf:
            return Output(stdout="")
        return Output(stdout=f"noise\n{_to_its_end(self.at(host).act(command))}")

    async def close(self) -> None:
        """Nothing is kept open."""


def _to_its_end(stages: Stages) -> str:
    while True:
        try:
            next(stages)
        except StopIteration as end:
            return str(end.value)
