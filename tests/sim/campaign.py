"""The campaign: a seed makes a cluster, the people who upgrade it, and everything that goes wrong meanwhile.

The real `apply` (loop, execute, carry, job, lease, journal, collect) runs on it in virtual time. When the troubles are
over it must converge, except where a thing that may not be done twice was cut short; then it has to say so, a person
does it by hand, and it must converge after that.
"""

import asyncio
import functools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from probes.fact import AnyExpected, AnyFact
from probes.job import PROBE as JOBS
from reconciler.core import planner
from reconciler.core.event import Event, StepFailed
from reconciler.core.plan import Plan
from reconciler.core.stepid import step_id
from reconciler.effects import look
from reconciler.effects.collect import Collected, collect
from reconciler.effects.crash import installed
from reconciler.effects.job import job_key
from reconciler.effects.journal import Journal, taken_apart
from reconciler.effects.loop import Applied, Undertaking, apply
from reconciler.effects.stop import StopSignal
from tests.sim.audit import CANARY, Audit, Bkrec
from tests.sim.families import PROBE, Flag, Raise, rules
from tests.sim.hosts import Behaviour, Host
from tests.sim.operator import FAULTS, Killed, Process, Wire
from tests.support import virtual
from tests.support.virtual import now

PROBES = (JOBS, PROBE)
GATE = Flag(host="10.0.0.1", name="quiet")
PATIENCE = 30
"""How often one may have to call `apply` once nothing goes wrong any more."""
ONCE_ONLY = {"job-vanished", "job-not-repeated", "step-not-seen"}
LOG = f"mysql -uroot -p{CANARY} -e x\nBK_PAAS_APP_SECRET={CANARY}\n".encode()
NOISY = b"\xff\xfe\x00\xe4\xb8" * 40 + b"\r50%\r100%\n"


@dataclass(slots=True, kw_only=True)
class Troubles:
    """What is going to happen, all of it drawn from the seed."""

    rate: float = 0.0
    kill_at: int | None = None
    """The process dies at this passage of a crash point."""
    power: bool = False
    """It dies of a power cut: what was not synced is lost."""
    freeze: tuple[float, float] | None = None
    """SIGSTOP at, for so long."""
    signals: tuple[float, ...] = ()
    skew: tuple[float, float] | None = None
    full_disk_at: float | None = None
    """When this machine's disk fills up."""


