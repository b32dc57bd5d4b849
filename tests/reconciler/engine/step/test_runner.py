"""One step from its first reading to its result, on a world of facts whose launches answer as a test wants it."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Literal

import pytest

from probes.command import Command, Output
from probes.fact import AnyDrift, AnyExpected, AnyFact, AnyReading, Fact, Known, Unknown, fact_id
from probes.probe import Probe
from reconciler.core.events import (
    JobAdopted,
    StepDeferred,
    StepDone,
    StepFailed,
    StepNeedsHuman,
    StepOutput,
    StepSkipped,
    StepStarted,
)
from reconciler.core.identity import job_key
from reconciler.core.plan import Step
from reconciler.engine.gather import GatheredFacts, question_of
from reconciler.engine.jobs.scripts import LAUNCH, READ
from reconciler.engine.lease import START_MARGIN_S, TTL_S, LeaseValidity
from reconciler.engine.step.decision import attempts_fact
from reconciler.engine.step.runner import (
    MAX_LOG_EVENTS,
    TAIL_LINES,
    JobLog,
    LaunchedJobs,
    StepAttempt,
    StepResult,
    run_step,
)
from reconciler.engine.stop import StopRequest
from reconciler.engine.timeouts import (
    BACKOFF_S,
    FAILED_COMMAND_GRACE_S,
    RECOVERY_TIMEOUT_S,
    UNREACHABLE_TIMEOUT_S,
)
from specs.diagnostic import Diagnostic, diagnose
from specs.reason import reason
from tests.support.flags import WHY, Flag, Raise
from tests.support.run import held_lease, run_context
from tests.support.world import AlwaysRenewed, Behaviour, VirtualClock, World, step

H = "10.0.0.1"
A = Raise(host=H, name="a")
ONCE = Raise(host=H, name="a", once=True)
JOB = f"{job_key(A)}.1"

LOST, DEAF = "lost", "deaf"
"""The launch never arrived; or it did, and its answer was lost."""


@dataclass(slots=True)
class Timed(VirtualClock):
    sleeps: list[float] = field(default_factory=list[float])

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        await VirtualClock.sleep(self, seconds)


class Answering(World):
    """Its first launches are answered with these, then as usual."""

    def __init__(self, *answers: str) -> None:
        super().__init__(clock=Timed())
        self.answers = list(answers)
        self.launches: list[Command] = []
        self.readings_taken = 0

    @property
    def sleeps(self) -> list[float]:
        assert isinstance(self.clock, Timed)
        return self.clock.sleeps

    async def look(self, facts: Iterable[AnyFact]) -> GatheredFacts:
        self.readings_taken += 1
        return await World.look(self, facts)

    async def run(self, host: str, command: Command) -> Output:
        if command.script == LAUNCH:
            self.launches.append(command)
            answer = self.answers.pop(0) if self.answers else ""
            if answer == DEAF:
                await World.run(self, host, command)
            if answer in (LOST, DEAF):
                return Output(stdout="", exit_status=None)
            if answer:
                return Output(stdout=f"bkrec-says {command.args[1]} {answer}\n")
        return await World.run(self, host, command)


def ran(
    world: World,
    what: Step,
    *,
    jobs: LaunchedJobs | None = None,
    validity: LeaseValidity | None = None,
    epoch: int = 1,
    **more: Any,
) -> StepResult:
    attempt = StepAttempt(step=what, lease=held_lease(epoch, validity), jobs=jobs or LaunchedJobs())
    return asyncio.run(run_step(attempt, run_context(world, **more)))


def failure(result: StepResult) -> Diagnostic:
    assert isinstance(result, StepFailed)
    assert result.step == "a"
    return result.diagnostic


def test_a_launch_is_sent_with_everything_its_host_has_to_know() -> None:
    world = Answering()
    world.knows(A)
    world.clock.elapsed = 1000.4
    ran(world, step(A), epoch=7)
    (sent,) = world.launches
    until = 1000 + TTL_S - START_MARGIN_S
    assert sent.args[1:] == (
        *(JOB, "7", "no", "no", A.cwd, f"{A.deadline_s:g}"),
        *("run", "a", A.undo_outcome, world.at(H).boot_id, f"{until:g}"),
    )


def test_jobs_of_an_undo_are_marked_so_that_it_is_not_rolled_back_in_turn() -> None:
    world = Answering()
    world.knows(A)
    ran(world, step(A), undoes=True)
    assert world.launches[0].args[9] == "undo"


def test_what_it_did_is_told_with_exit_status_attempt_and_seconds() -> None:
    world, jobs = Answering(), LaunchedJobs()
    world.knows(A, exit_status=3)
    world.clock.elapsed = 50.0
    assert ran(world, step(A), jobs=jobs) == StepDone(step="a", seconds=2.0, exit_status=3, attempt=1)
    assert [event for event in world.events if not isinstance(event, StepOutput)] == [
        StepStarted(step="a", host=H, job=JOB)
    ]
    assert (jobs.started_steps, jobs.running) == (["a"], {})


def test_a_launch_whose_answer_was_lost_is_ours_and_not_sent_again() -> None:
    world = Answering(DEAF)
    world.knows(A, polls=3)
    assert isinstance(ran(world, step(A)), StepDone)
    assert (len(world.launches), world.launched) == (1, [JOB])
    assert not [event for event in world.events if isinstance(event, JobAdopted)]


def test_a_launch_of_our_own_that_ends_without_its_effect_is_not_tried_again() -> None:
    """An adopted one is: it may have been sent by another version of the script."""
    world = Answering(DEAF)
    world.knows(A, works=False)
    world.clock.later = [(0.1, lambda: setattr(world.at(H).jobs[JOB], "record", "0"))]
    assert failure(ran(world, step(A))).code == "step-not-verified"
    assert world.launched == [JOB]


def test_a_launch_that_never_arrived_is_sent_again_under_the_same_number() -> None:
    world, jobs = Answering(LOST, LOST), LaunchedJobs()
    world.knows(A)
    assert isinstance(ran(world, step(A), jobs=jobs), StepDone)
    assert [command.args[1] for command in world.launches] == [JOB] * 3
    assert jobs.started_steps == ["a"], "it is on record once"
    assert world.sleeps[:2] == [*BACKOFF_S[:2]]


@pytest.mark.parametrize("answer", ["busy ", "torn ", "late 77"])
def test_a_host_that_could_not_start_it_for_the_moment_is_asked_again(answer: str) -> None:
    world = Answering(*[answer] * 6)
    world.knows(A)
    assert isinstance(ran(world, step(A)), StepDone)
    assert world.sleeps[:6] == [*BACKOFF_S, BACKOFF_S[-1], BACKOFF_S[-1]]


def test_and_is_given_up_with_what_it_said_last() -> None:
    world, jobs = Answering(*["late 77"] * 1000), LaunchedJobs()
    world.knows(A)
    world.clock.elapsed = 1000.0
    why = failure(ran(world, step(A), jobs=jobs))
    assert why == diagnose("job-not-started", where=H, job=JOB, how="late 77")
    assert UNREACHABLE_TIMEOUT_S <= world.clock.elapsed - 1000.0 < UNREACHABLE_TIMEOUT_S + 5.0
    assert jobs.running == {"a": JOB}, "systemd may start it yet"


def test_a_launch_that_is_never_answered_may_still_be_running_and_is_named() -> None:
    world, jobs = Answering(*[LOST] * 1000), LaunchedJobs()
    world.knows(A)
    assert failure(ran(world, step(A), jobs=jobs)) == diagnose("job-launch-unconfirmed", where=H, job=JOB)
    assert UNREACHABLE_TIMEOUT_S <= world.clock.elapsed < UNREACHABLE_TIMEOUT_S + 5.0
    assert jobs.running == {"a": JOB}


def test_what_else_is_wrong_by_then_does_not_hide_a_launch_without_an_answer() -> None:
    """A requirement that changed would fail the step at once; whether its job runs is not known yet."""
    need = Flag(host=H, name="need")
    world = Answering(LOST)
    world.knows(A)
    world.readings[need] = Known("up")
    world.clock.later = [(0.1, lambda: world.readings.update({need: Known("down")}))]
    why = failure(ran(world, step(A, expectations=[need.up()])))
    assert why.code == "job-launch-unconfirmed"
    assert UNREACHABLE_TIMEOUT_S <= world.clock.elapsed < UNREACHABLE_TIMEOUT_S + 5.0


@pytest.mark.parametrize(
    ("answer", "until_s", "more_s"), [(LOST, TTL_S, 2.0), ("busy ", 0.0, 0.3)], ids=["unheard", "heard"]
)
def test_when_the_run_stops_only_a_launch_without_an_answer_is_waited_for(
    answer: str, until_s: float, more_s: float
) -> None:
    """For as long as the lease lasts: by then it can start no more."""
    world, stop = Answering(*[answer] * 1000), StopRequest()
    world.knows(A)
    world.clock.later = [(0.1, lambda: stop.stop_because(diagnose("paused")))]
    failure(ran(world, step(A), stop=stop))
    assert until_s <= world.clock.elapsed < until_s + more_s
    assert len(world.launches) == 1, "and it is not sent again"


def test_a_requirement_that_nothing_in_this_plan_disturbed_fails_the_step_at_once() -> None:
    world, need = Answering(), Flag(host=H, name="need")
    world.knows(A)
    world.readings[need] = Known("down")
    assert failure(ran(world, step(A, expectations=[need.up()]))).code == "step-requirement-changed"
    assert world.clock.elapsed == 0.0


def test_each_reason_to_wait_has_a_time_of_its_own() -> None:
    world, need = Answering(), Flag(host=H, name="need")
    world.knows(A)
    world.readings[need] = Known("down")
    refused = Unknown(reason("probe-failed", error="no access"))
    world.clock.later = [(RECOVERY_TIMEOUT_S - 5.0, lambda: world.readings.update({need: refused}))]
    assert failure(ran(world, step(A, "b", expectations=[need.up()]))).code == "step-requirement-unknown"
    assert 2 * RECOVERY_TIMEOUT_S - 5.0 <= world.clock.elapsed < 2 * RECOVERY_TIMEOUT_S


def test_a_job_that_does_not_end_is_named_with_its_limit_and_what_it_printed_last() -> None:
    world, jobs = Answering(), LaunchedJobs()
    world.knows(A, polls=-1, log=b"one\ntwo\n")
    result = ran(world, step(A), jobs=jobs)
    overdue = diagnose("job-overdue", where=H, job=JOB, seconds=f"{A.deadline_s:g}")
    assert result == StepFailed(step="a", diagnostic=overdue, tail=("one", "two"))
    assert jobs.running == {"a": JOB}


def test_a_job_whose_host_went_silent_for_good_is_named_as_one_that_may_be_running() -> None:
    world = Answering()
    world.knows(A, polls=-1, log=b"one\n")
    world.clock.later = [(4.0, lambda: world.dead.add(H))]
    result = ran(world, step(A))
    unconfirmed = diagnose("job-launch-unconfirmed", where=H, job=JOB)
    assert result == StepFailed(step="a", diagnostic=unconfirmed, tail=("one",))


@pytest.mark.parametrize("answer", ["unwritable epoch", "not-started"])
def test_a_host_that_cannot_start_it_fails_the_step_at_once(answer: str) -> None:
    world = Answering(answer)
    world.knows(A)
    assert failure(ran(world, step(A))) == diagnose("job-not-started", where=H, job=JOB, how=answer)
    assert (world.clock.elapsed, world.launched) == (0.0, [])


def test_whoever_has_taken_over_stops_the_whole_run() -> None:
    world, stop = Answering("stale 9"), StopRequest()
    world.knows(A)
    why = failure(ran(world, step(A), stop=stop))
    assert why == diagnose("lease-superseded", where=H, epoch="9")
    assert stop.why == why


def test_a_lease_with_a_second_left_starts_it_and_one_with_less_does_not() -> None:
    for remaining_s, sent in ((1.0, 1), (0.9, 0)):
        world, stop = Answering("not-started"), StopRequest()
        world.knows(A)
        world.clock.later = [(0.1, lambda stop=stop: stop.stop_because(diagnose("paused")))]
        validity = LeaseValidity(renewed_at=remaining_s + START_MARGIN_S - TTL_S, wall_ahead=0.0)
        validity.wall_ahead = world.clock.now().timestamp() - world.clock.steady()
        code = failure(ran(world, step(A), validity=validity, stop=stop)).code
        assert (code, len(world.launches)) == (("job-not-started", 1) if sent else ("lease-unconfirmed", 0))


def test_a_launch_that_nobody_answered_may_still_begin_whatever_is_said_to_the_next() -> None:
    world, validity = Answering(LOST, *["late"] * 200), AlwaysRenewed()
    world.knows(A)
    failure(ran(world, step(A), validity=validity))
    assert len(world.launches) > 2
    assert validity.launch_pending(now=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought(Fact[str]):
    kind: Literal["test.brought"] = "test.brought"
    decides: ClassVar[bool] = True


def test_a_plan_that_was_made_on_another_value_is_out_of_date_and_nothing_has_failed() -> None:
    world, brought = Answering(), Brought(host=H)
    world.knows(A)
    world.readings[brought] = Known("new")
    expected = brought.must_be("old", because=reason("not-read"), source="a test")
    assert ran(world, step(A, expectations=[expected])) == StepDeferred(step="a", fact=fact_id(brought))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletes(Raise):
    def deletes(self) -> Any:
        return WHY


def test_a_deletion_is_started_only_in_a_run_for_which_it_was_approved() -> None:
    world, action = Answering(), Deletes(host=H, name="a", behind="gate")
    world.knows(action)
    result = ran(world, step(action))
    assert isinstance(result, StepNeedsHuman)
    assert (result.step, result.diagnostic.code, world.launches) == ("a", "approval-needed", [])
    assert isinstance(ran(world, step(action), approved=frozenset({"gate"})), StepDone)


def test_what_holds_is_skipped() -> None:
    world = Answering()
    world.knows(A)
    world.readings[A.flag] = Known("up")
    assert ran(world, step(A)) == StepSkipped(step="a")


def test_a_step_emits_so_many_lines_of_its_log_and_a_failure_shows_the_last() -> None:
    lines = [f"line {number}" for number in range(MAX_LOG_EVENTS + 2)]
    world = Answering()
    world.knows(A, works=False, log="\n".join(lines).encode() + b"\n")
    result = ran(world, step(A))
    assert isinstance(result, StepFailed)
    assert result.tail == (*lines[-TAIL_LINES:],)
    emitted = [event for event in world.events if isinstance(event, StepOutput)]
    assert emitted == [StepOutput(step="a", line=line) for line in lines[:MAX_LOG_EVENTS]]


def test_a_log_counts_each_line_once() -> None:
    emitted: list[Any] = []
    log = JobLog(step="a", emit=emitted.append)
    for _ in range(3):
        log.add("x")
    assert (log.emitted, len(emitted), list(log.tail)) == (3, 3, ["x"] * 3)


def test_jobs_that_this_run_follows_are_not_foreign() -> None:
    """Two steps on one host, which share no lock: neither waits for the other's job."""
    world, other = Answering(), Raise(host=H, name="other")
    world.knows(A)
    theirs = f"{job_key(other)}.1"
    world.job(H, theirs, Behaviour(polls=-1), polls=-1)
    assert isinstance(ran(world, step(A), jobs=LaunchedJobs(running={"other": theirs})), StepDone)
    assert world.at(H).running() == (theirs,)


