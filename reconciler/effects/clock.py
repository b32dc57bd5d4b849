"""Time, as a value that is handed in: the wall for people, a steady one for durations, and a sleep.

The steady one goes on while this machine is suspended: a lease does not wait for a laptop whose lid is closed.

The simulator hands in its own, in which an hour passes at once.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux has both, and only the first counts sleep; elsewhere the second does. Source: clock_gettime(2)."""


class Clock(Protocol):
    def now(self) -> datetime:
        """Wall clock, with its zone: for people only, nothing is decided by it."""
        ...

    def steady(self) -> float:
        """Seconds that only ever grow, from nowhere in particular."""
        ...

    async def sleep(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def steady(self) -> float:
        return time.clock_gettime(_STEADY)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
