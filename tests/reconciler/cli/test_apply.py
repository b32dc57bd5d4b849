"""`apply`: what it costs is shown, somebody says yes, what happens is told, and the loop's word is the exit code."""

import asyncio
import json
import os
import pty
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from probes.fact import AnyFact, AnyReading, Known, Unknown, fact_id
from reconciler.cli import wiring
from reconciler.cli.confirm import confirm
from reconciler.cli.main import run
from reconciler.cli.options import Options
from reconciler.core import events as ev
from reconciler.core.plan_file import SavedPlan, dump, save
from reconciler.engine import assess, reconcile
from reconciler.engine.gather import GatheredFacts
from reconciler.engine.reconcile import Verdict
from reconciler.engine.stop import StopSignal
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.reason import reason
from tests.reconciler.view.world import PLAN, READINGS, RETIRE, RIGHT, TITLES, difference
from tests.sim.worlds import World, guide_cluster, study


def _studied(readings: dict[AnyFact, AnyReading]) -> wiring.ClusterReport:
    return wiring.ClusterReport(name="x", release="6.2.2", difference=difference(readings), plan=PLAN, titles=TITLES)


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cluster.toml").write_text("", encoding="utf-8")


def _engine(monkeypatch: pytest.MonkeyPatch, *, began: bool = True) -> None:
    """Asks, tells three events, and calls it converged; refused if the answer was no."""

    async def apply(
        _: Path,
        *,
        confirm: Callable[[wiring.ClusterReport], Awaitable[bool]],
        emit: Callable[[ev.Event], None],
        stop: StopSignal,
        plan: SavedPlan | None = None,
        approved: frozenset[str] = frozenset(),
    ) -> wiring.ApplyResult:
        assert not approved
        if not began:
            return _applied("converged", 0, RIGHT)
        if not await confirm(_studied(READINGS)):
            return _applied("refused", 5, READINGS)
        emit(ev.StepStarted(step=RETIRE.id, host="10.0.0.2", job="j"))
        emit(ev.StepDone(step=RETIRE.id, seconds=2.0, exit_status=0))
        emit(ev.RunEnded(verdict="converged", done=1, failed=0, seconds=3.0))
        return _applied("converged", 0, RIGHT)

    monkeypatch.setattr(wiring, "apply", apply)


def _applied(verdict: Verdict, code: int, readings: dict[AnyFact, AnyReading]) -> wiring.ApplyResult:
    told = (diagnose("not-confirmed"),) if verdict == "refused" else ()
    return wiring.ApplyResult(verdict=verdict, exit_code=code, studied=_studied(readings), diagnostics=told)


def test_without_a_terminal_and_without_yes_it_refuses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _engine(monkeypatch)
    assert run(["apply"]) == 5
    text = capsys.readouterr().err
    assert "Plan for 6.2.2: 2 steps" in text
    assert "error[confirmation-needed]" in text
    assert "bkrec apply --yes" in text


def test_with_yes_it_tells_what_happens_in_plain_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _engine(monkeypatch)
    assert run(["apply", "--yes"]) == 0
    said = capsys.readouterr()
    assert "#1 started on 10.0.0.2: stop and disable bk-paas-login.service" in said.err
    assert "#1 verified after 2 s" in said.err
    assert said.out == "converged with 6.2.2: all 4 facts match\n"