@dataclass(slots=True)
class Simulation:
    random: Random
    actions: tuple[Raise, ...] = ()
    hosts: dict[str, Host] = field(default_factory=dict[str, Host])
    audit: Audit = field(default_factory=lambda: Audit({}))
    background: set[asyncio.Task[str | None]] = field(default_factory=set[asyncio.Task[str | None]])
    passed: list[str] = field(default_factory=list[str])
    """Crash points, in the order in which the first process passed them."""
    tally: Counter[str] = field(default_factory=Counter[str])
    runs: int = 0

    @property
    def flags(self) -> tuple[Flag, ...]:
        return tuple(action.flag for action in self.actions)

    @property
    def wishes(self) -> tuple[AnyExpected, ...]:
        return tuple(flag.up() for flag in self.flags)

    def decide(self, readings: look.Readings) -> Plan:
        return planner.plan("sim", self.wishes, readings, rules(self.actions))

    # one process

    async def once(self, troubles: Troubles) -> Applied | None:
        """One `bkrec apply`; None where it died."""
        self.runs += 1
        who = self._process(troubles.rate)
        stop = StopSignal()
        helpers = self._schedule(troubles, who, stop)
        try:
            with installed(self._hook(who, troubles)):
                applied = await apply(self._undertaking(who, stop))
        except BaseException as error:
            if not _is_death(error):
                self.audit.check("I9", False, f"it fell over: {_innermost(error)!r}")
            self._buried(who, troubles)
            return None
        finally:
            for helper in helpers:
                helper.cancel()
        self.audit.check("I9", not who.process.dead, "somebody swallowed its death")
        self.audit.ended(who, applied, self.flags)
        self.tally.update(who.wire.done)
        return applied

    def _process(self, rate: float) -> Bkrec:
        process = Process(Random(self.random.random()))
        who = Bkrec(process, Wire(process, self.hosts, self.background, rate=rate))
        self.audit.crew.append(who)
        return who

    def _schedule(self, troubles: Troubles, who: Bkrec, stop: StopSignal) -> list[asyncio.TimerHandle]:
        later = asyncio.get_running_loop().call_later
        planned = [later(at, stop.press) for at in troubles.signals]
        if troubles.freeze is not None:
            at, seconds = troubles.freeze
            planned.append(later(at, self._freeze, who.process, seconds))
        if troubles.skew is not None:
            planned.append(later(troubles.skew[0], setattr, who.process.clock, "skew_s", troubles.skew[1]))
        if troubles.full_disk_at is not None:
            planned.append(later(troubles.full_disk_at, setattr, who.process.disk, "full", True))
        return planned

    def _freeze(self, process: Process, seconds: float) -> None:
        process.frozen_until = now() + seconds
        self.tally["sigstop"] += 1

    def _hook(self, who: Bkrec, troubles: Troubles) -> Callable[[str], None]:
        passages = 0

        def passing(point: str) -> None:
            nonlocal passages
            who.process.alive()
            if self.runs == 1:
                self.passed.append(point)
            passages += 1
            if troubles.kill_at is not None and passages > troubles.kill_at:
                self.tally[f"killed {point}"] += 1
                who.process.die()

        return passing

    def _buried(self, who: Bkrec, troubles: Troubles) -> None:
        disk = who.process.disk
        if troubles.power:
            disk.lose_power(who.process.random)
        kept = taken_apart(disk.durable + disk.pending)
        self.audit.check("I9", kept.torn <= 1, f"{kept.torn} lines of the journal are torn")
        self.tally["deaths"] += 1
        self.tally.update(who.wire.done)

    def _undertaking(self, who: Bkrec, stop: StopSignal) -> Undertaking:
        run = f"run-{self.runs}"
        book = Journal(Path("journal"), run=run, clock=who.process, disk=lambda _: who.process.disk)

        async def confirm(_: look.Studied) -> bool:
            return True

        def emit(event: Event) -> None:
            self.audit.told(who, event)

        return Undertaking(
            run=run,
            user="somebody",
            source="afar",
            transport=who.wire,
            look=functools.partial(self._look, who),
            controller="10.0.0.1",
            hosts=tuple(self.hosts),
            expected=self.wishes,
            decide=self.decide,
            journal=book,
            clock=who.process,
            emit=emit,
            stop=stop,
            confirm=confirm,
            gates=lambda _: (GATE.up(),),
        )

    async def _look(self, who: Bkrec, facts: "look.Iterable[AnyFact]") -> Collected:
        seen = await collect(who.wire, PROBES, facts)
        self.audit.heard(who, seen.readings)
        return seen

    # and people

    async def person(self, *troubles: Troubles) -> None:
        """Calls `apply` once for each of these, waiting a while in between."""
        for one in troubles:
            await self.once(one)
            await asyncio.sleep(self.random.uniform(1.0, 80.0))

    async def until_done(self) -> None:
        """All is well again: it converges, with a person's help only where a thing must not be done twice."""
        self._all_well()
        for _ in range(PATIENCE):
            applied = await self.once(Troubles())
            if applied is None:
                return
            if applied.verdict == "converged":
                break
            self._by_hand(applied)
            await asyncio.sleep(61.0)
        else:
            self.audit.check("I9", False, f"does not converge: {applied.verdict} {applied.diagnostics}")
            return
        self.audit.check("I9", True, "")
        await self._nothing_more()

    def _all_well(self) -> None:
        for host in self.hosts.values():
            host.full_until = 0.0
            for flag, value in host.flags.items():
                if value == "unreadable":
                    host.set(flag, "up")
        self.hosts[GATE.host].set(GATE.name, "up")

    def _by_hand(self, applied: Applied) -> None:
        once = {step_id(action): action for action in self.actions if action.once}
        for failed in (failed for outcome in applied.outcomes for failed in outcome.failed):
            if failed.step in once and failed.diagnostic.code in ONCE_ONLY:
                action = once[failed.step]
                self.hosts[action.host].set(action.name, "up")
                self.tally["done by hand"] += 1

    async def _nothing_more(self) -> None:
        """Looking writes nothing, and neither does `apply` where nothing is to be done."""
        await asyncio.sleep(300.0)
        who = self._process(0.0)
        await look.study(functools.partial(self._look, who), self.wishes, self.decide)
        self.audit.check("I7", who.wire.writes == 0, "looking wrote something")
        again = await self.once(Troubles())
        self.audit.check("I8", again is not None and again.verdict == "converged", "no longer converged")
        self.audit.check("I8", self.audit.crew[-1].wire.writes == 0, "apply after apply wrote something")


