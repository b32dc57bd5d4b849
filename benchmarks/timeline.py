"""A run's journal and its hosts' job records, put together: what the run took, and what it could have taken. Pure.

The journal has when a step was started and when its effects were verified; the record on the host has when its command
itself began and ended. What is between the two is bkrec's. The lower bound takes each command's own time, as measured
in that run: no executor is faster than the longest chain of steps that come after one another, nor than all that has
one lock to itself, one after the other.

Hosts and operator share a clock in a laboratory; elsewhere `launch` and `verify` are off by what their clocks differ.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import pairwise
from statistics import median, quantiles

from actions.registry import ACTIONS
from reconciler.core import events as ev
from reconciler.core.schedule import PARALLEL_STEPS, Task, schedule
from reconciler.engine.journal import JournalEntry

MOST_SHOWN = 10
PHASES = ("wait", "launch", "command", "verify")
LOGINS = frozenset(
    one.default for action in ACTIONS if action.login_shell for one in fields(action) if one.name == "kind"
)
"""Kinds of actions whose command runs in a login shell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTime:
    """When a job's command began and ended on its host, in seconds since 1970."""

    begin_s: float
    end_s: float


JobTimes = Mapping[tuple[str, str], JobTime]
"""By host and job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedStep:
    """One step from its start to the verification of its effects, in seconds since 1970."""

    step: str
    action: str
    host: str
    after: tuple[str, ...]
    locks: tuple[str, ...]
    outage: str
    ready_s: float
    """When all that it comes after had ended, its locks were free, and fewer steps ran than may."""
    started_s: float
    ended_s: float
    wait_s: float
    """From ready to started: its facts are read; or its lock is reserved for a step that ends an outage."""
    launch_s: float
    """From started to the begin of its command."""
    command_s: float
    """The command's own time on its host."""
    verify_s: float
    """From the end of its command until its effects were verified."""
    spans: tuple[JobTime, ...]
    """Its command, by attempt; none where the hosts have no record of it."""

    @property
    def overhead_s(self) -> float:
        return self.ended_s - self.ready_s - self.command_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    median_s: float
    p90_s: float
    total_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What had one lock to itself."""

    name: str
    steps: int
    command_s: float
    """Of its steps' commands alone."""
    taken_s: float
    """From each step's ready to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    run: str
    steps: int
    without_record: int
    """Steps that a host has no record of: their command counts as nothing, which makes the bound lower."""
    whole_s: float
    """From the first reading of the hosts to the verdict."""
    before_s: float
    """Until the first step was started."""
    steps_s: float
    """From the first step's start to the last one's end."""
    after_s: float
    chain_s: float
    chain: tuple[str, ...]
    """The longest chain over `after`, by the commands' own time."""
    locks: tuple[Lock, ...]
    """The one with most command time first."""
    ideal_s: float
    """As this executor orders the same commands, if nothing else took time."""
    running: Mapping[int, float]
    """For how long exactly so many steps were between their start and their end."""
    commands: Mapping[int, float]
    """For how long exactly so many commands ran, on all hosts together."""
    overhead: Spread
    phases: Mapping[str, Spread]
    path: Mapping[str, float]
    """The phases of the steps that decided when the last one ended: each began to wait when the one before it ended."""
    path_steps: int
    logins: int
    """Steps whose command runs in a login shell, the start of which counts as the command's."""
    largest: tuple[TimedStep, ...] = field(default=())
    """Those with the largest overhead."""

    @property
    def bound_s(self) -> float:
        return max((self.chain_s, *(lock.command_s for lock in self.locks)))

    @property
    def ratio(self) -> float:
        return self.whole_s / self.bound_s

    @property
    def steps_ratio(self) -> float:
        return self.steps_s / self.bound_s