def test_a_foreign_job_is_waited_for_and_its_output_is_not_this_steps() -> None:
    world, other = Answering(), Raise(host=H, name="other")
    world.knows(A, log=b"ours\n")
    world.knows(other, log=b"theirs\n", polls=3)
    theirs = f"{job_key(other)}.1"
    world.job(H, theirs, world.behaviours[job_key(other)], polls=3)
    assert isinstance(ran(world, step(A)), StepDone)
    assert world.events[0] == JobAdopted(host=H, job=theirs)
    assert [event.line for event in world.events if isinstance(event, StepOutput)] == ["ours"]


def test_a_foreign_job_that_does_not_end_fails_the_step_by_its_name() -> None:
    world, other = Answering(), Raise(host=H, name="other")
    world.knows(A)
    world.knows(other)
    theirs = f"{job_key(other)}.1"
    world.job(H, theirs, Behaviour(polls=-1), polls=-1)
    result = ran(world, step(A))
    assert isinstance(result, StepFailed)
    assert (result.step, result.diagnostic.code, result.diagnostic.where) == ("a", "job-overdue", H)
    assert dict(result.diagnostic.fields)["job"] == theirs


def adopted(world: Answering, action: Raise, behaviour: Behaviour) -> None:
    world.knows(action)
    world.job(H, f"{job_key(action)}.1", behaviour, polls=behaviour.polls)


