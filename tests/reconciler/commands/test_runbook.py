"""`runbook` as a use case, on a cluster made of facts: read-only, and it ends as `plan` does."""

import asyncio
from pathlib import Path

import pytest

from probes.fact import Known
from reconciler.commands import runbook
from reconciler.commands.part import PartRequest
from reconciler.core.plan import Selection
from reconciler.view.render import RenderOptions
from reconciler.view.text.runbook import runbook_shell
from tests.support.agreeing_operator import Desk, apply
from tests.support.cluster_world import AUTH, ClusterWorld, connect, drifted, unread


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ClusterWorld:
    world = drifted()
    connect(monkeypatch, tmp_path, world)
    return world


def test_it_writes_nothing_and_names_the_controller(world: ClusterWorld, tmp_path: Path) -> None:
    result = asyncio.run(runbook.runbook(tmp_path / "cluster.toml"))
    assert (result.exit_code, world.writes) == (2, [])
    text = runbook_shell(result.document, RenderOptions())
    assert f"controller={result.document.controller}" in text
    assert result.document.controller == "10.0.0.1"
    assert len(result.document.plan.steps) == text.count("\nstep ") > 0


def test_a_part_of_it_says_that_more_remains(world: ClusterWorld, tmp_path: Path) -> None:
    whole = asyncio.run(runbook.runbook(tmp_path / "cluster.toml")).document
    selection = Selection(until=(whole.plan.steps[0].id,))
    part = asyncio.run(runbook.runbook(tmp_path / "cluster.toml", PartRequest(selection=selection))).document
    assert 0 < len(part.plan.steps) < len(whole.plan.steps)
    assert "# a part of the plan: more remains afterwards" in runbook_shell(part, RenderOptions())


def test_of_a_converged_cluster_it_is_empty(world: ClusterWorld, tmp_path: Path) -> None:
    apply(tmp_path, Desk())
    result = asyncio.run(runbook.runbook(tmp_path / "cluster.toml"))
    assert result.exit_code == 0
    assert "\nstep " not in runbook_shell(result.document, RenderOptions())


def test_where_no_step_is_possible_there_is_not_nothing_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = unread()
    world.cluster.facts[AUTH] = Known("active")
    connect(monkeypatch, tmp_path, world)
    result = asyncio.run(runbook.runbook(tmp_path / "cluster.toml"))
    text = runbook_shell(result.document, RenderOptions())
    assert (result.exit_code, "nothing to do" in text) == (4, False)
    assert "# No step is possible yet for 6.2.2\n" in text
