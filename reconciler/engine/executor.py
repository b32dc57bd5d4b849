"""Executor: carries out a plan, step by step, as its dependencies and the steps' locks allow. It decides nothing.

A step starts when everything it comes after is done. One that fails blocks its dependants, each reported once with the
first cause; independent steps continue. A lock that steps share (a host, the vendor's bkcli) is held by one step at a
time, and that alone keeps two bkcli calls apart.
"""

import asyncio
import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field

from reconciler.core.eta import NOTHING_KNOWN, Durations
from reconciler.core.events import (
    RunInterrupted,
    StepBlocked,
    StepDeferred,
    StepDone,
    StepFailed,
    StepNeedsHuman,
    StepPostponed,
    StepSkipped,
)
from reconciler.core.plan import Plan, Step
from reconciler.core.selection import StepGraph
from reconciler.core.window import fits
from reconciler.engine.lease import Lease
from reconciler.engine.run import ExecutionResult, RunContext
from reconciler.engine.step.runner import LaunchedJobs, StepAttempt, StepReading, StepResult, read_step, run_step
from specs.diagnostic import BkrecError

StepTask = asyncio.Task[StepResult | BkrecError]


@dataclass(slots=True)
class _Scheduler:
    """Which steps wait, run and have ended. The only thing that changes here."""

    waiting: dict[str, Step]
    parallel: int
    graph: StepGraph
    outages: frozenset[str] = frozenset()
    """Steps that users notice."""
    durations: Durations = NOTHING_KNOWN
    """By which a maintenance window is kept."""
    tasks: dict[StepTask, Step] = field(default_factory=dict[StepTask, Step])
    ahead: dict[str, asyncio.Future[StepReading]] = field(default_factory=dict[str, asyncio.Future[StepReading]])
    """What is read of steps that wait, while the one before them is verified."""
    jobs: LaunchedJobs = field(default_factory=LaunchedJobs)
    done: set[str] = field(default_factory=set[str])
    results: list[StepResult] = field(default_factory=list[StepResult])
    blocked: list[StepBlocked] = field(default_factory=list[StepBlocked])
    not_started: list[str] = field(default_factory=list[str])
    postponed: list[str] = field(default_factory=list[str])
    errors: list[BkrecError] = field(default_factory=list[BkrecError])

    def next_ready(self, remaining_s: float | None = None) -> Step | None:
        """The first, in the plan's order, that may start now; `remaining_s`: of a maintenance window."""
        running = tuple(self.tasks.values())
        return next(self._ready(running, self.done, lambda step: self.fits_window(step, remaining_s)), None)

    def next_after(self, ended: Step) -> tuple[Step, ...]:
        """Those that may start as soon as this one is verified."""
        others = tuple(step for step in self.tasks.values() if step is not ended)
        return tuple(self._ready(others, self.done | {ended.id}, lambda _: True))

    def _ready(self, running: Sequence[Step], done: Set[str], may_start: Callable[[Step], bool]) -> Iterator[Step]:
        """In the plan's order: each may start beside these and those before it."""
        locked, free = {lock for step in running for lock in step.action.locks}, self.parallel - len(running)
        for step in self.waiting.values():
            if free <= 0:
                return
            ready = all(dependency.step in done for dependency in step.after)
            if ready and locked.isdisjoint(step.action.locks) and may_start(step):
                yield step
                free -= 1
                locked.update(step.action.locks)
            elif self._ends_an_outage(step):
                locked.update(step.action.locks)

    def _ends_an_outage(self, step: Step) -> bool:
        """Users are waiting for it: its locks are reserved, or an unrelated step would prolong the outage."""
        started = {running.id for running in self.tasks.values()} | self.done
        return any(dependency.step in started and dependency.step in self.outages for dependency in step.after)

    def fits_window(self, step: Step, remaining_s: float | None) -> bool:
        """By what was launched; what was only accepted may still be postponed."""
        launched = self.done.union(self.jobs.started_steps) - {step.id}
        return remaining_s is None or fits(self.graph, step.id, launched, remaining_s, self.durations)

    def record_result(self, step: Step, result: StepResult) -> Iterator[StepBlocked]:
        """Yields each step that this result blocks, once."""
        self.results.append(result)
        match result:
            case StepDone() | StepSkipped():
                self.done.add(result.step)
            case StepDeferred():
                for step_id in (result.step, *self._dependants(result.step)):
                    self.waiting.pop(step_id, None)
                    self.not_started.append(step_id)
            case StepPostponed():
                for step_id in (result.step, *self._dependants(result.step)):
                    self.waiting.pop(step_id, None)
                    self.postponed.append(step_id)
            case StepNeedsHuman():
                for step_id in self._dependants(result.step):
                    del self.waiting[step_id]
            case StepFailed():
                yield from self._block_dependants(step, result)

    def _block_dependants(self, step: Step, failed: StepFailed) -> Iterator[StepBlocked]:
        """Where the job is still running, or may be, its locks are not free: whoever needs them is blocked too."""
        locked = step.action.locks if step.id in self.jobs.running else ()
        contending = [
            waiting.id for waiting in self.waiting.values() if not set(locked).isdisjoint(waiting.action.locks)
        ]
        for step_id in dict.fromkeys((*contending, *self._dependants(failed.step, *contending))):
            del self.waiting[step_id]
            self.blocked.append(StepBlocked(step=step_id, cause=failed.step))
            yield self.blocked[-1]

    def _dependants(self, *causes: str) -> tuple[str, ...]:
        """Waiting steps that depend on these, directly or indirectly, in the plan's order of discovery."""
        result: dict[str, None] = {}
        frontier = set(causes)
        while frontier:
            direct = [
                step
                for step in self.waiting.values()
                if step.id not in result and any(dependency.step in frontier for dependency in step.after)
            ]
            frontier = {step.id for step in direct}
            result.update(dict.fromkeys(step.id for step in direct))
        return tuple(result)

    def result(self, running: tuple[str, ...], *, window_closed: bool) -> ExecutionResult:
        return ExecutionResult(
            started=tuple(self.jobs.started_steps),
            done=tuple(result.step for result in self.results if isinstance(result, StepDone)),
            skipped=tuple(result.step for result in self.results if isinstance(result, StepSkipped)),
            failed=tuple(result for result in self.results if isinstance(result, StepFailed)),
            blocked=tuple(self.blocked),
            not_started=(*self.not_started, *self.postponed, *self.waiting),
            outside_window=(*self.postponed, *self.waiting) if window_closed and not self.errors else (),
            deferred=tuple(result for result in self.results if isinstance(result, StepDeferred)),
            needs_human=tuple(result for result in self.results if isinstance(result, StepNeedsHuman)),
            running=running,
            diagnostics=tuple(diagnostic for error in self.errors for diagnostic in error.diagnostics),
        )