def test_an_adopted_job_is_followed_as_the_first_attempt_of_this_step() -> None:
    world, jobs = Answering(), LaunchedJobs()
    adopted(world, A, Behaviour(polls=3))
    result = ran(world, step(A), jobs=jobs)
    assert isinstance(result, StepDone)
    assert (result.attempt, round(result.seconds, 1), jobs.started_steps) == (1, 6.2, ["a"])
    assert world.events[:2] == [JobAdopted(host=H, job=JOB), StepStarted(step="a", host=H, job=JOB)]


class Rebooting(Answering):
    """Away for five seconds when the step first reads its host, and again when it has followed the job it found."""

    away_since: float | None = None
    times: int = 0

    async def look(self, facts: Iterable[AnyFact]) -> GatheredFacts:
        asked = tuple(facts)
        now = self.clock.elapsed
        if attempts_fact(step(A)) in asked and (self.times == 0 or (self.times == 1 and now > UNREACHABLE_TIMEOUT_S)):
            self.away_since, self.times = now, self.times + 1
        self.dead = {H} if self.away_since is not None and now - self.away_since < 5.0 else set()
        return await Answering.look(self, asked)


def test_a_host_that_answered_in_between_is_given_its_time_again() -> None:
    """It was away before a job of more than the time-out was followed on it, and is away for a moment after that."""
    world = Rebooting()
    adopted(world, A, Behaviour(works=False, polls=200))
    result = ran(world, step(A))
    assert isinstance(result, StepDone)
    assert (result.attempt, world.times) == (2, 2)


