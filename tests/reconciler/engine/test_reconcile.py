"""Apply, on a world of facts: it ends where facts say it ends, and a refusal changes nothing."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from probes.fact import AnyExpected, AnyFact, Known, Readings, Unknown, matches
from reconciler.core.events import Event, JobAdopted, LeaseContended, RunEnded, RunHalted, RunStarted, StepDone
from reconciler.core.identity import job_key
from reconciler.core.plan import Blocked, Derived, Plan
from reconciler.core.preflight import check_results
from reconciler.engine.assess import Assessment, assess
from reconciler.engine.gather import GatheredFacts
from reconciler.engine.journal import JournalError
from reconciler.engine.stop import StopRequest
from reconciler.engine.timeouts import DERIVED_TIMEOUT_S, STARTUP_GRACE_S
from specs.diagnostic import diagnose
from specs.reason import reason
from tests.support.flags import Flag, Raise
from tests.support.run import H2, H, applied, context_for, decide_for
from tests.support.world import World, plan, step


def two(world: World, **behaviour: Any) -> tuple[Raise, Raise]:
    actions = (Raise(host=H, name="a"), Raise(host=H2, name="b"))
    world.knows(*actions, **behaviour)
    return actions


def test_it_converges_and_a_second_time_writes_nothing_at_all() -> None:
    world = World()
    actions = two(world)
    first = applied(context_for(world, actions))
    assert (first.verdict, first.exit_code) == ("converged", 0)
    assert isinstance(world.events[0], RunStarted)
    assert world.events[-1] == replace(_ended(world), verdict="converged", done=2, failed=0)
    assert world.at(H).lease is None
    begun = world.events[0]
    assert isinstance(begun, RunStarted)
    assert [(event.matching, event.drift, event.unknown) for event in (begun, _ended(world))] == [(0, 2, 0), (2, 0, 0)]
    world.writes.clear()
    second = applied(context_for(world, actions))
    assert (second.exit_code, world.writes, len(world.launched)) == (0, [], 2)


def _ended(world: World) -> RunEnded:
    (ended,) = [event for event in world.events if isinstance(event, RunEnded)]
    return ended


def test_a_failure_ends_with_three_and_is_not_tried_over_and_over() -> None:
    world = World()
    result = applied(context_for(world, two(world, works=False)))
    assert (result.verdict, result.exit_code, len(world.launched)) == ("failed", 3, 2)


def test_an_unread_host_is_no_verdict_and_the_rest_is_repaired() -> None:
    world = World()
    actions = two(world)
    world.dead.add(H2)
    result = applied(context_for(world, actions))
    assert (result.verdict, result.exit_code) == ("unknown", 4)
    assert world.launched == [f"{job_key(actions[0])}.1"]


def _both(_: Plan) -> tuple[str, ...]:
    return (H, H2)


def _first(_: Plan) -> tuple[str, ...]:
    return (H,)


def test_a_change_of_release_is_not_begun_past_a_host_that_was_not_read() -> None:
    """Nothing is written, the lease included; the cause of each host comes behind the one that names them all."""
    world = World()
    actions = two(world)
    world.dead.add(H2)
    result = applied(context_for(world, actions, hosts_required=_both))
    assert (result.verdict, result.exit_code, world.writes) == ("refused", 5, [])
    assert [diagnostic.code for diagnostic in result.diagnostics] == ["change-hosts-unread", "host-unreachable"]
    assert dict(result.diagnostics[0].fields) == {"hosts": f"{H2} (host-unreachable)"}


def test_a_host_of_no_concern_to_the_change_does_not_keep_it_from_beginning() -> None:
    world = World()
    actions = two(world)
    world.dead.add(H2)
    result = applied(context_for(world, actions, hosts_required=_first))
    assert (result.verdict, result.exit_code) == ("unknown", 4)
    assert world.launched == [f"{job_key(actions[0])}.1"]


def test_a_host_that_falls_silent_before_the_gates_is_seen_there() -> None:
    world = World()
    actions = two(world)
    looks: list[int] = []

    async def look(facts: Iterable[AnyFact]) -> GatheredFacts:
        asked = tuple(facts)
        if any(isinstance(fact, Flag) and fact.name == "gate" for fact in asked):
            looks.append(1)
            world.dead.add(H2)
        return await world.look(asked)

    gates = tuple(Flag(host=host, name="gate").up() for host in (H, H2))
    world.readings |= {gate.fact: Known("up") for gate in gates}

    def opened(_: Plan) -> tuple[AnyExpected, ...]:
        return gates

    context = replace(
        context_for(world, actions, hosts_required=_both, preflight_checks=opened),
        gather=look,
    )
    result = applied(context)
    assert (result.exit_code, world.writes, len(looks)) == (5, [], 1)
    assert [diagnostic.code for diagnostic in result.diagnostics] == ["change-hosts-unread", "host-unreachable"]


def test_a_host_that_falls_silent_once_the_change_is_begun_holds_up_only_what_needs_it() -> None:
    """The first round unpacks; the second still has its work on the host that answers."""
    world = World()
    first, second = Raise(host=H, name="a"), Raise(host=H, name="c")
    world.knows(first, second)

    def decide(readings: Readings) -> Plan:
        down = [one for one in (first, second) if matches(one.flag.up(), readings) is False]
        return plan(*(step(one) for one in down[:1]))

    world.on_launch = lambda _: world.dead.add(H2)
    result = applied(context_for(world, (first, second), make_plan=decide, hosts_required=_both))
    assert len(world.launched) == 2
    assert (result.verdict, result.exit_code) == ("converged", 0)


def test_repairs_do_not_begin_the_change_that_comes_after_them() -> None:
    """The host falls silent while the first round only repairs: what the second would change is refused."""
    world = World()
    first, second = Raise(host=H, name="a"), Raise(host=H, name="c")
    world.knows(first, second)

    def decide(readings: Readings) -> Plan:
        down = [one for one in (first, second) if matches(one.flag.up(), readings) is False]
        return plan(*(step(one) for one in down[:1]))

    def later(made: Plan) -> tuple[str, ...]:
        return (H, H2) if made.steps[0].id == "c" else ()

    world.on_launch = lambda _: world.dead.add(H2)
    expected = [one.flag.up() for one in (first, second, Raise(host=H2, name="b"))]
    context = context_for(
        world,
        (first, second),
        make_plan=decide,
        hosts_required=later,
    )
    world.readings[expected[-1].fact] = Known("up")
    result = applied(replace(context, expected=expected))
    assert len(world.launched) == 1
    assert result.diagnostics[0].code == "change-hosts-unread"


@pytest.mark.parametrize(
    ("reading", "code"), [(Known("down"), "preflight-failed"), (Unknown(reason("not-utf8")), "preflight-unread")]
)
def test_a_gate_that_is_not_open_refuses_before_any_write(reading: Any, code: str) -> None:
    world = World()
    gate = Flag(host=H, name="gate")
    world.readings[gate] = reading

    def _gated(_: Plan) -> tuple[AnyExpected, ...]:
        return (gate.up(),)

    result = applied(context_for(world, two(world), preflight_checks=_gated))
    assert (result.verdict, result.exit_code) == ("refused", 5)
    assert [diagnostic.code for diagnostic in result.diagnostics] == [code]
    assert (world.writes, world.events) == ([], [])


def test_advice_is_asked_with_the_preflight_checks_and_refuses_nothing() -> None:
    world = World()
    memory = Flag(host=H, name="memory")
    world.readings[memory] = Known("down")
    check = memory.must_be("up", because=reason("preflight-memory", modules="auth"), source="a test")

    def _advised(_: Plan) -> tuple[AnyExpected, ...]:
        return (check,)

    assert check_results((check,), world.readings)[0].advice
    assert applied(context_for(world, two(world), preflight_checks=_advised)).exit_code == 0


def test_a_no_refuses_before_any_write() -> None:
    async def no(_: Any) -> bool:
        return False

    world = World()
    result = applied(context_for(world, two(world), confirm=no))
    assert (result.exit_code, world.writes) == (5, [])
    assert [diagnostic.code for diagnostic in result.diagnostics] == ["not-confirmed"]


def test_a_held_lease_refuses_and_names_the_holder() -> None:
    world = World(alive={"another"})
    world.lease(H, "another")
    result = applied(context_for(world, two(world)))
    assert (result.exit_code, world.launched) == (5, [])
    assert [diagnostic.code for diagnostic in result.diagnostics] == ["lease-held"]


def test_a_controller_out_of_reach_refuses() -> None:
    world = World()
    actions = two(world)
    world.dead.add(H)
    result = applied(context_for(world, actions))
    assert (result.exit_code, world.launched) == (5, [])


def test_a_job_of_an_earlier_run_is_waited_for_before_anything_is_decided() -> None:
    world = World()
    actions = two(world, polls=3)
    job = f"{job_key(actions[0])}.1"
    world.job(H, job, world.behaviours[job_key(actions[0])], polls=3)
    result = applied(context_for(world, actions))
    assert (result.exit_code, world.launched) == (0, [f"{job_key(actions[1])}.1"])
    assert JobAdopted(host=H, job=job) in world.events


def test_a_job_that_never_ends_refuses_new_work() -> None:
    world = World()
    actions = two(world, polls=-1)
    world.job(H, f"{job_key(actions[0])}.1", world.behaviours[job_key(actions[0])], polls=-1)
    result = applied(context_for(world, actions))
    assert (result.exit_code, world.launched) == (5, [])
    assert [diagnostic.code for diagnostic in result.diagnostics] == ["job-overdue"]


def test_what_can_only_be_done_by_a_person_is_waited_for() -> None:
    world = World()
    (a, _) = two(world)

    def blocked_by(code: str) -> Callable[[Readings], Plan]:
        blocked = Blocked(expected=a.flag.up(), diagnostic=diagnose(code))
        return lambda _: replace(plan(), blocked=(blocked,))

    result = applied(context_for(world, (a,), make_plan=blocked_by("task-untraced")))
    assert (result.verdict, result.exit_code, world.writes) == ("waiting", 6, [])
    result = applied(context_for(world, (a,), make_plan=blocked_by("not-confirmed")))
    assert (result.verdict, result.exit_code) == ("refused", 5)


@pytest.mark.parametrize(("presses", "code"), [(1, 130), (2, 130)])
def test_an_interrupt_ends_with_its_signal(presses: int, code: int) -> None:
    world, stop = World(), StopRequest()
    actions = two(world, polls=3)

    def press(job: str) -> None:
        for _ in range(presses):
            stop.request()

    world.on_launch = press
    result = applied(context_for(world, actions, stop=stop, parallel=1))
    assert (result.verdict, result.exit_code) == ("interrupted", code)
    assert len(world.launched) == 1
    after = [event.drift for event in world.events if isinstance(event, RunEnded)]
    assert after == ([1] if presses == 1 else [None]), "who leaves at once has not read what it left"


def test_a_lost_lease_starts_nothing_more() -> None:
    world, stop = World(), StopRequest()
    actions = two(world, polls=3)
    world.on_launch = lambda job: stop.stop_because(diagnose("lease-lost", where=H, run="run"))
    result = applied(context_for(world, actions, stop=stop, parallel=1))
    assert (result.exit_code, len(world.launched)) == (3, 1)
    assert "lease-lost" in [diagnostic.code for diagnostic in result.diagnostics]


def test_that_nothing_more_is_started_is_said_while_what_is_in_flight_goes_on() -> None:
    world, stop, events = World(), StopRequest(), list[Event]()
    world.on_launch = lambda job: stop.stop_because(diagnose("lease-lost", where=H, run="run"))
    applied(replace(context_for(world, two(world, polls=3), stop=stop, parallel=1), emit=events.append))
    (halted,) = (event for event in events if isinstance(event, RunHalted))
    assert halted.diagnostic.code == "lease-lost"
    assert events.index(halted) < next(n for n, event in enumerate(events) if isinstance(event, StepDone))


def test_later_rounds_do_what_earlier_ones_uncovered() -> None:
    world = World()
    actions = two(world)

    def decide(readings: Readings) -> Plan:
        whole = decide_for(actions)(readings)
        return replace(whole, steps=whole.steps[:1])

    asked: list[int] = []

    async def count(assessment: Any) -> bool:
        asked.append(len(assessment.plan.steps))
        return True

    result = applied(context_for(world, actions, make_plan=decide, confirm=count))
    assert (result.exit_code, len(result.rounds), asked) == (0, 2, [1, 1])


def test_what_a_plan_would_rest_on_is_read_before_it_is_believed() -> None:
    world = World()
    world.readings[Flag(host=H, name="deep")] = Known("up")

    def decide(readings: Readings) -> Plan:
        facts: list[AnyFact] = [Flag(host=H, name=name) for name in ("near", "deep")]
        unread = [fact for fact in facts if fact not in readings]
        return replace(plan(), unread_facts=frozenset(unread[:1]))

    expected: list[AnyExpected] = []
    assessment = asyncio.run(assess(world.look, expected, decide))
    assert assessment.plan.unread_facts == frozenset()
    assert assessment.readings[Flag(host=H, name="deep")] == Known("up")


def test_a_plan_that_wants_ever_more_is_given_up_as_unread() -> None:
    world, count = World(), iter(range(10_000))

    def decide(readings: Readings) -> Plan:
        return replace(plan(), unread_facts=frozenset({Flag(host=H, name=str(next(count)))}))

    asyncio.run(assess(world.look, [], decide))
    assert next(count) < 30


def test_a_full_disk_while_a_job_is_adopted_is_trouble_and_no_bug() -> None:
    world = World()
    a, b = two(world)
    world.job(H, f"{job_key(a)}.1", world.behaviours[job_key(a)], polls=3)

    class Full:
        def write(self, event: Any) -> None:
            if not isinstance(event, RunStarted):
                raise JournalError(diagnose("journal-unwritable", where="j", error="No space left on device"))

    result = applied(replace(context_for(world, (a, b)), journal=Full()))
    assert [diagnostic.code for diagnostic in result.diagnostics] == ["journal-unwritable"]
    assert (result.exit_code, world.launched) == (5, [])


@pytest.mark.parametrize("noticed", ["when the plan is made", "after the last step"])
def test_what_a_step_disturbs_is_given_its_time_before_the_last_word(noticed: str) -> None:
    """consul checks every ten seconds: a service is critical for a while after its container runs again."""
    world = World()
    (a, _) = two(world)
    health, late = Flag(host=H, name="health").up(), noticed == "after the last step"
    looks: list[int] = []

    async def look(facts: Iterable[AnyFact]) -> GatheredFacts:
        asked = tuple(facts)
        if health.fact in asked and world.launched:
            looks.append(1)
        well = len(looks) > 4 or (late and not looks)
        world.readings[health.fact] = Known("up" if well else "down")
        return await world.look(asked)

    def decide(readings: Readings) -> Plan:
        plan = decide_for((a,))(readings)
        well = readings.get(health.fact) == Known("up")
        return plan if well else replace(plan, derived=(Derived(expected=health, depends_on=(a.flag.up(),)),))

    context = replace(context_for(world, (a,), make_plan=decide), expected=[a.flag.up(), health], gather=look)
    assert applied(context).verdict == "converged"


@pytest.mark.parametrize(("comes_right", "code"), [(True, 0), (False, 3)])
def test_what_is_in_between_after_the_last_step_is_given_its_time(comes_right: bool, code: int) -> None:
    """A check that lags behind while all that it looks at runs, a container that docker starts once more."""
    world = World()
    (a, _) = two(world)
    health = Flag(host=H, name="health").up()
    unhealthy = Blocked(expected=health, diagnostic=diagnose("service-unhealthy", service="s"), progressing=True)
    looks: list[float] = []

    async def look(facts: Iterable[AnyFact]) -> GatheredFacts:
        asked = tuple(facts)
        looks.extend([world.clock.elapsed] * (health.fact in asked and bool(world.launched)))
        late = bool(looks) and not (comes_right and len(looks) > 4)
        world.readings[health.fact] = Known("down" if late else "up")
        return await world.look(asked)

    def decide(readings: Readings) -> Plan:
        plan = decide_for((a,))(readings)
        return plan if readings.get(health.fact) == Known("up") else replace(plan, blocked=(unhealthy,))

    context = replace(context_for(world, (a,), make_plan=decide), expected=[a.flag.up(), health], gather=look)
    done = applied(context)
    assert (done.exit_code, [diagnostic.code for diagnostic in done.diagnostics]) == (
        code,
        ["service-unhealthy"] * (code == 3),
    )
    assert comes_right or looks[-1] - looks[0] >= DERIVED_TIMEOUT_S


@pytest.mark.parametrize(("comes_right", "code"), [(True, 0), (False, 5)])
def test_what_is_in_between_is_given_some_seconds_before_anybody_is_refused_for_it(
    comes_right: bool, code: int
) -> None:
    """After a reboot all runs, and has only just been started. Nobody takes a lease for that."""
    world = World()
    young = Flag(host=H, name="steady").up()
    blocked = Blocked(
        expected=young, diagnostic=diagnose("units-recently-started", units="a.service"), progressing=True
    )

    async def look(facts: Iterable[AnyFact]) -> GatheredFacts:
        world.readings[young.fact] = Known("up" if comes_right and world.clock.elapsed > 4.0 else "down")
        return await world.look(facts)

    def decide(readings: Readings) -> Plan:
        return plan() if readings.get(young.fact) == Known("up") else replace(plan(), blocked=(blocked,))

    done = applied(replace(context_for(world, (), make_plan=decide), expected=[young], gather=look))
    assert (done.exit_code, [diagnostic.code for diagnostic in done.diagnostics]) == (
        code,
        ["units-recently-started"] * (code == 5),
    )
    assert world.writes == []
    assert comes_right or world.clock.elapsed >= STARTUP_GRACE_S


def test_a_dead_holders_lease_is_waited_for_and_taken_over() -> None:
    """After kill -9 the next `apply` is no error: the lease stops being renewed, runs out, and is taken."""
    world = World()
    world.lease(H, "killed", renewed=0.0)
    actions = two(world)
    events: list[Event] = []
    context = replace(context_for(world, actions), emit=events.append)
    assert applied(context).verdict == "converged"
    assert [event.user for event in events if isinstance(event, LeaseContended)] == ["somebody"]


def test_a_package_that_is_wrong_refuses_the_whole_run_before_any_write() -> None:
    world = World()
    (a, _) = two(world)
    bad = Blocked(expected=a.flag.up(), diagnostic=diagnose("package-md5", where=H))

    def decide(readings: Readings) -> Plan:
        return replace(decide_for((a,))(readings), blocked=(bad,))

    result = applied(context_for(world, (a,), make_plan=decide))
    assert (result.verdict, result.exit_code, world.writes) == ("refused", 5, [])
    assert [diagnostic.code for diagnostic in result.diagnostics] == ["package-md5"]


def sealed_by(world: World, actions: Iterable[Raise], **more: Any) -> list[int]:
    """The epochs with which a run asked for the seal."""
    epochs: list[int] = []

    async def seal(epoch: int, assessment: Assessment) -> None:
        epochs.append(epoch)

    applied(context_for(world, tuple(actions), seal=seal, **more))
    return epochs


def test_the_seal_is_asked_for_once_the_steps_are_done() -> None:
    world = World()
    assert sealed_by(world, two(world)) == [1]


def test_the_seal_is_asked_for_after_a_job_of_a_killed_run_that_left_nothing_to_do() -> None:
    """What it changed is the work of bkrec too."""
    world = World()
    actions = (Raise(host=H, name="a"),)
    world.knows(*actions)
    world.job(H, f"{job_key(actions[0])}.1", world.behaviours[job_key(actions[0])], polls=3)
    assert sealed_by(world, actions) == [1]
    assert world.launched == []


def test_no_seal_is_asked_for_where_there_was_nothing_to_do() -> None:
    world = World()
    actions = two(world)
    for action in actions:
        world.readings[action.flag] = Known("up")
    assert sealed_by(world, actions) == []


def test_no_seal_is_asked_for_where_one_step_failed_beside_one_that_worked() -> None:
    world = World()
    actions = (Raise(host=H, name="a"), Raise(host=H2, name="b"))
    world.knows(actions[0])
    world.knows(actions[1], works=False)
    assert sealed_by(world, actions) == []
    assert world.readings[actions[0].flag] == Known("up")


def test_no_seal_is_asked_for_where_the_run_was_stopped() -> None:
    world = World()
    actions = two(world)
    stop = StopRequest()
    world.on_launch = lambda _: stop.stop_because(diagnose("lease-lost", where=H, run="run"))
    assert sealed_by(world, actions, stop=stop) == []


def test_the_verdict_comes_from_what_is_read_after_the_seal() -> None:
    """Whoever edits while digests are taken is told of it by this very run."""
    world = World()
    actions = two(world)

    async def seal(epoch: int, assessment: Assessment) -> None:
        world.readings[actions[0].flag] = Known("down")

    assert applied(context_for(world, actions, seal=seal)).verdict != "converged"
