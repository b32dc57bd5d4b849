"""Apply: look, decide, do, and look again, until nothing is left to do or nothing more can be done.

Reading comes first and costs nothing: a converged cluster is left without a single write, lease included. What the
gates and the person have to say is asked before the lease is taken, so that nobody holds it over a question. What is
believed at the end comes from a last look, never from what was done.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from probes.fact import AnyExpected, AnyReading, Unknown, fact_id
from reconciler.core.diff import judge
from reconciler.core.event import Event, RunEnded, RunStarted, StepFailed
from reconciler.core.plan import Blocked, Plan
from reconciler.core.verdict import verdict
from reconciler.effects import pause
from reconciler.effects.adopt import adopt, running_jobs
from reconciler.effects.carry import worded
from reconciler.effects.clock import Clock
from reconciler.effects.collect import Look
from reconciler.effects.execute import PARALLEL, Outcome, execute
from reconciler.effects.journal import Book
from reconciler.effects.lease import Lease, keep, raise_fences, release
from reconciler.effects.look import Decide, Studied, facts_of, study
from reconciler.effects.stop import StopSignal
from reconciler.effects.transport import Transport
from reconciler.effects.turn import take_in_turn
from specs.diagnostic import Diagnostic, Troubled, diagnose

ROUNDS = 5
FOLLOW_S, FOLLOW_POLL_S = 60.0, 2.0
"""How long what follows from the steps is waited for, and how often it is looked at."""

Verdict = Literal["converged", "differs", "unknown", "failed", "refused", "waiting", "interrupted"]


def _no_gates(_: Plan) -> tuple[AnyExpected, ...]:
    return ()


def _no_wait(_: Blocked) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Undertaking:
    """All that `apply` is handed: nothing in here reads a flag, a spec or the environment."""

    run: str
    user: str
    source: str
    """This machine's name: who finds the lease held wants to know where to look."""
    transport: Transport
    look: Look
    controller: str
    hosts: tuple[str, ...]
    expected: Sequence[AnyExpected]
    decide: Decide
    journal: Book
    clock: Clock
    emit: Callable[[Event], None]
    stop: StopSignal
    confirm: Callable[[Studied], Awaitable[bool]]
    """Asked when the plan holds steps that were not confirmed yet."""
    gates: Callable[[Plan], Sequence[AnyExpected]] = _no_gates
    """What must hold before the first write: disk, clock, nobody else at work."""
    bars: Callable[[Blocked], bool] = _no_wait
    """Whether what is blocked bars the whole run: half an upgrade from a wrong package helps nobody."""
    waits: Callable[[Blocked], bool] = _no_wait
    """Whether what is blocked waits for a person (ack, approval, pause)."""
    parallel: int = PARALLEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    verdict: Verdict
    exit_code: int
    studied: Studied
    """The last look."""
    diagnostics: tuple[Diagnostic, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    """One per round."""


@dataclass(slots=True)
class _Course:
    """What has become of the run so far."""

    studied: Studied
    began: float
    confirmed: set[str] = field(default_factory=set[str])
    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    refused: tuple[Diagnostic, ...] = ()
    troubles: list[Diagnostic] = field(default_factory=list[Diagnostic])

    @property
    def done(self) -> int:
        return sum(len(outcome.done) for outcome in self.outcomes)

    @property
    def failed(self) -> tuple[StepFailed, ...]:
        return tuple(failed for outcome in self.outcomes for failed in outcome.failed)


async def apply(work: Undertaking) -> Applied:
    """Every expected trouble is in what it returns."""
    began = work.clock.steady()
    course = _Course(studied=await study(work.look, work.expected, work.decide), began=began)
    running = await running_jobs(work.look, work.hosts)
    if not course.studied.plan.steps and not running:
        return _applied(work, course)
    if not running:
        course.refused = await _refusal(work, course)
        if course.refused:
            return _applied(work, course)
    try:
        lease = await _fenced(work)
    except Troubled as trouble:
        course.refused = trouble.diagnostics
        return _applied(work, course)
    await _under(lease, work, course)
    return _applied(work, course)


async def _fenced(work: Undertaking) -> Lease:
    """The lease, and its epoch known on every host that answers."""
    lease = await _take(work, 0)
    overtaken = await _ahead(work, lease)
    if overtaken:
        lease = await _take(work, max(int(dict(trouble.fields)["epoch"]) for trouble in overtaken))
        overtaken = await _ahead(work, lease)
    if overtaken:
        await release(work.transport, lease)
        raise Troubled(*overtaken)
    return lease


async def _take(work: Undertaking, floor: int) -> Lease:
    return await take_in_turn(
        work.transport,
        work.controller,
        run=work.run,
        user=work.user,
        source=work.source,
        floor=floor,
        clock=work.clock,
        stop=work.stop,
        emit=work.emit,
    )


async def _ahead(work: Undertaking, lease: Lease) -> tuple[Diagnostic, ...]:
    troubles = await raise_fences(work.transport, work.hosts, lease.epoch)
    return tuple(trouble for trouble in troubles if trouble.code == "lease-overtaken")


async def _under(lease: Lease, work: Undertaking, course: _Course) -> None:
    """Everything that writes, while the lease is kept by a task beside it."""
    try:
        async with asyncio.TaskGroup() as group:
            keeper = group.create_task(keep(work.transport, lease, clock=work.clock, stop=work.stop))
            watcher = group.create_task(pause.watch(work.look, work.controller, clock=work.clock, stop=work.stop))
            await _told(lease, work, course)
            for task in (keeper, watcher):
                task.cancel()
    finally:
        await release(work.transport, lease)


async def _told(lease: Lease, work: Undertaking, course: _Course) -> None:
    """Trouble is noted, not raised: in a group it would come out as something else."""
    try:
        _tell(work, RunStarted(run=work.run, epoch=lease.epoch, steps=_step_ids(course.studied.plan)))
        await _rounds(lease, work, course)
        _tell(work, _ended(work, course))
    except Troubled as trouble:
        course.troubles.extend(trouble.diagnostics)


def _tell(work: Undertaking, event: Event) -> None:
    work.journal.write(event)
    work.emit(event)


def _step_ids(plan: Plan) -> tuple[str, ...]:
    return tuple(step.id for step in plan.steps)


async def _rounds(lease: Lease, work: Undertaking, course: _Course) -> None:
    for _ in range(ROUNDS):
        await _adopted(work, course)
        course.studied = await study(work.look, work.expected, work.decide)
        if course.troubles or work.stop.asked or not course.studied.plan.steps:
            return
        course.refused = await _refusal(work, course)
        if course.refused:
            return
        outcome = await _executed(lease, work, course.studied.plan)
        course.outcomes.append(outcome)
        await _come_right(work, course.studied.plan, outcome)
        course.troubles.extend(outcome.troubles)
        if outcome.failed or work.stop.asked or not (outcome.done or outcome.skipped):
            break
    if not work.stop.now.is_set():
        course.studied = await study(work.look, work.expected, work.decide)


async def _come_right(work: Undertaking, plan: Plan, outcome: Outcome) -> None:
    """What has no step of its own takes its time: consul looks at a service every ten seconds or so."""
    until = work.clock.steady() + (FOLLOW_S if outcome.done and not outcome.failed else 0.0)
    wishes = [follow.expected for follow in plan.follows]
    while wishes and work.clock.steady() < until and not work.stop.asked:
        readings = (await work.look(facts_of(wishes))).readings
        wishes = [wish for wish in wishes if judge(wish, readings) is not None]
        if wishes:
            await work.clock.sleep(FOLLOW_POLL_S)


async def _adopted(work: Undertaking, course: _Course) -> None:
    jobs = await running_jobs(work.look, work.hosts)
    if not jobs:
        return

    def tell(event: Event) -> None:
        _tell(work, event)

    course.troubles.extend(await adopt(work.transport, jobs, clock=work.clock, tell=tell, stop=work.stop))


async def _executed(lease: Lease, work: Undertaking, plan: Plan) -> Outcome:
    return await execute(
        plan,
        transport=work.transport,
        look=work.look,
        journal=work.journal,
        epoch=lease.epoch,
        emit=work.emit,
        stop=work.stop,
        parallel=work.parallel,
        clock=work.clock,
    )


async def _refusal(work: Undertaking, course: _Course) -> tuple[Diagnostic, ...]:
    """Why not to begin: a wish to pause, every gate that is closed or cannot be read, else a person who said no."""
    plan = course.studied.plan
    if not plan.steps:
        return ()
    paused = await pause.told(work.look, work.controller)
    if paused is not None:
        return (paused,)
    barred = tuple(blocked.diagnostic for blocked in plan.blocked if work.bars(blocked))
    closed = barred or await _closed_gates(work, plan)
    if closed:
        return closed
    if course.confirmed.issuperset(_step_ids(plan)):
        return ()
    if not await work.confirm(course.studied):
        return (diagnose("not-confirmed"),)
    course.confirmed.update(_step_ids(plan))
    return ()


async def _closed_gates(work: Undertaking, plan: Plan) -> tuple[Diagnostic, ...]:
    gates = work.gates(plan)
    readings = (await work.look(facts_of(gates))).readings
    judged = [(gate, drift) for gate in gates if (drift := judge(gate, readings)) is not None]
    return tuple(_gate(gate, drift.reading) for gate, drift in judged)


def _gate(gate: AnyExpected, reading: AnyReading) -> Diagnostic:
    fact, host, source = fact_id(gate.fact), gate.fact.host, gate.source
    if isinstance(reading, Unknown):
        return diagnose("gate-unread", where=host, because=reading.why, source=source, fact=fact)
    return diagnose("gate-closed", where=host, because=gate.because, source=source, fact=fact, reading=worded(reading))


def _ended(work: Undertaking, course: _Course) -> RunEnded:
    word, _ = _judged(work, course)
    seconds = work.clock.steady() - course.began
    told = "differs" if word == "waiting" else word
    return RunEnded(verdict=told, done=course.done, failed=len(course.failed), seconds=seconds)


def _applied(work: Undertaking, course: _Course) -> Applied:
    word, code = _judged(work, course)
    why = (work.stop.why,) if work.stop.why is not None else ()
    return Applied(
        verdict=word,
        exit_code=code,
        studied=course.studied,
        diagnostics=tuple(dict.fromkeys((*why, *course.refused, *course.troubles))),
        outcomes=tuple(course.outcomes),
    )


def _judged(work: Undertaking, course: _Course) -> tuple[Verdict, int]:
    """The verdict and design's exit code. Trouble outweighs facts, and facts decide the rest."""
    touched = any(outcome.started for outcome in course.outcomes)
    seen = verdict(course.studied.difference)
    waiting = any(work.waits(blocked) for blocked in course.studied.plan.blocked)
    if work.stop.signal is not None and (seen != "converged" or work.stop.now.is_set()):
        return "interrupted", 128 + work.stop.signal
    halted = (*course.refused, *(() if work.stop.why is None else (work.stop.why,)))
    if seen != "converged" and not course.failed and any(told.code == "paused" for told in halted):
        return "waiting", 6
    if course.refused or (course.troubles and not touched):
        return ("waiting", 6) if touched and course.refused else ("refused", 5)
    if course.failed or course.troubles or work.stop.why is not None:
        return "failed", 3
    if seen == "differs" and waiting:
        return "waiting", 6
    if seen == "differs":
        return ("failed", 3) if touched else ("refused", 5)
    return seen, 4 if seen == "unknown" else 0