@pytest.mark.parametrize(
    ("action", "behaviour", "stopped", "code"),
    [
        (ONCE, Behaviour(works=False, polls=3), False, "step-not-verified"),
        (A, Behaviour(works=False, polls=3), True, "step-not-verified"),
        (A, Behaviour(polls=-1), False, "job-overdue"),
    ],
    ids=["must-not-run-twice", "stopping", "still-running"],
)
def test_an_adopted_job_without_its_effect_is_not_always_tried_again(
    action: Raise, behaviour: Behaviour, code: str, *, stopped: bool
) -> None:
    world, stop = Answering(), StopRequest()
    adopted(world, action, behaviour)
    if stopped:
        stop.stop_because(diagnose("paused"))
    assert failure(ran(world, step(action), stop=stop)).code == code
    assert world.launches == []


@pytest.mark.parametrize(
    ("status", "until_s"), [(0, A.effects_timeout_s), (1, FAILED_COMMAND_GRACE_S)], ids=["claims-success", "fails"]
)
def test_effects_are_waited_for_longer_after_a_command_that_claims_success(status: int, until_s: float) -> None:
    world = Answering()
    world.knows(A, works=False, exit_status=status)
    assert failure(ran(world, step(A))).code == "step-not-verified"
    assert until_s + 2.0 <= world.clock.elapsed < until_s + 2.0 + 3.5


