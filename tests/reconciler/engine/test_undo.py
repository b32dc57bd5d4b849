"""An upgrade and its undo: the real engine and the real scripts, on this machine's own sh. Killed anywhere, it ends."""

import asyncio
import functools
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from actions.env import SetVariable
from actions.install_config import PlaceModule
from probes.env import EnvValue
from probes.fact import AnyExpected, Readings
from probes.install_config import ModuleHosts
from probes.registry import PROBES
from probes.undo import UndoRuns
from reconciler.core.events import Event, RunEnded
from reconciler.core.plan import Plan, Repair
from reconciler.core.planner import Decision, plan
from reconciler.core.undo_scope import facts_to_read, known_runs, undo_scope
from reconciler.engine.clock import SystemClock
from reconciler.engine.failpoints import hooked
from reconciler.engine.gather import gather_facts
from reconciler.engine.reconcile import RunContext, RunResult, reconcile
from reconciler.engine.stop import StopRequest
from reconciler.rules import undo as rules
from specs.reason import reason
from tests.sim.worlds import slice_cluster
from tests.support.killed import Killed
from tests.support.local import LocalTransport

H = "10.0.0.1"
WHY = reason("restored")
CLUSTER = slice_cluster()


class Site:
    """One host's files below a directory of the test, an upgrade of three steps, and whoever runs bkrec there."""

    def __init__(self, home: Path) -> None:
        self.host = LocalTransport(home / "hosts")
        self.look = functools.partial(gather_facts, self.host, PROBES)
        self.config, self.env, self.new = home / "install.config", home / "gse.env", home / "job.env"
        self.config.write_bytes(b"# \xe8\x93\x9d\n10.0.0.1 iam,gse\n")
        self.env.write_bytes(b"A='1'\nK=old")
        self.before = self.seen()
        self.numbers = itertools.count(1)
        self.events: list[Event] = []

    def seen(self) -> tuple[bytes | None, ...]:
        return tuple(path.read_bytes() if path.exists() else None for path in (self.config, self.env, self.new))

    def write(self, event: Event) -> None:
        self.events.append(event)

    def wishes(self) -> tuple[AnyExpected, ...]:
        return (
            ModuleHosts(host=H, path=str(self.config), module="auth").must_be((H,), because=WHY, source=""),
            EnvValue(host=H, file=str(self.env), key="K").must_be("new", because=WHY, source=""),
            EnvValue(host=H, file=str(self.new), key="K").must_be("new", because=WHY, source=""),
        )

    def decide(self, readings: Readings) -> Plan:
        return plan("test", self.wishes(), readings, lambda drift, _: mend(drift.expected))

    async def apply(self) -> RunResult:
        return await reconcile(self.work(self.wishes(), self.decide))

    async def undo(self) -> RunResult:
        run = known_runs((await self.look([UndoRuns(host=H)])).readings)[-1]
        case = undo_scope(run, (await self.look(facts_to_read(run, [H]))).readings)
        expected = rules.expect(CLUSTER, case, {})

        def decide(readings: Readings) -> Plan:
            return plan("test", expected, readings, rules.rules(case))

        return await reconcile(self.work(expected, decide, undoes=True))

    def work(
        self, expected: tuple[AnyExpected, ...], decide: Callable[[Readings], Plan], *, undoes: bool = False
    ) -> RunContext:
        async def yes(_: object) -> bool:
            return True

        return RunContext(
            run=f"run-{next(self.numbers)}",
            user="wang",
            source="laptop",
            transport=self.host,
            gather=self.look,
            controller=H,
            hosts=(H,),
            expected=expected,
            make_plan=decide,
            journal=self,
            clock=SystemClock(),
            emit=lambda _: None,
            stop=StopRequest(),
            confirm=yes,
            undoes=undoes,
        )

    def lease_expires(self) -> None:
        (self.host.state(H) / "lease").unlink(missing_ok=True)


def mend(expected: AnyExpected) -> Decision:
    match expected.fact:
        case ModuleHosts() as fact:
            action = PlaceModule(host=H, config=fact.path, module=fact.module, hosts=(H,))
        case EnvValue() as fact:
            action = SetVariable(host=H, file=fact.file, key=fact.key, value="new")
        case fact:
            raise TypeError(fact)
    return Repair(action=action, because=WHY, source="", section="1")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_apply_undo_apply(site: Site) -> None:
    async def story() -> tuple[int, ...]:
        codes = [(await site.apply()).exit_code]
        assert site.seen() != site.before
        codes.append((await site.undo()).exit_code)
        assert site.seen() == site.before
        assert [event.verdict for event in site.events if isinstance(event, RunEnded)] == ["converged", "rolled-back"]
        codes.append((await site.apply()).exit_code)
        return tuple(codes)

    assert asyncio.run(story()) == (0, 7, 0)
    assert b"K=new" in (site.seen()[1] or b"")


def test_an_undo_is_no_run_that_could_be_undone(site: Site) -> None:
    async def story() -> tuple[str, ...]:
        await site.apply()
        await site.undo()
        return known_runs((await site.look([UndoRuns(host=H)])).readings)

    assert asyncio.run(story()) == ("run-1",)


def test_jobs_that_were_tidied_away_leave_what_the_run_kept(site: Site) -> None:
    async def story() -> int:
        await site.apply()
        for path in sorted((site.host.state(H) / "jobs").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        return (await site.undo()).exit_code

    assert asyncio.run(story()) == 7
    assert site.seen() == site.before


def test_what_somebody_edited_since_refuses_it_all_and_nothing_is_written(site: Site) -> None:
    async def story() -> RunResult:
        await site.apply()
        site.env.write_text("mine\n")
        return await site.undo()

    result = asyncio.run(story())
    assert (result.verdict, result.exit_code) == ("refused", 5)
    assert [diagnostic.code for diagnostic in result.diagnostics] == ["undo-changed"]
    assert site.seen()[1] == b"mine\n"
    assert b"auth" in (site.seen()[0] or b"")


@pytest.mark.parametrize("passage", [4, 14, 24])
def test_an_undo_killed_anywhere_is_ended_by_the_next(site: Site, passage: int) -> None:
    count = itertools.count()

    def dies(_: str) -> None:
        if next(count) >= passage:
            raise Killed

    async def killed() -> None:
        with hooked(dies):
            await site.undo()

    async def story() -> int:
        await site.apply()
        with pytest.raises((Killed, BaseExceptionGroup)):
            await killed()
        site.lease_expires()
        return (await site.undo()).exit_code

    assert asyncio.run(story()) == 7
    assert site.seen() == site.before
    assert [event for event in site.events if event.event == "step-failed"] == []
