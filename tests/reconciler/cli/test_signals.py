"""Ctrl-C and SIGTERM: a command that only looks stops; `apply` is asked first, then told."""

import asyncio
import os
import signal

import pytest

from reconciler.cli.execute import Exit
from reconciler.cli.signals import run, run_stoppable
from reconciler.engine.stop import StopRequest


@pytest.mark.parametrize(("which", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_command_that_looks_stops_at_once(which: signal.Signals, code: int) -> None:
    async def look() -> None:
        os.kill(os.getpid(), which)
        await asyncio.sleep(20)

    with pytest.raises(Exit) as stopped:
        run(look())
    assert stopped.value.code == code


def test_apply_is_asked_by_the_first_and_told_by_the_second() -> None:
    heard: list[str] = []

    async def work(stop: StopRequest) -> tuple[bool, bool]:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(0.05)
        first = (stop.requested, stop.immediate.is_set())
        os.kill(os.getpid(), signal.SIGINT)
        await stop.immediate.wait()
        return first

    assert run_stoppable(work, lambda: heard.append("asked")) == (True, False)
    assert heard == ["asked"]


def test_apply_leaves_at_the_third() -> None:
    async def work(stop: StopRequest) -> None:
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0.05)
        await asyncio.sleep(20)

    with pytest.raises(Exit) as stopped:
        run_stoppable(work, lambda: None)
    assert stopped.value.code == 130


def test_a_failure_comes_out_as_itself() -> None:
    async def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        run(fail())
