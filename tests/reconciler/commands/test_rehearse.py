"""`rehearse` as a use case, on a cluster made of facts: read-only, by this machine's journals."""

import asyncio
from pathlib import Path

import pytest

from reconciler.commands import probe, rehearse, session
from reconciler.commands.errors import UsageError
from reconciler.commands.result import Result
from reconciler.view.formats import load
from reconciler.view.render import RenderOptions
from reconciler.view.reports import RehearsalReport
from tests.sim import worlds
from tests.support.agreeing_operator import Desk, apply
from tests.support.cluster_world import ClusterWorld, connect, drifted, unread


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ClusterWorld:
    world = drifted()
    connect(monkeypatch, tmp_path, world)
    return world


def _rehearsed(desk: Path, *fails: str, lost: str = "") -> Result[RehearsalReport]:
    return asyncio.run(rehearse.rehearsal(desk / "cluster.toml", fails, lost))


def test_it_writes_nothing_and_ends_as_plan_does(world: ClusterWorld, tmp_path: Path) -> None:
    result = _rehearsed(tmp_path)
    assert (result.exit_code, result.document.planned.differing, world.writes) == (2, 0, [])
    assert result.document.cluster.durations.runs == 0


def test_a_step_is_named_by_its_number_or_its_id(world: ClusterWorld, tmp_path: Path) -> None:
    first = _rehearsed(tmp_path, "1").document
    again = _rehearsed(tmp_path, *first.fails).document
    assert first.fails == again.fails
    assert first.scenario is not None
    assert first.scenario.schedule.failed == first.fails
    assert first.interim is not None


@pytest.mark.parametrize(("fails", "lost", "code"), [
    pytest.param(("999",), "", "step-unknown", id="a number beyond the last"),
    pytest.param(("no-such",), "", "step-unknown", id="no step"),
    pytest.param((), "10.9.9.9@5", "lost-host-unreadable", id="a host without a step"),
    pytest.param((), "10.0.0.3", "lost-host-unreadable", id="no minutes"),
])  # fmt: skip
def test_what_is_not_in_the_plan_is_a_mistake(
    world: ClusterWorld, tmp_path: Path, fails: tuple[str, ...], lost: str, code: str
) -> None:
    with pytest.raises(UsageError) as raised:
        _rehearsed(tmp_path, *fails, lost=lost)
    assert [diagnostic.code for diagnostic in raised.value.diagnostics] == [code]


def test_runs_of_this_cluster_are_what_it_estimates_from(world: ClusterWorld, tmp_path: Path) -> None:
    apply(tmp_path, Desk())
    durations = _rehearsed(tmp_path).document.cluster.durations
    assert durations.runs == 1
    assert len(durations.seconds) >= 2


def _unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_host(_: Path) -> None:
        raise AssertionError("a host was connected to")

    monkeypatch.setattr(session, "open_cluster", no_host)


def _saved(desk: Path, *patterns: str) -> Result[RehearsalReport]:
    asyncio.run(probe.probe(desk / "cluster.toml", patterns, desk / "readings.json"))
    return asyncio.run(rehearse.rehearsal(desk / "cluster.toml", readings=desk / "readings.json"))


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ClusterWorld:
    """All of the guide's cluster, at 6.1."""
    world = ClusterWorld(cluster=worlds.World(cluster=worlds.guide_cluster()))
    connect(monkeypatch, tmp_path, world)
    (tmp_path / "cluster.toml").write_text(worlds.CLUSTER, encoding="utf-8")
    return world


def test_on_saved_readings_it_says_the_same_and_connects_to_nothing(
    whole: ClusterWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = _rehearsed(tmp_path)
    asyncio.run(probe.probe(tmp_path / "cluster.toml", (), tmp_path / "readings.json"))
    _unreachable(monkeypatch)
    saved = asyncio.run(rehearse.rehearsal(tmp_path / "cluster.toml", readings=tmp_path / "readings.json"))
    steps = [[step.id for step in result.document.cluster.plan.steps] for result in (now, saved)]
    assert len(steps[0]) > 100
    assert steps[0] == steps[1]
    assert (saved.document.planned, saved.exit_code) == (now.document.planned, now.exit_code)
    assert (now.document.read_at, saved.document.read_at[-6:]) == ("", "+00:00")


def test_what_could_not_be_read_is_not_said_to_match_in_the_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    connect(monkeypatch, tmp_path, unread())
    result = _rehearsed(tmp_path)
    assert (result.exit_code, result.document.planned.differing, result.document.planned.unknown) == (4, 0, 1)
    for name in ("text", "html"):
        form = load(name).form("rehearse")
        assert form is not None
        page = form(result.document, RenderOptions(lang="en"))
        assert "no verdict: 1 fact could not be read" in page
        assert "every expected fact matches" not in page


def test_what_the_file_does_not_have_was_not_read(whole: ClusterWorld, tmp_path: Path) -> None:
    """`probe --save` of one host: no verdict about the others."""
    result = _saved(tmp_path, "10.0.0.3")
    assert result.exit_code == 4
    assert {drift.expected.fact.host for drift in result.document.cluster.difference.unknown} >= {"10.0.0.1"}
