"""Where the commands meet the engine: the only file of `cli/` that knows how one is put together.

Each command asks for one thing here and words the answer. Signals are handled here too: during `apply` the first
Ctrl-C starts no new step and waits for those in flight, a second one (or SIGTERM) leaves at once; whatever runs on a
host runs on there, and the next `apply` adopts it. A command that only looks stops at the first signal.
"""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from reconciler.cli import exits
from reconciler.core.diff import Difference
from reconciler.core.event import Event, RunEnded
from reconciler.core.plan import Plan
from reconciler.view.documents import LockDoc, RunDoc
from specs.base import Worded
from specs.diagnostic import Diagnostic
from specs.reason import Because
from specs.release import Release

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Studied:
    """A cluster as it was seen, and what would be done."""

    name: str
    release: str
    difference: Difference
    plan: Plan
    titles: Mapping[str, Worded] = field(default_factory=dict[str, Worded])
    """Module → what users call it."""
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What `init` was told."""

    user: str
    host: str
    port: int
    via: Literal["direct", "controller"]
    package: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A cluster file for this cluster, as values; `view/toml.py` writes it down."""

    name: str
    release: str
    controller: str
    """Its address in install.config."""
    target: Target
    package: str
    placement: tuple[tuple[str, tuple[str, ...], Because], ...] = ()
    """Module, hosts, why there: only modules that install.config does not have yet."""
    warnings: tuple[Diagnostic, ...] = ()


class Stopping:
    """Set by the first Ctrl-C of an `apply`; the loop reads it before each step."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()


async def study(cluster: Path) -> Studied:
    """Read every host, compare, plan. Raises SpecError (65), TransportError (4)."""
    raise NotImplementedError("the lead wires effects.look here")


async def apply(
    cluster: Path,
    studied: Studied,
    *,
    approved: Sequence[str],
    emit: Callable[[Event], None],
    stopping: Stopping,
) -> RunEnded:
    """Carry the plan out until converged, failed or stopped; each event goes to `emit` as it happens."""
    raise NotImplementedError("the lead wires effects.loop here")


async def propose(target: Target) -> Proposal:
    """Read install.config and what cannot be missing from the controller."""
    raise NotImplementedError("the lead wires effects.look here")


async def lease(cluster: Path) -> LockDoc:
    raise NotImplementedError("the lead wires effects.lease here")


async def break_lease(cluster: Path) -> LockDoc:
    """Ends another holder's lease and says whose it was; its epoch is refused from then on."""
    raise NotImplementedError("the lead wires effects.lease here")


def runs(cluster: Path) -> tuple[RunDoc, ...]:
    """Of this cluster from this machine, the latest last; from the journal."""
    raise NotImplementedError("the lead wires effects.journal here")


def release(version: str) -> Release:
    """The release's data, from the package."""
    raise NotImplementedError("the lead wires effects.files here")


def exit_code(error: Exception) -> int:
    """What a trouble that ends a command means for scripts, by the name of its class or of one it derives from."""
    names = {cls.__name__ for cls in type(error).__mro__}
    return next((code for name, code in _EXITS if name in names), exits.UNKNOWN)


_EXITS = (
    ("SpecError", exits.BAD_INPUT),
    ("LeaseError", exits.REFUSED),
    ("PlanStale", exits.REFUSED),
    ("JournalError", exits.FAILED),
    ("TransportError", exits.UNKNOWN),
)


def run(work: Coroutine[Any, Any, T]) -> T:
    """For commands that only look: any signal ends them, nothing is left behind. Raises exits.Stop."""
    return asyncio.run(_watched(work, None))


def run_stoppable(work: Callable[[Stopping], Coroutine[Any, Any, T]]) -> T:
    """For `apply`: the first SIGINT asks, the second and SIGTERM insist. Raises exits.Stop."""

    async def inside() -> T:
        stopping = Stopping()
        return await _watched(work(stopping), stopping)

    return asyncio.run(inside())


async def _watched(work: Coroutine[Any, Any, T], stopping: Stopping | None) -> T:
    """Cancels the work on a signal, waits for its clean-up, and raises exits.Stop with the signal's code."""
    loop, code = asyncio.get_running_loop(), 0

    def caught(which: signal.Signals) -> None:
        nonlocal code
        if which is signal.SIGINT and stopping is not None and not stopping.asked.is_set():
            stopping.asked.set()
            return
        code = exits.TERMINATED if which is signal.SIGTERM else exits.INTERRUPTED
        task.cancel()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(_outcome(work))
        for which in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(which, caught, which)
    if task.cancelled():
        raise exits.Stop(code or exits.INTERRUPTED)
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
