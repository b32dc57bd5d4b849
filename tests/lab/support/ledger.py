"""What ran on the controller, by the stand-in's own log, held against what was done to the hosts meanwhile.

bkcli notes its begin and its end in /var/log/bklab-calls, which a power loss does not take. bkrec may die as often as
it likes: that is never a reason to start anything again. Only what happened to a host is one, and for what must not
run twice not even that: there a person has to say so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.lab.machine.api import Lab
from tests.lab.machine.place import CONTROLLER

LOG = "var/log/bklab-calls"
ONCE = ("install redis_cluster",)
"""What the release declares `rerun = false`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One line of the log."""

    what: str
    """begin or end."""
    pid: str
    boot: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something done to a host, or said by a person, when the log had `at` lines."""

    at: int
    kind: str


def calls(text: str) -> tuple[Call, ...]:
    found = (line.split(" ", 3) for line in text.splitlines())
    return tuple(Call(what=what, pid=pid, boot=boot, words=words) for what, pid, boot, words in found)


def ledger(lab: Lab) -> tuple[Call, ...]:
    """All that bkcli noted since `forget`; read from outside, so that a host which is down is no hindrance."""
    path = lab.place.root(CONTROLLER) / LOG
    return calls(path.read_text(encoding="utf-8")) if path.exists() else ()


def forget(lab: Lab) -> None:
    """What the lab was made a 6.1 by is no part of the story."""
    (lab.place.root(CONTROLLER) / LOG).unlink(missing_ok=True)


def started(log: Sequence[Call]) -> list[str]:
    """What bkcli was told, call by call."""
    return [call.words for call in log if call.what == "begin"]


def doubled(log: Sequence[Call], marks: Sequence[Mark]) -> list[str]:
    """Every start that must not have been, in words; empty is what is wished for."""
    return [*_overlapping(log), *_repeated(log, marks)]


def _overlapping(log: Sequence[Call]) -> Iterator[str]:
    open_: dict[tuple[str, str], Call] = {}
    for call in log:
        if call.what == "end":
            open_.pop((call.boot, call.pid), None)
            continue
        beside = [other.words for other in open_.values() if other.boot == call.boot]
        if beside:
            yield f"bkcli {call.words} beside {', '.join(beside)}"
        open_[call.boot, call.pid] = call


def _repeated(log: Sequence[Call], marks: Sequence[Mark]) -> Iterator[str]:
    last: dict[str, int] = {}
    for at, call in enumerate(log):
        if call.what != "begin":
            continue
        before = last.get(call.words)
        if before is not None and not _excused(call.words, [mark.kind for mark in marks if before < mark.at <= at]):
            yield f"bkcli {call.words} again"
        last[call.words] = at


def _excused(words: str, since: Sequence[str]) -> bool:
    """`since`: what happened between the two starts."""
    return "person" in since if words in ONCE else bool(since)


def repeats(log: Sequence[Call]) -> list[str]:
    """What was started again, for whatever reason."""
    words = started(log)
    return [one for at, one in enumerate(words) if one in words[:at]]
