"""`lock`, `pause`, `history`, `status` as use cases: what they return, without a command line."""

import asyncio
import functools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from probes.registry import PROBES
from reconciler.commands import history, lock, pause, session, status
from reconciler.commands.session import ControllerSession
from reconciler.core.events import RunEnded, RunStarted
from reconciler.engine import lease
from reconciler.engine.gather import gather_facts
from reconciler.engine.journal import LazyJournal
from reconciler.engine.transport import TransportError
from specs.diagnostic import diagnose
from tests.support.local import LocalTransport
from tests.support.world import VirtualClock

H = "10.0.0.1"
FILE = f'schema = "bkrec.cluster/1"\nname = "x"\n[controller]\naddress = "{H}"\n[package]\npath = "/x.tgz"\n'


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LocalTransport:
    transport = LocalTransport(tmp_path / "hosts")

    @asynccontextmanager
    async def opened(_: Path) -> AsyncGenerator[ControllerSession]:
        gather = functools.partial(gather_facts, transport, PROBES)
        yield ControllerSession(transport=transport, gather=gather, controller=H)

    monkeypatch.setattr(session, "open_controller", opened)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "cluster.toml").write_text(FILE)
    return transport


def test_a_lease_is_shown_and_released_by_force(host: LocalTransport, tmp_path: Path) -> None:
    path = tmp_path / "cluster.toml"
    assert asyncio.run(lock.status(path)).document.locked is False
    asyncio.run(lease.try_acquire(host, H, run="r1", user="wang", source="ops"))
    held = asyncio.run(lock.status(path)).document
    assert (held.locked, held.who, held.origin, held.run, held.released) == (True, "wang", "ops", "r1", False)
    broken = asyncio.run(lock.force_release(path)).document
    assert (broken.locked, broken.who, broken.released) == (True, "wang", True)
    assert asyncio.run(lock.status(path)).document.locked is False


def test_releasing_a_lease_that_is_free_releases_nothing(host: LocalTransport, tmp_path: Path) -> None:
    document = asyncio.run(lock.force_release(tmp_path / "cluster.toml")).document
    assert (document.locked, document.released) == (False, False)


@pytest.mark.usefixtures("host")
def test_history_is_read_from_the_journals_and_has_runs_without_an_end(tmp_path: Path) -> None:
    for run, ended in (("20240601T020000-1", True), ("20240602T020000-2", False)):
        journal = LazyJournal("x", tmp_path / "cluster.toml", run, VirtualClock())
        journal.write(RunStarted(run=run, epoch=1, steps=("a", "b")))
        if ended:
            journal.write(RunEnded(verdict="converged", done=2, failed=0, seconds=1.0))
        journal.close()
    runs = history.history(tmp_path / "cluster.toml").document.runs
    assert [(run.run, run.verdict, run.steps) for run in runs] == [
        ("20240601T020000-1", "converged", 2),
        ("20240602T020000-2", "", 2),
    ]


def test_status_answers_from_the_journal_and_warns_where_the_controller_is_out_of_reach(
    host: LocalTransport, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    away = diagnose("host-unreachable", where=H, error="gone")

    @asynccontextmanager
    async def unreachable(_: Path) -> AsyncGenerator[None]:
        raise TransportError(away)
        yield

    monkeypatch.setattr(session, "open_cluster", unreachable)
    result = asyncio.run(status.status(tmp_path / "cluster.toml"))
    assert (result.document.last, result.document.lock, result.warnings) == (None, None, (away,))
    assert host.calls == []


def test_a_pause_is_read_back_and_taken_back(host: LocalTransport, tmp_path: Path) -> None:
    path = tmp_path / "cluster.toml"
    document = asyncio.run(pause.pause(path, "disk is being swapped")).document
    assert (document.paused, document.why) == (True, "disk is being swapped")
    assert asyncio.run(pause.resume(path)).document.paused is False
    assert {at for at, _ in host.calls} == {H}
