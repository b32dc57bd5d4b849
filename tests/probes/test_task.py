"""Work that leaves no trace: noted, on record, untraced, out of reach."""

from pathlib import Path

import pytest

from probes.fact import Absent, AnyReading, Known, Unknown
from probes.task import DIRECTORY, PROBE, TaskDone, TaskPending, TaskRecorded
from specs.reason import CodedReason
from tests.probes.here import HOST, SHELLS, ask

RELEASE = "6.2.2"


def _asked(tmp_path: Path, shell: str, work: str, *, version: str = "3.8.1-beta.5") -> list[AnyReading]:
    """Owed, done, noted, in that order; the product's version is looked up in a file beside."""
    file = str(tmp_path / "VERSION")
    facts = [
        TaskPending(host=HOST, task=work),
        TaskDone(host=HOST, task=work, release=RELEASE, file=file, version=version),
        TaskRecorded(host=HOST, task=work, release=RELEASE, file=file, version=version),
    ]
    return ask(PROBE, facts, shell=shell, instead={DIRECTORY: str(tmp_path)})


@pytest.mark.parametrize("shell", SHELLS)
def test_a_note_is_owed_work(tmp_path: Path, shell: str) -> None:
    (tmp_path / "there").write_text("3.5.1\n")
    (tmp_path / "VERSION").write_text("3.8.1-beta.5\n")
    assert _asked(tmp_path, shell, "there") == [Known(True), Known(False), Known(True)]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_record_of_this_release_settles_it_and_outweighs_a_note_left_beside_it(tmp_path: Path, shell: str) -> None:
    (tmp_path / "there.done").write_text("6.2.2 done 2026-11-23T04:00:00Z\n")
    assert _asked(tmp_path, shell, "there") == [Known(False), Known(True), Known(True)]
    (tmp_path / "there").write_text("3.5.1\n")
    assert _asked(tmp_path, shell, "there")[1:] == [Known(True), Known(True)]


@pytest.mark.parametrize("text", ["6.2.1 done x\n", "", "6.2.20 done\n", "\n"])
def test_a_record_of_another_release_or_a_torn_one_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "there.done").write_text(text)
    assert _asked(tmp_path, "/bin/sh", "there") == [Known(False), Absent(), Absent()]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("version", "known"),
    [("3.4.5\n", True), (None, True), ("v3.8.1_beta5\n", False), ("3.8.1-beta.5", False)],
    ids=["older", "not there", "this one, spelled otherwise", "this one"],
)
def test_without_a_trace_the_products_version_decides_whether_anybody_can_tell(
    tmp_path: Path, shell: str, version: str | None, known: bool
) -> None:
    if version is not None:
        (tmp_path / "VERSION").write_text(version)
    owed, done, noted = _asked(tmp_path, shell, "job-upgrader-after")
    assert owed == Known(False)
    assert done == noted
    if known:
        assert done == Absent()
    else:
        assert isinstance(done, Unknown)
        assert isinstance(done.why, CodedReason)
        assert done.why.code == "task-untraced"


def test_where_a_second_run_does_no_harm_nobody_is_asked(tmp_path: Path) -> None:
    (tmp_path / "VERSION").write_text("3.8.1-beta.5\n")
    assert _asked(tmp_path, "/bin/sh", "iam-subjects", version="")[1:] == [Absent(), Absent()]


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_no_note_and_no_name_is_unknown(tmp_path: Path, shell: str) -> None:
    (tmp_path / "directory").mkdir()
    facts = [TaskPending(host=HOST, task="directory"), TaskDone(host=HOST, task="../etc", release=RELEASE)]
    found = ask(PROBE, facts, shell=shell, instead={DIRECTORY: str(tmp_path)})
    assert all(isinstance(reading, Unknown) for reading in found)
