"""The journal: durable before anything leaves, readable after a crash, and honest about a full disk."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.core.events import (
    JobAdopted,
    RunEnded,
    RunInterrupted,
    RunStarted,
    StepBlocked,
    StepDeferred,
    StepDone,
    StepFailed,
    StepOutput,
    StepPostponed,
    StepSkipped,
    StepStarted,
)
from reconciler.engine.clock import SystemClock
from reconciler.engine.cluster_state import state_dir
from reconciler.engine.failpoints import hooked
from reconciler.engine.journal import Journal, JournalError, new_run, open_journal, read, read_run, runs
from reconciler.engine.local_files import private_dir, write_private
from specs.diagnostic import diagnose
from specs.reason import reason
from tests.support.world import VirtualClock

EVENTS = (
    RunStarted(run="r", epoch=3, steps=("a", "b")),
    JobAdopted(host="10.0.0.1", job="a.1"),
    StepStarted(step="a", host="10.0.0.1", job="a.1"),
    StepOutput(step="a", line="状态\ufffd"),
    StepDone(step="a", seconds=1.5, exit_status=None, attempt=2),
    StepSkipped(step="b"),
    StepFailed(
        step="c", diagnostic=diagnose("job-vanished", where="h", because=reason("not-utf8"), job="c.1"), tail=("x",)
    ),
    StepBlocked(step="d", cause="c"),
    StepDeferred(step="e", fact="package-versions.recorded 0 @10.0.0.1"),
    StepPostponed(step="f"),
    RunInterrupted(running=("a.1",)),
    RunEnded(verdict="failed", done=1, failed=1, seconds=2.0),
)


def journal(path: Path) -> Journal:
    return Journal(path, run="r", clock=VirtualClock())


def test_every_event_goes_there_and_back(tmp_path: Path) -> None:
    book = journal(tmp_path / "j")
    for event in EVENTS:
        book.write(event)
    kept = read(tmp_path / "j")
    assert tuple(entry.event for entry in kept.entries) == EVENTS
    assert (kept.entries[0].run, kept.entries[0].at, kept.torn) == ("r", "2024-06-01T00:00:00.000+00:00", 0)


def test_a_torn_last_line_is_skipped_and_what_follows_is_read(tmp_path: Path) -> None:
    path = tmp_path / "j"
    journal(path).write(EVENTS[0])
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:20])
    assert (len(read(path).entries), read(path).torn) == (1, 1)
    journal(path).write(EVENTS[1])
    assert [entry.event for entry in read(path).entries] == [EVENTS[0], EVENTS[1]]


@pytest.mark.parametrize("cut", range(2, 60, 7))
def test_a_cut_anywhere_loses_one_line_at_most(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "j"
    book = journal(path)
    for event in EVENTS[:3]:
        book.write(event)
    path.write_bytes(path.read_bytes()[:-cut])
    assert [entry.event for entry in read(path).entries] == list(EVENTS[:2])


def test_a_full_disk_is_trouble_before_anything_leaves() -> None:
    book = journal(Path("/dev/full"))
    with pytest.raises(JournalError) as caught:
        book.write(EVENTS[0])
    assert caught.value.diagnostics[0] == diagnose(
        "journal-unwritable", where="/dev/full", error="No space left on device"
    )


def test_it_is_synced_before_it_returns_but_for_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    book = journal(tmp_path / "j")
    monkeypatch.setattr(os, "fsync", synced.append)
    book.write(EVENTS[2])
    assert len(synced) == 1
    book.write(EVENTS[3])
    assert len(synced) == 1


def _die_at(point: str) -> Callable[[str], None]:
    def die(name: str) -> None:
        if name == point:
            raise KeyboardInterrupt

    return die


def test_a_crash_before_the_write_leaves_nothing_one_after_it_leaves_it(tmp_path: Path) -> None:
    book = journal(tmp_path / "j")

    for point, lines in (("journal-write.before", 0), ("journal-write.after", 1)):
        with hooked(_die_at(point)), pytest.raises(KeyboardInterrupt):
            book.write(EVENTS[0])
        assert len(read(tmp_path / "j").entries) == lines


def test_it_is_private_and_follows_no_link(tmp_path: Path) -> None:
    journal(tmp_path / "j").write(EVENTS[0])
    assert (tmp_path / "j").stat().st_mode & 0o777 == 0o600
    (tmp_path / "link").symlink_to(tmp_path / "j")
    with pytest.raises(JournalError):
        journal(tmp_path / "link")


def test_runs_are_listed_oldest_first(tmp_path: Path) -> None:
    place = state_dir("../Bei jing", Path("/etc/c.toml"), {"XDG_STATE_HOME": str(tmp_path)})
    assert re.fullmatch("_Bei_jing-[0-9a-f]{12}", place.name)
    assert place.parent == tmp_path / "bkrec"
    clock = VirtualClock()
    assert re.fullmatch(r"\d{8}T\d{6}-[0-9a-f]{16}", new_run(clock))
    names = [new_run(replace(clock, elapsed=n)) for n in (1.0, 2.0, 3.0)]
    for name in reversed(names):
        open_journal(place, run=name, clock=SystemClock()).write(EVENTS[5])
    assert runs(place) == tuple(names)
    assert read_run(place, names[0]).entries[0].event == EVENTS[5]
    assert place.stat().st_mode & 0o777 == 0o700


def test_a_directory_that_cannot_be_made_is_trouble(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("in the way")
    with pytest.raises(JournalError):
        open_journal(tmp_path, run="r", clock=SystemClock())


def test_a_private_file_is_replaced_whole(tmp_path: Path) -> None:
    place = private_dir(tmp_path / "p")
    write_private(place / "f", "one")
    write_private(place / "f", "two")
    assert [(path.name, path.read_text()) for path in place.iterdir()] == [("f", "two")]
    assert (place / "f").stat().st_mode & 0o777 == 0o600