def _is_death(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return any(_is_death(one) for one in error.exceptions)
    return isinstance(error, Killed)


def _innermost(error: BaseException) -> BaseException:
    return _innermost(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


# what a seed makes


def cluster(random: Random, *, tame: bool = False) -> Simulation:
    """`tame`: everything works at the first attempt, and nothing may not be repeated."""
    hosts = [f"10.0.0.{n}" for n in range(1, random.randint(2, 4) + 1)]
    actions = _actions(random, hosts, tame=tame)
    simulation = Simulation(random, actions)
    audit = simulation.audit = Audit({job_key(action): action for action in actions}, gate=GATE)
    for name in hosts:
        simulation.hosts[name] = Host(name, audit.started)
    audit.hosts = simulation.hosts
    for action in actions:
        host = simulation.hosts[action.host]
        host.flags[action.name] = "down"
        host.behaviours[action.name] = _behaviour(random, action, tame=tame)
    simulation.hosts[GATE.host].flags[GATE.name] = "up"
    return simulation


def _actions(random: Random, hosts: list[str], *, tame: bool) -> tuple[Raise, ...]:
    made: list[Raise] = []
    for number in range(random.randint(4, 9)):
        wants = tuple(one.flag for one in random.sample(made, min(len(made), random.randint(0, 2))))
        shares = random.random() < 0.4
        host = hosts[0] if shares else random.choice(hosts)
        made.append(
            Raise(
                host=host,
                name=f"f{number}",
                wants=wants,
                once=not tame and random.random() < 0.3,
                shares=("bkcli",) if shares else (f"host:{host}",) if random.random() < 0.5 else (),
                data=bool(wants) and random.random() < 0.2,
                limit_s=random.choice((60.0, 600.0)),
            )
        )
    return tuple(made)


def _behaviour(random: Random, action: Raise, *, tame: bool) -> Behaviour:
    log = LOG + random.choice((b"", NOISY, b"line\n" * 50))
    if tame:
        return Behaviour(name=action.name, log=log)
    lies = random.random()
    return Behaviour(
        name=action.name,
        lasts_s=random.choice((0.5, 3.0, 25.0, 200.0)),
        works_at=random.choice((0.1, 0.9, 1.0)),
        failures=random.choice((0, 0, 0, 1, 2)),
        statuses=(0,) if lies < 0.7 else (1,) if lies < 0.85 else (random.randrange(256), 0),
        log=log + (b"y" * 300_000 if random.random() < 0.02 else b""),
    )


def troubles(random: Random) -> Troubles:
    odds = random.random
    return Troubles(
        rate=random.choice((0.0, 0.05, 0.2, 0.5)),
        kill_at=int(random.expovariate(1 / 60)) if odds() < 0.5 else None,
        power=odds() < 0.5,
        freeze=(random.uniform(0.0, 60.0), random.choice((20.0, 130.0, 4000.0))) if odds() < 0.25 else None,
        signals=tuple(sorted(random.uniform(0.0, 120.0) for _ in range(random.choice((0, 0, 0, 1, 2))))),
        skew=(random.uniform(0.0, 30.0), random.choice((-3600.0, 3600.0))) if odds() < 0.2 else None,
        full_disk_at=random.uniform(0.0, 60.0) if odds() < 0.1 else None,
    )


def happenings(simulation: Simulation) -> None:
    """What befalls hosts while people work on them."""
    random, later = simulation.random, asyncio.get_running_loop().call_later
    for host in simulation.hosts.values():
        for _ in range(random.choice((0, 0, 1, 2))):
            later(random.uniform(0.0, 400.0), _reboot, simulation, host, random.choice((5.0, 90.0, 400.0)))
        if random.random() < 0.3:
            later(random.uniform(0.0, 200.0), _fill, simulation, host, random.uniform(10.0, 300.0))
        if random.random() < 0.3:
            later(random.uniform(0.0, 400.0), _flap, simulation, host)


def _reboot(simulation: Simulation, host: Host, seconds: float) -> None:
    simulation.tally["reboot"] += 1
    host.reboot(seconds)


def _fill(simulation: Simulation, host: Host, seconds: float) -> None:
    simulation.tally["disk full"] += 1
    host.full_until = now() + seconds


def _flap(simulation: Simulation, host: Host) -> None:
    """Something that was up goes down by itself, or cannot be read for a while."""
    up = [a.name for a in simulation.actions if a.host == host.name and host.flags[a.name] == "up" and not a.once]
    if up:
        simulation.tally["flap"] += 1
        host.set(simulation.random.choice(up), simulation.random.choice(("down", "unreadable")))


@dataclass(slots=True)
class Told:
    """What became of one seed."""

    seed: int
    violations: list[str]
    counts: Counter[str]
    tally: Counter[str]
    course: str
    """A digest of everything that happened: the same seed gives the same."""
    passed: list[str]


def _told(seed: int, simulation: Simulation) -> Told:
    audit = simulation.audit
    audit.secrets()
    simulation.tally["runs"] += simulation.runs
    simulation.tally["jobs"] += sum(len(host.jobs) for host in simulation.hosts.values())
    course = "".join(one.process.disk.durable.decode(errors="replace") for one in audit.crew)
    return Told(seed, audit.violations, audit.counts, simulation.tally, course, simulation.passed)


def play(seed: int) -> Told:
    """One seed, from beginning to end."""
    simulation = cluster(Random(seed))

    async def story() -> None:
        random = simulation.random
        happenings(simulation)
        if random.random() < 0.2:
            simulation.hosts[GATE.host].set(GATE.name, "down")
            await simulation.once(Troubles())
            await asyncio.sleep(500.0)
            simulation.hosts[GATE.host].set(GATE.name, "up")
        people = [[troubles(random) for _ in range(random.randint(1, 3))] for _ in range(random.choice((1, 1, 2)))]
        async with asyncio.TaskGroup() as group:
            for number, mine in enumerate(people):
                await asyncio.sleep(random.uniform(0.0, 60.0) * number)
                group.create_task(simulation.person(*mine))
        await asyncio.sleep(1000.0)
        await simulation.until_done()

    virtual.run(_within_days(story(), simulation))
    return _told(seed, simulation)


def killed_at(passage: int | None, *, power: bool, seed: int = 1) -> Told:
    """A quiet run that dies at one passage of a crash point, and is called again."""
    simulation = cluster(Random(seed), tame=True)

    async def story() -> None:
        await simulation.once(Troubles(kill_at=passage, power=power))
        await asyncio.sleep(30.0)
        await simulation.until_done()

    virtual.run(_within_days(story(), simulation))
    return _told(seed, simulation)


async def _within_days(story: "asyncio.Future[None] | look.Awaitable[None]", simulation: Simulation) -> None:
    try:
        async with asyncio.timeout(5 * 86400.0):
            await story
    except (TimeoutError, virtual.Stuck) as error:
        simulation.audit.check("I9", False, f"it never ends: {error!r}")


assert FAULTS
assert StepFailed
