"""Pause: written on the controller, read by every run, and no further step is started until it is taken back."""

import asyncio
import functools
from collections.abc import Iterable
from pathlib import Path
from random import Random

import pytest

from probes.command import Command, Output
from probes.fact import AnyFact, Unknown
from probes.job import PROBE
from reconciler.core.events import StepStarted
from reconciler.engine.gather import GatheredFacts, gather_facts
from reconciler.engine.pause import PauseError, PauseRequest, check, pause, read, resume
from specs.reason import reason
from tests.sim.campaign import cluster
from tests.sim.simulation import Troubles
from tests.support import virtual
from tests.support.local import Greeting, LocalTransport

H = "10.0.0.1"


def test_a_wish_is_put_down_read_and_taken_back(tmp_path: Path) -> None:
    transport = LocalTransport(tmp_path)
    look = functools.partial(gather_facts, transport, (PROBE,))

    async def story() -> None:
        assert await read(look, H) is None
        await pause(transport, H, who="wang li", why="disk $(touch /tmp/x) 'swap'\nnow")
        request = await read(look, H)
        assert request is not None
        assert request == PauseRequest(who="wang_li", since=request.since, why="disk $(touch /tmp/x) 'swap' now")
        assert request.since.endswith("Z")
        await resume(transport, H)
        await resume(transport, H)
        assert await read(look, H) is None

    asyncio.run(story())


GREETINGS = [("bkrec-says pause paused\n", False), ("bkrec-says pause unwritable\n", True), ("hi: ", True)]


@pytest.mark.parametrize(("greeting", "known"), GREETINGS)
def test_what_a_login_prints_neither_stands_for_the_answer_nor_against_it(
    tmp_path: Path, greeting: str, known: bool
) -> None:
    transport = LocalTransport(tmp_path)
    if not known:
        transport.state(H).parent.mkdir(parents=True)
        transport.state(H).write_text("a file, where the directory should be")
    asked = pause(Greeting(transport, greeting), H, who="a", why="b")
    if known:
        asyncio.run(asked)
    else:
        with pytest.raises(PauseError):
            asyncio.run(asked)


def test_what_is_not_confirmed_is_told() -> None:
    class Deaf:
        async def run(self, host: str, command: Command) -> Output:
            return Output(stdout="", exit_status=None)

        async def close(self) -> None:
            """Nothing is kept open."""

    with pytest.raises(PauseError):
        asyncio.run(pause(Deaf(), H, who="a", why="b"))


@pytest.mark.parametrize("at", [0.0, 6.0])
def test_a_run_starts_no_new_step_and_ends_with_six(at: float) -> None:
    """Before it begins, and in the middle of it; resumed, it converges."""
    simulation = cluster(Random(3), tame=True)
    controller = simulation.hosts[H]

    async def story() -> None:
        asyncio.get_running_loop().call_later(at, setattr, controller, "paused", "wang now because")
        await asyncio.sleep(0.0)
        applied = await simulation.once(Troubles())
        assert applied is not None
        assert (applied.verdict, applied.exit_code) == ("waiting", 6)
        assert [diagnostic.code for diagnostic in applied.diagnostics] == ["paused"]
        started = [event for event in simulation.audit.crew[0].events if isinstance(event, StepStarted)]
        assert (len(started) > 0) == (at > 0)
        assert len(started) < len(simulation.actions)
        controller.paused = ""
        await simulation.until_done()

    virtual.run(story())
    assert simulation.audit.violations == []


def test_nobody_begins_where_it_cannot_be_told_whether_a_pause_is_wished() -> None:
    async def look(facts: Iterable[AnyFact]) -> GatheredFacts:
        return GatheredFacts(readings={fact: Unknown(reason("not-utf8")) for fact in facts})

    diagnostic = asyncio.run(check(look, H))
    assert diagnostic is not None
    assert (diagnostic.code, diagnostic.where) == ("pause-unread", H)
