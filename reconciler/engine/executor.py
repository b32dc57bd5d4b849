"""Execute: a plan, step by step, as its edges and the steps' resources allow. It adds nothing and decides nothing.

A step starts when all it comes after are done. One that fails holds up those after it, each told once with the first
cause; the others go on. What steps share (a host, the vendor's bkcli) is held by one of them at a time, and that alone
keeps two bkcli calls apart.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from reconciler.core.events import (
    Event,
    RunInterrupted,
    StepBlocked,
    StepDeferred,
    StepDone,
    StepFailed,
    StepNeedsHuman,
    StepSkipped,
)
from reconciler.core.plan import Plan, Step
from reconciler.engine.clock import Clock, SystemClock
from reconciler.engine.gather import GatherFacts
from reconciler.engine.journal import EventSink
from reconciler.engine.lease import LeaseValidity
from reconciler.engine.step.context import StepContext, StepResult
from reconciler.engine.step.runner import run_step
from reconciler.engine.stop import StopSignal
from reconciler.engine.transport import Transport
from specs.diagnostic import BkrecError, Diagnostic

PARALLEL = 4

Finished = asyncio.Task[StepResult | BkrecError]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionResult:
    started: tuple[str, ...] = ()
    """Steps whose command left for its host, or was about to."""
    done: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    failed: tuple[StepFailed, ...] = ()
    blocked: tuple[StepBlocked, ...] = ()
    needs_human: tuple[StepNeedsHuman, ...] = ()
    """Not started, because a person has to approve or do it; nor is what comes after them."""
    not_started: tuple[str, ...] = ()
    """Not started, because the run was stopped, or because the plan is out of date."""
    deferred: tuple[StepDeferred, ...] = ()
    """Steps that found the plan out of date: another look decides anew."""
    running: tuple[str, ...] = ()
    """Jobs that were left running on their hosts."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """Why it could not go on."""


@dataclass(slots=True)
class _Scheduler:
    """Where each step stands. The only thing that changes here."""

    waiting: dict[str, Step]
    parallel: int
    tasks: dict[Finished, Step] = field(default_factory=dict[Finished, Step])
    outages: frozenset[str] = frozenset()
    """Steps that users notice."""
    finished: set[str] = field(default_factory=set[str])
    ended: list[StepResult] = field(default_factory=list[StepResult])
    blocked: list[StepBlocked] = field(default_factory=list[StepBlocked])
    not_started: list[str] = field(default_factory=list[str])
    diagnostics: list[BkrecError] = field(default_factory=list[BkrecError])

    def ready(self) -> Step | None:
        """The first, in the plan's order, that may start now."""
        taken = {resource for step in self.tasks.values() for resource in step.action.locks}
        if len(self.tasks) >= self.parallel:
            return None
        for step in self.waiting.values():
            if self._is_its_turn(step) and taken.isdisjoint(step.action.locks):
                return step
            if self._ends_an_outage(step):
                taken.update(step.action.locks)
        return None

    def _ends_an_outage(self, step: Step) -> bool:
        """Users wait for it already: what it needs is kept for it, or an unrelated step would make them wait longer."""
        begun = {task.id for task in self.tasks.values()} | self.finished
        return any(after.step in begun and after.step in self.outages for after in step.after)

    def _is_its_turn(self, step: Step) -> bool:
        return all(after.step in self.finished for after in step.after)

    def record_result(self, step: Step, ended: StepResult, *, runs_on: bool) -> Iterator[StepBlocked]:
        """Takes down the outcome; yields what it holds up, each once.

        `runs_on`: the step failed, and its job goes on or may do so; what it shares is not free.
        """
        self.ended.append(ended)
        match ended:
            case StepDone() | StepSkipped():
                self.finished.add(ended.step)
            case StepDeferred():
                self._defer(ended.step)
            case StepNeedsHuman():
                for step_id in self._behind(ended.step):
                    del self.waiting[step_id]
            case StepFailed():
                yield from self._block_dependants(step, ended, runs_on=runs_on)

    def _defer(self, step: str) -> None:
        """What comes after it waits for the next plan too."""
        for behind in (step, *self._behind(step)):
            self.waiting.pop(behind, None)
            self.not_started.append(behind)

    def _block_dependants(self, step: Step, ended: StepFailed, *, runs_on: bool) -> Iterator[StepBlocked]:
        taken = step.action.locks if runs_on else ()
        beside = [one.id for one in self.waiting.values() if not set(taken).isdisjoint(one.action.locks)]
        for step_id in dict.fromkeys((*beside, *self._behind(ended.step, *beside))):
            del self.waiting[step_id]
            self.blocked.append(StepBlocked(step=step_id, cause=ended.step))
            yield self.blocked[-1]

    def _behind(self, *causes: str) -> tuple[str, ...]:
        """Waiting steps that come after these, near or far, in the plan's order of discovery."""
        behind: dict[str, None] = {}
        frontier = set(causes)
        while frontier:
            near = [s for s in self.waiting.values() if s.id not in behind and any(a.step in frontier for a in s.after)]
            frontier = {step.id for step in near}
            behind.update(dict.fromkeys(step.id for step in near))
        return tuple(behind)


