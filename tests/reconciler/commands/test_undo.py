"""`undo` as a use case, with the real engine on an upgraded cluster made of facts."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from probes.fact import AnyFact, AnyReading, Known, Unknown
from probes.job import Paused
from probes.undo import UndoItemState, UndoRuns
from reconciler.commands import undo as use_case
from reconciler.commands.errors import RefusedError, UsageError
from reconciler.commands.result import Answer, Result
from reconciler.commands.run import Console
from reconciler.commands.undo import UndoRequest
from reconciler.core.events import Event
from reconciler.core.identity import kind_of
from reconciler.engine.stop import StopRequest
from reconciler.view.reports import UndoPreview, UndoReport
from specs.reason import reason
from tests.sim.undo_worlds import BEFORE, SLICE, WHOLE, moved
from tests.sim.undone import RUN, study
from tests.support.cluster_world import ClusterWorld, connect
from tests.support.undo_cluster import upgraded

CONFIG = SLICE.install("install.config")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ClusterWorld:
    world = upgraded()
    connect(monkeypatch, tmp_path, world)
    return world


class Person:
    """Answers, and keeps what was shown before each question."""

    def __init__(self, answer: Answer = "yes") -> None:
        self.answer: Answer = answer
        self.shown: list[UndoPreview] = []
        self.asked_after: list[int] = []
        """How much had been shown at each question."""
        self.events: list[Event] = []
        self.stop = StopRequest()

    async def confirm(self, _: UndoPreview) -> Answer:
        self.asked_after.append(len(self.shown))
        return self.answer

    @property
    def console(self) -> Console[UndoPreview]:
        return Console(confirm=self.confirm, emit=self.events.append, stop=self.stop)


Undo = Callable[..., Result[UndoReport]]


@pytest.fixture
def undo(world: ClusterWorld, tmp_path: Path) -> Undo:
    def run(person: Person, run: str = "", excluded: tuple[str, ...] = ()) -> Result[UndoReport]:
        request = UndoRequest(run=run, excluded=excluded)
        path = tmp_path / "cluster.toml"
        return asyncio.run(use_case.undo(path, request, person.console, show=person.shown.append))

    return run


def codes(error: RefusedError | UsageError) -> list[str]:
    return [diagnostic.code for diagnostic in error.diagnostics]


def test_everything_that_was_saved_is_restored_and_the_cluster_reads_as_before(world: ClusterWorld, undo: Undo) -> None:
    person = Person()
    result = undo(person)
    assert (result.exit_code, result.document.verdict) == (7, "rolled-back")
    assert person.asked_after == [1], "shown once, then asked once"
    assert study(world.cluster).plan.steps == ()
    expected = [expected.fact for expected in study(WHOLE).expected if not isinstance(expected.fact, UndoItemState)]
    assert world.cluster.read(expected) == BEFORE.read(expected)
    assert result.document.preview.remaining == 0


@pytest.mark.parametrize(("answer", "code"), [("no", "not-confirmed"), ("not-asked", "undo-confirmation-needed")])
def test_without_a_yes_nothing_is_restored(world: ClusterWorld, undo: Undo, answer: Answer, code: str) -> None:
    result = undo(Person(answer))
    assert (result.exit_code, [diagnostic.code for diagnostic in result.diagnostics]) == (5, [code])
    assert (world.writes, result.document.events) == ([], ())


def test_a_second_undo_finds_nothing_and_asks_nobody(undo: Undo) -> None:
    undo(Person())
    person = Person()
    with pytest.raises(RefusedError) as refused:
        undo(person)
    assert (codes(refused.value), person.asked_after) == (["undo-nothing"], [])


def test_half_an_undo_is_gone_on_with(world: ClusterWorld, undo: Undo) -> None:
    first = Person()
    world.on_launch = lambda _: first.stop.request() if first.stop.signal is None else None
    assert undo(first).exit_code == 130
    done = len(world.launched)
    steps = len(study(WHOLE).plan.steps)
    assert 0 < done < steps
    world.on_launch = None
    assert undo(Person()).exit_code == 7
    assert len(world.launched) == steps, "nothing is restored twice"


def test_an_edit_since_bars_the_whole_undo_until_a_person_leaves_it_out(world: ClusterWorld, undo: Undo) -> None:
    world.cluster = moved("changed")
    result = undo(Person())
    assert (result.exit_code, [diagnostic.code for diagnostic in result.diagnostics]) == (5, ["undo-changed"])
    assert world.writes == []
    assert undo(Person(), excluded=(CONFIG,)).exit_code == 7
    assert world.cluster.facts[UndoItemState(host=SLICE.controller, run=RUN, path=CONFIG)] == Known("changed")


@pytest.mark.parametrize(
    ("run", "excluded", "code"),
    [("20200101T000000-0000", (), "undo-unknown-run"), ("", ("/etc/passwd",), "undo-unknown-path")],
    ids=["run", "path"],
)
def test_what_does_not_exist_is_wrong_usage(
    world: ClusterWorld, undo: Undo, run: str, excluded: tuple[str, ...], code: str
) -> None:
    with pytest.raises(UsageError) as refused:
        undo(Person(), run, excluded)
    assert (codes(refused.value), world.writes) == ([code], [])


def test_where_a_host_does_not_say_which_runs_it_knows_none_is_guessed(world: ClusterWorld, undo: Undo) -> None:
    silent: dict[AnyFact, AnyReading] = {
        UndoRuns(host="10.0.0.3"): Unknown(reason("host-unreachable", host="10.0.0.3", error="gone"))
    }
    world.cluster = replace(world.cluster, facts={**world.cluster.facts, **silent})
    with pytest.raises(RefusedError) as refused:
        undo(Person())
    assert (codes(refused.value), world.writes) == (["undo-runs-unread"], [])
    assert undo(Person(), RUN).exit_code == 7


def test_a_paused_cluster_is_not_undone(world: ClusterWorld, undo: Undo) -> None:
    world.readings[Paused(host=SLICE.controller)] = Known("wang 2026-01-01T00:00:00Z lunch")
    result = undo(Person())
    assert (result.exit_code, [diagnostic.code for diagnostic in result.diagnostics]) == (6, ["paused"])
    assert world.writes == []


def test_a_restore_that_fails_is_named_and_what_does_not_depend_on_it_is_restored(
    world: ClusterWorld, undo: Undo
) -> None:
    world.broken = frozenset({"undo.unit"})
    result = undo(Person())
    assert result.exit_code == 3
    remaining = {kind_of(step.action) for step in study(world.cluster).plan.steps}
    assert remaining == {"undo.unit"}
    assert result.document.preview.remaining > 0
