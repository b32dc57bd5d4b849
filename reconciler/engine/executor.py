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
    Interrupted,
    StepAwaited,
    StepDone,
    StepFailed,
    StepHeld,
    StepLeft,
    StepSkipped,
)
from reconciler.core.plan import Plan, Step
from reconciler.engine.clock import Clock, SystemClock
from reconciler.engine.gather import Look
from reconciler.engine.journal import Book
from reconciler.engine.lease import Term
from reconciler.engine.step.context import Ended, Means
from reconciler.engine.step.runner import carry_out
from reconciler.engine.stop import StopSignal
from reconciler.engine.transport import Transport
from specs.diagnostic import Diagnostic, Troubled

PARALLEL = 4

Finished = asyncio.Task[Ended | Troubled]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    started: tuple[str, ...] = ()
    """Steps whose command left for its host, or was about to."""
    done: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    failed: tuple[StepFailed, ...] = ()
    held: tuple[StepHeld, ...] = ()
    awaited: tuple[StepAwaited, ...] = ()
    """Not started, because a person has to approve or do it; nor is what comes after them."""
    left: tuple[str, ...] = ()
    """Not started, because the run was stopped, or because the plan is out of date."""
    outdated: tuple[StepLeft, ...] = ()
    """Steps that found the plan out of date: another look decides anew."""
    running: tuple[str, ...] = ()
    """Jobs that were left running on their hosts."""
    troubles: tuple[Diagnostic, ...] = ()
    """Why it could not go on."""


@dataclass(slots=True)
class _Board:
    """Where each step stands. The only thing that changes here."""

    waiting: dict[str, Step]
    parallel: int
    tasks: dict[Finished, Step] = field(default_factory=dict[Finished, Step])
    outages: frozenset[str] = frozenset()
    """Steps that users notice."""
    finished: set[str] = field(default_factory=set[str])
    ended: list[Ended] = field(default_factory=list[Ended])
    held: list[StepHeld] = field(default_factory=list[StepHeld])
    left: list[str] = field(default_factory=list[str])
    troubles: list[Troubled] = field(default_factory=list[Troubled])

    def ready(self) -> Step | None:
        """The first, in the plan's order, that may start now."""
        taken = {resource for step in self.tasks.values() for resource in step.action.resources}
        if len(self.tasks) >= self.parallel:
            return None
        for step in self.waiting.values():
            if self._is_its_turn(step) and taken.isdisjoint(step.action.resources):
                return step
            if self._ends_an_outage(step):
                taken.update(step.action.resources)
        return None

    def _ends_an_outage(self, step: Step) -> bool:
        """Users wait for it already: what it needs is kept for it, or an unrelated step would make them wait longer."""
        begun = {task.id for task in self.tasks.values()} | self.finished
        return any(after.step in begun and after.step in self.outages for after in step.after)

    def _is_its_turn(self, step: Step) -> bool:
        return all(after.step in self.finished for after in step.after)

    def settle(self, step: Step, ended: Ended, *, runs_on: bool) -> Iterator[StepHeld]:
        """Takes down the outcome; yields what it holds up, each once.

        `runs_on`: the step failed, and its job goes on or may do so; what it shares is not free.
        """
        self.ended.append(ended)
        match ended:
            case StepDone() | StepSkipped():
                self.finished.add(ended.step)
            case StepLeft():
                self._leave(ended.step)
            case StepAwaited():
                for step_id in self._behind(ended.step):
                    del self.waiting[step_id]
            case StepFailed():
                yield from self._hold(step, ended, runs_on=runs_on)

    def _leave(self, step: str) -> None:
        """What comes after it waits for the next plan too."""
        for behind in (step, *self._behind(step)):
            self.waiting.pop(behind, None)
            self.left.append(behind)

    def _hold(self, step: Step, ended: StepFailed, *, runs_on: bool) -> Iterator[StepHeld]:
        taken = step.action.resources if runs_on else ()
        beside = [one.id for one in self.waiting.values() if not set(taken).isdisjoint(one.action.resources)]
        for step_id in dict.fromkeys((*beside, *self._behind(ended.step, *beside))):
            del self.waiting[step_id]
            self.held.append(StepHeld(step=step_id, cause=ended.step))
            yield self.held[-1]

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
    look: Look,
    journal: Book,
    epoch: int,
    term: Term,
    run: str = "-",
    undoes: bool = False,
    emit: Callable[[Event], None],
    stop: StopSignal,
    approved: frozenset[str] = frozenset(),
    parallel: int = PARALLEL,
    clock: Clock | None = None,
) -> Outcome:
    """A journal that cannot be written ends it, with the trouble in the outcome; jobs already started go on."""

    def tell(event: Event) -> None:
        journal.write(event)
        emit(event)

    means = Means(
        transport=transport,
        look=look,
        clock=clock or SystemClock(),
        tell=tell,
        epoch=epoch,
        term=term,
        run=run,
        undoes=undoes,
        stop=stop,
        approved=approved,
    )
    outages = frozenset(step.id for step in plan.steps if step.action.outage)
    board = _Board(waiting={step.id: step for step in plan.steps}, parallel=parallel, outages=outages)
    try:
        await _work(board, means)
    except asyncio.CancelledError:
        _left_running(means)
        raise
    running = _left_running(means) if stop.now.is_set() else ()
    return _outcome(board, means, running)


