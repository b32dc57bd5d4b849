"""Deletions wait for an approval, and what a person does is waited for: seen, never believed, and never by `--yes`."""

import asyncio
import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from probes.fact import Known, Readings, matches
from probes.marker import PROBE as MARKERS
from reconciler.core.events import ApprovalGiven, StepNeedsHuman
from reconciler.core.identity import job_key
from reconciler.core.plan import Plan, Step
from reconciler.engine.approvals import Approval, read, record
from reconciler.engine.gather import gather_facts
from tests.support.flags import Raise
from tests.support.local import LocalTransport
from tests.support.run import H, applied, context_for
from tests.support.world import World, plan, step


def chain(actions: Sequence[Raise]) -> Callable[[Readings], Plan]:
    """Each after the one before it, those that are done left out."""

    def decide(readings: Readings) -> Plan:
        down = [action for action in actions if matches(action.flag.up(), readings) is False]
        steps: list[Step] = []
        for action in down:
            before = (steps[-1].action,) if steps and action.name != "free" else ()
            names = [one.name for one in before if isinstance(one, Raise)]
            steps.append(step(action, *names))
        return plan(*steps)

    return decide


def world_of(*actions: Raise) -> World:
    world = World()
    world.knows(*actions)
    return world


FREE = Raise(host=H, name="free")
DELETE = Raise(host=H, name="delete", behind="topology")
MAKE = Raise(host=H, name="make")
BY_HAND = Raise(host=H, name="by-hand", behind="topology", hands="cmdb-delete-sets")


def run(world: World, *actions: Raise, **more: Any) -> Any:
    return applied(context_for(world, actions, **{"make_plan": chain(actions), **more}))


def launched(world: World) -> list[str]:
    return [job.rpartition(".")[0] for job in world.launched]


def keys(*actions: Raise) -> list[str]:
    return [job_key(action) for action in actions]


def test_without_an_approval_all_else_is_done_and_the_run_waits() -> None:
    world = world_of(FREE, DELETE, MAKE)
    ended = run(world, DELETE, MAKE, FREE)
    assert (ended.verdict, ended.exit_code) == ("waiting", 6)
    assert launched(world) == keys(FREE)
    assert [told.code for told in ended.diagnostics] == ["approval-needed"]
    assert [event.step for event in world.events if isinstance(event, StepNeedsHuman)] == ["delete"]


def test_where_everything_waits_nothing_is_written_at_all() -> None:
    world = world_of(DELETE, MAKE)
    ended = run(world, DELETE, MAKE)
    assert (ended.exit_code, world.writes, world.events) == (6, [], [])


@pytest.mark.parametrize("approved", [{"another"}, {"Topology"}, {""}], ids=["another", "other-case", "empty"])
def test_another_approval_is_none(approved: set[str]) -> None:
    world = world_of(DELETE)
    assert run(world, DELETE, approved=frozenset(approved)).exit_code == 6
    assert world.launched == []


def test_what_was_approved_is_done_and_noted_with_who_and_for_which_run() -> None:
    world = world_of(DELETE, MAKE)
    ended = run(world, DELETE, MAKE, approved=frozenset({"topology"}))
    assert (ended.verdict, ended.exit_code) == ("converged", 0)
    assert launched(world) == keys(DELETE, MAKE)
    assert [e for e in world.events if isinstance(e, ApprovalGiven)] == [
        ApprovalGiven(approval="topology", user="wang", source="laptop")
    ]
    assert [args[1:] for args in world.at(H).approvals] == [("topology", "wang@laptop", "run")]


def test_an_approval_that_cannot_be_put_down_deletes_nothing() -> None:
    world = world_of(DELETE)
    world.deaf = True
    ended = run(world, DELETE, approved=frozenset({"topology"}))
    assert ended.exit_code == 5
    assert world.launched == []


def test_what_a_person_does_is_never_started_and_is_asked_for() -> None:
    world = world_of(BY_HAND, MAKE)
    ended = run(world, BY_HAND, MAKE, approved=frozenset({"topology"}))
    assert (ended.exit_code, world.launched) == (6, [])
    assert [told.code for told in ended.diagnostics] == ["cmdb-delete-sets"]


def test_an_approval_is_asked_before_the_hand_it_is_for() -> None:
    assert [told.code for told in run(world_of(BY_HAND), BY_HAND).diagnostics] == ["approval-needed"]


def test_done_by_hand_while_the_run_goes_on_it_is_seen_and_the_rest_follows() -> None:
    world = world_of(FREE, BY_HAND, MAKE)

    def meanwhile(_: str) -> None:
        world.readings[BY_HAND.flag] = Known("up")

    world.on_launch = meanwhile
    ended = run(world, FREE, BY_HAND, MAKE, approved=frozenset({"topology"}))
    assert (ended.verdict, launched(world)) == ("converged", keys(FREE, MAKE))


def test_a_failure_weighs_more_than_what_waits() -> None:
    world = world_of(DELETE)
    world.knows(FREE, works=False)
    assert run(world, DELETE, FREE).exit_code == 3


def test_who_agreed_to_what_is_read_back_from_the_controller(tmp_path: Path) -> None:
    transport = LocalTransport(tmp_path)
    look = functools.partial(gather_facts, transport, (MARKERS,))

    async def story() -> tuple[Approval, ...]:
        assert await read(look, H, ("topology",)) == ()
        await record(transport, H, approval="topology", who="wang li@ops", run="first")
        await record(transport, H, approval="topology", who="wang li@ops", run="second")
        return await read(look, H, ("topology", "other"))

    (told,) = asyncio.run(story())
    assert (told.approval, told.who, told.run) == ("topology", "wang_li@ops", "second")
    note = transport.state(H) / "markers/approved-topology"
    assert (note.stat().st_mode & 0o777, note.parent.stat().st_mode & 0o777) == (0o600, 0o700)