def figures(entries: Sequence[JournalEntry], records: JobTimes) -> Figures:
    """Raises ValueError for a journal that has no step that was done, or no end."""
    ended = [entry for entry in entries if isinstance(entry.event, ev.RunEnded)]
    steps = timed_steps(entries, records)
    if not steps or not ended:
        raise ValueError("the journal has no step that was done, or no end")
    end_s = seconds_of(ended[-1])
    assert isinstance(ended[-1].event, ev.RunEnded)
    first_s, last_s = min(step.started_s for step in steps), max(step.ended_s for step in steps)
    begin_s = end_s - ended[-1].event.seconds
    chain_s, chain = longest_chain(steps)
    path = deciding_path(steps)
    return Figures(
        run=ended[-1].run,
        steps=len(steps),
        without_record=sum(not step.spans for step in steps),
        whole_s=end_s - begin_s,
        before_s=first_s - begin_s,
        steps_s=last_s - first_s,
        after_s=end_s - last_s,
        chain_s=chain_s,
        chain=chain,
        locks=tuple(sorted(_locks(steps), key=lambda lock: -lock.command_s)),
        ideal_s=ideal_s(steps, _planned(entries)),
        running=at_once([(step.started_s, step.ended_s) for step in steps], first_s, last_s),
        commands=at_once([(job.begin_s, job.end_s) for step in steps for job in step.spans], first_s, last_s),
        overhead=_spread(step.overhead_s for step in steps),
        phases={name: _spread(getattr(step, f"{name}_s") for step in steps) for name in PHASES},
        path={name: sum(getattr(step, f"{name}_s") for step in path) for name in PHASES},
        path_steps=len(path),
        logins=sum(step.action in LOGINS for step in steps),
        largest=tuple(sorted(steps, key=lambda step: -step.overhead_s)[:MOST_SHOWN]),
    )


def seconds_of(entry: JournalEntry) -> float:
    return datetime.fromisoformat(entry.at).timestamp()


@dataclass(slots=True)
class _Open:
    """A step that was started, with each of its attempts."""

    event: ev.StepStarted
    attempts: list[tuple[float, str]]
    """When it was started, and its job."""


def timed_steps(entries: Iterable[JournalEntry], records: JobTimes) -> tuple[TimedStep, ...]:
    """Those that were done, in the order of their start. One that was planned again after its end is another one."""
    started = dict[str, _Open]()
    done: list[tuple[_Open, float]] = []
    for entry in entries:
        match entry.event:
            case ev.StepStarted(step=name) as event:
                known = started.setdefault(name, _Open(event=event, attempts=[]))
                known.attempts.append((seconds_of(entry), event.job))
            case ev.StepDone(step=name) if name in started:
                done.append((started.pop(name), seconds_of(entry)))
            case ev.StepFailed(step=name):
                started.pop(name, None)
            case _:
                pass
    done.sort(key=lambda each: each[0].attempts[0][0])
    sharing = Counter((each.event.host, job) for each, _ in done for _, job in each.attempts)
    steps: list[TimedStep] = []
    for each, ended_s in done:
        steps.append(_timed(each, ended_s, records, sharing, steps))
    return tuple(steps)


def _timed(
    step: _Open,
    ended_s: float,
    records: JobTimes,
    sharing: Mapping[tuple[str, str], int],
    earlier: Sequence[TimedStep],
) -> TimedStep:
    event, started_s = step.event, step.attempts[0][0]
    times = [at for at, _ in step.attempts] + [ended_s]
    launch_s = command_s = verify_s = 0.0
    spans: list[JobTime] = []
    for (at, until), (_, job) in zip(pairwise(times), step.attempts, strict=True):
        record = records.get((event.host, job))
        if record is None:
            continue
        spans.append(record)
        launch_s += max(0.0, record.begin_s - at)
        command_s += (record.end_s - record.begin_s) / sharing[event.host, job]
        verify_s += max(0.0, until - record.end_s)
    ready_s = _ready(event, started_s, earlier)
    return TimedStep(
        step=event.step,
        action=event.action,
        host=event.host,
        after=event.after,
        locks=event.locks,
        outage=event.outage,
        ready_s=ready_s,
        started_s=started_s,
        ended_s=ended_s,
        wait_s=started_s - ready_s,
        launch_s=launch_s,
        command_s=command_s,
        verify_s=verify_s,
        spans=tuple(spans),
    )


