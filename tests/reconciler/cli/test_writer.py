"""Words that nobody reads hold up nothing: real terminals and pipes whose other end does not read."""

import asyncio
import fcntl
import os
import pty
import sys
import termios
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import writer as writer_module
from reconciler.cli.options import Options
from reconciler.cli.output import err, out
from reconciler.cli.progress import ProgressReporter
from reconciler.cli.writer import MOST, Writer
from reconciler.core.events import LeaseContended, RunEnded, StepOutput
from reconciler.engine.lease import renew_until_cancelled, try_acquire
from reconciler.engine.stop import StopRequest
from tests.support.local import LocalTransport
from tests.support.world import VirtualClock

MANY = 600
"""Events that are more than any terminal or pipe takes in without a reader."""
LAST = LeaseContended(user="li", source="the-very-end", age_s=1)


class Reader:
    """The other end. It reads only once it is told to."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor, self.heard = descriptor, bytearray()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def _read(self) -> None:
        try:
            while block := os.read(self.descriptor, 65536):
                self.heard.extend(block)
        except OSError:
            return

    def text(self) -> str:
        self._thread.join(20)
        return self.heard.decode()


@contextmanager
def ending(kind: str, monkeypatch: pytest.MonkeyPatch) -> Generator[Reader]:
    """stdout and stderr are a terminal, or a pipe, that nobody reads yet."""
    ours, theirs = pty.openpty() if kind == "terminal" else os.pipe()
    if kind == "terminal":
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, b"\x18\x00\x50\x00\x00\x00\x00\x00")
    stream = os.fdopen(theirs, "w", encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    try:
        yield Reader(ours)
    finally:
        monkeypatch.undo()
        stream.close()
        os.close(ours)


async def renewed_while_told(narrator: ProgressReporter, host: LocalTransport) -> int:
    """How often the lease was renewed while everything was told, and after that."""
    lease = await try_acquire(host, "10.0.0.1", run="a", user="wang", source="laptop")
    stop, clock = StopRequest(), VirtualClock()
    before = len(host.calls)
    clock.later = [(10.0 * (step + 1), lambda: tell(narrator, MANY // 4)) for step in range(4)]
    clock.later.append((60.0, stop.immediate.set))
    async with asyncio.TaskGroup() as group:
        keeper = group.create_task(renew_until_cancelled(host, lease, clock=clock, stop=stop))
        await stop.immediate.wait()
        keeper.cancel()
    return len(host.calls) - before


def tell(narrator: ProgressReporter, times: int) -> None:
    for number in range(times):
        narrator.on_event(LeaseContended(user="wang", source=f"laptop-{number}", age_s=number))
        narrator.on_event(StepOutput(step="one", line=f"line {number} " + "x" * 60))


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize("kind", ["terminal", "pipe"])
def test_a_reader_that_does_not_read_holds_up_no_renewal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, output: Any
) -> None:
    with ending(kind, monkeypatch) as reader:
        with ProgressReporter(Options(lang="en", output=output)) as narrator:
            renewed = asyncio.run(renewed_while_told(narrator, LocalTransport(tmp_path)))
            narrator.on_event(LAST)
            narrator.on_event(RunEnded(verdict="converged", done=1, failed=0, seconds=1.0))
            assert renewed >= 5
            reader.begin()
        out("")
        sys.stdout.close()
        text = reader.text()
    assert text.count("laptop-") >= MANY
    assert "the-very-end" in text


def test_what_commands_print_is_dropped_when_too_much_of_it_waits_and_that_is_said() -> None:
    gate, begun, told = threading.Event(), threading.Event(), list[str]()
    writer = Writer(lambda lines: told.append(f"missed {lines}"), most=10)
    writer.hand(lambda: (begun.set(), gate.wait(20), None)[2])
    assert begun.wait(20)
    for number in range(100):
        writer.hand(lambda number=number: told.append(f"output {number}"), spare=True)
    for number in range(50):
        writer.hand(lambda number=number: told.append(f"line {number}"))
    gate.set()
    writer.close()
    assert [word for word in told if word.startswith("line")] == [f"line {n}" for n in range(50)]
    kept = sum(word.startswith("output") for word in told)
    assert (kept, told[-1]) == (10, "missed 90")
    assert MOST > 1_000


def test_what_went_wrong_while_writing_is_raised_at_the_end_and_the_rest_is_written() -> None:
    told: list[str] = []
    writer = Writer(lambda lines: None)
    writer.hand(lambda: (_ for _ in ()).throw(OSError("no space")))
    writer.hand(lambda: told.append("after"))
    with pytest.raises(OSError, match="no space"):
        writer.close()
    assert told == ["after"]


def test_outside_a_run_whoever_writes_waits_himself(capsys: pytest.CaptureFixture[str]) -> None:
    assert vars(writer_module)["_current"] is None
    out("result\n")
    err("word\n")
    assert capsys.readouterr() == ("result\n", "word\n")


def test_during_a_run_words_keep_their_order(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressReporter(Options(lang="en", output="text")) as narrator:
        err("one\n")
        narrator.note("two")
        err("three\n")
    assert capsys.readouterr().err == "one\ntwo\nthree\n"
