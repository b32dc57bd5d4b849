"""Exit codes, one meaning each: scripts and timers read them. Documented in README.md; they never change."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.core.verdict import Verdict
    from specs.diagnostic import BkrecError

OK = 0
BUG = 1
DIFFERS = 2
FAILED = 3
UNKNOWN = 4
REFUSED = 5
WAITING = 6
ROLLED_BACK = 7
USAGE = 64
BAD_INPUT = 65
INTERRUPTED = 130
TERMINATED = 143

BY_VERDICT: "Mapping[Verdict, int]" = {"converged": OK, "differs": DIFFERS, "unknown": UNKNOWN}


class Exit(Exception):
    """End the command with this exit code; everything has been said."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class CommandError(Exception):
    """Trouble that ends the command with a code of its own, whatever its class."""

    code = FAILED

    def __init__(self, error: "BkrecError") -> None:
        super().__init__(str(error))
        self.trouble = error


class RefusedError(CommandError):
    """Nothing was changed, and on purpose."""

    code = REFUSED


class Unread(CommandError):
    """What was to be told could not be read: no verdict."""

    code = UNKNOWN


class UsageError(CommandError):
    """Called with something that does not exist."""

    code = USAGE


def code_of(error: Exception) -> int:
    """What a trouble that ends a command means for scripts, by the name of its class or of one it derives from."""
    names = {cls.__name__ for cls in type(error).__mro__}
    return next((code for name, code in _EXITS if name in names), UNKNOWN)


_EXITS = (
    ("LayoutError", REFUSED),
    ("SpecError", BAD_INPUT),
    ("LeaseHeld", REFUSED),
    ("LeaseError", UNKNOWN),
    ("StalePlanError", REFUSED),
    ("KnownHostsError", REFUSED),
    ("PauseError", UNKNOWN),
    ("AckError", UNKNOWN),
    ("ApproveError", UNKNOWN),
    ("JournalError", FAILED),
    ("TransportError", UNKNOWN),
)