def _ready(event: ev.StepStarted, started_s: float, earlier: Sequence[TimedStep]) -> float:
    """As the executor decides. Where nothing that it comes after or shares a lock with ended before it, its start."""
    locks = set(event.locks)
    before = [
        step.ended_s
        for step in earlier
        if step.ended_s <= started_s and (step.step in event.after or not locks.isdisjoint(step.locks))
    ]
    ready_s = max(before, default=started_s)
    while ready_s < started_s:
        ends = [step.ended_s for step in earlier if step.ready_s <= ready_s < step.ended_s]
        if len(ends) < PARALLEL_STEPS:
            break
        ready_s = min(ends)
    return min(ready_s, started_s)


def longest_chain(steps: Sequence[TimedStep]) -> tuple[float, tuple[str, ...]]:
    """In seconds of the commands alone, and its steps, the first first. `steps` in the order of their start: what one
    comes after ended before it."""
    best = dict[str, tuple[float, tuple[str, ...]]]()
    for step in steps:
        before = max((best[name] for name in step.after if name in best), default=(0.0, ()))
        best[step.step] = (before[0] + step.command_s, (*before[1], step.step))
    return max(best.values())


def deciding_path(steps: Sequence[TimedStep]) -> tuple[TimedStep, ...]:
    """The last step to end, the one whose end it waited for, and so on; the last first."""
    ending = {step.ended_s: step for step in steps}
    path = [max(steps, key=lambda step: step.ended_s)]
    while (before := ending.get(path[-1].ready_s)) is not None and before not in path:
        path.append(before)
    return tuple(path)


def _locks(steps: Sequence[TimedStep]) -> Iterator[Lock]:
    for name in sorted({lock for step in steps for lock in step.locks}):
        sharing = [step for step in steps if name in step.locks]
        yield Lock(
            name=name,
            steps=len(sharing),
            command_s=sum(step.command_s for step in sharing),
            taken_s=sum(step.ended_s - step.ready_s for step in sharing),
        )


def ideal_s(steps: Sequence[TimedStep], planned: Sequence[str]) -> float:
    order = {name: number for number, name in enumerate(planned)}
    tasks = [
        Task(
            id=step.step,
            host=step.host,
            after=step.after,
            locks=step.locks,
            seconds=step.command_s,
            outage=step.outage,
        )
        for step in sorted(steps, key=lambda step: order.get(step.step, len(order)))
    ]
    return schedule(tasks).total_s


def _planned(entries: Iterable[JournalEntry]) -> list[str]:
    return [step for entry in entries if isinstance(entry.event, ev.RunStarted) for step in entry.event.steps]


def at_once(spans: Iterable[tuple[float, float]], first_s: float, last_s: float) -> dict[int, float]:
    """For how long exactly so many of them ran, between first and last."""
    changes = Counter[float]()
    for begin_s, end_s in spans:
        changes[min(max(begin_s, first_s), last_s)] += 1
        changes[min(max(end_s, first_s), last_s)] -= 1
    moments = sorted({first_s, last_s, *changes})
    lasted, count = dict[int, float](), 0
    for moment, following in pairwise(moments):
        count += changes[moment]
        lasted[count] = lasted.get(count, 0.0) + following - moment
    return dict(sorted(lasted.items()))


def _spread(values: Iterable[float]) -> Spread:
    seconds = list(values)
    p90 = quantiles(seconds, n=10, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    return Spread(median_s=median(seconds), p90_s=p90, total_s=sum(seconds))
