"""A whole cluster of the release made of facts, on which the real `apply`, `undo`, `diff` and their like run.

Beside the command line nothing of the product is replaced: not the engine, not the rules, not the planner. Hosts answer
every fact as a cluster of `tests/sim/worlds.py` reads it, and follow the job protocol; a job that ends makes true what
its step ensures.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from probes.fact import Absent, AnyFact, AnyReading, Known, Unknown
from probes.host import ClockNear
from probes.job import Paused
from probes.unit import UnitActive, UnitEnabled
from reconciler.commands import run, session
from reconciler.commands.session import ClusterSession
from reconciler.core.identity import job_key, kind_of
from reconciler.core.plan import Plan, Step
from reconciler.core.simulate import apply_derived, apply_step
from reconciler.rules.preflight import preflight_checks
from specs.reason import reason
from tests.sim import worlds
from tests.support.world import Behaviour, World

CLUSTER_FILE = """\
schema = "bkrec.cluster/1"
name = "lab"
[controller]
address = "10.0.0.1"
[package]
path = "/x.tgz"
"""


def planned(cluster: worlds.World) -> Plan:
    return worlds.study(cluster)[0]


def after(cluster: worlds.World, step: Step, plan: Plan) -> worlds.World:
    """The cluster once this step's command has worked."""
    facts = [expected.fact for expected in (*step.requires, *step.action.ensures())]
    facts += [expected.fact for derived in plan.derived for expected in (derived.expected, *derived.depends_on)]
    now: dict[AnyFact, AnyReading] = {**cluster.facts, **cluster.read(facts)}
    apply_step(step, now)
    apply_derived(plan, now)
    return replace(cluster, facts=now)


@dataclass(slots=True, kw_only=True)
class ClusterWorld(World):
    cluster: worlds.World
    plan: Callable[[worlds.World], Plan] = planned
    """By which a job's step is found."""
    after: Callable[[worlds.World, Step, Plan], worlds.World] = after
    broken: frozenset[str] = frozenset()
    """Kinds of actions whose commands end with 1 and achieve nothing."""
    log: bytes = b"working\nPASSWORD=canary\n"
    """What every command prints."""
    clock_near: bool = True
    plans: list[Plan] = field(default_factory=list[Plan])

    def behaviour_of(self, key: str) -> Behaviour:
        works = kind_of(self._step(key)[0].action) not in self.broken
        return Behaviour(works=works, exit_status=0 if works else 1, log=self.log)

    def achieve(self, key: str) -> None:
        self.cluster = self.after(self.cluster, *self._step(key))

    def _step(self, key: str) -> tuple[Step, Plan]:
        """By the last plan that has it, else by one that is made of the cluster as it is now."""
        for plan in self.plans[::-1]:
            for step in plan.steps:
                if job_key(step.action) == key:
                    return step, plan
        self.plans.append(self.plan(self.cluster))
        return next((step, self.plans[-1]) for step in self.plans[-1].steps if job_key(step.action) == key)

    def otherwise(self, fact: AnyFact) -> AnyReading:
        match fact:
            case ClockNear():
                return Known(self.clock_near)
            case Paused():
                return self.readings.get(fact, Absent())
            case _:
                return self.readings[fact] if fact in self.readings else self.cluster.read([fact])[fact]

    def pass_preflight(self) -> None:
        """Every host is as the preflight checks of this plan want it."""
        for check in preflight_checks(self.cluster.cluster, 0, self.plan(self.cluster)):
            self.readings.setdefault(check.fact, check.reading)  # type: ignore[arg-type]


AUTH = UnitActive(host="10.0.0.3", unit="bk-auth.service")
AUTH_AT_BOOT = UnitEnabled(host="10.0.0.3", unit="bk-auth.service")


def small_cluster() -> worlds.World:
    """The first modules of the guide, upgraded, with all that is expected of them."""
    return worlds.finished(worlds.slice_cluster())


def drifted(**more: Any) -> ClusterWorld:
    """The same where one unit has been stopped and disabled: two steps."""
    cluster = small_cluster()
    cluster.facts |= {AUTH: Known("inactive"), AUTH_AT_BOOT: Known("disabled")}
    world = ClusterWorld(cluster=cluster, **more)
    world.pass_preflight()
    return world


def unread() -> ClusterWorld:
    """The same where systemd does not say whether it is enabled."""
    world = drifted()
    world.cluster.facts[AUTH_AT_BOOT] = Unknown(reason("unit-not-shown", unit="bk-auth.service"))
    return world


def connect(monkeypatch: pytest.MonkeyPatch, desk: Path, world: ClusterWorld) -> None:
    """`bkrec` called from `desk` reaches this world, and its runs go by this world's clock."""

    @asynccontextmanager
    async def open_cluster(_: Path) -> AsyncGenerator[ClusterSession]:
        cluster = world.cluster.cluster
        yield ClusterSession(transport=world, gather=world.look, controller=cluster.controller, cluster=cluster)

    def clock() -> object:
        return world.clock

    monkeypatch.setattr(session, "open_cluster", open_cluster)
    monkeypatch.setattr(run, "SystemClock", clock)
    monkeypatch.chdir(desk)
    monkeypatch.delenv("BKREC_CLUSTER", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(desk / "state"))
    (desk / "cluster.toml").write_text(CLUSTER_FILE, encoding="utf-8")
