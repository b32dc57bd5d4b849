"""Crash points: every place where being killed must do no harm, enumerated by the code itself.

A module registers its points by name when it is imported and passes them before and after each journal write and each
remote call. Nothing happens there unless a test has installed a hook, which may raise, kill or cancel; so the list that
the campaign walks through can never fall behind the code.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import LiteralString

Hook = Callable[[str], None]

_hook: ContextVar[Hook | None] = ContextVar("crash-hook", default=None)
_registered: dict[str, None] = {}


@dataclass(frozen=True, slots=True)
class Failpoint:
    """`point.before()`, the effect, `point.after()`."""

    name: str

    def before(self) -> None:
        hit(f"{self.name}.before")

    def after(self) -> None:
        hit(f"{self.name}.after")


def register(name: LiteralString) -> Failpoint:
    _registered[f"{name}.before"] = None
    _registered[f"{name}.after"] = None
    return Failpoint(name)


def registered() -> tuple[str, ...]:
    """All points of the modules imported so far, in the order in which they were registered."""
    return tuple(_registered)


def hit(name: str) -> None:
    hook = _hook.get()
    if hook is not None:
        hook(name)


@contextmanager
def hooked(hook: Hook) -> Generator[None]:
    """For tests: `hook` is called at every point passed inside, by tasks started inside too."""
    token = _hook.set(hook)
    try:
        yield
    finally:
        _hook.reset(token)
