"""Verdicts and exit codes: the one place where a word about a cluster or a run becomes a number for scripts.

Unknown outweighs drift: with a fact unread, nothing is concluded. Each number has one meaning, documented in README.md;
none of them ever changes. The words are the only list of them: engine, documents and events use these types.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from reconciler.core.diff import Difference

Verdict = Literal["converged", "differs", "unknown"]
"""About a cluster."""
EventVerdict = Literal["converged", "differs", "unknown", "failed", "refused", "interrupted", "rolled-back"]
"""How a run ended, in the journal and in the event stream."""
RunVerdict = Literal["waiting"] | EventVerdict
"""About a run. waiting: all that is left needs a person."""
Readiness = Literal["ready", "not-ready", "unknown"]
"""About an upgrade that has not begun: what `doctor` found."""
CommandEnd = Literal["bug", "usage", "bad-input"] | RunVerdict | Readiness
"""How a command ended, of whatever kind; what `specs.diagnostic.BkrecError.ends_as` says of an error."""


class ExitCode(IntEnum):
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


EXIT_CODES: Mapping[CommandEnd, ExitCode] = {
    "converged": ExitCode.OK,
    "ready": ExitCode.OK,
    "bug": ExitCode.BUG,
    "differs": ExitCode.DIFFERS,
    "not-ready": ExitCode.DIFFERS,
    "failed": ExitCode.FAILED,
    "unknown": ExitCode.UNKNOWN,
    "refused": ExitCode.REFUSED,
    "waiting": ExitCode.WAITING,
    "rolled-back": ExitCode.ROLLED_BACK,
    "usage": ExitCode.USAGE,
    "bad-input": ExitCode.BAD_INPUT,
    "interrupted": ExitCode.INTERRUPTED,
}
SUCCEEDED = frozenset({ExitCode.OK, ExitCode.DIFFERS, ExitCode.WAITING, ExitCode.ROLLED_BACK})
"""A result was found: where it cannot be handed over, that is what the command ends with. A failure stays one."""


def verdict(difference: "Difference") -> Verdict:
    if difference.unknown:
        return "unknown"
    return "differs" if difference.drift else "converged"


def exit_code(end: CommandEnd, signal: int = 0) -> int:
    """`signal`: the one that interrupted it; 128 and its number, as a shell has it."""
    return 128 + signal if end == "interrupted" and signal else EXIT_CODES[end]


def event_verdict(run: RunVerdict) -> EventVerdict:
    """The journal and the event stream know no waiting: the cluster differs, and the events say for whom it waits."""
    return "differs" if run == "waiting" else run
