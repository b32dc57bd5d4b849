"""Clock, passed in as a value: the wall for people, a steady one for durations, and a sleep.

The steady one goes on while this machine is suspended: a lease does not wait for a laptop whose lid is closed. It does
not where a hypervisor stops the whole machine, and nothing in it can tell, until its wall clock is set right: `ahead`.

The simulator hands in its own, in which an hour passes at once.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from reconciler.core.window import Window, window_end

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux has both, and only the first counts sleep; elsewhere the second does. Source: clock_gettime(2)."""


class Clock(Protocol):
    def now(self) -> datetime:
        """Wall clock, with its zone: for people; nothing is decided by it but to ask the controller once more."""
        ...

    def steady(self) -> float:
        """Monotonic seconds of no particular origin."""
        ...

    async def sleep(self, seconds: float) -> None: ...


def wall_ahead_s(clock: Clock) -> float:
    """Seconds the wall clock is ahead of the monotonic one: grows while that one stands still, and with every
    correction."""
    return clock.now().timestamp() - clock.steady()


def window_until(clock: Clock, stop_at: str) -> Window | None:
    """From now to the next time that this machine's clock shows HH:MM; None where that is not a time of day.

    By the local time that is shown there, also where summer time begins or ends in between.
    """
    now = clock.now()
    end = window_end(now.astimezone().replace(tzinfo=None), stop_at)
    if end is None:
        return None
    return Window(stop_at=stop_at, ends_s=clock.steady() + (end.astimezone() - now).total_seconds())


@dataclass(frozen=True, slots=True)
class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def steady(self) -> float:
        return time.clock_gettime(_STEADY)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
