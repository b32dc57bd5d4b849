"""Ctrl-C and SIGTERM, while an event loop runs.

A command that only looks stops at the first of them: nothing is left behind. `apply` is asked by the first to start no
new step and to wait for those in flight; the second leaves at once, and what runs on a host runs on there, to be
adopted by the next `apply`. A third does not even wait for the journal's last word.
"""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from reconciler.cli.execute import Exit
from reconciler.core.verdict import exit_code
from reconciler.engine.stop import StopRequest

T = TypeVar("T")

_CAUGHT = (signal.SIGINT, signal.SIGTERM)


def run(work: Coroutine[Any, Any, T]) -> T:
    """For commands that only look. Raises Exit."""
    return asyncio.run(_watched(work, None, lambda: None))


def run_stoppable(work: Callable[[StopRequest], Coroutine[Any, Any, T]], requested: Callable[[], None]) -> T:
    """For `apply`, which knows what a stop makes of it; `asked` tells the person that the first one was heard."""

    async def inside() -> T:
        stop = StopRequest()
        return await _watched(work(stop), stop, requested)

    return asyncio.run(inside())


async def _watched(work: Coroutine[Any, Any, T], stop: StopRequest | None, requested: Callable[[], None]) -> T:
    """Cancels the work on a signal that insists, waits for its clean-up, and raises Exit with its code."""
    loop, code = asyncio.get_running_loop(), exit_code("interrupted")

    def caught(which: signal.Signals) -> None:
        nonlocal code
        if stop is not None and not stop.immediate.is_set():
            first = stop.signal is None
            stop.request(which)
            if first:
                requested()
            return
        code = exit_code("interrupted", which)
        task.cancel()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(_outcome(work))
        for which in _CAUGHT:
            loop.add_signal_handler(which, caught, which)
    if task.cancelled():
        raise Exit(code)
    outcome = task.result()
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


async def _outcome(work: Coroutine[Any, Any, T]) -> T | Exception:
    """A failure is returned, so that it leaves the group as itself and not inside an ExceptionGroup."""
    try:
        return await work
    except Exception as error:
        return error