def test_json_is_a_stream_of_events(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _engine(monkeypatch)
    assert run(["apply", "--yes", "-o", "json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["event"] for event in told] == ["step-started", "step-done", "run-ended"]


def test_a_stream_ends_with_an_end_also_where_nothing_was_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _engine(monkeypatch, began=False)
    assert run(["apply", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "converged"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param("y\n", True, id="y"),
        pytest.param("YES\n", True, id="yes"),
        pytest.param("是\n", True, id="in chinese"),
        pytest.param("\n", False, id="nothing typed is no"),
        pytest.param("n\n", False, id="n"),
    ],
)
def test_on_a_terminal_somebody_is_asked(monkeypatch: pytest.MonkeyPatch, typed: str, said: bool) -> None:
    assert _asked(monkeypatch, typed, StopSignal()) is said


def test_ctrl_c_at_the_question_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = StopSignal()
    stop.request(2)
    assert _asked(monkeypatch, "", stop) is False


def test_what_is_warned_of_is_told_before_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan made anew because the package brings other versions is asked about again: with both versions."""
    told: list[str] = []
    _asked(monkeypatch, "y\n", StopSignal(), told)
    text = "".join(told)
    assert "0.0.14" in text
    assert text.index("warning[package-versions-differ]") < text.index("[y/N]")


def _asked(monkeypatch: pytest.MonkeyPatch, typed: str, stop: StopSignal, told: list[str] | None = None) -> bool:
    ours, theirs = pty.openpty()
    apart = diagnose("package-versions-differ", where="h", module="auth", listed="0.0.13", package="0.0.14")
    with (
        open(theirs, encoding="utf-8") as stdin,
        open(os.dup(theirs), "w", encoding="utf-8") as stderr,
        monkeypatch.context() as terminal,
    ):
        terminal.setattr("sys.stdin", stdin)
        terminal.setattr("sys.stderr", stderr)
        os.write(ours, typed.encode())
        report = replace(_studied(READINGS), warnings=(apart,))
        said = asyncio.run(confirm(report, Options(lang="en"), stop, yes=False))
        stderr.flush()
        while told is not None and "[y/N]" not in "".join(told):
            told.append(os.read(ours, 65536).decode())
    os.close(ours)
    return said


def test_a_file_that_is_no_plan_is_bad_input_and_nothing_is_reached(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _engine(monkeypatch)
    (tmp_path / "plan.json").write_text("{}", encoding="utf-8")
    assert run(["apply", "plan.json", "--yes"]) == 65
    assert "error[plan-unreadable]" in capsys.readouterr().err
    assert run(["apply", "missing.json", "--yes"]) == 65


@dataclass
class Hosts:
    """Answers every fact, as the test likes; anything that would write is a failure of the test."""

    readings: dict[AnyFact, AnyReading]

    async def collect(self, _: object, probes: object, facts: Iterable[AnyFact]) -> GatheredFacts:
        return GatheredFacts(readings={fact: self.readings[fact] for fact in facts})


@asynccontextmanager
async def _reached(_: Path) -> AsyncGenerator[tuple[object, Cluster]]:
    yield object(), guide_cluster()


@pytest.mark.parametrize("moves", [False, True])
def test_a_saved_plan_is_applied_while_its_facts_stand_and_refused_once_one_moved(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    moves: bool,
) -> None:
    begun: list[reconcile.RunContext] = []

    async def apply(context: reconcile.RunContext) -> reconcile.RunResult:
        begun.append(context)
        assessment = await assess.assess(context.gather, context.expected, context.decide)
        assert await context.confirm(assessment)
        return reconcile.RunResult(verdict="failed", exit_code=3, assessment=assessment)

    plan, found = study(World(cluster=guide_cluster()))
    readings = dict(found)
    (tmp_path / "plan.json").write_text(dump(save(plan, readings, cluster="lab")), encoding="utf-8")
    fact = next(fact for fact in readings if fact_id(fact).startswith("unit.active"))
    readings |= {fact: Known("failed")} if moves else {}
    monkeypatch.setattr(wiring, "open_session", _reached)
    monkeypatch.setattr(wiring, "gather_facts", Hosts(readings).collect)
    monkeypatch.setattr(wiring.reconcile, "reconcile", apply)
    assert run(["apply", "plan.json", "--yes"]) == (5 if moves else 3)
    text = capsys.readouterr().err
    assert len(begun) == (0 if moves else 1)
    assert (f"{fact_id(fact)} has changed" in " ".join(text.split())) == ("error[plan-stale]" in text) == moves


@dataclass
class Deaf:
    """A pristine 6.1, of which two hosts have another host key than the one on record. Writing fails the test."""

    world: World
    silent: tuple[str, ...] = ("10.0.0.2", "10.0.0.3")

    async def collect(self, _: object, __: object, facts: Iterable[AnyFact]) -> GatheredFacts:
        asked = tuple(facts)
        why = Unknown(reason("host-key-changed", host="10.0.0.2", fingerprint="SHA256:x", file="known_hosts", line="2"))
        readings = self.world.read(fact for fact in asked if fact.host not in self.silent)
        hosts = {fact.host for fact in asked} & {*self.silent}
        return GatheredFacts(
            readings={**dict.fromkeys(asked, why), **readings},
            diagnostics={host: diagnose("host-key-changed", where=host) for host in sorted(hosts)},
        )


def test_no_release_is_changed_past_a_host_key_that_changed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(wiring, "open_session", _reached)
    monkeypatch.setattr(wiring, "gather_facts", Deaf(World(cluster=guide_cluster())).collect)
    assert run(["apply", "--yes"]) == 5
    first = capsys.readouterr().err.splitlines()[0]
    assert first.startswith("error[change-hosts-unread]: ")
    assert "10.0.0.2 (host-key-changed), 10.0.0.3" in first