def test_effects_are_looked_for_at_once_then_ever_less_often() -> None:
    world = Answering()
    world.knows(A, works=False)
    ran(world, step(A))
    assert [round(seconds, 2) for seconds in world.sleeps[:8]] == [0.2, 0.3, 0.45, 0.68, 1.01, 1.52, 2.28, 3.0]


def test_a_host_that_goes_silent_after_its_job_is_given_the_time_of_a_reboot() -> None:
    world = Answering()
    world.knows(A)

    def away(_: str) -> None:
        world.clock.later = [(world.clock.elapsed + 250.0, world.dead.clear)]

    world.on_launch = away
    original = world.look

    async def look(facts: Iterable[AnyFact]) -> GatheredFacts:
        if world.launched and world.clock.elapsed < 200.0:
            world.dead.add(H)
        return await original(facts)

    assert isinstance(ran(world, step(A), gather=look), StepDone)
    assert 250.0 <= world.clock.elapsed < 260.0


class Verifying(Answering):
    """Whoever sees a job end is told what its flag is then, as often as it is asked."""

    async def run(self, host: str, command: Command) -> Output:
        output = await World.run(self, host, command)
        if command.script != READ or " running " in output.stdout:
            return output
        (mark,) = set(re.findall(r"'(\w+ \d+)'", command.stdin))
        value = getattr(self.read(A.flag), "value", "-")
        return Output(stdout=f"{output.stdout}{mark} begin\n{value}\n{mark} end 0\n")


