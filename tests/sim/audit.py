"""The ten invariants, watched while a run goes on, each with a count of how often it was put to the test.

Nothing here believes what bkrec says or reads what it made of an answer. The evidence is the hosts' own: which epochs
they granted and to whom, what they answered and when, what ran on them, what is written there; and the operator's: what
had reached the disk when a command left, what the person was shown and agreed to. `tests/sim/companions.py` breaks the
product on purpose, once for each, and is caught.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from probes.command import Command
from probes.fact import AnyExpected
from reconciler.core.events import Event, StepDone
from reconciler.core.identity import step_id
from reconciler.core.plan import Plan
from reconciler.engine.jobs.scripts import LAUNCH
from reconciler.engine.reconcile import RunResult
from reconciler.view.documents import dumped
from reconciler.view.render import RenderOptions
from reconciler.view.reports import ErrorReport
from reconciler.view.text.diagnostic import diagnostics_text
from reconciler.view.to_documents import error_document
from tests.sim.families import Raise
from tests.sim.hosts import Behaviour, FlagAnswer, Host, command_args
from tests.sim.operator import Process, Wire
from tests.support.flags import Flag
from tests.support.job_host import Job
from tests.support.virtual import now

REQUIREMENT_AGE_S = 75.0
"""How old the answer about a requirement may be when the command begins: the start deadline that the uptime of the same
reading allows (TTL_S - START_MARGIN_S = 35 s), a second for its rounding, and what the answers of two hosts to one
reading can lie apart (a slow wire takes up to 34 s each way)."""

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

Place = tuple[str, str]
"""Host and flag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    value: str
    at: float
    """When its host gave it."""


