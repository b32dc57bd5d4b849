"""Schedule: when each step of a plan would run, as the executor starts steps; and what becomes of it when one fails.

The same rules as `engine/executor.py`: the first step of the plan's order that may start does, a few at once, no two of
one lock; a step that ends an outage has its locks reserved. So a rehearsal needs no cluster, and takes no time.

A failed step blocks what comes after it, and nothing else. A host that is lost fails the steps that run on it, once it
has been waited for, and each later one as it comes.
"""

import heapq
from bisect import bisect, insort
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from reconciler.core.plan import Step

PARALLEL_STEPS = 4
LOST_HOST_S = 300.0
"""So long is a host waited for that no longer answers; engine/timeouts.py has the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """As much of a step as its time depends on."""

    id: str
    host: str
    after: tuple[str, ...]
    locks: tuple[str, ...]
    seconds: float
    outage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LostHost:
    host: str
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    spans: Mapping[str, Interval] = field(default_factory=dict[str, Interval])
    """Of the steps that were started, in the order of their start."""
    failed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()

    @property
    def total_s(self) -> float:
        return max((span.end_s for span in self.spans.values()), default=0.0)

    @property
    def done(self) -> tuple[str, ...]:
        return tuple(step for step in self.spans if step not in self.failed)


def tasks_of(steps: Iterable[Step], seconds: Mapping[str, float]) -> tuple[Task, ...]:
    """`seconds`: by the step's id; its own estimate where it has none."""
    return tuple(
        Task(
            id=step.id,
            host=step.action.host,
            after=tuple(dependency.step for dependency in step.after),
            locks=step.action.locks,
            seconds=seconds.get(step.id, step.action.estimate_s),
            outage=step.action.outage,
        )
        for step in steps
    )


def schedule(
    tasks: Sequence[Task],
    *,
    fails: Set[str] = frozenset(),
    lost: LostHost | None = None,
    parallel: int = PARALLEL_STEPS,
) -> Schedule:
    """`tasks` in the plan's order; those that run already stand first. What they come after and is not among them is
    done."""
    return _Simulation(tasks, fails, lost, parallel).run()


class _Simulation:
    def __init__(self, tasks: Sequence[Task], fails: Set[str], lost: LostHost | None, parallel: int) -> None:
        self._waiting = {task.id: task for task in tasks}
        self._rank = {task.id: number for number, task in enumerate(tasks)}
        outages = frozenset(task.id for task in tasks if task.outage)
        self._open = {task.id: sum(name in self._waiting for name in task.after) for task in tasks}
        """How many of what it comes after are not done."""
        self._ends_outage_of = {task.id: outages.intersection(task.after) for task in tasks}
        self._dependants: dict[str, list[str]] = {task.id: [] for task in tasks}
        for task in tasks:
            for name in task.after:
                if name in self._dependants:
                    self._dependants[name].append(task.id)
        self._fails, self._lost, self._parallel = fails, lost, parallel
        self._running: dict[str, Task] = {}
        self._ends: list[tuple[float, int, str, bool]] = []
        self._done: set[str] = set()
        self._failed: list[str] = []
        self._blocked: list[str] = []
        self._spans: dict[str, Interval] = {}
        self._considered = [self._rank[task.id] for task in tasks if not self._open[task.id]]
        """In the plan's order: what waits only for its locks, and what ends an outage that has begun."""
        self._tasks = tuple(tasks)

    def run(self) -> Schedule:
        now = 0.0
        while True:
            while (task := self._next_ready()) is not None:
                self._start(task, now)
            if not self._ends:
                blocked = (*self._blocked, *self._waiting)
                return Schedule(spans=self._spans, failed=tuple(self._failed), blocked=blocked)
            now, _, name, succeeded = heapq.heappop(self._ends)
            del self._running[name]
            if succeeded:
                self._done.add(name)
                for dependant in self._dependants[name]:
                    self._open[dependant] -= 1
                    if not self._open[dependant]:
                        self._consider(dependant)
            else:
                self._failed.append(name)
                self._block({name})

    def _next_ready(self) -> Task | None:
        if len(self._running) >= self._parallel:
            return None
        locked = {lock for task in self._running.values() for lock in task.locks}
        for rank in self._considered:
            task = self._tasks[rank]
            if not self._open[task.id] and locked.isdisjoint(task.locks):
                return task
            if any(name in self._done or name in self._running for name in self._ends_outage_of[task.id]):
                locked.update(task.locks)
        return None

    def _consider(self, name: str) -> None:
        if name in self._waiting and not self._is_considered(name):
            insort(self._considered, self._rank[name])

    def _forget(self, name: str) -> None:
        if self._is_considered(name):
            del self._considered[bisect(self._considered, self._rank[name]) - 1]

    def _is_considered(self, name: str) -> bool:
        position = bisect(self._considered, self._rank[name])
        return self._considered[position - 1 : position] == [self._rank[name]]

    def _start(self, task: Task, now: float) -> None:
        del self._waiting[task.id]
        self._running[task.id] = task
        self._forget(task.id)
        if task.outage:
            for dependant in self._dependants[task.id]:
                self._consider(dependant)
        end, succeeds = now + task.seconds, task.id not in self._fails
        if self._lost is not None and task.host == self._lost.host and end > self._lost.at_s:
            end, succeeds = max(now, self._lost.at_s) + LOST_HOST_S, False
        self._spans[task.id] = Interval(start_s=now, end_s=end)
        heapq.heappush(self._ends, (end, len(self._spans), task.id, succeeds))

    def _block(self, causes: set[str]) -> None:
        while causes:
            causes = {name for name, task in self._waiting.items() if not causes.isdisjoint(task.after)}
            for name in causes:
                del self._waiting[name]
                self._forget(name)
                self._blocked.append(name)
