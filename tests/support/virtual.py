"""Virtual time: an event loop in which waiting costs nothing, and everything that waits does so in its true order.

When nothing is ready, time jumps to the next timer; so `asyncio.sleep`, `asyncio.timeout` and every task's deadline
keep their meaning, an hour passes in a millisecond, and one seed gives one course of events.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")


class Stuck(Exception):
    """Everybody waits, and nothing is left that could happen."""


class _Jump(selectors.SelectSelector):
    """Nothing in a simulated world comes from a descriptor: instead of waiting, time passes."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Stuck("nothing is left that could happen")
        self.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.now


def run(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


def now() -> float:
    return asyncio.get_running_loop().time()


class LoopClock:
    """The `Clock` of one process: its wall may be wrong and jump, its steady time never is."""

    def __init__(self) -> None:
        self.skew_s = 0.0

    def now(self) -> datetime:
        return datetime(2024, 6, 1, tzinfo=UTC) + timedelta(seconds=now() + self.skew_s)

    def steady(self) -> float:
        return now()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