NEVER_ASKED = Answer(value="never asked", at=-1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A launch as it left, with what its process had heard by then of what it requires."""

    sender: "Bkrec"
    requirements: tuple[tuple[Place, Answer], ...]


@dataclass(slots=True)
class Bkrec:
    """One process: what it was given, what it heard from the hosts, what it emitted."""

    process: Process
    wire: Wire
    run: str
    actions: tuple[Raise, ...] = ()
    """As this process words them."""
    approved: frozenset[str] = frozenset()
    """What the person who called it approved."""
    answers: dict[Place, Answer] = field(default_factory=dict[Place, Answer])
    """The last that arrived about each flag."""
    planned_at: float = -1.0
    """When it made its last plan."""
    shown: dict[Place, tuple[str, ...]] = field(default_factory=dict[Place, tuple[str, ...]])
    """What the person has agreed to, with its arguments."""
    events: list[Event] = field(default_factory=list[Event])
    output: list[str] = field(default_factory=list[str])
    """What the person would have read at its end."""
    result: RunResult | None = None

    def answer(self, place: Place) -> Answer:
        return self.answers.get(place, NEVER_ASKED)

    def recorded(self, event: str, **fields: str) -> bool:
        """Whether its own journal, as far as it has reached the disk, has such a line."""
        return any(_says(line, event, fields) for line in self.process.disk.durable.split(b"\n"))


def _says(line: bytes, event: str, fields: Mapping[str, str]) -> bool:
    """The cheap questions first: a campaign asks this a hundred thousand times, of long journals."""
    if event.encode() not in line or not all(value.encode() in line for value in fields.values()):
        return False
    entry = json.loads(line)
    return entry.get("event") == event and fields.items() <= entry.items()


@dataclass(slots=True)
class Audit:
    actions: Mapping[Place, Raise]
    """By what they change, and not by any name that bkrec gives them."""
    hosts: Mapping[str, Host] = field(default_factory=dict[str, Host])
    controller: str = "10.0.0.1"
    gate: Flag | None = None
    counts: Counter[str] = field(default_factory=Counter[str])
    violations: list[str] = field(default_factory=list[str])
    evidence: Counter[str] = field(default_factory=Counter[str])
    """What was seen and breaks nothing, counted apart."""
    crew: list[Bkrec] = field(default_factory=list[Bkrec])
    canaries: tuple[str, ...] = ()

    def check(self, name: str, holds: bool, why: str) -> None:
        self.counts[name] += 1
        if not holds:
            self.violations.append(f"{name} ({NAMES[name]}): {why}")

    # what leaves a process

    def sent(self, who: Bkrec, host: str, command: Command) -> Launch | None:
        """A command is about to leave."""
        if command.script != LAUNCH:
            return None
        job, epoch, run = command.args[1], command.args[2], command.args[7]
        args = command_args(command.stdin)
        place = (host, args[0])
        action = self.actions[place]
        self.check("I1", who.recorded("step-started", job=job, host=host), f"{job}: no intent of its own process")
        granted = {grant.run: grant.epoch for grant in self.hosts[self.controller].grants}
        self.check("I4", granted.get(run) == int(epoch), f"{job}: epoch {epoch}, {run} was granted {granted.get(run)}")
        self._preflight(who, job)
        self.check("I5", who.shown.get(place) == args, f"{job}: {args} was not agreed to")
        if action.behind:
            self._approved(who, job, action.behind)
        wants = ((flag.host, flag.name) for flag in action.wants)
        return Launch(sender=who, requirements=tuple((want, who.answer(want)) for want in wants))

    def _preflight(self, who: Bkrec, job: str) -> None:
        """Between the last plan and its first launch the gate was asked about, and answered that it is open."""
        if self.gate is not None:
            answer = who.answer((self.gate.host, self.gate.name))
            fresh = answer.value == "up" and answer.at >= who.planned_at
            self.check("I5", fresh, f"{job}: planned at {who.planned_at:.1f}, the gate: {answer}")

    def _approved(self, who: Bkrec, job: str, approval: str) -> None:
        """By the person who called this process, on record here and on the controller."""
        on_controller = any(
            args[1] == approval and args[3] == who.run for args in self.hosts[self.controller].approvals
        )
        self.check("I5", approval in who.approved, f"{job}: nobody approved {approval}")
        self.check("I5", on_controller, f"{job}: {approval} is not recorded on the controller")
        self.check("I5", who.recorded("approval-given", approval=approval), f"{job}: {approval} is not recorded here")

    # what happens on a host

    def started(self, host: Host, job: Job[Behaviour], launch: object) -> None:
        """A job's command begins on its host."""
        assert isinstance(launch, Launch)
        action = self.actions[host.name, job.behaviour.name]
        newest = max(grant.epoch for grant in self.hosts[self.controller].grants)
        self.check("I4", job.epoch >= newest, f"{job.name}: epoch {job.epoch}, {newest} is granted, at {now():.0f}s")
        if action.once:
            runs = job.behaviour.runs
            self.check("I3", runs == 1, f"{job.behaviour.name} on {host.name}: started {runs} times")
        for (where, name), answer in launch.requirements:
            fresh = answer.value == "up" and now() - answer.at <= REQUIREMENT_AGE_S
            self.check("I5", fresh, f"{job.name} at {now():.1f}: {name}: {answer}")
            up = self.hosts[where].flags[name] == "up"
            self.evidence["requirement up at the start" if up else "requirement fell after it was read"] += 1
        for other, running in self._running():
            if running is not job:
                shared = set(action.locks) & set(self.actions[other.name, running.behaviour.name].locks)
                self.check("apart", not shared, f"{job.name} beside {running.name}: {shared}")

    def _running(self) -> Iterable[tuple[Host, Job[Behaviour]]]:
        return [
            (host, job) for host in self.hosts.values() for job in host.jobs.values() if host.state(job) == "running"
        ]

    # what reaches a process

    def heard(self, who: Bkrec, host: str, answer: FlagAnswer, at: float) -> None:
        who.answers[host, answer.flag] = Answer(value=answer.value, at=at)

    def planned(self, who: Bkrec) -> None:
        who.planned_at = now()

    def agreed(self, who: Bkrec, plan: Plan) -> None:
        """The person was shown this plan, and said yes."""
        for step in plan.steps:
            assert isinstance(step.action, Raise)
            who.shown[step.action.host, step.action.name] = step.action.command().args

    # what it says

    def emitted(self, who: Bkrec, event: Event) -> None:
        who.events.append(event)
        if isinstance(event, StepDone):
            (action,) = [action for action in who.actions if step_id(action) == event.step]
            answer, ended = who.answer((action.host, action.name)), self._ended(action)
            verified = answer.value == "up" and ended is not None and answer.at >= ended
            self.check("I2", verified, f"{action.name}: done; its job ended at {ended}, the last answer: {answer}")

    def _ended(self, action: Raise) -> float | None:
        """When its last job ended; None while one runs."""
        host = self.hosts[action.host]
        jobs = [job for job in host.jobs.values() if job.behaviour.name == action.name and job.started is not None]
        if any(host.state(job) == "running" for job in jobs):
            return None
        return max((job.ended or 0.0 for job in jobs), default=0.0)

    def ended(self, who: Bkrec, result: RunResult, expected: Iterable[AnyExpected]) -> None:
        """Whatever claims that all is well rests on the last answer about each flag, and every flag was asked about."""
        who.result = result
        who.output += _texts(result)
        if result.verdict == "converged" or result.exit_code == 0:
            for one in expected:
                assert isinstance(one.fact, Flag)
                answer = who.answer((one.fact.host, one.fact.name))
                claim = f"{result.verdict}, exit code {result.exit_code}"
                self.check("I10", answer.value == "up", f"{claim}, and {one.fact.name}: {answer}")

    # what is written

    def content(self) -> object:
        return tuple((name, host.content()) for name, host in self.hosts.items())

    def secrets(self) -> None:
        for who in self.crew:
            journal = (who.process.disk.durable + who.process.disk.pending).decode(errors="replace")
            artefacts = {
                "journal": journal,
                "events": repr(who.events),
                "output": "\n".join(who.output),
                "argv": "\n".join(who.wire.argv),
            }
            for name, text in artefacts.items():
                found = [canary for canary in self.canaries if canary in text]
                self.check("I6", not found, f"{name}: {found}")


def _texts(result: RunResult) -> list[str]:
    pages = [RenderOptions(lang=lang, width=100) for lang in ("en", "zh")]
    texts = [diagnostics_text(result.diagnostics, page, "error") for page in pages if result.diagnostics]
    tails = [line for outcome in result.rounds for failed in outcome.failed for line in failed.tail]
    return [
        *texts,
        dumped(error_document(ErrorReport(exit_code=result.exit_code, diagnostics=result.diagnostics))),
        *tails,
    ]
