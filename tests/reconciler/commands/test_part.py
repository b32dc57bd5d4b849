"""A part of a plan as a use case, with the real engine on a cluster made of facts: names, saved plans, what is left."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from probes.fact import Known, Unknown, fact_id
from probes.unit import UnitActive, UnitEnabled
from reconciler.commands import apply as use_case
from reconciler.commands import assess, part
from reconciler.commands.errors import UsageError
from reconciler.commands.part import PartRequest, window_of
from reconciler.commands.run import Console
from reconciler.core.events import Event, StepDone
from reconciler.core.plan import Selection
from reconciler.engine.stop import StopRequest
from specs.diagnostic import Diagnostic
from specs.reason import reason
from tests.support.agreeing_operator import Desk, apply
from tests.support.cluster_world import AUTH, AUTH_AT_BOOT, ClusterWorld, connect, drifted, planned

REDIS = UnitActive(host="10.0.0.3", unit="redis-cluster-6380.service")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ClusterWorld:
    """bkauth is stopped and disabled, and so is a redis."""
    world = drifted()
    world.cluster.facts |= {REDIS: Known("inactive"), UnitEnabled(host=REDIS.host, unit=REDIS.unit): Known("disabled")}
    connect(monkeypatch, tmp_path, world)
    return world


def ask(**kinds: str) -> PartRequest:
    names = {kind: [name] for kind, name in kinds.items()}
    return part.request(names.get("until"), names.get("module"), names.get("host"), None)


def test_a_part_that_was_done_ends_as_differs_and_names_what_is_left(world: ClusterWorld, tmp_path: Path) -> None:
    person = Desk()
    result = apply(tmp_path, person, ask(module="auth"))
    assert (result.exit_code, result.document.verdict, result.diagnostics) == (2, "differs", ())
    assert sorted(person.started) == ["unit.enable-bk-auth.service", "unit.start-bk-auth.service"]
    left = [item.id.partition("@")[0] for item in result.document.remaining]
    assert sorted(left) == ["unit.enable-redis-cluster-6380.service", "unit.start-redis-cluster-6380.service"]
    assert result.document.cluster.interim(result.document.remaining).state == "complete"


def test_a_part_that_is_done_already_starts_nothing_and_asks_nobody(world: ClusterWorld, tmp_path: Path) -> None:
    apply(tmp_path, Desk(), ask(module="auth"))
    person, writes = Desk(), list(world.writes)
    result = apply(tmp_path, person, ask(module="auth"))
    assert (result.exit_code, person.shown, person.events, world.writes) == (2, [], [], writes)
    assert result.document.remaining


def test_the_parts_together_converge(world: ClusterWorld, tmp_path: Path) -> None:
    assert apply(tmp_path, Desk(), ask(module="auth")).exit_code == 2
    result = apply(tmp_path, Desk(), ask(module="redis_cluster"))
    assert (result.exit_code, result.document.remaining) == (0, ())


def test_a_part_that_fails_is_a_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    connect(monkeypatch, tmp_path, drifted(broken=frozenset({"unit.start"})))
    result = apply(tmp_path, Desk(), ask(module="auth"))
    assert (result.exit_code, result.document.verdict) == (3, "failed")
    assert [item.id.partition("@")[0] for item in result.document.remaining] == ["unit.start-bk-auth.service"]


def test_a_part_that_does_not_last_was_not_done(world: ClusterWorld, tmp_path: Path) -> None:
    """Each time bkauth has been started and verified it stops again: no step failed, and the part is not finished."""

    class Watching(Desk):
        def emit(self, event: Event) -> None:
            if isinstance(event, StepDone) and event.step.startswith("unit.start"):
                world.cluster.facts[AUTH] = Known("inactive")

    person = Watching()
    console = Console(confirm=person.confirm, emit=person.emit, stop=StopRequest())
    result = asyncio.run(use_case.apply(tmp_path / "cluster.toml", console, part=ask(module="auth")))
    assert (result.exit_code, result.document.verdict) == (3, "failed")


@pytest.mark.parametrize(
    ("code", "module", "exit_code"),
    [
        pytest.param("task-untraced", "redis_cluster", 2, id="a person's word is missing elsewhere"),
        pytest.param("task-untraced", "auth", 6, id="a person's word is missing in the part"),
        pytest.param("unit-not-shown", "redis_cluster", 4, id="something elsewhere was not read"),
        pytest.param("unit-not-shown", "auth", 4, id="something of the part was not read"),
    ],
)
def test_what_is_unknown_is_never_passed_over(
    world: ClusterWorld, tmp_path: Path, code: str, module: str, exit_code: int
) -> None:
    world.cluster.facts[AUTH_AT_BOOT] = Unknown(reason(code, unit=AUTH.unit, task="x"))
    result = apply(tmp_path, Desk(), ask(module=module))
    assert result.exit_code == exit_code
    left = {item.id for item in result.document.remaining}
    assert fact_id(AUTH_AT_BOOT) in left


def test_a_step_that_is_named_is_done_and_naming_it_again_is_no_mistake(world: ClusterWorld, tmp_path: Path) -> None:
    step = next(step.id for step in planned(world.cluster).steps if step.id.startswith("unit.start-bk-auth"))
    person = Desk()
    assert apply(tmp_path, person, ask(until=step)).exit_code == 2
    assert person.started == ["unit.start-bk-auth.service"]
    assert world.cluster.read([AUTH, AUTH_AT_BOOT]) == {AUTH: Known("active"), AUTH_AT_BOOT: Known("disabled")}
    again = Desk()
    assert apply(tmp_path, again, ask(until=step)).exit_code == 2, "it is not planned any more: it is done"
    assert again.started == []


@pytest.mark.parametrize(
    ("kind", "name", "code", "near"),
    [
        ("until", "7.81", "section-unknown", "7.8.1"),
        ("until", "unit.start-bk-aut.service@10.0.0.3-000000", "step-unknown", "unit.start-bk-auth.service@10.0.0.3"),
        ("module", "bkauth", "module-unknown", "auth"),
        ("host", "10.0.0.33", "host-unknown", "10.0.0.3"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "apply"])
def test_an_unknown_name_is_usage_and_the_nearest_are_named(
    world: ClusterWorld, tmp_path: Path, command: str, kind: str, name: str, code: str, near: str
) -> None:
    request = ask(**{kind: name})
    use = (lambda: asyncio.run(assess.plan(tmp_path, part=request))) if command == "plan" else None
    with pytest.raises(UsageError) as refused:
        use() if use else apply(tmp_path, Desk(), request)
    (diagnostic,) = refused.value.diagnostics
    assert (diagnostic.code, dict(diagnostic.fields)["name"]) == (code, name)
    assert near in dict(diagnostic.fields)["near"]
    assert world.writes == []


def test_all_unknown_names_are_reported_at_once(world: ClusterWorld, tmp_path: Path) -> None:
    request = part.request(["99.9"], ["nothing", "auth"], ["nowhere"], None)
    with pytest.raises(UsageError) as refused:
        apply(tmp_path, Desk(), request)
    assert _codes(refused.value.diagnostics) == ["section-unknown", "module-unknown", "host-unknown"]


def _codes(diagnostics: tuple[Diagnostic, ...]) -> list[str]:
    return [diagnostic.code for diagnostic in diagnostics]


def test_a_saved_plan_of_a_part_is_applied_as_that_part(world: ClusterWorld, tmp_path: Path) -> None:
    saved = tmp_path / "part.json"
    made = asyncio.run(assess.plan(tmp_path, saved, ask(module="auth"))).document.plan
    assert made.selection == Selection(modules=("auth",))
    person = Desk()
    result = apply(tmp_path, person, plan=saved)
    assert (result.exit_code, result.document.verdict) == (2, "differs")
    assert sorted(person.started) == ["unit.enable-bk-auth.service", "unit.start-bk-auth.service"]


def test_a_saved_plan_says_itself_what_part_it_is(world: ClusterWorld, tmp_path: Path) -> None:
    saved = tmp_path / "part.json"
    asyncio.run(assess.plan(tmp_path, saved, ask(module="auth")))
    with pytest.raises(UsageError) as refused:
        apply(tmp_path, Desk(), ask(host="10.0.0.3"), plan=saved)
    assert _codes(refused.value.diagnostics) == ["selection-beside-plan"]
    assert world.writes == []


# a maintenance window, by local time


@pytest.mark.parametrize("stop_at", ["25:00", "noon", "4:30", ""])
def test_what_is_not_a_time_of_day_is_usage(world: ClusterWorld, tmp_path: Path, stop_at: str) -> None:
    request = part.request(None, None, None, stop_at)
    if not stop_at:
        assert window_of(request, world.clock) is None
        return
    with pytest.raises(UsageError) as refused:
        apply(tmp_path, Desk(), request)
    assert _codes(refused.value.diagnostics) == ["stop-at-unreadable"]
    assert world.writes == []


@pytest.mark.parametrize(("stop_at", "seconds"), [("08:30", 1800.0), ("07:30", 23.5 * 3600), ("08:00", 24 * 3600.0)])
def test_the_window_ends_by_the_local_time_of_this_machine(
    world: ClusterWorld, monkeypatch: pytest.MonkeyPatch, stop_at: str, seconds: float
) -> None:
    """The world's clock starts at midnight UTC: eight in the morning in Shanghai."""
    with monkeypatch.context() as zone:
        zone.setenv("TZ", "Asia/Shanghai")
        time.tzset()
        window = window_of(part.request(None, None, None, stop_at), world.clock)
    time.tzset()
    assert window is not None
    assert (window.stop_at, window.ends_s) == (stop_at, world.clock.steady() + seconds)