def _left_running(means: Means) -> tuple[str, ...]:
    """Told where it still can be: a journal that fails now must not hide that we were stopped."""
    running = tuple(means.running.values())
    with contextlib.suppress(Troubled):
        means.tell(Interrupted(running=running))
    return running


def _outcome(board: _Board, means: Means, running: tuple[str, ...]) -> Outcome:
    return Outcome(
        started=tuple(means.started),
        done=tuple(end.step for end in board.ended if isinstance(end, StepDone)),
        skipped=tuple(end.step for end in board.ended if isinstance(end, StepSkipped)),
        failed=tuple(end for end in board.ended if isinstance(end, StepFailed)),
        held=tuple(board.held),
        left=(*board.left, *board.waiting),
        outdated=tuple(end for end in board.ended if isinstance(end, StepLeft)),
        awaited=tuple(end for end in board.ended if isinstance(end, StepAwaited)),
        running=running,
        troubles=tuple(trouble for troubled in board.troubles for trouble in troubled.diagnostics),
    )


async def _work(board: _Board, means: Means) -> None:
    """Until nothing runs and nothing may start, or somebody is in a hurry."""
    async with asyncio.TaskGroup() as group:
        hurry = group.create_task(means.stop.now.wait())
        _start(board, means, group)
        while board.tasks and not means.stop.now.is_set():
            done, _ = await asyncio.wait({hurry, *board.tasks}, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in board.tasks if task in done]:
                _take_down(board, task, means)
            _start(board, means, group)
        for task in (hurry, *board.tasks):
            task.cancel()


def _start(board: _Board, means: Means, group: asyncio.TaskGroup) -> None:
    while not means.stop.asked and (step := board.ready()) is not None:
        del board.waiting[step.id]
        board.tasks[group.create_task(_carried(step, means))] = step


async def _carried(step: Step, means: Means) -> Ended | Troubled:
    """In a group an expected failure is returned: raised, it would cancel the neighbours."""
    try:
        ended = await carry_out(step, means)
        means.tell(ended)
    except Troubled as trouble:
        return trouble
    return ended


def _take_down(board: _Board, task: Finished, means: Means) -> None:
    step = board.tasks.pop(task)
    ended = task.result()
    if isinstance(ended, Troubled):
        board.troubles.append(ended)
        means.stop.halt(ended.diagnostics[0])
        return
    for held in board.settle(step, ended, runs_on=step.id in means.running):
        means.tell(held)
