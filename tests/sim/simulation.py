"""A cluster, what befalls it, and those who call `apply` on it: the real engine, in virtual time.

Crash points come from the code's own registry; a process that passes one may die there, by kill -9 or by a power cut.
"""

import asyncio
import functools
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, cast

from probes.command import Command
from probes.fact import AnyExpected, AnyFact, Readings
from probes.job import PROBE as JOBS
from reconciler.core import planner
from reconciler.core.events import Event
from reconciler.core.identity import step_id
from reconciler.core.plan import Plan
from reconciler.engine import assess
from reconciler.engine.failpoints import hooked
from reconciler.engine.gather import GatheredFacts, gather_facts, question_of
from reconciler.engine.journal import Journal, parse
from reconciler.engine.reconcile import RunContext, RunResult, reconcile
from reconciler.engine.stop import StopRequest
from tests.sim.audit import Audit, Bkrec, Launch
from tests.sim.families import PROBE, Raise, rules
from tests.sim.hosts import FlagAnswer, Host
from tests.sim.operator import Killed, Process, Wire
from tests.support.flags import Flag
from tests.support.virtual import now

PROBES = (JOBS, PROBE)
GATE = Flag(host="10.0.0.1", name="quiet")
PATIENCE = 30
"""How often one may have to call `apply` once nothing goes wrong any more."""
ONCE_ONLY = {"job-vanished", "job-repeat-refused", "step-not-verified"}
APPROVAL = "topology"


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
    freeze_launch: int | None = None
    """SIGSTOP for a minute or two when it is about to launch for the so-many-th time: the worst moment."""
    signals: tuple[float, ...] = ()
    skew: tuple[float, float] | None = None
    full_disk_at: float | None = None
    """When this machine's disk fills up."""
    broken_disk_at: float | None = None
    """From when on it takes what is appended and loses it, which only a sync says."""
    abandon_launch: int | None = None
    """Two Ctrl-C while the so-many-th launch is on its way; it arrives ten seconds later, and until then no host but
    the controller can be told of a new epoch."""
    approves: bool = True
    """The person who calls it approves deletions."""
    declines: bool = False
    """The person who is shown the plan says no."""


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
    noise: str = ""
    """What start-up files of the hosts print."""
    runs: int = 0
    deaf: bool = False
    """While somebody is frozen, no host but the controller can be told of a new epoch."""

    @property
    def flags(self) -> tuple[Flag, ...]:
        return tuple(action.flag for action in self.actions)

    @property
    def wishes(self) -> tuple[AnyExpected, ...]:
        return tuple(flag.up() for flag in self.flags)

    def decide(self, who: Bkrec, readings: Readings) -> Plan:
        self.audit.planned(who)
        return planner.plan("sim", self.wishes, readings, rules(who.actions))

    # one process

    async def once(self, diagnostics: Troubles) -> RunResult | None:
        """One `bkrec apply`; None where it died."""
        who = self.process(diagnostics.rate, approved=frozenset({APPROVAL} if diagnostics.approves else ()))
        stop = StopRequest()
        helpers = self._schedule(diagnostics, who, stop)
        try:
            with hooked(self._hook(who, diagnostics, stop)):
                applied = await reconcile(self._undertaking(who, stop, declines=diagnostics.declines))
        except BaseException as error:
            if not _is_death(error):
                self.audit.check("I9", False, f"it fell over: {_innermost(error)!r}")
            self._buried(who, diagnostics)
            return None
        finally:
            for helper in helpers:
                helper.cancel()
        self.audit.check("I9", not who.process.dead, "somebody swallowed its death")
        self.audit.ended(who, applied, self.wishes)
        self.tally.update(who.wire.done)
        return applied

    def process(self, rate: float, *, approved: frozenset[str] = frozenset()) -> Bkrec:
        """Another bkrec each time: with other words, estimates and versions for the same work."""
        self.runs += 1
        process = Process(Random(self.random.random()))
        wire = Wire(process, self.hosts, self.background, rate=rate, noise=self.noise)
        who = Bkrec(process, wire, f"run-{self.runs}", self._reworded(self.runs), approved)

        def on_send(host: str, command: Command) -> Launch | None:
            return self.audit.sent(who, host, command)

        def on_answer(host: str, answer: FlagAnswer, at: float) -> None:
            self.audit.heard(who, host, answer, at)

        wire.on_send, wire.on_answer = on_send, on_answer
        self.audit.crew.append(who)
        return who

    def _reworded(self, number: int) -> tuple[Raise, ...]:
        words: dict[str, Any] = {"note": f"as bkrec {number} says it", "version": str(number), "lasts_s": 5.0 * number}
        return tuple(replace(action, wants=action.wants[::-1], **words) for action in self.actions)

    def _schedule(self, diagnostics: Troubles, who: Bkrec, stop: StopRequest) -> list[asyncio.TimerHandle]:
        later = asyncio.get_running_loop().call_later
        planned = [later(at, stop.request) for at in diagnostics.signals]
        if diagnostics.freeze is not None:
            at, seconds = diagnostics.freeze
            planned.append(later(at, self._freeze, who.process, seconds))
        if diagnostics.skew is not None:
            planned.append(later(diagnostics.skew[0], setattr, who.process.clock, "skew_s", diagnostics.skew[1]))
        if diagnostics.full_disk_at is not None:
            planned.append(later(diagnostics.full_disk_at, setattr, who.process.disk, "full", True))
        if diagnostics.broken_disk_at is not None:
            planned.append(later(diagnostics.broken_disk_at, setattr, who.process.disk, "broken", True))
        return planned

    def _freeze(self, process: Process, seconds: float) -> None:
        process.frozen_until = now() + seconds
        self.tally["sigstop"] += 1
        for host in list(self.hosts.values())[1:] if self.deaf else ():
            host.full_until = process.frozen_until - 1.0

    def _abandon(self, who: Bkrec, stop: StopRequest) -> None:
        who.wire.rate, who.wire.faults, who.wire.late_s = 1.0, ("late",), (10.0, 10.0)
        for host in list(self.hosts.values())[1:]:
            host.full_until = now() + 9.0
        later = asyncio.get_running_loop().call_later
        later(0.01, setattr, who.wire, "rate", 0.0)
        for _ in range(2):
            later(0.5, stop.request)
        self.tally["abandoned"] += 1

    def _hook(self, who: Bkrec, diagnostics: Troubles, stop: StopRequest) -> Callable[[str], None]:
        passages = launches = 0

        def passing(point: str) -> None:
            nonlocal passages, launches
            who.process.alive()
            if who is self.audit.crew[0]:
                self.passed.append(point)
            passages += 1
            launches += point == "job-launch.before"
            if point == "job-launch.before" and launches == diagnostics.freeze_launch:
                self._freeze(who.process, self.random.uniform(70.0, 130.0))
            if point == "job-launch.before" and launches == diagnostics.abandon_launch:
                self._abandon(who, stop)
            if diagnostics.kill_at is not None and passages > diagnostics.kill_at:
                self.tally[f"killed {point}"] += 1
                who.process.die()

        return passing

    def _buried(self, who: Bkrec, diagnostics: Troubles) -> None:
        disk = who.process.disk
        if diagnostics.power:
            disk.lose_power(who.process.random)
        kept = parse(disk.durable + disk.pending)
        self.audit.check("I9", kept.torn <= 1, f"{kept.torn} lines of the journal are torn")
        self.tally["deaths"] += 1
        self.tally.update(who.wire.done)

    def _undertaking(self, who: Bkrec, stop: StopRequest, *, declines: bool) -> RunContext:
        book = Journal(Path("journal"), run=who.run, clock=who.process, disk=lambda _: who.process.disk)

        async def confirm(assessment: assess.Assessment) -> bool:
            if not declines:
                self.audit.agreed(who, assessment.plan)
            return not declines

        def emit(event: Event) -> None:
            self.audit.emitted(who, event)

        return RunContext(
            run=who.run,
            user="somebody",
            source="afar",
            transport=who.wire,
            gather=functools.partial(self._look, who),
            question=functools.partial(question_of, PROBES),
            controller="10.0.0.1",
            hosts=tuple(self.hosts),
            expected=self.wishes,
            make_plan=functools.partial(self.decide, who),
            journal=book,
            clock=who.process,
            emit=emit,
            stop=stop,
            confirm=confirm,
            preflight_checks=lambda _: (GATE.up(),),
            approved=who.approved,
        )

    async def _look(self, who: Bkrec, facts: Iterable[AnyFact]) -> GatheredFacts:
        return await gather_facts(who.wire, PROBES, facts)

    # and people

    async def person(self, *diagnostics: Troubles) -> None:
        """Calls `apply` once for each of these, waiting a while in between."""
        for one in diagnostics:
            await self.once(one)
            await asyncio.sleep(self.random.uniform(1.0, 80.0))

    async def until_done(self) -> None:
        """All is well again: it converges, with a person's help only where a thing must not be done twice."""
        self._all_well()
        applied = await self.once(Troubles())
        for _ in range(PATIENCE):
            if applied is None or applied.verdict == "converged":
                break
            self._by_hand(applied)
            await asyncio.sleep(61.0)
            applied = await self.once(Troubles())
        converged = applied is not None and applied.verdict == "converged"
        self.audit.check("I9", converged, f"does not converge: {applied and (applied.verdict, applied.diagnostics)}")
        if converged:
            await self._nothing_more()

    def _all_well(self) -> None:
        for host in self.hosts.values():
            host.full_until = 0.0
            for flag, value in host.flags.items():
                if value == "unreadable":
                    host.set(flag, "up")
        self.hosts[GATE.host].set(GATE.name, "up")

    def _by_hand(self, applied: RunResult) -> None:
        once = {step_id(action): action for action in self.actions if action.once}
        for failed in (failed for outcome in applied.rounds for failed in outcome.failed):
            if failed.step in once and failed.diagnostic.code in ONCE_ONLY:
                action = once[failed.step]
                self.hosts[action.host].set(action.name, "up")
                self.tally["done by hand"] += 1

    async def _nothing_more(self) -> None:
        """Assessing writes nothing, and neither does `apply` where nothing is to be done: whatever they sent, the hosts
        are as they were."""
        await asyncio.sleep(300.0)
        before, who = self.audit.content(), self.process(0.0)
        await assess.assess(functools.partial(self._look, who), self.wishes, functools.partial(self.decide, who))
        self.audit.check("I7", self.audit.content() == before, "assessing wrote something")
        before = self.audit.content()
        again = await self.once(Troubles())
        self.audit.check("I8", again is not None and again.verdict == "converged", "no longer converged")
        self.audit.check("I8", self.audit.content() == before, "apply after apply wrote something")


def _is_death(error: BaseException) -> bool:
    inside = _inside(error)
    return any(_is_death(one) for one in inside) if inside else isinstance(error, Killed)


def _innermost(error: BaseException) -> BaseException:
    inside = _inside(error)
    return _innermost(inside[0]) if inside else error


def _inside(error: BaseException) -> tuple[BaseException, ...]:
    return cast("BaseExceptionGroup[BaseException]", error).exceptions if isinstance(error, BaseExceptionGroup) else ()