def _flag_read(facts: Sequence[Any], output: Output) -> dict[AnyFact, AnyReading]:
    return dict.fromkeys(facts, Known(output.stdout.strip()))


FLAGS = Probe(family="flag", facts=(Flag,), command=lambda _: Command(script="show"), parse=_flag_read)


def test_what_the_command_that_saw_it_end_has_read_is_not_read_again() -> None:
    world = Verifying()
    world.knows(A, polls=3)
    assert isinstance(ran(world, step(A), question=partial(question_of, [FLAGS])), StepDone)
    assert world.readings_taken == 1, "before it began"


def test_an_effect_that_does_not_show_at_once_is_read_for_as_long_as_ever() -> None:
    world = Verifying()
    world.knows(A, works=False)
    world.on_launch = lambda _: world.clock.later.append(
        (world.clock.elapsed + 20.0, lambda: world.achieve(job_key(A)))
    )
    assert isinstance(ran(world, step(A), question=partial(question_of, [FLAGS])), StepDone)
    assert world.readings_taken > 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Both(Raise):
    """Ensures two flags, and never makes the second."""

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (self.flag.up(), Flag(host=H, name="second").up(), Flag(host=H, name="third").up())

    def explain_failure(self, drifts: Sequence[AnyDrift]) -> Diagnostic | None:
        return None


def test_every_effect_that_is_missing_is_named() -> None:
    world, both, jobs = Answering(), Both(host=H, name="a"), LaunchedJobs()
    world.knows(both)
    why = failure(ran(world, step(both), jobs=jobs))
    facts = "test.flag second @10.0.0.1: up / absent; test.flag third @10.0.0.1: up / absent"
    job = f"{job_key(both)}.1"
    assert why == diagnose("step-not-verified", where=H, job=job, rc=0, facts=facts)
    assert jobs.running == {}, "it has ended"


@pytest.mark.parametrize("action", [A, ONCE], ids=["idempotent", "once"])
def test_only_what_must_not_run_twice_is_marked_as_verified(action: Raise) -> None:
    world = Answering()
    world.knows(action)
    ran(world, step(action))
    assert world.at(H).jobs[f"{job_key(action)}.1"].verified is action.once


def test_a_refused_repeat_shows_the_log_of_the_attempt_that_is_in_its_way() -> None:
    world = Answering()
    world.knows(ONCE, log=b"one\ntwo\n")
    world.job(H, JOB, world.behaviours[job_key(ONCE)], state="exited:1")
    result = ran(world, step(ONCE))
    assert isinstance(result, StepFailed)
    refused = diagnose("job-repeat-refused", where=H, job=JOB, rc="1")
    assert result == StepFailed(step="a", diagnostic=refused, tail=("one", "two"))
    assert world.events == [], "they were emitted when it ran"


@dataclass(frozen=True, slots=True, kw_only=True)
class AtOnce(Raise):
    effects_timeout_s: ClassVar[float] = 0.0


def test_effects_that_show_at_once_or_never_are_read_once() -> None:
    world, action = Answering(), AtOnce(host=H, name="a")
    world.knows(action, works=False)
    assert failure(ran(world, step(action))).code == "step-not-verified"
    assert world.sleeps == []


@pytest.mark.parametrize(("action", "code"), [(A, "job-cut-off"), (ONCE, "job-vanished")], ids=["idempotent", "once"])
def test_a_job_that_vanished_without_its_effect_is_named(action: Raise, code: str) -> None:
    world = Answering()
    world.knows(action, works=False, vanishes=True)
    assert failure(ran(world, step(action))) == diagnose(code, where=H, job=f"{job_key(action)}.1")
