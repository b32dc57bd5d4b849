"""Ack: a person's word, put down on a host as the step's own record or note would be, and read back."""

import asyncio
import functools
from pathlib import Path

import pytest

from probes.command import Command, Output
from probes.fact import Absent, Known
from probes.task import PROBE, TaskDone
from reconciler.engine.acks import AckError, confirm, record, record_pending
from reconciler.engine.gather import gather_facts
from tests.support.local import LocalTransport

FACT = TaskDone(host="10.0.0.1", task="job-upgrader-after", release="6.2.2")


def test_each_word_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    transport = LocalTransport(tmp_path)
    look = functools.partial(gather_facts, transport, (PROBE,))

    async def story() -> None:
        assert (await look([FACT])).readings[FACT] == Absent()
        await record(transport, FACT, who="wang@ops")
        assert await confirm(look, FACT, done=True) == Known(True)
        await record_pending(transport, FACT, origin="3.5.1")
        assert await confirm(look, FACT, done=False) == Known(False)
        await record(transport, FACT, who="wang@ops")
        assert await confirm(look, FACT, done=True) == Known(True)

    asyncio.run(story())
    state = transport.state(FACT.host) / "tasks"
    assert (state / FACT.task).read_text() == "3.5.1\n"
    assert (state / f"{FACT.task}.done").read_text().startswith("6.2.2 ack wang@ops 2")
    assert state.stat().st_mode & 0o777 == 0o700
    assert (state / FACT.task).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("there", [False, True], ids=["first", "open-to-others"])
@pytest.mark.parametrize("word", ["record", "owe"])
def test_a_word_may_be_the_first_on_its_host_and_nobody_else_reads_it(
    tmp_path: Path, word: str, *, there: bool
) -> None:
    transport = LocalTransport(tmp_path)
    look = functools.partial(gather_facts, transport, (PROBE,))
    tasks = transport.state(FACT.host) / "tasks"
    if there:
        tasks.mkdir(parents=True, mode=0o755)

    async def story() -> None:
        if word == "record":
            await record(transport, FACT, who="wang@ops")
        else:
            await record_pending(transport, FACT, origin="")
        assert await confirm(look, FACT, done=word == "record") == Known(word == "record")

    asyncio.run(story())
    assert tasks.stat().st_mode & 0o777 == 0o700


def test_what_the_host_says_otherwise_is_told(tmp_path: Path) -> None:
    look = functools.partial(gather_facts, LocalTransport(tmp_path), (PROBE,))
    with pytest.raises(AckError):
        asyncio.run(confirm(look, FACT, done=True))


@pytest.mark.parametrize("word", ["record", "owe"])
def test_what_is_not_confirmed_is_told(word: str) -> None:
    class Deaf:
        async def run(self, host: str, command: Command) -> Output:
            return Output(stdout="", exit_status=None)

        async def close(self) -> None:
            """Nothing is kept open."""

    with pytest.raises(AckError):
        asyncio.run(record(Deaf(), FACT, who="a") if word == "record" else record_pending(Deaf(), FACT, origin=""))
