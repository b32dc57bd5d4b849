"""`apply` as a use case, with the real engine on a cluster made of facts: what a person is asked, what is refused."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from actions.backup import BackupMysql
from probes.fact import Known, Unknown
from probes.host import ForeignWork
from probes.job import Paused
from probes.unit import UnitActive, UnitEnabled
from reconciler.commands import apply as use_case
from reconciler.commands import assess
from reconciler.commands.errors import RefusedError, UsageError
from reconciler.commands.result import Answer, Result
from reconciler.commands.run import Console
from reconciler.core.events import Event, StepStarted
from reconciler.core.plan_file import StalePlanError, dump, save
from reconciler.engine.run import PARALLEL_STEPS
from reconciler.engine.stop import StopRequest
from reconciler.view.reports import ClusterReport, RunReport
from specs.reason import reason
from tests.sim import worlds
from tests.support.cluster_world import ClusterWorld, connect, drifted, planned

CONTROLLER = "10.0.0.1"


class Person:
    """Answers, and keeps what was shown."""

    def __init__(self, answer: Answer = "yes") -> None:
        self.answer: Answer = answer
        self.shown: list[ClusterReport] = []
        self.events: list[Event] = []
        self.before_answering: Callable[[], None] = lambda: None
        self.stop = StopRequest()

    async def confirm(self, report: ClusterReport) -> Answer:
        self.shown.append(report)
        self.before_answering()
        return self.answer

    @property
    def console(self) -> Console[ClusterReport]:
        return Console(confirm=self.confirm, emit=self.events.append, stop=self.stop)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ClusterWorld:
    world = drifted()
    connect(monkeypatch, tmp_path, world)
    return world


@pytest.fixture
def stopped(world: ClusterWorld) -> ClusterWorld:
    """More units have been stopped and disabled: more steps than run at once."""
    for number in (6380, 6381, 6382):
        unit = f"redis-cluster-{number}.service"
        world.cluster.facts[UnitActive(host="10.0.0.3", unit=unit)] = Known("inactive")
        world.cluster.facts[UnitEnabled(host="10.0.0.3", unit=unit)] = Known("disabled")
    assert len(planned(world.cluster).steps) == 8 > PARALLEL_STEPS
    return world


def apply(
    desk: Path, person: Person, plan: Path | None = None, approved: frozenset[str] = frozenset()
) -> Result[RunReport]:
    return asyncio.run(use_case.apply(desk / "cluster.toml", person.console, plan=plan, approved=approved))


def codes(result: Result[RunReport]) -> list[str]:
    return [diagnostic.code for diagnostic in result.diagnostics]


def test_the_person_is_shown_the_plan_before_anything_is_written(world: ClusterWorld, tmp_path: Path) -> None:
    person = Person()
    at_the_question: list[list[str]] = []
    person.before_answering = lambda: at_the_question.append(list(world.writes))
    result = apply(tmp_path, person)
    assert (result.exit_code, result.document.verdict) == (0, "converged")
    assert at_the_question == [[]]
    (shown,) = person.shown
    started = [event.step for event in person.events if isinstance(event, StepStarted)]
    assert started == [step.id for step in shown.plan.steps]
    assert result.document.cluster.difference.drift == ()


@pytest.mark.parametrize(("answer", "code"), [("no", "not-confirmed"), ("not-asked", "confirmation-needed")])
def test_without_a_yes_nothing_is_written(world: ClusterWorld, tmp_path: Path, answer: Answer, code: str) -> None:
    result = apply(tmp_path, Person(answer))
    assert (result.exit_code, codes(result)) == (5, [code])
    assert (world.writes, result.document.events) == ([], ())


def test_what_only_a_later_round_needs_is_asked_about_again(world: ClusterWorld, tmp_path: Path) -> None:
    """While the first steps run, a third thing goes wrong: nobody said yes to repairing that."""
    person = Person()
    other = UnitActive(host="10.0.0.3", unit="redis-cluster-6380.service")

    def fall(_: str) -> None:
        world.cluster.facts[other] = Known("inactive")
        world.on_launch = None

    world.on_launch = fall
    assert apply(tmp_path, person).exit_code == 0
    first, second = ({step.id for step in shown.plan.steps} for shown in person.shown)
    assert second - first
    assert len(world.launched) == 3


def test_an_approval_that_no_step_asks_for_is_a_mistake(world: ClusterWorld, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        apply(tmp_path, Person(), approved=frozenset({"topologie"}))
    assert [diagnostic.code for diagnostic in refused.value.diagnostics] == ["approval-unknown"]
    assert world.writes == []


def test_a_cluster_that_somebody_paused_is_left_alone(world: ClusterWorld, tmp_path: Path) -> None:
    world.readings[Paused(host=CONTROLLER)] = Known("wang 2026-01-01T00:00:00Z lunch")
    result = apply(tmp_path, Person())
    assert (result.exit_code, codes(result), world.writes) == (6, ["paused"], [])


def test_a_pause_in_the_middle_starts_no_further_step(stopped: ClusterWorld, tmp_path: Path) -> None:
    def pause(_: str) -> None:
        stopped.readings[Paused(host=CONTROLLER)] = Known("wang 2026-01-01T00:00:00Z lunch")

    stopped.on_launch = pause
    result = apply(tmp_path, Person())
    assert result.exit_code == 6
    assert "paused" in codes(result)
    assert 0 < len(stopped.launched) <= PARALLEL_STEPS
    assert stopped.at(CONTROLLER).lease is None


@pytest.mark.parametrize(
    ("reading", "code"),
    [
        (Known(("12 wang bkcli install",)), "preflight-no-foreign-work"),
        (Unknown(reason("host-unreachable", host=CONTROLLER, error="gone")), "preflight-unread"),
    ],
    ids=["somebody works there", "nobody knows"],
)
def test_a_preflight_check_that_does_not_hold_refuses_before_the_question(
    world: ClusterWorld, tmp_path: Path, reading: Known[tuple[str, ...]] | Unknown, code: str
) -> None:
    world.readings[ForeignWork(host=CONTROLLER)] = reading
    person = Person()
    result = apply(tmp_path, person)
    assert (result.exit_code, codes(result), person.shown, world.writes) == (5, [code], [], [])


def test_a_journal_that_cannot_be_written_refuses_before_anything_else(
    world: ClusterWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "no-directory").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "no-directory"))
    person = Person()
    with pytest.raises(RefusedError) as refused:
        apply(tmp_path, person)
    assert [diagnostic.code for diagnostic in refused.value.diagnostics] == ["journal-unwritable"]
    assert (person.shown, world.writes) == ([], [])


def _saved(world: ClusterWorld, desk: Path, cluster: str = "lab") -> Path:
    plan = planned(world.cluster)
    facts = [fact.expected.fact for step in plan.steps for fact in step.repairs]
    facts += [expected.fact for step in plan.steps for expected in step.requires]
    readings = {fact: world.read(fact) for fact in facts}
    path = desk / "plan.json"
    path.write_text(dump(save(plan, readings, cluster=cluster)), encoding="utf-8")
    return path


def test_a_plan_of_another_cluster_is_refused(world: ClusterWorld, tmp_path: Path) -> None:
    with pytest.raises(StalePlanError) as refused:
        apply(tmp_path, Person(), plan=_saved(world, tmp_path, cluster="other"))
    assert [diagnostic.code for diagnostic in refused.value.diagnostics] == ["plan-of-other-cluster"]
    assert world.writes == []


def test_a_saved_plan_holds_for_what_it_holds_and_for_nothing_else(world: ClusterWorld, tmp_path: Path) -> None:
    """What went wrong beside it since is in no plan that anybody looked at."""
    plan = _saved(world, tmp_path)
    other = UnitActive(host="10.0.0.3", unit="redis-cluster-6380.service")
    world.cluster.facts[other] = Known("inactive")
    person = Person()
    with pytest.raises(StalePlanError) as refused:
        apply(tmp_path, person, plan=plan)
    assert [diagnostic.code for diagnostic in refused.value.diagnostics] == ["plan-not-covered"]
    assert (person.shown, world.writes) == ([], [])


def test_a_saved_plan_with_a_dump_in_it_is_applied_later(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A dump counts from when a run began. The plan was made at another time than the run: no difference."""
    world = ClusterWorld(cluster=worlds.World(cluster=worlds.slice_cluster()))
    world.pass_preflight()
    connect(monkeypatch, tmp_path, world)
    made = asyncio.run(assess.plan(tmp_path, tmp_path / "plan.json"))
    assert any(isinstance(step.action, BackupMysql) and step.action.since for step in made.document.plan.steps)
    assert apply(tmp_path, Person(), plan=tmp_path / "plan.json").document.verdict == "converged"


def test_one_interrupt_waits_for_what_is_at_work_and_ends_with_its_signal(
    stopped: ClusterWorld, tmp_path: Path
) -> None:
    person = Person()
    stopped.on_launch = lambda _: person.stop.request() if person.stop.signal is None else None
    result = apply(tmp_path, person)
    assert (result.exit_code, result.document.verdict) == (130, "interrupted")
    assert 0 < len(stopped.launched) <= PARALLEL_STEPS
    assert all(host.running() == () for host in stopped.hosts.values())
    assert stopped.at(CONTROLLER).lease is None


def test_the_events_of_the_report_hold_no_output_and_the_journal_no_secret(world: ClusterWorld, tmp_path: Path) -> None:
    result = apply(tmp_path, Person())
    (path,) = (tmp_path / "state").rglob("*.jsonl")
    journal = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert "step-output" in {entry["event"] for entry in journal}
    assert "step-output" not in {event.event for event in result.document.events}
    assert "PASSWORD=<redacted>" in path.read_text(encoding="utf-8")
    assert "canary" not in path.read_text(encoding="utf-8")