async def execute(plan: Plan, context: RunContext, lease: Lease) -> ExecutionResult:
    """A journal that cannot be written ends it, with the diagnostic in the result; jobs already started continue."""
    scheduler = _Scheduler(
        waiting={step.id: step for step in plan.steps},
        parallel=context.parallel,
        graph=StepGraph.of(plan.steps),
        outages=frozenset(step.id for step in plan.steps if step.action.outage),
        durations=NOTHING_KNOWN if context.window is None else context.window.durations,
    )
    try:
        await _run_steps(scheduler, context, lease)
    except asyncio.CancelledError:
        _record_interruption(scheduler, context)
        raise
    running = _record_interruption(scheduler, context) if context.stop.immediate.is_set() else ()
    return scheduler.result(running, window_closed=context.window is not None and not context.stop.requested)


async def _run_steps(scheduler: _Scheduler, context: RunContext, lease: Lease) -> None:
    """Until nothing runs and nothing may start, or the run is aborted."""
    async with asyncio.TaskGroup() as group:
        abort = group.create_task(context.stop.immediate.wait())
        _start_ready(scheduler, context, lease, group)
        while scheduler.tasks and not context.stop.immediate.is_set():
            ended, _ = await asyncio.wait({abort, *scheduler.tasks}, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in scheduler.tasks if task in ended]:
                _collect_result(scheduler, task, context)
            _start_ready(scheduler, context, lease, group)
        for task in (abort, *scheduler.tasks, *scheduler.ahead.values()):
            task.cancel()


