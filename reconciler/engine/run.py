"""What `apply` is handed, what becomes of it on the way, and what it comes to."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from actions.action import Action
from probes.fact import AnyExpected
from reconciler.core.approval import pending_approvals, waiting_steps
from reconciler.core.events import Event, StepFailed
from reconciler.core.plan import Blocked, Plan
from reconciler.core.verdict import verdict
from reconciler.engine.assess import Assessment, MakePlan, SpecInputs
from reconciler.engine.clock import Clock
from reconciler.engine.executor import PARALLEL, ExecutionResult
from reconciler.engine.gather import GatherFacts
from reconciler.engine.journal import EventSink
from reconciler.engine.stop import StopSignal
from reconciler.engine.transport import Transport
from specs.diagnostic import Diagnostic

Verdict = Literal["converged", "differs", "unknown", "failed", "refused", "waiting", "interrupted", "rolled-back"]


def _no_gates(_: Plan) -> tuple[AnyExpected, ...]:
    return ()


def _nobody(_: Plan) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """All that `apply` is handed: nothing in here reads a flag, a spec or the environment."""

    run: str
    user: str
    source: str
    """This machine's name: who finds the lease held wants to know where to look."""
    transport: Transport
    gather: GatherFacts
    controller: str
    hosts: tuple[str, ...]
    expected: Sequence[AnyExpected]
    decide: MakePlan
    spec_inputs: SpecInputs | None = None
    """What those two rest on, where a run may change it."""
    journal: EventSink
    clock: Clock
    emit: Callable[[Event], None]
    stop: StopSignal
    confirm: Callable[[Assessment], Awaitable[bool]]
    """Asked when the plan holds steps that were not confirmed yet."""
    preflight_checks: Callable[[Plan], Sequence[AnyExpected]] = _no_gates
    """What must hold before the first write: disk, clock, nobody else at work."""
    concerned: Callable[[Plan], Sequence[str]] = _nobody
    """The hosts that must have been read before this plan may begin: none where it only repairs."""
    approved: frozenset[str] = frozenset()
    """Gates that a person opened for this run: `apply --approve`."""
    undoes: bool = False
    """It puts back what another run changed: it ends as rolled back, and its jobs are no run that could be undone."""
    parallel: int = PARALLEL


@dataclass(slots=True)
class RunState:
    """What has become of the run so far."""

    assessment: Assessment
    began: float
    confirmed: set[Action] = field(default_factory=set[Action])
    """In full: a step of the same id that would do something else is asked about again."""
    outcomes: list[ExecutionResult] = field(default_factory=list[ExecutionResult])
    refused: tuple[Diagnostic, ...] = ()
    begun: bool = False
    """A change that concerns hosts other than those it works on: from then on, one that falls silent holds up only what
    needs it."""
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])

    @property
    def done(self) -> int:
        return sum(len(outcome.done) for outcome in self.outcomes)

    @property
    def failed(self) -> tuple[StepFailed, ...]:
        return tuple(failed for outcome in self.outcomes for failed in outcome.failed)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    verdict: Verdict
    exit_code: int
    assessment: Assessment
    """The last look."""
    diagnostics: tuple[Diagnostic, ...] = ()
    outcomes: tuple[ExecutionResult, ...] = ()
    """One per round."""


def open_questions(context: RunContext, assessment: Assessment) -> tuple[Diagnostic, ...]:
    """What only a person can answer or do, ready to be shown with what to type; and why what differs was left so."""
    drifted = {drift.expected.fact for drift in assessment.difference.drift}

    def is_open(blocked: Blocked) -> bool:
        asks_a_person = blocked.diagnostic.disposition in ("needs-human", "reported-at-end")
        return blocked.expected.fact in drifted or asks_a_person

    return (
        *(blocked.diagnostic for blocked in assessment.plan.blocked if is_open(blocked)),
        *pending_approvals(assessment.plan, context.approved),
    )


def only_manual_steps_left(context: RunContext, assessment: Assessment) -> bool:
    """There are steps left, and each of them waits for a person."""
    steps = assessment.plan.steps
    return bool(steps) and len(waiting_steps(assessment.plan, context.approved)) == len(steps)


def nothing_to_start(context: RunContext, assessment: Assessment) -> bool:
    return not assessment.plan.steps or only_manual_steps_left(context, assessment)


def _waits(context: RunContext, assessment: Assessment) -> bool:
    """For a person's word or hand; and whatever else is unknown, is known to wait for that alone."""

    def needs_human(blocked: Blocked) -> bool:
        return blocked.diagnostic.disposition == "needs-human"

    facts = {blocked.expected.fact for blocked in assessment.plan.blocked if needs_human(blocked)}
    handed = only_manual_steps_left(context, assessment) and all(
        needs_human(blocked) for blocked in assessment.plan.blocked
    )
    return (bool(facts) or handed) and all(drift.expected.fact in facts for drift in assessment.difference.unknown)


def conclude(context: RunContext, state: RunState) -> tuple[Verdict, int]:
    """The verdict and design's exit code. Trouble outweighs facts, and facts decide the rest."""
    touched = any(outcome.started for outcome in state.outcomes)
    readings = verdict(state.assessment.difference)
    waiting = _waits(context, state.assessment)
    if context.stop.signal is not None and (readings != "converged" or context.stop.immediate.is_set()):
        return "interrupted", 128 + context.stop.signal
    halted = (*state.refused, *(() if context.stop.why is None else (context.stop.why,)))
    if (
        readings != "converged"
        and not state.failed
        and any(diagnostic.disposition == "pauses-run" for diagnostic in halted)
    ):
        return "waiting", 6
    if state.refused or (state.diagnostics and not touched):
        return ("waiting", 6) if touched and state.refused else ("refused", 5)
    if state.failed or state.diagnostics or context.stop.why is not None:
        return "failed", 3
    if readings != "converged" and waiting:
        return "waiting", 6
    if readings == "differs":
        return ("failed", 3) if touched else ("refused", 5)
    if readings == "unknown":
        return readings, 4
    return ("rolled-back", 7) if context.undoes else ("converged", 0)
