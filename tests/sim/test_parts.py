"""An upgrade in several nights: the real `apply` on a cluster made of facts, in parts, with days, reboots and other
people's work in between, ends in the same state as one `apply`.

Time is virtual: a day passes at once, and `--stop-at` is a time of the same clock.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from probes.backup import Backup
from probes.env import EnvPresent
from probes.fact import AnyFact, AnyReading, Known, SameAs
from reconciler.commands import apply as use_case
from reconciler.commands.part import PartRequest, request
from reconciler.commands.result import Answer, Result
from reconciler.commands.run import Console
from reconciler.core.events import Event, StepStarted
from reconciler.core.plan import Remaining, Step
from reconciler.engine.stop import StopRequest
from reconciler.rules import declared
from reconciler.rules.registry import expected_facts
from reconciler.view.reports import ClusterReport, RunReport
from specs.reason import CodedReason
from tests.sim import worlds
from tests.support.cluster_world import AUTH, ClusterWorld, connect

DAY_S = 86_400.0
HOSTS = ("10.0.0.1", "10.0.0.2", "10.0.0.3")


def pristine() -> ClusterWorld:
    """Of a package whose scripts ask for every variable that only some ask for."""
    cluster = worlds.World(cluster=worlds.slice_cluster())
    asked = (fact for fact in declared.facts_of(cluster.cluster) if isinstance(fact, EnvPresent))
    cluster.facts |= dict.fromkeys(asked, Known(True))
    world = ClusterWorld(cluster=cluster)
    world.pass_preflight()
    return world


def apply(
    desk: Path, part: PartRequest | None = None, emit: Callable[[Event], None] | None = None
) -> Result[RunReport]:
    async def confirm(_: ClusterReport) -> Answer:
        return "yes"

    def ignore(_: Event) -> None:
        """Nobody watches."""

    console = Console(confirm=confirm, emit=emit or ignore, stop=StopRequest())
    return asyncio.run(use_case.apply(desk / "cluster.toml", console, part=part))


def state(world: ClusterWorld) -> Mapping[AnyFact, AnyReading]:
    """All that is expected of the platform. Of trees that are to equal each other the simulator knows no content: that
    they do is the verdict's to say."""
    expected = expected_facts(world.cluster.cluster)
    return world.cluster.read(item.fact for item in expected if not isinstance(item.reading, SameAs))


def days_pass(world: ClusterWorld, days: float = 1.0) -> None:
    """Every host is rebooted, and yesterday's dumps are too old."""
    world.clock.elapsed += days * DAY_S
    for host in HOSTS:
        world.at(host).boot += 1
    world.cluster.facts |= {
        fact: Known("stale")
        for fact, read in world.cluster.facts.items()
        if isinstance(fact, Backup) and read == Known("fresh")
    }


@dataclass(slots=True, kw_only=True)
class Night:
    """What an `apply` of a part is expected to come to."""

    until: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    interim: str = ""
    work: dict[AnyFact, AnyReading] = field(default_factory=dict[AnyFact, AnyReading])
    """What other tools did during the day after it."""


BY_SECTION = (
    Night(until=("6.5",), interim="before"),
    Night(until=("7.3",), interim="complete", work={AUTH: Known("inactive")}),
)
BY_MODULE = (Night(modules=("paas",), interim="mixed"), Night(modules=("auth", "redis_cluster"), interim="complete"))
BY_HOST = (Night(hosts=("10.0.0.2",), interim="mixed"), Night(hosts=("10.0.0.3",), interim="complete"))


def whole() -> Mapping[AnyFact, AnyReading]:
    """The state that the plan of the whole promises; one `apply` of it leads there (tests/reconciler/cli)."""
    cluster = pristine().cluster
    return state(ClusterWorld(cluster=worlds.live(cluster, worlds.study(cluster)[0])))


@pytest.mark.parametrize(
    ("nights", "minutes"),
    [
        pytest.param(BY_SECTION, 0, id="by section"),
        pytest.param((), 16, id="in windows"),
        pytest.param((), 10, id="in shorter windows", marks=pytest.mark.campaign),
        pytest.param(BY_MODULE, 0, id="by module", marks=pytest.mark.campaign),
        pytest.param(BY_HOST, 0, id="by host", marks=pytest.mark.campaign),
    ],
)
def test_several_nights_with_reboots_and_other_work_lead_where_one_apply_leads(
    nights: tuple[Night, ...], minutes: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world = pristine()
    connect(monkeypatch, tmp_path, world)
    for night in nights:
        part = request(night.until, night.modules, night.hosts, None)
        result = apply(tmp_path, part)
        report = result.document
        assert (result.exit_code, report.verdict, result.diagnostics) == (2, "differs", ())
        assert report.remaining, "what is left is named"
        assert report.cluster.interim(report.remaining).state == night.interim
        again = apply(tmp_path, part)
        assert (again.exit_code, again.document.events) == (2, ()), "nothing of it is left to do"
        assert [item.id for item in again.document.remaining] == [item.id for item in report.remaining]
        days_pass(world)
        world.cluster.facts |= night.work
    last = apply_in_windows(world, tmp_path, minutes) if minutes else apply(tmp_path)
    assert (last.exit_code, last.document.verdict, last.document.remaining) == (0, "converged", ())
    assert state(world) == whole()


def apply_in_windows(world: ClusterWorld, desk: Path, minutes: int) -> Result[RunReport]:
    """So many minutes each night, by the clock of the machine that bkrec runs on: no step is begun that would end
    later, but for those that end an outage. There is more than one night."""
    for night in range(9):
        stop_at, ends = window(world, minutes)
        begun = Begun(world)
        result = apply(desk, request(None, None, None, stop_at), begun.note)
        for step in world.plans[-1].steps:
            if step.id in begun and not ends_an_outage(step):
                assert begun[step.id] + step.action.estimate_s <= ends, step.id
        assert begun or result.exit_code == 0
        if result.exit_code == 0:
            assert night > 0, "the window is too long to show anything"
            return result
        assert (result.exit_code, result.document.verdict) == (2, "differs")
        assert {codes(item) for item in result.document.remaining} == {"part-window"}
        days_pass(world)
    raise AssertionError("it does not converge")


def window(world: ClusterWorld, minutes: int) -> tuple[str, float]:
    """A time so many minutes from now, as a person would type it, and when that is by the world's clock."""
    end = (world.clock.now().astimezone() + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
    return f"{end:%H:%M}", world.clock.steady() + (end - world.clock.now()).total_seconds()


class Begun(dict[str, float]):
    """When each step was begun, by its id: at its intent, which is recorded as soon as the window has been looked at.
    All hosts share the world's clock, so that other jobs may move it on until the launch has arrived."""

    def __init__(self, world: ClusterWorld) -> None:
        super().__init__()
        self.world = world

    def note(self, event: Event) -> None:
        if isinstance(event, StepStarted):
            self.setdefault(event.step, self.world.clock.steady())


def ends_an_outage(step: Step) -> bool:
    return step.action.disrupts == "data" and bool(step.action.outage)


def codes(item: Remaining) -> str:
    return item.because.code if isinstance(item.because, CodedReason) else "inline"
