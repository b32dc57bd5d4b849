"""The note of the agents: written once, kept through everything, put aside with a record."""

import subprocess
from pathlib import Path

import pytest

from actions.action import Action
from actions.agent import ArchiveAgentBaseline, AwaitAgentBaseline, RecordAgentBaseline
from probes.agent import RECORD, AgentsMissing
from probes.fact import Drift, Known, Unknown
from probes.task import DIRECTORY, TaskRecorded
from specs.reason import reason

H = "10.0.0.1"
NOTED = TaskRecorded(host=H, task=RECORD, release="6.2.2")
LOST = AgentsMissing(host=H, env="/e", hosts=(H, "10.0.0.3"), release="6.2.2")
AWAIT = AwaitAgentBaseline(host=H, missing=LOST, because=reason("agents-recorded-before"))


def done(action: Action, owed: Path) -> str:
    command = action.command()
    args = [str(owed) if word == DIRECTORY else word for word in command.args]
    ran = subprocess.run(["sh", "-c", command.script, "bkrec", *args], capture_output=True, text=True, check=True)
    return ran.stdout


@pytest.mark.parametrize(
    ("action", "line"),
    [
        (
            RecordAgentBaseline(host=H, recorded=NOTED, online=("10.0.0.1", "10.0.0.3")),
            "6.2.2 online 10.0.0.1 10.0.0.3\n",
        ),
        (RecordAgentBaseline(host=H, recorded=NOTED, unknown_because="esb-status"), "6.2.2 not-known esb-status\n"),
    ],
)
def test_the_note_is_one_line(tmp_path: Path, action: RecordAgentBaseline, line: str) -> None:
    done(action, tmp_path / "tasks")
    assert (tmp_path / "tasks" / RECORD).read_text() == line
    assert (tmp_path / "tasks").stat().st_mode & 0o777 == 0o700


def test_a_second_note_of_the_same_release_changes_nothing(tmp_path: Path) -> None:
    done(RecordAgentBaseline(host=H, recorded=NOTED, online=("10.0.0.1", "10.0.0.3")), tmp_path)
    output_text = done(RecordAgentBaseline(host=H, recorded=NOTED, online=("10.0.0.1",)), tmp_path)
    assert output_text == "noted before: online 10.0.0.1 10.0.0.3\n"
    assert (tmp_path / RECORD).read_text() == "6.2.2 online 10.0.0.1 10.0.0.3\n"


def test_a_note_of_another_release_is_replaced(tmp_path: Path) -> None:
    (tmp_path / RECORD).write_text("6.2.1 online 10.0.0.9\n")
    done(RecordAgentBaseline(host=H, recorded=NOTED, online=("10.0.0.1",)), tmp_path)
    assert (tmp_path / RECORD).read_text() == "6.2.2 online 10.0.0.1\n"


def test_it_is_settled_by_a_record_and_stays_beside_it(tmp_path: Path) -> None:
    done(RecordAgentBaseline(host=H, recorded=NOTED, online=("10.0.0.1",)), tmp_path)
    assert done(AWAIT, tmp_path) == "6.2.2 online 10.0.0.1\n"
    done(ArchiveAgentBaseline(host=H, release="6.2.2"), tmp_path)
    done(ArchiveAgentBaseline(host=H, release="6.2.2"), tmp_path)
    names = sorted(path.name.partition(".paid.")[0] for path in tmp_path.iterdir())
    assert names == [RECORD, f"{RECORD}.done"]
    assert not (tmp_path / RECORD).exists()
    assert (tmp_path / f"{RECORD}.done").read_text().startswith("6.2.2 done 2")


def test_waiting_without_a_note_says_nothing(tmp_path: Path) -> None:
    assert done(AWAIT, tmp_path) == ""


def test_who_is_missed_is_named_and_what_nobody_could_read_is_not() -> None:
    (expected,) = AWAIT.ensures()
    diagnostic = AWAIT.explain_failure([Drift(expected=expected, reading=Known(("10.0.0.3",)))])
    assert diagnostic is not None
    assert (diagnostic.code, dict(diagnostic.fields)["hosts"]) == ("agents-missing", "10.0.0.3")
    assert AWAIT.explain_failure([Drift(expected=expected, reading=Unknown(reason("esb-status")))]) is None
