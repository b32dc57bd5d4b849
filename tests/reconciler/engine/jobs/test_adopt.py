"""Jobs that earlier runs left running: found on each host that answers, followed to their end, and named where not."""

import asyncio
from typing import Any

import pytest

from reconciler.core.events import Event, JobAdopted, StepOutput
from reconciler.core.identity import job_key
from reconciler.engine.failpoints import hooked
from reconciler.engine.jobs.adopt import (
    ADOPTED_TIMEOUT_S,
    adopt,
    read_running_jobs,
    running_jobs,
    unfinished_diagnostic,
)
from reconciler.engine.jobs.client import JobResult
from reconciler.engine.journal import JournalError
from reconciler.engine.stop import StopRequest
from specs.diagnostic import Diagnostic, diagnose
from specs.reason import reason
from tests.support.flags import Raise
from tests.support.world import Behaviour, World

H, H2, H3 = "10.0.0.1", "10.0.0.2", "10.0.0.3"
A, B = Raise(host=H, name="a"), Raise(host=H2, name="b")
JOB_A, JOB_B = f"{job_key(A)}.1", f"{job_key(B)}.4"


def world_with(*jobs: tuple[str, str, int]) -> World:
    """(host, job, polls)."""
    world = World()
    world.knows(A, B)
    for host, name, polls in jobs:
        world.job(host, name, Behaviour(polls=polls, log=b"PASSWORD=canary\nb\n"), polls=polls)
    return world


def states(world: World) -> set[str]:
    return {host.state(job) for host in world.hosts.values() for job in host.jobs.values()}


def test_who_runs_what_is_told_host_by_host_and_who_did_not_say() -> None:
    world = world_with((H, JOB_A, 3), (H2, JOB_B, 3), (H2, f"{job_key(A)}.9", 3))
    world.job(H, "ended-1.1", Behaviour(), state="exited:0")
    world.dead = {H3}
    jobs, unread = asyncio.run(read_running_jobs(world.look, [H, H2, H3]))
    assert jobs == ((H, JOB_A), (H2, JOB_B), (H2, f"{job_key(A)}.9"))
    because = reason("host-unreachable", host=H3, error="dead")
    assert unread == (diagnose("jobs-unread", where=H3, host=H3, because=because),)
    assert asyncio.run(running_jobs(world.look, [H3, H])) == ((H, JOB_A),)


def adopted(world: World, *jobs: tuple[str, str], **more: Any) -> tuple[Diagnostic, ...]:
    given: dict[str, Any] = {"clock": world.clock, "record": world.write, "stop": StopRequest(), **more}
    return asyncio.run(adopt(world, jobs, **given))


def test_all_are_followed_to_their_end_with_their_output_redacted() -> None:
    world = world_with((H, JOB_A, 2), (H2, JOB_B, 4))
    assert adopted(world, (H, JOB_A), (H2, JOB_B)) == ()
    assert states(world) == {"exited:0"}
    for host, name in ((H, JOB_A), (H2, JOB_B)):
        assert JobAdopted(host=host, job=name) in world.events
        lines = [event.line for event in world.events if isinstance(event, StepOutput) and event.step == name]
        assert lines == ["PASSWORD=<redacted>", "b"]


def test_nothing_to_adopt_is_nothing_to_wait_for() -> None:
    assert adopted(world_with()) == ()


def test_a_job_that_does_not_end_is_named_and_the_others_are_followed_all_the_same() -> None:
    world = world_with((H, JOB_A, -1), (H2, JOB_B, 2))
    (late,) = adopted(world, (H, JOB_A), (H2, JOB_B))
    assert late == diagnose("job-overdue", where=H, job=JOB_A, seconds=f"{ADOPTED_TIMEOUT_S:g}")
    assert world.at(H2).state(world.at(H2).jobs[JOB_B]) == "exited:0"
    assert ADOPTED_TIMEOUT_S <= world.clock.elapsed < ADOPTED_TIMEOUT_S + 10.0


def test_a_host_that_goes_silent_with_its_job_is_named() -> None:
    world = world_with((H, JOB_A, -1))
    world.dead = {H}
    assert adopted(world, (H, JOB_A)) == (diagnose("job-launch-unconfirmed", where=H, job=JOB_A),)


def test_a_second_interrupt_leaves_them_running_at_once() -> None:
    world, stop = world_with((H, JOB_A, -1), (H2, JOB_B, -1)), StopRequest()
    world.clock.later = [(20.0, stop.immediate.set)]
    assert adopted(world, (H, JOB_A), (H2, JOB_B), stop=stop) == ()
    assert states(world) == {"running"}
    assert world.clock.elapsed < 60.0


def test_a_journal_that_cannot_be_written_ends_it_and_the_jobs_go_on() -> None:
    world = world_with((H, JOB_A, -1), (H2, JOB_B, -1))

    def record(event: Event) -> None:
        if isinstance(event, StepOutput) and event.step == JOB_A:
            raise JournalError(diagnose("journal-unwritable", where="x", error="full"))

    with pytest.raises(JournalError, match="journal-unwritable"):
        adopted(world, (H, JOB_A), (H2, JOB_B), record=record)
    assert states(world) == {"running"}
    assert world.clock.elapsed < 60.0, "the other job is not waited for"


def test_a_bug_in_what_follows_a_job_is_not_taken_for_its_end() -> None:
    class Killed(Exception):
        pass

    def die(point: str) -> None:
        if point == "job-read.before":
            raise Killed

    with hooked(die), pytest.raises(ExceptionGroup):
        adopted(world_with((H, JOB_A, 2)), (H, JOB_A))


@pytest.mark.parametrize("state", ["exited:0", "exited:9", "vanished", "never"])
def test_a_job_that_has_ended_is_no_reason_to_stop(state: str) -> None:
    assert unfinished_diagnostic(JobResult(state=state, offset=0), H, JOB_A) is None
