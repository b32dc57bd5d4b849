"""A run: one `apply` or `undo`. What it is given, what has happened so far, and how it is concluded.

`RunContext` is the one context of a run: `reconcile`, `preflight`, `executor` and `step/runner` pass it on unchanged.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from actions.action import Action
from probes.fact import AnyExpected, AnyFact
from reconciler.core.approval import pending_approvals, waiting_steps
from reconciler.core.events import (
    Confirmation,
    Event,
    PlanConfirmed,
    StepBlocked,
    StepDeferred,
    StepFailed,
    StepNeedsHuman,
)
from reconciler.core.plan import Blocked, Plan
from reconciler.core.selection import derived_without
from reconciler.core.verdict import RunVerdict, Verdict, verdict
from reconciler.core.window import Window
from reconciler.engine.assess import Assessment, MakePlan, SpecInputs
from reconciler.engine.clock import Clock
from reconciler.engine.gather import GatherFacts, HostQuestion, Question
from reconciler.engine.journal import EventSink
from reconciler.engine.stop import StopRequest
from reconciler.engine.transport import Transport
from specs.diagnostic import Diagnostic

PARALLEL_STEPS = 4


def _no_checks(_: Plan) -> tuple[AnyExpected, ...]:
    return ()


def _by_itself(*_: Iterable[AnyFact]) -> HostQuestion | None:
    """With no job."""


def _accept(_: Plan) -> None:
    """Any plan."""


def _no_hosts(_: Plan) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """Everything a run is given: nothing below reads a flag, a spec or the environment."""

    run: str
    user: str
    source: str
    """This machine's name: shown to whoever finds the lease held."""
    transport: Transport
    gather: GatherFacts
    question: Question = _by_itself
    """What verifies a step, to be asked by the command that sees its job end."""
    controller: str
    hosts: tuple[str, ...]
    expected: Sequence[AnyExpected]
    make_plan: MakePlan
    spec_inputs: SpecInputs | None = None
    """The facts that `expected` and `decide` are derived from, where a run may change them."""
    journal: EventSink
    clock: Clock
    emit: Callable[[Event], None]
    """Whoever watches the run. Events that belong in the journal go through `record`."""
    stop: StopRequest
    confirm: Callable[[Assessment], Awaitable[bool]]
    """Asked when the plan holds steps that have not been confirmed yet."""
    accept_plan: Callable[[Plan], None] = _accept
    """Given the first plan, before anything is written: raises where it is not what was asked for."""
    preflight_checks: Callable[[Plan], Sequence[AnyExpected]] = _no_checks
    """What must hold before the first write: disk space, clock, no foreign installer running."""
    hosts_required: Callable[[Plan], Sequence[str]] = _no_hosts
    """Hosts that must have been read before this plan may start: none where it only repairs."""
    approved: frozenset[str] = frozenset()
    """Deletions that a person approved for this run: `apply --approve`."""
    confirmed_by: Confirmation = "answer"
    """How `confirm` comes to a yes."""
    undoes: bool = False
    """It rolls back another run: it ends as rolled back, and its own jobs cannot be rolled back in turn."""
    seal: Callable[[int, Assessment], Awaitable[tuple[Diagnostic, ...]]] | None = None
    """Called with the lease's epoch when the steps are done: seals what has converged (`commands/seal.py`). Answers
    with what kept it from that, as warnings: the verdict is about the cluster."""
    parallel: int = PARALLEL_STEPS
    window: Window | None = None
    """Until when steps may be started: `apply --stop-at`."""

    def record(self, event: Event) -> None:
        """Journal first, then whoever watches. Raises JournalError."""
        self.journal.write(event)
        self.emit(event)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionResult:
    """What came of one round of executing a plan."""

    started: tuple[str, ...] = ()
    """Steps whose command was sent to its host, or was about to be."""
    done: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    failed: tuple[StepFailed, ...] = ()
    blocked: tuple[StepBlocked, ...] = ()
    needs_human: tuple[StepNeedsHuman, ...] = ()
    """Not started, because a person has to approve or do it; nor are its dependants."""
    not_started: tuple[str, ...] = ()
    """Not started, because the run was stopped, or because the plan is out of date."""
    outside_window: tuple[str, ...] = ()
    """Not started, because they, or what they need, would end after the maintenance window."""
    deferred: tuple[StepDeferred, ...] = ()
    """Steps that found the plan out of date: the next round assesses and plans again."""
    running: tuple[str, ...] = ()
    """Jobs still running on their hosts."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """Why the round could not continue."""


@dataclass(slots=True)
class RunState:
    """What has happened in the run so far."""

    assessment: Assessment
    started_at: float
    confirmed: set[Action] = field(default_factory=set[Action])
    """In full: a step of the same id that would do something else is asked about again."""
    rounds: list[ExecutionResult] = field(default_factory=list[ExecutionResult])
    confirmations: list[PlanConfirmed] = field(default_factory=list[PlanConfirmed])
    """Not in the journal yet: the first comes before the lease, and a run that never starts leaves no journal."""
    refused: tuple[Diagnostic, ...] = ()
    change_started: bool = False
    """A change that concerns more hosts than it works on has started: from now on, a host that becomes unreachable
    blocks only what depends on it."""
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def done(self) -> int:
        """Steps, however many rounds did them: as `report` counts."""
        return len({step for result in self.rounds for step in result.done})

    @property
    def failed(self) -> tuple[StepFailed, ...]:
        return tuple(failed for result in self.rounds for failed in result.failed)

    @property
    def outside_window(self) -> frozenset[str]:
        return frozenset(self.rounds[-1].outside_window) if self.rounds else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    verdict: RunVerdict
    exit_code: int
    assessment: Assessment
    """The final one."""
    diagnostics: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    rounds: tuple[ExecutionResult, ...] = ()

    @property
    def outside_window(self) -> tuple[str, ...]:
        return self.rounds[-1].outside_window if self.rounds else ()


def open_questions(context: RunContext, assessment: Assessment) -> tuple[Diagnostic, ...]:
    """What only a person can answer or do, with what to type; and why the remaining drift was not repaired."""
    drifted = {drift.expected.fact for drift in assessment.difference.drift}

    def is_open(blocked: Blocked) -> bool:
        asks_a_person = blocked.diagnostic.disposition in ("needs-human", "reported-at-end")
        return blocked.expected.fact in drifted or asks_a_person

    return (
        *(blocked.diagnostic for blocked in assessment.plan.blocked if is_open(blocked)),
        *pending_approvals(assessment.plan, context.approved),
    )


def only_manual_steps_remain(context: RunContext, assessment: Assessment) -> bool:
    """There are steps left, and each of them waits for a person."""
    steps = assessment.plan.steps
    return bool(steps) and len(waiting_steps(assessment.plan, context.approved)) == len(steps)


def nothing_to_start(context: RunContext, assessment: Assessment) -> bool:
    return not assessment.plan.steps or only_manual_steps_remain(context, assessment)


def _needs_human(context: RunContext, assessment: Assessment) -> bool:
    """Something needs a person, and everything else that is unknown is unknown for that reason alone."""
    blocked = assessment.plan.blocked
    facts = {item.expected.fact for item in blocked if item.diagnostic.disposition == "needs-human"}
    manual = only_manual_steps_remain(context, assessment) and all(
        item.diagnostic.disposition == "needs-human" for item in blocked
    )
    return (bool(facts) or manual) and all(drift.expected.fact in facts for drift in assessment.difference.unknown)


def _part_is_done(context: RunContext, state: RunState) -> bool:
    """A part of the plan, or a window, was asked for, and nothing of it is left undone for any other reason."""
    plan, difference = state.assessment.plan, state.assessment.difference
    if not plan.selection and not state.outside_window:
        return False
    allowed = state.outside_window | waiting_steps(plan, context.approved)
    open_facts = {repaired.expected.fact for step in plan.steps for repaired in step.repairs}
    differing = {drift.expected.fact for drift in (*difference.drift, *difference.unknown)}
    return (
        all(step.id in allowed for step in plan.steps)
        and not any(blocked.expected.fact in differing for blocked in plan.blocked)
        and not derived_without(plan.derived, open_facts)
    )


def _readings_of_part(state: RunState) -> Verdict:
    """Unknown, unless all that was not read is outside the part and waits for a person's word alone."""
    difference, remaining = state.assessment.difference, state.assessment.plan.remaining
    acknowledged_later = {
        item.expected.fact
        for item in remaining
        if item.expected is not None and item.diagnostic is not None and item.diagnostic.disposition == "needs-human"
    }
    return "differs" if all(drift.expected.fact in acknowledged_later for drift in difference.unknown) else "unknown"


def run_verdict(context: RunContext, state: RunState) -> RunVerdict:
    """Errors outweigh facts, and facts decide the rest. `core/verdict.py` has the exit codes."""
    touched = any(result.started for result in state.rounds)
    readings = verdict(state.assessment.difference)
    waiting = _needs_human(context, state.assessment)
    if context.stop.signal is not None and (readings != "converged" or context.stop.immediate.is_set()):
        return "interrupted"
    halted = (*state.refused, *(() if context.stop.why is None else (context.stop.why,)))
    paused = any(diagnostic.disposition == "pauses-run" for diagnostic in halted)
    if readings != "converged" and not state.failed and paused:
        return "waiting"
    if state.refused or (state.diagnostics and not touched):
        return "waiting" if touched and state.refused else "refused"
    if state.failed or state.diagnostics or context.stop.why is not None:
        return "failed"
    if readings != "converged" and waiting:
        return "waiting"
    if readings != "converged" and _part_is_done(context, state):
        return _readings_of_part(state)
    if readings == "differs":
        return "failed" if touched else "refused"
    if readings == "unknown":
        return readings
    return "rolled-back" if context.undoes else "converged"
