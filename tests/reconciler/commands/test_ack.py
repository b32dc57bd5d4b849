"""`ack` on the real scripts: what a person says of a task is on record on its host, read back, and nothing else is."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.commands import ack
from reconciler.commands.errors import UsageError
from reconciler.engine.acks import AckError
from reconciler.engine.transport import TransportError
from reconciler.view.documents import TaskDoc
from tests.sim.worlds import CONFIG, release
from tests.support.local_cluster import LocalCluster, connect

JOB, SUBJECTS = "job-upgrader-before", "iam-subjects"
JOB_HOST, IAM_HOST = "10.0.0.3", "10.0.0.1"
Ack = Callable[..., list[TaskDoc]]


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LocalCluster:
    """JOB is at the release's version, and nobody knows whether its upgrader ran; IAM is not there yet."""
    monkeypatch.setenv("USER", "wang li")
    cluster = connect(monkeypatch, tmp_path)
    cluster.write(
        {
            "/data/install/install.config": CONFIG,
            "/data/bkce/job/VERSION": f"{release().module('job').version}\n",
        }
    )
    return cluster


@pytest.fixture
def acknowledge(cluster: LocalCluster, tmp_path: Path) -> Ack:
    def run(*names: str, done: bool = True, origin: str = "") -> list[TaskDoc]:
        return asyncio.run(ack.ack(tmp_path / "cluster.toml", names, done=done, origin=origin)).document.tasks

    return run


def _nothing_recorded(cluster: LocalCluster) -> bool:
    return all(cluster.state(host) == {} for host in ("10.0.0.1", "10.0.0.2", "10.0.0.3"))


def test_without_a_name_every_task_is_listed_with_its_state_and_nothing_is_written(
    cluster: LocalCluster, tmp_path: Path
) -> None:
    tasks = {task.task: task for task in asyncio.run(ack.show(tmp_path / "cluster.toml")).document.tasks}
    assert tasks.keys() == {task.name for module in release().modules for task in module.tasks}
    assert (tasks[JOB].host, tasks[JOB].state) == (JOB_HOST, "untraced")
    assert (tasks[SUBJECTS].host, tasks[SUBJECTS].state) == (IAM_HOST, "not-due")
    assert _nothing_recorded(cluster)


def test_a_task_that_comes_before_an_upgrade_that_has_been_done_is_asked_about(
    cluster: LocalCluster, acknowledge: Ack, tmp_path: Path
) -> None:
    """As the plan says of it (`task-untraced`): IAM runs 1.12, and no record says whether its groups were migrated."""
    iam = release().module("iam")
    cluster.write({f"/data/bkce/{iam.version_file}": f"{iam.version}\n"})
    tasks = {task.task: task for task in asyncio.run(ack.show(tmp_path / "cluster.toml")).document.tasks}
    assert tasks[SUBJECTS].state == "untraced"
    assert _nothing_recorded(cluster)
    (task,) = acknowledge(SUBJECTS)
    assert task.state == "done"


def test_what_was_done_is_recorded_on_its_host_with_the_release_and_who_said_so(
    cluster: LocalCluster, acknowledge: Ack
) -> None:
    (task,) = acknowledge(JOB)
    assert task.state == "done"
    (path,) = cluster.state(JOB_HOST)
    assert path == f"tasks/{JOB}.done"
    assert cluster.state(JOB_HOST)[path].startswith("6.2.2 ack ")
    assert len(cluster.state(JOB_HOST)[path].split()) == 4, "release, ack, who in one word, when"
    assert cluster.state(IAM_HOST) == {}


def test_what_was_not_done_is_pending_with_the_version_it_starts_from(cluster: LocalCluster, acknowledge: Ack) -> None:
    (task,) = acknowledge(JOB, done=False, origin="3.6.4")
    assert (task.state, task.origin) == ("pending", "3.6.4")
    assert cluster.state(JOB_HOST) == {f"tasks/{JOB}": "3.6.4\n"}


def test_the_version_it_starts_from_is_read_from_the_guides_backup(cluster: LocalCluster, acknowledge: Ack) -> None:
    cluster.write({"/data/src.bak/job/VERSION": "V3.6.1\n"})
    (task,) = acknowledge(JOB, done=False)
    assert task.origin == "3.6.1"
    assert cluster.state(JOB_HOST) == {f"tasks/{JOB}": "3.6.1\n"}


@pytest.mark.parametrize("origin", ["", "3.6; rm -rf /", "-x"])
def test_without_a_version_that_is_one_nothing_is_recorded(
    cluster: LocalCluster, acknowledge: Ack, origin: str
) -> None:
    with pytest.raises(UsageError) as refused:
        acknowledge(JOB, done=False, origin=origin)
    assert [diagnostic.code for diagnostic in refused.value.diagnostics] == ["ack-needs-origin"]
    assert _nothing_recorded(cluster)


def test_a_word_taken_back_moves_the_record_aside(cluster: LocalCluster, acknowledge: Ack) -> None:
    acknowledge(JOB)
    (task,) = acknowledge(JOB, done=False, origin="3.6.4")
    assert task.state == "pending"
    kept = {path.rstrip("0123456789") for path in cluster.state(JOB_HOST)}
    assert kept == {f"tasks/{JOB}", f"tasks/{JOB}.done."}


def test_one_unknown_name_records_none_of_the_others(cluster: LocalCluster, acknowledge: Ack) -> None:
    with pytest.raises(UsageError) as refused:
        acknowledge(JOB, "no-such-task")
    (diagnostic,) = refused.value.diagnostics
    assert diagnostic.code == "ack-unknown-task"
    assert JOB in dict(diagnostic.fields)["known"]
    assert _nothing_recorded(cluster)


RECORDING = 3
"""The call that records: after the controller's survey and the tasks of the two hosts that have some."""


def test_a_host_that_goes_away_before_it_is_recorded_is_an_error(cluster: LocalCluster, acknowledge: Ack) -> None:
    cluster.hosts.faults[RECORDING] = "refused"
    with pytest.raises(TransportError):
        acknowledge(JOB)
    assert _nothing_recorded(cluster)


@pytest.mark.parametrize("call", [RECORDING, RECORDING + 1], ids=["the answer is lost", "it cannot be read back"])
def test_what_may_have_been_recorded_is_not_called_recorded(cluster: LocalCluster, acknowledge: Ack, call: int) -> None:
    cluster.hosts.faults[call] = "lost"
    with pytest.raises(AckError):
        acknowledge(JOB)
    assert cluster.state(JOB_HOST).keys() == {f"tasks/{JOB}.done"}