def _start_ready(scheduler: _Scheduler, context: RunContext, lease: Lease, group: asyncio.TaskGroup) -> None:
    while not context.stop.requested and (step := scheduler.next_ready(_window_s(context))) is not None:
        del scheduler.waiting[step.id]
        fits_window = functools.partial(_fits_window, scheduler, step, context)
        attempt = StepAttempt(
            step=step,
            lease=lease,
            jobs=scheduler.jobs,
            fits_window=fits_window,
            next_steps=_NextSteps(scheduler=scheduler, ended=step, context=context, group=group),
            ahead=scheduler.ahead.pop(step.id, None),
        )
        scheduler.tasks[group.create_task(_run_and_record(attempt, context))] = step


@dataclass(frozen=True, slots=True, kw_only=True)
class _NextSteps:
    """Whatever is read ahead is one answer less to wait for between two steps."""

    scheduler: _Scheduler
    ended: Step
    context: RunContext
    group: asyncio.TaskGroup
    read: set[str] = field(default_factory=set[str])
    """Steps of which something was read with this one: by the time that is discarded others may be next."""

    def steps(self) -> tuple[Step, ...]:
        return self.scheduler.next_after(self.ended)

    def read_ahead(self) -> None:
        """Beside the verification of the step: not what must not be done twice, since an effect could show between."""
        for step in (step for step in self.steps() if step.action.idempotent):
            self.read.add(step.id)
            begun = self.scheduler.ahead.get(step.id)
            if begun is None or begun.done():
                self.scheduler.ahead[step.id] = self.group.create_task(read_step(step, self.context))

    def receive(self, step: Step, reading: StepReading) -> None:
        received: asyncio.Future[StepReading] = asyncio.get_running_loop().create_future()
        received.set_result(reading)
        self.read.add(step.id)
        self._drop(step.id)
        self.scheduler.ahead[step.id] = received

    def discard(self) -> None:
        for step_id in self.read:
            self._drop(step_id)

    def _drop(self, step_id: str) -> None:
        if (reading := self.scheduler.ahead.pop(step_id, None)) is not None:
            reading.cancel()


def _window_s(context: RunContext) -> float | None:
    return None if context.window is None else context.window.ends_s - context.clock.steady()


def _fits_window(scheduler: _Scheduler, step: Step, context: RunContext) -> bool:
    return scheduler.fits_window(step, _window_s(context))


async def _run_and_record(attempt: StepAttempt, context: RunContext) -> StepResult | BkrecError:
    """In a group an expected failure is returned: raised, it would cancel the neighbours."""
    try:
        result = await run_step(attempt, context)
        context.record(result)
    except BkrecError as error:
        return error
    return result


def _collect_result(scheduler: _Scheduler, task: StepTask, context: RunContext) -> None:
    step = scheduler.tasks.pop(task)
    result = task.result()
    if isinstance(result, BkrecError):
        scheduler.errors.append(result)
        context.stop.stop_because(result.diagnostics[0])
        return
    for blocked in scheduler.record_result(step, result):
        context.record(blocked)


def _record_interruption(scheduler: _Scheduler, context: RunContext) -> tuple[str, ...]:
    """The jobs that continue on their hosts. A journal that fails now must not hide that we were stopped."""
    running = tuple(scheduler.jobs.running.values())
    with contextlib.suppress(BkrecError):
        context.record(RunInterrupted(running=running))
    return running
