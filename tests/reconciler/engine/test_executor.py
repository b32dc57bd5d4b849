"""The executor, on a world of facts: what is started, in which order, and what its outcome rests on."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import pytest

from actions.action import Disrupts
from probes.command import Command, Output
from probes.fact import AnyDrift, AnyFact, Known, Unknown
from probes.job import HostUptime, JobAttempts, JobsRunning
from probes.probe import Probe
from reconciler.core.eta import Durations
from reconciler.core.events import Event, JobAdopted, RunInterrupted, StepDone, StepFailed, StepOutput, StepStarted
from reconciler.core.identity import job_key
from reconciler.core.plan import Plan
from reconciler.core.selection import StepGraph
from reconciler.core.window import Window
from reconciler.engine import executor
from reconciler.engine.clock import wall_ahead_s
from reconciler.engine.executor import execute
from reconciler.engine.failpoints import hooked, registered
from reconciler.engine.gather import GatheredFacts, HostQuestion, question_of
from reconciler.engine.jobs.scripts import LAUNCH, READ
from reconciler.engine.journal import JournalError
from reconciler.engine.lease import LeaseValidity
from reconciler.engine.run import ExecutionResult
from reconciler.engine.step.runner import StepReading
from reconciler.engine.stop import StopRequest
from reconciler.engine.timeouts import READ_AHEAD_S
from specs.diagnostic import Diagnostic, diagnose
from specs.reason import reason
from tests.support.flags import Flag, Raise
from tests.support.run import held_lease, run_context
from tests.support.world import POLL_S, Behaviour, VirtualClock, World, plan, step

H = "10.0.0.1"


def carried(
    world: World,
    what: Plan,
    stop: StopRequest | None = None,
    epoch: int = 1,
    validity: LeaseValidity | None = None,
    **more: Any,
) -> ExecutionResult:
    context = run_context(world, stop=stop or StopRequest(), **more)
    return asyncio.run(execute(what, context, held_lease(epoch, validity)))


def make(*names: str, once: bool = False, shares: tuple[str, ...] = ()) -> tuple[Raise, ...]:
    return tuple(Raise(host=H, name=name, once=once, shares=shares) for name in names)


def test_a_step_is_done_when_its_effect_is_seen() -> None:
    world, (a,) = World(), make("a")
    world.knows(a, exit_status=3)
    outcome = carried(world, plan(step(a)))
    assert outcome.done == ("a",)
    (done,) = [event for event in world.events if isinstance(event, StepDone)]
    assert (done.exit_status, done.attempt) == (3, 1)


def test_exit_status_zero_without_the_effect_is_a_failure_with_its_evidence() -> None:
    world, (a,) = World(), make("a")
    world.knows(a, works=False, log=b"x\nPASSWORD=canary\nall fine\n")
    outcome = carried(world, plan(step(a)))
    (failed,) = outcome.failed
    assert failed.diagnostic.code == "step-not-verified"
    assert dict(failed.diagnostic.fields)["rc"] == "0"
    assert "test.flag a @10.0.0.1: up / down" in dict(failed.diagnostic.fields)["facts"]
    assert failed.tail == ("x", "PASSWORD=<redacted>", "all fine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained(Raise):
    """An action with words of its own for an effect that nobody sees."""

    def explain_failure(self, drifts: Sequence[AnyDrift]) -> Diagnostic | None:
        return diagnose("agents-missing", where=self.host, hosts=str(drifts[0].reading), seconds=1)


def test_an_action_that_knows_what_a_missing_effect_means_says_it() -> None:
    world, a = World(), Explained(host=H, name="a")
    world.knows(a, works=False)
    (failed,) = carried(world, plan(step(a))).failed
    assert failed.diagnostic == diagnose("agents-missing", where=H, hosts=str(Known("down")), seconds=1)


def test_an_effect_that_shows_late_is_waited_for() -> None:
    world, (a,) = World(), make("a")
    world.knows(a, works=False)
    world.clock.later.append((20.0, lambda: world.readings.update({a.flag: Known("up")})))
    assert carried(world, plan(step(a))).done == ("a",)


def test_what_is_already_so_is_skipped() -> None:
    world, (a, b) = World(), make("a", "b")
    world.knows(a, b)
    world.readings[a.flag] = Known("up")
    outcome = carried(world, plan(step(a), step(b, "a")))
    assert (outcome.skipped, outcome.done) == (("a",), ("b",))
    assert world.launched == [f"{job_key(b)}.1"]


def test_a_failure_stops_what_comes_after_it_and_nothing_else() -> None:
    world, (a, b, c, d) = World(), make("a", "b", "c", "d")
    world.knows(a, works=False)
    world.knows(b, c, d)
    outcome = carried(world, plan(step(a), step(b, "a"), step(c, "b"), step(d)))
    assert [failed.step for failed in outcome.failed] == ["a"]
    assert [(held.step, held.cause) for held in outcome.blocked] == [("b", "a"), ("c", "a")]
    assert outcome.done == ("d",)


def test_a_premise_that_moved_is_named_and_nothing_starts() -> None:
    world, (a,) = World(), make("a")
    world.knows(a)
    need = Flag(host=H, name="need")
    world.readings[need] = Known("down")
    (failed,) = carried(world, plan(step(a, expectations=[need.up()]))).failed
    assert failed.diagnostic.code == "step-requirement-changed"
    assert dict(failed.diagnostic.fields) == {"fact": "test.flag need @10.0.0.1", "expected": "up", "reading": "down"}
    assert world.launched == []


def test_a_premise_that_a_step_before_it_disturbed_is_given_its_time() -> None:
    """consul asks every ten seconds: a unit that was restarted a moment ago still counts as critical."""
    world, (a, b) = World(), make("a", "b")
    world.knows(a, b)
    need = Flag(host=H, name="need")
    world.readings[need] = Known("down")
    world.clock.later.append((12.0, lambda: world.readings.update({need: Known("up")})))
    outcome = carried(world, plan(step(a), step(b, "a", expectations=[need.up()])))
    assert (outcome.done, outcome.failed) == (("a", "b"), ())


def test_a_premise_that_stays_disturbed_is_named_in_the_end() -> None:
    world, (a, b) = World(), make("a", "b")
    world.knows(a, b)
    need = Flag(host=H, name="need")
    world.readings[need] = Known("down")
    (failed,) = carried(world, plan(step(a), step(b, "a", expectations=[need.up()]))).failed
    assert (failed.step, failed.diagnostic.code) == ("b", "step-requirement-changed")
    assert world.launched == [f"{job_key(a)}.1"]


def test_who_asks_to_stop_does_not_wait_for_a_premise() -> None:
    world, (a, b), stop = World(), make("a", "b"), StopRequest()
    world.knows(a, b)
    need = Flag(host=H, name="need")
    world.readings[need] = Known("down")
    world.clock.later.append((4.0, lambda: stop.stop_because(diagnose("paused"))))
    world.clock.later.append((9.0, lambda: world.readings.update({need: Known("up")})))
    carried(world, plan(step(a), step(b, "a", expectations=[need.up()])), stop)
    assert world.launched == [f"{job_key(a)}.1"]


def test_nothing_starts_on_an_unknown_premise() -> None:
    world, (a,) = World(), make("a")
    world.knows(a)
    need = Flag(host=H, name="need")
    world.readings[need] = Unknown(reason("not-utf8"))
    (failed,) = carried(world, plan(step(a, expectations=[need.up()]))).failed
    assert failed.diagnostic.code == "step-requirement-unknown"
    assert failed.diagnostic.because == reason("not-utf8")
    assert world.launched == []


def test_a_host_that_is_away_as_its_step_is_to_start_is_waited_for() -> None:
    world, (a,) = World(), make("a")
    world.knows(a)
    world.dead = {H}
    world.clock.later = [(200.0, world.dead.clear)]
    assert carried(world, plan(step(a))).done == ("a",)
    assert world.launched == [f"{job_key(a)}.1"]


def test_and_not_for_ever() -> None:
    world, (a,) = World(), make("a")
    world.knows(a)
    world.dead = {H}
    (failed,) = carried(world, plan(step(a))).failed
    assert failed.diagnostic.code == "job-unread"
    assert 300.0 <= world.clock.elapsed < 330.0


def test_nothing_begins_before_the_lease_is_confirmed() -> None:
    world, (a,), validity = World(), make("a"), LeaseValidity()
    world.knows(a)

    def confirm() -> None:
        validity.renewed_at, validity.wall_ahead = world.clock.elapsed, wall_ahead_s(world.clock)

    world.clock.later = [(20.0, confirm)]
    assert carried(world, plan(step(a)), validity=validity).done == ("a",)
    assert world.clock.elapsed >= 20.0


def test_a_lease_that_is_gone_begins_nothing() -> None:
    world, (a,), stop = World(), make("a"), StopRequest()
    world.knows(a)
    world.clock.later = [(3.0, lambda: stop.stop_because(diagnose("lease-lost", where=H, run="r")))]
    (failed,) = carried(world, plan(step(a)), stop, validity=LeaseValidity()).failed
    assert (failed.diagnostic.code, world.launched) == ("lease-unconfirmed", [])
    assert world.clock.elapsed < 10.0


def test_a_job_found_running_is_adopted_and_not_started_again() -> None:
    world, (a,) = World(), make("a")
    world.knows(a, polls=3)
    job = f"{job_key(a)}.1"
    world.job(H, job, world.behaviours[job_key(a)], polls=3)
    assert carried(world, plan(step(a))).done == ("a",)
    assert world.launched == []
    assert JobAdopted(host=H, job=job) in world.events


def test_an_adopted_job_that_ends_without_the_effect_is_followed_by_an_attempt_of_our_own() -> None:
    """The same work, but not necessarily to the same end: an earlier run may have set another value."""
    world, (a,) = World(), make("a")
    world.knows(a)
    job = f"{job_key(a)}.1"
    world.job(H, job, Behaviour(works=False), polls=3)
    outcome = carried(world, plan(step(a)))
    assert (outcome.done, outcome.failed, world.launched) == (("a",), (), [f"{job_key(a)}.2"])


@pytest.mark.parametrize("state", ["exited:1", "vanished"])
def test_an_idempotent_action_is_tried_again_under_the_next_number(state: str) -> None:
    world, (a,) = World(), make("a")
    world.knows(a)
    world.job(H, f"{job_key(a)}.1", world.behaviours[job_key(a)], state=state)
    assert carried(world, plan(step(a))).done == ("a",)
    assert world.launched == [f"{job_key(a)}.2"]


@pytest.mark.parametrize(("state", "code"), [("exited:1", "job-repeat-refused"), ("vanished", "job-vanished")])
def test_what_must_not_happen_twice_is_not_started_beside_an_unexplained_first(state: str, code: str) -> None:
    world, (a,) = World(), make("a", once=True)
    world.knows(a, log=b"evidence\n")
    world.job(H, f"{job_key(a)}.1", world.behaviours[job_key(a)], state=state)
    (failed,) = carried(world, plan(step(a))).failed
    assert failed.diagnostic.code == code
    assert failed.tail == ("evidence",)
    assert world.launched == []


def test_what_was_seen_done_once_may_be_needed_again() -> None:
    world, (a,) = World(), make("a", once=True)
    world.knows(a)
    assert carried(world, plan(step(a))).done == ("a",)
    world.readings[a.flag] = Known("down")
    assert carried(world, plan(step(a))).done == ("a",)
    assert world.launched == [f"{job_key(a)}.1", f"{job_key(a)}.2"]


@pytest.mark.parametrize(("once", "code"), [(False, "job-cut-off"), (True, "job-vanished")])
def test_a_vanished_job_is_judged_by_its_effect(once: bool, code: str) -> None:
    """And only what must not run twice is said to be such."""
    world, (a, b) = World(), make("a", "b", once=once)
    world.knows(a, vanishes=True)
    world.knows(b, vanishes=True, works=False)
    outcome = carried(world, plan(step(a), step(b)))
    assert outcome.done == ("a",)
    assert [failed.diagnostic.code for failed in outcome.failed] == [code]


def test_an_overdue_job_is_left_running_and_said_so() -> None:
    world, (a,) = World(), make("a")
    world.knows(a, polls=-1)
    (failed,) = carried(world, plan(step(a))).failed
    assert failed.diagnostic.code == "job-overdue"
    assert world.at(H).running() == (f"{job_key(a)}.1",)


def test_resources_are_held_by_one_step_at_a_time() -> None:
    world = World()
    steps = make("a", "b", "c", shares=("bkcli",))
    world.knows(*steps, polls=3)
    assert len(carried(world, plan(*map(step, steps))).done) == 3
    assert max(map(len, world.overlap)) == 1


def test_what_shares_nothing_runs_side_by_side() -> None:
    world = World()
    steps = make("a", "b", "c", "d", "e", "f")
    world.knows(*steps, polls=3)
    assert len(carried(world, plan(*map(step, steps))).done) == 6
    assert max(map(len, world.overlap)) == 4


def test_a_stale_epoch_stops_the_run() -> None:
    world, (a, b) = World(), make("a", "b")
    world.knows(a, b)
    world.at(H).epoch = 9
    stop = StopRequest()
    outcome = carried(world, plan(step(a, expectations=()), step(b, "a")), stop)
    assert [failed.diagnostic.code for failed in outcome.failed] == ["lease-superseded"]
    assert stop.why is not None
    assert world.launched == []


def test_a_launch_that_a_host_refused_is_not_waited_for_and_one_that_nobody_answered_is() -> None:
    """By the lease: it is not given away while a launch may still begin (`LeaseValidity`)."""
    world, (a,) = World(), make("a")
    world.knows(a)
    world.at(H).full_until = 1e9
    lease = held_lease()
    outcome = asyncio.run(execute(plan(step(a)), run_context(world), lease))
    assert [failed.diagnostic.code for failed in outcome.failed] == ["job-not-started"]
    assert not lease.validity.launch_pending(world.clock.elapsed)
    lease.validity.launch_sent("a.1", until=35.0)
    earlier = lease.validity.launch_sent("a.1", until=50.0)
    lease.validity.launch_answered("a.1", earlier)
    assert [lease.validity.launch_pending(now) for now in (34.0, 35.0)] == [True, False]


def test_the_intent_is_on_record_before_the_command_leaves() -> None:
    world, (a,) = World(), make("a")
    world.knows(a)
    before: list[bool] = []
    world.on_launch = lambda job: before.append(StepStarted(step="a", host=H, job=job) in world.events)
    carried(world, plan(step(a)))
    assert before == [True]


@dataclass
class Full:
    left: int
    kept: list[Event] = field(default_factory=list[Event])

    def write(self, event: Event) -> None:
        if self.left == 0:
            raise JournalError(diagnose("journal-unwritable", where="x", error="No space left on device"))
        self.left -= 1
        self.kept.append(event)


def test_nothing_leaves_when_the_journal_is_full() -> None:
    world, (a, b) = World(), make("a", "b")
    world.knows(a, b)

    outcome = carried(world, plan(step(a), step(b)), journal=Full(0))
    assert {diagnostic.code for diagnostic in outcome.diagnostics} == {"journal-unwritable"}
    assert (world.launched, outcome.started) == ([], ())


def test_one_interrupt_starts_nothing_more_and_waits() -> None:
    world, (a, b) = World(), make("a", "b")
    world.knows(a, b, polls=3)
    stop = StopRequest()
    world.on_launch = lambda job: stop.request()
    outcome = carried(world, plan(step(a), step(b, "a")), stop)
    assert (outcome.done, outcome.not_started) == (("a",), ("b",))
    assert not [event for event in world.events if isinstance(event, RunInterrupted)]


def test_a_second_interrupt_leaves_at_once_and_names_what_goes_on() -> None:
    world, (a, b) = World(), make("a", "b")
    world.knows(a, b, polls=-1)
    stop = StopRequest()

    def twice(job: str) -> None:
        stop.request()
        stop.request()

    world.on_launch = twice
    outcome = carried(world, plan(step(a), step(b, "a")), stop)
    job = f"{job_key(a)}.1"
    assert outcome.running == (job,)
    assert world.events[-1] == RunInterrupted(running=(job,))
    assert world.at(H).running() == (job,)


def test_cancellation_is_never_swallowed() -> None:
    world, (a,) = World(), make("a")
    world.knows(a, polls=-1)
    world.clock.still = True

    async def run() -> None:
        async with asyncio.timeout(0.05):
            await execute(plan(step(a)), run_context(world), held_lease())

    with pytest.raises(TimeoutError):
        asyncio.run(run())
    assert world.events[-1] == RunInterrupted(running=(f"{job_key(a)}.1",))


def test_crash_points_are_enumerated_and_passed() -> None:
    world, (a,) = World(), make("a", once=True)
    world.knows(a)
    passed: list[str] = []
    with hooked(passed.append):
        carried(world, plan(step(a)))
    assert {"job-launch.before", "job-launch.after", "job-read.before", "job-verified.after"} <= set(passed)
    assert set(passed) <= set(registered())


def test_output_is_told_redacted() -> None:
    world, (a,) = World(), make("a")
    world.knows(a, log=b"mysql -uroot -pcanary\n\xff\n")
    carried(world, plan(step(a)))
    lines = [event.line for event in world.events if isinstance(event, StepOutput)]
    assert lines == ["mysql -uroot -p<redacted>", "\ufffd"]


def test_a_failed_step_is_told_once() -> None:
    world, (a, b) = World(), make("a", "b")
    world.knows(a, b, works=False)
    carried(world, plan(step(a), step(b, "a")))
    assert len([event for event in world.events if isinstance(event, StepFailed)]) == 1


def test_an_overdue_job_keeps_what_it_holds_from_the_others() -> None:
    world, (a, b) = World(), make("a", "b", shares=("bkcli",))
    (free,) = make("free")
    world.knows(a, polls=-1)
    world.knows(b, free)
    outcome = carried(world, plan(step(a), step(b), step(free)))
    assert [failed.diagnostic.code for failed in outcome.failed] == ["job-overdue"]
    assert [(held.step, held.cause) for held in outcome.blocked] == [("b", "a")]
    assert outcome.done == ("free",)


def test_a_job_of_somebody_else_on_the_host_is_waited_for_first() -> None:
    world, (a, other) = World(), make("a", "other")
    world.knows(a)
    world.knows(other, polls=5)
    theirs = f"{job_key(other)}.1"
    world.job(H, theirs, world.behaviours[job_key(other)], polls=5)
    assert carried(world, plan(step(a))).done == ("a",)
    assert world.overlap == [frozenset({f"{job_key(a)}.1"})]
    assert JobAdopted(host=H, job=theirs) in world.events


def test_a_job_of_somebody_else_that_does_not_end_fails_the_step() -> None:
    world, (a, other) = World(), make("a", "other")
    world.knows(a)
    world.knows(other, polls=-1)
    world.job(H, f"{job_key(other)}.1", world.behaviours[job_key(other)], polls=-1)
    (failed,) = carried(world, plan(step(a))).failed
    assert (failed.diagnostic.code, world.launched) == ("job-overdue", [])


def test_an_outage_is_not_made_longer_by_a_step_that_could_wait() -> None:
    """`stop` begins an outage that `install` ends; `other` needs what `install` needs, and is told to wait for it."""
    world = World()
    stop, install, other = (
        Outage(host=H, name="stop"),
        Raise(host=H, name="install", shares=("bkcli",)),
        Raise(host=H, name="other", shares=("bkcli",)),
    )
    world.knows(stop, install, other, polls=3)
    carried(world, plan(step(stop), step(install, "stop"), step(other)))
    started = [event.step for event in world.events if isinstance(event, StepStarted)]
    assert started == ["stop", "install", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage(Raise):
    @property
    def outage(self) -> str:
        return "paas"


# a maintenance window


def _window(seconds: float) -> Window:
    return Window(stop_at="04:30", ends_s=seconds)


def test_no_step_is_begun_that_would_end_after_the_window() -> None:
    """Each takes 2 s here and 5 by its estimate: the third one is not begun at 4, for it would end at 9."""
    world, steps = World(), make("a", "b", "c", "d")
    world.knows(*steps)
    outcome = carried(
        world, plan(step(steps[0]), step(steps[1], "a"), step(steps[2], "b"), step(steps[3], "c")), window=_window(8.0)
    )
    assert outcome.done == ("a", "b")
    assert (outcome.outside_window, outcome.not_started) == (("c", "d"), ("c", "d"))
    assert world.clock.elapsed < 8.0


def test_what_steps_took_on_this_cluster_decides_what_the_window_has_room_for() -> None:
    """The same, where three are known to take 2 s: the third is begun at 4; the fourth, at 6, would end at 11."""
    world, steps = World(), make("a", "b", "c", "d")
    world.knows(*steps)
    chain = plan(step(steps[0]), step(steps[1], "a"), step(steps[2], "b"), step(steps[3], "c"))
    known = Durations(seconds=dict.fromkeys("abc", (2.0,)))
    outcome = carried(world, chain, window=replace(_window(8.0), durations=known))
    assert (outcome.done, outcome.outside_window) == (("a", "b", "c"), ("d",))


def test_a_later_step_that_is_short_enough_is_begun_all_the_same() -> None:
    world, (slow, quick) = World(), (Slow(host=H, name="slow"), Raise(host=H, name="quick"))
    world.knows(slow, quick)
    outcome = carried(world, plan(step(slow), step(quick)), window=_window(20.0))
    assert (outcome.done, outcome.outside_window) == (("quick",), ("slow",))


def test_without_a_window_and_in_a_stopped_run_nothing_is_outside_of_one() -> None:
    world, (a,) = World(), make("a")
    world.knows(a)
    assert carried(world, plan(step(a))).outside_window == ()
    stop = StopRequest()
    stop.request()
    world = World()
    world.knows(a)
    outcome = carried(world, plan(step(a)), stop, window=_window(0.0))
    assert (outcome.outside_window, outcome.not_started) == ((), ("a",))


def test_an_outage_that_takes_longer_than_estimated_is_ended_after_the_window() -> None:
    """Retired in time by the estimates; then the unit took its time to stop."""
    world = World()
    retire, install, tidy = (Down(host=H, name="retire"), Down(host=H, name="install"), Raise(host=H, name="tidy"))
    world.knows(install, tidy)
    world.knows(retire, polls=20)
    outcome = carried(world, plan(step(retire), step(install, "retire"), step(tidy, "install")), window=_window(11.0))
    assert outcome.done == ("retire", "install")
    assert outcome.outside_window == ("tidy",)
    assert world.clock.elapsed > 40.0


def test_an_outage_that_would_not_be_over_in_time_is_not_begun() -> None:
    world = World()
    retire, install = Down(host=H, name="retire"), Down(host=H, name="install")
    world.knows(retire, install)
    outcome = carried(world, plan(step(retire), step(install, "retire")), window=_window(9.0))
    assert (outcome.done, outcome.outside_window) == ((), ("retire", "install"))
    assert world.launched == []


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow(Raise):
    typical_s: ClassVar[float] = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Down(Raise):
    @property
    def outage(self) -> str:
        return "paas"

    @property
    def disrupts(self) -> Disrupts:
        return "service"


@dataclass(slots=True)
class Watched(World):
    """Notes which flags are asked about, and with what else: what a decision rests on is asked with the attempts."""

    asked: list[str] = field(default_factory=list[str])

    async def look(self, facts: Iterable[AnyFact]) -> GatheredFacts:
        requested = tuple(facts)
        decides = any(isinstance(fact, JobAttempts) for fact in requested)
        names = "+".join(fact.name for fact in requested if isinstance(fact, Flag))
        self.asked.append(f"{'decide' if decides else 'verify'} {names}")
        return await World.look(self, requested)


def test_the_next_step_is_read_while_the_one_before_it_is_verified() -> None:
    world, (a, b) = Watched(), make("a", "b")
    world.knows(a, b)
    verifying = asyncio.Event()

    async def look(facts: Iterable[AnyFact]) -> GatheredFacts:
        requested = tuple(facts)
        if requested == (a.flag,) and world.launched:
            async with asyncio.timeout(10):
                await verifying.wait()
        elif b.flag in requested:
            verifying.set()
        return await world.look(requested)

    assert carried(world, plan(step(a), step(b, "a")), gather=look).done == ("a", "b")
    assert world.asked == ["decide a", "decide b", "verify a", "verify b"]


def test_what_must_not_be_done_twice_is_read_once_all_before_it_has_been() -> None:
    """Beside the verification of the one before it, its effect could show between the two."""
    world, (a,), (b,) = Watched(), make("a"), make("b", once=True)
    world.knows(a, b)

    async def look(facts: Iterable[AnyFact]) -> GatheredFacts:
        requested = tuple(facts)
        for _ in range(10 if requested == (a.flag,) else 0):
            await asyncio.sleep(0)
        return await world.look(requested)

    assert carried(world, plan(step(a), step(b, "a")), gather=look).done == ("a", "b")
    assert world.asked == ["decide a", "verify a", "decide b", "verify b"]


def test_what_was_read_ahead_starts_a_step_and_decides_nothing_else() -> None:
    """Its requirement does not hold yet when the job before it ends: without that reading it would not have failed."""
    world, (a, b) = Watched(), make("a", "b")
    world.knows(a, works=False)
    world.knows(b)
    world.on_launch = lambda _: world.clock.later.append((world.clock.elapsed + 3.0, lambda: world.achieve(job_key(a))))
    assert carried(world, plan(step(a), step(b, "a", expectations=[a.flag.up()]))).done == ("a", "b")
    assert world.asked.count("decide b+a") == 2


@pytest.mark.parametrize(("slow_s", "read"), [(READ_AHEAD_S - 2.0, 1), (READ_AHEAD_S + 5.0, 2)])
def test_what_was_read_ahead_and_has_aged_is_read_again(slow_s: float, read: int) -> None:
    """The one before it is verified by a host that takes its time to answer."""
    world, (a, b) = Watched(), make("a", "b")
    world.knows(a, b)

    read_ahead = asyncio.Event()

    async def look(facts: Iterable[AnyFact]) -> GatheredFacts:
        requested = tuple(facts)
        gathered = await world.look(requested)
        if requested == (a.flag,):
            async with asyncio.timeout(10):
                await read_ahead.wait()
            world.clock.elapsed += slow_s
        elif b.flag in requested:
            asyncio.get_running_loop().call_soon(read_ahead.set)
        return gathered

    assert carried(world, plan(step(a), step(b, "a")), gather=look).done == ("a", "b")
    assert world.asked.count("decide b") == read


def test_a_step_that_shares_a_lock_is_read_ahead_too_and_one_that_has_to_wait_longer_is_not() -> None:
    world = Watched()
    a, b = make("a", "b", shares=("bkcli",))
    (c,) = make("c")
    world.knows(a, b, c)

    def emit(event: Event) -> None:
        if isinstance(event, StepDone):
            world.asked.append(f"done {event.step}")

    assert carried(world, plan(step(a), step(b), step(c, "b")), emit=emit).done == ("a", "b", "c")
    assert world.asked.index("decide b") < world.asked.index("done a")
    assert world.asked.index("done a") < world.asked.index("decide c") < world.asked.index("done b")


def test_behind_a_job_that_does_not_end_nothing_is_read_ahead() -> None:
    world, (a, b) = Watched(), make("a", "b")
    world.knows(a, polls=-1)
    world.knows(b)
    outcome = carried(world, plan(step(a), step(b, "a")))
    assert [failed.diagnostic.code for failed in outcome.failed] == ["job-overdue"]
    assert "decide b" not in world.asked


def test_what_does_not_hold_yet_when_it_is_read_ahead_fails_no_step() -> None:
    """What a job disturbs for a moment holds again when it is verified; nothing is waited for without a step before."""
    world, gate = Watched(), Flag(host=H, name="gate")
    a, b = make("a", "b", shares=("bkcli",))
    world.knows(a, works=False)
    world.knows(b)
    world.readings[gate] = Known("up")

    def recovers() -> None:
        world.readings[gate] = Known("up")
        world.achieve(job_key(a))

    def disturbed(job: str) -> None:
        if job.startswith(job_key(a)):
            world.readings[gate] = Known("down")
            world.clock.later.append((world.clock.elapsed + 3.0, recovers))

    world.on_launch = disturbed
    assert carried(world, plan(step(a), step(b, expectations=[gate.up()]))).done == ("a", "b")
    assert world.asked.count("decide b+gate") == 2


def test_a_foreign_job_that_is_read_ahead_is_waited_for() -> None:
    world, (a, b) = Watched(), make("a", "b")
    world.knows(a, b)

    def appears(job: str) -> None:
        if job.startswith(job_key(a)):
            world.job(H, "foreign.1", Behaviour(works=False), polls=2)

    world.on_launch = appears
    assert carried(world, plan(step(a), step(b, "a"))).done == ("a", "b")
    assert [event.job for event in world.events if isinstance(event, JobAdopted)] == ["foreign.1"]
    assert frozenset(("foreign.1", f"{job_key(b)}.1")) not in world.overlap


class Asked(Watched):
    """Whoever sees a job end is answered there whatever is asked about its host, at that moment."""

    def question(self, *groups: Iterable[AnyFact]) -> HostQuestion | None:
        requested = tuple(fact for group in groups for fact in group)
        everything = Probe(
            family="all",
            facts=(Flag, JobAttempts, HostUptime, JobsRunning),
            command=lambda _: Command(script="show"),
            parse=lambda facts, _: {fact: self.read(fact) for fact in facts},
        )
        asked = question_of([everything], requested)
        if asked is not None:
            self.asked.append(f"with its job {'+'.join(fact.name for fact in requested if isinstance(fact, Flag))}")
        return asked

    async def run(self, host: str, command: Command) -> Output:
        output = await World.run(self, host, command)
        if command.script != READ or " running " in output.stdout:
            return output
        marks = sorted(set(re.findall(r"'(\w+ \d+)'", command.stdin)))
        return Output(stdout=output.stdout + "".join(f"{mark} begin\n\n{mark} end 0\n" for mark in marks))


def asking(world: Asked, what: Plan, **more: Any) -> ExecutionResult:
    return carried(world, what, question=world.question, **more)


def test_what_the_next_steps_need_is_read_by_the_command_that_sees_the_job_end() -> None:
    world, (a, b, c) = Asked(clock=VirtualClock(elapsed=1000.0)), make("a", "b", "c")
    world.knows(a, b, c)
    assert asking(world, plan(step(a), step(b, "a"), step(c, "b"))).done == ("a", "b", "c")
    assert world.asked == ["decide a", "with its job a+b", "with its job b+c", "with its job c"]


def test_what_verifies_a_job_that_was_found_running_is_read_by_the_command_that_sees_it_end() -> None:
    world, (a, b) = Asked(), make("a", "b")
    world.knows(a, b)
    world.job(H, f"{job_key(a)}.1", Behaviour(), polls=2)
    assert asking(world, plan(step(a), step(b, "a"))).done == ("a", "b")
    assert world.asked == ["decide a", "with its job a+b", "with its job b"]


def test_no_more_steps_are_read_with_a_job_than_may_start_after_it() -> None:
    world, a = Asked(), make("a")[0]
    (b, c), (d, e) = make("b", "c", shares=("bkcli",)), make("d", "e")
    world.knows(a, b, c, d, e)
    what = plan(step(a), *(step(action, "a") for action in (b, c, d, e)))
    assert set(asking(world, what, parallel=2).done) == {"a", "b", "c", "d", "e"}
    assert world.asked[:2] == ["decide a", "with its job a+b+d"], "c waits for b's lock, e for a place"


def test_what_was_read_with_a_job_starts_its_step_once() -> None:
    """Nobody answers its launch: whatever comes of that is read from its host."""
    world, (a, b) = Asked(), make("a", "b")
    world.knows(a, b)

    @dataclass(slots=True)
    class Lost(World):
        left: int = 1

        async def run(self, host: str, command: Command) -> Output:
            output = await world.run(host, command)
            if command.script == LAUNCH and job_key(b) in command.args[1] and self.left:
                self.left -= 1
                return Output(stdout="", exit_status=None)
            return output

    assert asking(world, plan(step(a), step(b, "a")), transport=Lost()).done == ("a", "b")
    assert world.asked == ["decide a", "with its job a+b", "with its job b", "decide b", "with its job b"]


def test_who_leaves_at_once_does_not_wait_for_what_is_read_ahead() -> None:
    world, stop, (a, b) = World(), StopRequest(), make("a", "b")
    world.knows(a, works=False)
    world.knows(b)

    async def look(facts: Iterable[AnyFact]) -> GatheredFacts:
        requested = tuple(facts)
        if b.flag in requested:
            stop.request()
            stop.request()
        if world.launched:
            async with asyncio.timeout(10):
                await asyncio.Event().wait()
        return await world.look(requested)

    outcome = carried(world, plan(step(a), step(b, "a")), stop, gather=look)
    assert (outcome.done, outcome.not_started) == ((), ("b",))


def test_a_reading_that_is_superseded_is_not_waited_for() -> None:
    (a, b) = make("a", "b")
    world, ended, following = World(), step(a), step(b, "a")
    world.knows(a, b)

    async def look(_: Iterable[AnyFact]) -> GatheredFacts:
        async with asyncio.timeout(10):
            await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    async def run() -> StepReading:
        scheduler = executor._Scheduler(  # pyright: ignore[reportPrivateUsage]
            waiting={"b": following}, parallel=2, graph=StepGraph.of((ended, following)), tasks={}
        )
        async with asyncio.TaskGroup() as group:
            next_steps = executor._NextSteps(  # pyright: ignore[reportPrivateUsage]
                scheduler=scheduler, ended=ended, context=run_context(world, gather=look), group=group
            )
            next_steps.read_ahead()
            await asyncio.sleep(0)
            next_steps.receive(following, StepReading(readings={}, at=7.0))
        return await scheduler.ahead["b"]

    assert asyncio.run(run()).at == 7.0


def test_what_another_host_has_to_say_is_asked_there() -> None:
    world, (a, b) = Asked(), make("a", "b")
    there = Flag(host="10.0.0.2", name="there")
    world.knows(a, b)
    world.readings[there] = Known("up")
    assert asking(world, plan(step(a), step(b, "a", expectations=[there.up()]))).done == ("a", "b")
    assert world.asked == ["decide a", "with its job a", "decide b+there", "with its job b"]


def test_a_step_that_needs_another_host_leaves_the_others_their_reading() -> None:
    world, (a, b, c) = Asked(), make("a", "b", "c")
    there = Flag(host="10.0.0.2", name="there")
    world.knows(a, b, c)
    world.readings[there] = Known("up")
    elsewhere = step(c, "a", expectations=[there.up()])
    assert set(asking(world, plan(step(a), elsewhere, step(b, "a"))).done) == {"a", "b", "c"}
    assert "with its job a+b" in world.asked


@pytest.mark.parametrize("kind", [Asked, Watched])
def test_what_was_read_with_a_job_whose_effect_does_not_show_at_once_counts_for_nothing(kind: type[Watched]) -> None:
    """Half a second later it shows, and what the next one needs is no longer what it was."""
    world, (a, b) = kind(), make("a", "b")
    world.knows(a, works=False)
    world.knows(b)

    def both() -> None:
        world.achieve(job_key(a))
        world.achieve(job_key(b))

    world.on_launch = lambda _: world.clock.later.append((POLL_S + 0.4, both))
    more: dict[str, Any] = {"question": world.question} if isinstance(world, Asked) else {}
    outcome = carried(world, plan(step(a), step(b, "a")), **more)
    assert outcome.done == ("a",)
    assert world.launched == [f"{job_key(a)}.1"], "b holds already"


@pytest.mark.parametrize("late_s", [8.0, 10.0])
@pytest.mark.parametrize("kind", [Asked, Watched])
def test_such_a_reading_counts_for_nothing_of_a_step_either_that_had_lost_its_place_to_another_by_then(
    kind: type[Watched], late_s: float
) -> None:
    """While a ran, or as its job ended, b was next to start; then e is, and a moment later both are."""
    world, (a, b, c, d, e) = kind(), make("a", "b", "c", "d", "e")
    world.knows(a, works=False, polls=3)
    world.knows(b, c, e)
    world.knows(d)

    def both() -> None:
        world.achieve(job_key(a))
        world.achieve(job_key(b))

    def ends_late(job: str) -> None:
        if job.startswith(job_key(a)):
            world.clock.later.append((late_s, both))

    world.on_launch = ends_late
    what = plan(step(a), step(c), step(d, "c"), step(e, "c"), step(b, "a"))
    more: dict[str, Any] = {"question": world.question} if isinstance(world, Asked) else {}
    outcome = carried(world, what, parallel=2, **more)
    assert set(outcome.done) == {"a", "c", "d", "e"}
    assert outcome.skipped == ("b",), world.asked


def test_a_step_that_holds_already_when_the_one_before_it_ends_is_read_again_and_skipped() -> None:
    world, (a, b) = Asked(), make("a", "b")
    world.knows(a, b)
    world.on_launch = lambda _: world.achieve(job_key(b))
    assert asking(world, plan(step(a), step(b, "a"))).done == ("a",)
    assert world.asked.count("decide b") == 1


def test_what_was_read_with_a_job_that_ended_long_ago_is_read_again() -> None:
    """Another step has to end first, on which the next one waits as well."""
    world, (a, b, c) = Asked(), make("a", "b", "c")
    world.knows(a)
    world.knows(b, polls=6)
    world.knows(c)
    assert asking(world, plan(step(a), step(b), step(c, "a", "b"))).done == ("a", "b", "c")
    assert "with its job a+c" not in world.asked
    assert "with its job b+c" not in world.asked, "while a ran, c had to wait for a"
    assert world.asked.count("decide c") == 1