def test_where_summer_time_begins_in_the_window_the_clock_on_the_wall_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """In Berlin 2024-03-31 has no 02:30: from 01:00 to 04:00 it is two hours."""

    class Clock:
        def now(self) -> datetime:
            return datetime(2024, 3, 31, 0, 0, tzinfo=UTC)

        def steady(self) -> float:
            return 0.0

        async def sleep(self, seconds: float) -> None:
            raise AssertionError

    with monkeypatch.context() as zone:
        zone.setenv("TZ", "Europe/Berlin")
        time.tzset()
        window = window_of(part.request(None, None, None, "04:00"), Clock())
    time.tzset()
    assert window is not None
    assert window.ends_s == 2 * 3600


def test_nothing_is_begun_in_a_window_that_is_too_short_and_all_is_left(world: ClusterWorld, tmp_path: Path) -> None:
    """Each start takes five seconds by its estimate; the window is of three."""
    world.clock.elapsed = 57.0
    end = world.clock.now().astimezone() + timedelta(seconds=3)
    person = Desk()
    result = apply(tmp_path, person, part.request(None, None, None, f"{end:%H:%M}"))
    assert (result.exit_code, result.document.verdict, person.started) == (2, "differs", [])
    assert len(result.document.remaining) == len(planned(world.cluster).steps)
    (shown,) = person.shown
    assert len(shown.outside_window) == len(shown.plan.steps), "and it was said before"