async def execute(
    plan: Plan,
    *,
    transport: Transport,
    gather: GatherFacts,
    journal: EventSink,
    epoch: int,
    term: LeaseValidity,
    run: str = "-",
    undoes: bool = False,
    emit: Callable[[Event], None],
    stop: StopSignal,
    approved: frozenset[str] = frozenset(),
    parallel: int = PARALLEL,
    clock: Clock | None = None,
) -> ExecutionResult:
    """A journal that cannot be written ends it, with the trouble in the outcome; jobs already started go on."""

    def tell(event: Event) -> None:
        journal.write(event)
        emit(event)

    context = StepContext(
        transport=transport,
        gather=gather,
        clock=clock or SystemClock(),
        emit=tell,
        epoch=epoch,
        validity=term,
        run=run,
        undoes=undoes,
        stop=stop,
        approved=approved,
    )
    outages = frozenset(step.id for step in plan.steps if step.action.outage)
    board = _Scheduler(waiting={step.id: step for step in plan.steps}, parallel=parallel, outages=outages)
    try:
        await _work(board, context)
    except asyncio.CancelledError:
        _left_running(context)
        raise
    running = _left_running(context) if stop.immediate.is_set() else ()
    return _outcome(board, context, running)


def _left_running(context: StepContext) -> tuple[str, ...]:
    """Told where it still can be: a journal that fails now must not hide that we were stopped."""
    running = tuple(context.running.values())
    with contextlib.suppress(BkrecError):
        context.emit(RunInterrupted(running=running))
    return running


def _outcome(board: _Scheduler, context: StepContext, running: tuple[str, ...]) -> ExecutionResult:
    return ExecutionResult(
        started=tuple(context.started),
        done=tuple(end.step for end in board.ended if isinstance(end, StepDone)),
        skipped=tuple(end.step for end in board.ended if isinstance(end, StepSkipped)),
        failed=tuple(end for end in board.ended if isinstance(end, StepFailed)),
        blocked=tuple(board.blocked),
        not_started=(*board.not_started, *board.waiting),
        deferred=tuple(end for end in board.ended if isinstance(end, StepDeferred)),
        needs_human=tuple(end for end in board.ended if isinstance(end, StepNeedsHuman)),
        running=running,
        diagnostics=tuple(diagnostic for troubled in board.diagnostics for diagnostic in troubled.diagnostics),
    )


async def _work(board: _Scheduler, context: StepContext) -> None:
    """Until nothing runs and nothing may start, or somebody is in a hurry."""
    async with asyncio.TaskGroup() as group:
        hurry = group.create_task(context.stop.immediate.wait())
        _start(board, context, group)
        while board.tasks and not context.stop.immediate.is_set():
            done, _ = await asyncio.wait({hurry, *board.tasks}, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in board.tasks if task in done]:
                _collect_result(board, task, context)
            _start(board, context, group)
        for task in (hurry, *board.tasks):
            task.cancel()


def _start(board: _Scheduler, context: StepContext, group: asyncio.TaskGroup) -> None:
    while not context.stop.requested and (step := board.ready()) is not None:
        del board.waiting[step.id]
        board.tasks[group.create_task(_run_one(step, context))] = step


async def _run_one(step: Step, context: StepContext) -> StepResult | BkrecError:
    """In a group an expected failure is returned: raised, it would cancel the neighbours."""
    try:
        ended = await run_step(step, context)
        context.emit(ended)
    except BkrecError as trouble:
        return trouble
    return ended


def _collect_result(board: _Scheduler, task: Finished, context: StepContext) -> None:
    step = board.tasks.pop(task)
    ended = task.result()
    if isinstance(ended, BkrecError):
        board.diagnostics.append(ended)
        context.stop.stop_because(ended.diagnostics[0])
        return
    for held in board.record_result(step, ended, runs_on=step.id in context.running):
        context.emit(held)
