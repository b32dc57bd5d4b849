"""The ten invariants, watched while a run goes on, each with a count of how often it was put to the test.

Nothing here believes what bkrec says: it is compared with what truly happened on the hosts, and when.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from probes.fact import AnyFact, AnyReading, Known
from reconciler.core.events import Event, StepDone, StepStarted
from reconciler.core.identity import step_id
from reconciler.engine.reconcile import RunResult
from tests.sim.families import Raise
from tests.sim.hosts import Host, Job
from tests.sim.operator import Process, Wire
from tests.support.flags import Flag
from tests.support.virtual import now

CANARY = "c4n4ry-0f-th3-s1mul4t0r"
STALENESS_S = 400.0
"""How old what a step rests on may be when its job starts: a silent host is asked for 300 s."""

NAMES = {
    "I1": "no write before a durable intent",
    "I2": "no success without a re-probe",
    "I3": "a non-idempotent effect happens at most once",
    "I4": "no write with a stale epoch",
    "I5": "no gate out of order",
    "I6": "no secret in any artefact, log, argv",
    "I7": "diff, plan, check write nothing",
    "I8": "apply after apply does nothing",
    "I9": "every prefix resumes",
    "I10": "unknown never becomes ok",
    "apart": "what shares something never runs at once",
}


@dataclass(slots=True)
class Bkrec:
    """What one process has read and told."""

    process: Process
    wire: Wire
    heard: dict[AnyFact, tuple[AnyReading, float]] = field(default_factory=dict[AnyFact, tuple[AnyReading, float]])
    events: list[Event] = field(default_factory=list[Event])
    began: dict[str, float] = field(default_factory=dict[str, float])


@dataclass(slots=True)
class Audit:
    actions: Mapping[str, Raise]
    """By job key."""
    hosts: Mapping[str, Host] = field(default_factory=dict[str, Host])
    gate: Flag | None = None
    counts: Counter[str] = field(default_factory=Counter[str])
    violations: list[str] = field(default_factory=list[str])
    crew: list[Bkrec] = field(default_factory=list[Bkrec])
    newest: int = 0
    canary: str = CANARY
    frozen_s: float = 0.0
    """A launch that is on its way when its process is stopped rests on what was read before that; the fence is all
    that holds it then."""

    def check(self, name: str, holds: bool, why: str) -> None:
        self.counts[name] += 1
        if not holds:
            self.violations.append(f"{name} ({NAMES[name]}): {why}")

    # while it goes on

    def started(self, host: Host, job: Job) -> None:
        """A job's command begins on its host."""
        action = self.actions[job.name.rpartition(".")[0]]
        intent = f'"job": "{job.name}"'.encode()
        self.check("I1", any(intent in one.process.disk.durable for one in self.crew), f"{job.name}: no intent")
        self.check("I4", job.epoch >= self.newest, f"{job.name}: epoch {job.epoch} after {self.newest} at {now():.0f}s")
        self.newest = max(self.newest, job.epoch)
        if action.once:
            self.check("I3", job.behaviour.runs == 1, f"{job.name}: started {job.behaviour.runs} times")
        for expected in action.requires():
            self.check("I5", self._was_up(expected.fact), f"{job.name}: {expected.fact} was not up")
        if self.gate is not None:
            self.check("I5", self._was_up(self.gate), f"{job.name}: the gate was closed")
        self._apart(host, job, action)

    def _apart(self, host: Host, job: Job, action: Raise) -> None:
        for other, name in self._running():
            if (other.name, name) != (host.name, job.name):
                shared = set(action.locks) & set(self.actions[name.rpartition(".")[0]].locks)
                self.check("apart", not shared, f"{job.name} beside {name}: {shared}")

    def _running(self) -> Iterable[tuple[Host, str]]:
        return [(host, name) for host in self.hosts.values() for name in host.running()]

    def _was_up(self, fact: AnyFact) -> bool:
        assert isinstance(fact, Flag)
        host = self.hosts[fact.host]
        lately = now() - host.changed.get(fact.name, 0.0) < STALENESS_S + self.frozen_s
        return host.flags.get(fact.name) == "up" or (fact.name in host.changed and lately)

    def heard(self, who: Bkrec, readings: Mapping[AnyFact, AnyReading], asked: float) -> None:
        """An answer is as old as its question: a process may be stopped between the two."""
        who.heard.update((fact, (reading, asked)) for fact, reading in readings.items())

    def told(self, who: Bkrec, event: Event) -> None:
        who.events.append(event)
        if isinstance(event, StepStarted):
            who.began[event.step] = now()
        if isinstance(event, StepDone):
            action = next(one for one in self.actions.values() if step_id(one) == event.step)
            reading, at = who.heard[action.flag]
            fresh = reading == Known("up") and at >= who.began[event.step]
            self.check("I2", fresh and self._true(action.flag, at), f"{event.step}: done, and {reading} at {at:.1f}")

    def _true(self, flag: Flag, at: float) -> bool:
        host = self.hosts[flag.host]
        return host.flags.get(flag.name) == "up" or host.changed.get(flag.name, -1.0) >= at

    # at its end

    def ended(self, who: Bkrec, applied: RunResult, expectations: Iterable[Flag]) -> None:
        if applied.verdict == "converged":
            for flag in expectations:
                reading, at = who.heard[flag]
                self.check("I10", reading == Known("up"), f"converged with {flag.name}: {reading}")
                self.check("I10", self._true(flag, at), f"converged, and {flag.name} is down")
        self.check("I10", (applied.exit_code == 0) == (applied.verdict == "converged"), f"{applied.exit_code}")

    def secrets(self) -> None:
        for one in self.crew:
            kept = (one.process.disk.durable + one.process.disk.pending).decode(errors="replace")
            for text in (kept, repr(one.events), "\n".join(one.wire.argv)):
                self.check("I6", CANARY not in text, "the canary sings")
