"""`apply`: what it costs is shown, a person confirms, the events are printed, and the verdict is the exit code."""

import asyncio
import json
import os
import pty
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from probes.fact import AnyFact, AnyReading, Known, Unknown, fact_id
from reconciler.cli.main import run
from reconciler.cli.options import Options
from reconciler.cli.prompt import confirm_plan
from reconciler.commands import session
from reconciler.commands.result import Answer
from reconciler.commands.session import ClusterSession
from reconciler.core import events as ev
from reconciler.core.plan_file import dump, save
from reconciler.engine import assess, reconcile
from reconciler.engine.assess import Assessment
from reconciler.engine.gather import GatheredFacts
from reconciler.engine.stop import StopSignal
from reconciler.view.documents import RunDoc
from reconciler.view.reports import ClusterReport
from specs.diagnostic import Diagnostic, diagnose
from specs.reason import reason
from tests.reconciler.view.world import PLAN, READINGS, RETIRE, RIGHT, TITLES, difference
from tests.sim.worlds import World, guide_cluster, study
from tests.support.local import LocalTransport

DONE = (
    ev.StepStarted(step=RETIRE.id, host="10.0.0.2", job="j"),
    ev.StepOutput(step=RETIRE.id, line="stopping"),
    ev.StepDone(step=RETIRE.id, seconds=2.0, exit_status=0),
    ev.RunEnded(verdict="converged", done=1, failed=0, seconds=3.0),
)


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "cluster.toml").write_text("", encoding="utf-8")


def _assessment(readings: dict[AnyFact, AnyReading]) -> Assessment:
    return Assessment(plan=PLAN, readings=readings, difference=difference(readings), diagnostics={})


def _opens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gather: assess.GatherFacts) -> None:
    @asynccontextmanager
    async def opened(_: Path) -> AsyncGenerator[ClusterSession]:
        cluster = guide_cluster()
        transport = LocalTransport(tmp_path / "hosts")
        yield ClusterSession(transport=transport, gather=gather, controller=cluster.controller, cluster=cluster)

    monkeypatch.setattr(session, "open_cluster", opened)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[ev.Event]:
    """Asks, emits these events, and calls it converged; refused if the answer was no. None: nothing was to be done."""
    events: list[ev.Event] = [*DONE]

    async def nothing(_: Iterable[AnyFact]) -> GatheredFacts:
        raise AssertionError("nothing is read beside the engine")

    async def reconciled(context: reconcile.RunContext) -> reconcile.RunResult:
        assert not context.approved
        if events and not await context.confirm(_assessment(READINGS)):
            refused = (diagnose("not-confirmed"),)
            return reconcile.RunResult(
                verdict="refused", exit_code=5, assessment=_assessment(READINGS), diagnostics=refused
            )
        for event in events:
            context.emit(event)
        return reconcile.RunResult(verdict="converged", exit_code=0, assessment=_assessment(RIGHT))

    _opens(monkeypatch, tmp_path, nothing)
    monkeypatch.setattr(reconcile, "reconcile", reconciled)
    return events


@pytest.mark.usefixtures("engine")
def test_without_a_terminal_and_without_yes_it_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["apply"]) == 5
    text = capsys.readouterr().err
    assert "Plan for 6.2.2: 2 steps" in text
    assert "error[confirmation-needed]" in text
    assert "bkrec apply --yes" in text


@pytest.mark.usefixtures("engine")
def test_with_yes_it_prints_what_happens_in_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["apply", "--yes"]) == 0
    said = capsys.readouterr()
    assert "#1 started on 10.0.0.2: stop and disable bk-paas-login.service" in said.err
    assert "#1 verified after 2 s" in said.err
    assert said.out == "converged with 6.2.2: all 4 facts match; not checked: guide 7.17\n"


@pytest.mark.usefixtures("engine")
def test_json_is_a_stream_of_events(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["apply", "--yes", "-o", "json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["event"] for event in told] == ["step-started", "step-output", "step-done", "run-ended"]


def test_a_stream_ends_with_an_end_also_where_nothing_was_to_do(
    engine: list[ev.Event], capsys: pytest.CaptureFixture[str]
) -> None:
    engine.clear()
    assert run(["apply", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "converged"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        pytest.param("y\n", "yes", id="y"),
        pytest.param("YES\n", "yes", id="yes"),
        pytest.param("是\n", "yes", id="in chinese"),
        pytest.param("\n", "no", id="nothing typed is no"),
        pytest.param("n\n", "no", id="n"),
    ],
)
def test_on_a_terminal_a_person_is_asked(monkeypatch: pytest.MonkeyPatch, typed: str, answer: Answer) -> None:
    assert _asked(monkeypatch, typed, StopSignal()) == answer


def test_ctrl_c_at_the_question_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = StopSignal()
    stop.request(2)
    assert _asked(monkeypatch, "", stop) == "no"


def test_what_is_warned_of_is_told_before_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan made anew because the package brings other versions is asked about again: with both versions."""
    told: list[str] = []
    warned = set[Diagnostic]()
    _asked(monkeypatch, "y\n", StopSignal(), told, warned)
    text = "".join(told)
    assert "0.0.14" in text
    assert text.index("warning[package-versions-differ]") < text.index("[y/N]")
    again = list[str]()
    _asked(monkeypatch, "y\n", StopSignal(), again, warned)
    assert "warning[" not in "".join(again), "a warning stands once per command"


def _asked(
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    stop: StopSignal,
    told: list[str] | None = None,
    warned: set[Diagnostic] | None = None,
) -> Answer:
    ours, theirs = pty.openpty()
    differ = diagnose("package-versions-differ", where="h", module="auth", listed="0.0.13", package="0.0.14")
    with (
        open(theirs, encoding="utf-8") as stdin,
        open(os.dup(theirs), "w", encoding="utf-8") as stderr,
        monkeypatch.context() as terminal,
    ):
        terminal.setattr("sys.stdin", stdin)
        terminal.setattr("sys.stderr", stderr)
        os.write(ours, typed.encode())
        report = ClusterReport(
            name="x", release="6.2.2", difference=difference(READINGS), plan=PLAN, titles=TITLES, warnings=(differ,)
        )
        answer = asyncio.run(
            confirm_plan(report, Options(lang="en"), stop, yes=False, warned=set() if warned is None else warned)
        )
        stderr.flush()
        while told is not None and "[y/N]" not in "".join(told):
            told.append(os.read(ours, 65536).decode())
    os.close(ours)
    return answer


@pytest.mark.usefixtures("engine")
def test_a_report_of_a_run_is_one_document_with_its_events(tmp_path: Path) -> None:
    assert run(["--report", "json=before.json", "apply", "--yes", "--report", "json=after.json"]) == 0
    report = RunDoc.model_validate_json((tmp_path / "after.json").read_text(encoding="utf-8"))
    assert (report.command, report.verdict, report.exit, report.undo) == ("apply", "converged", 0, None)
    assert [event.event for event in report.events] == ["step-started", "step-done", "run-ended"]
    assert (report.result.verdict, report.problems) == ("converged", [])
    assert (tmp_path / "before.json").read_text() == (tmp_path / "after.json").read_text()


@pytest.mark.usefixtures("engine")
def test_a_refused_run_has_a_report_that_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["apply", "--report", "json=a.json", "--report", "text=a.txt"]) == 5
    report = RunDoc.model_validate_json((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert (report.verdict, [problem.code for problem in report.problems]) == ("refused", ["confirmation-needed"])
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == capsys.readouterr().out


@pytest.mark.usefixtures("engine")
def test_a_report_that_cannot_be_written_is_refused_before_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def reconciled(_: reconcile.RunContext) -> reconcile.RunResult:
        raise AssertionError("the run began")

    monkeypatch.setattr(reconcile, "reconcile", reconciled)
    assert run(["apply", "--yes", "--report", "json=/nonexistent/a.json"]) == 65
    assert "/nonexistent/a.json cannot be written" in capsys.readouterr().err


def test_a_report_lost_after_the_run_is_an_error_and_no_other_report_is_lost_for_it(
    engine: list[ev.Event], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The directory is gone when the run has ended: what was done to the cluster stays done, and is printed."""
    (tmp_path / "gone").mkdir()
    events, confirmed = [*engine], reconcile.reconcile

    async def reconciled(context: reconcile.RunContext) -> reconcile.RunResult:
        (tmp_path / "gone").rmdir()
        return await confirmed(context)

    monkeypatch.setattr(reconcile, "reconcile", reconciled)
    assert run(["apply", "--yes", "--report", "json=gone/a.json", "--report", "json=b.json"]) == 65
    printed = capsys.readouterr()
    assert printed.out == "converged with 6.2.2: all 4 facts match; not checked: guide 7.17\n"
    assert "error[file-not-written]: gone/a.json" in printed.err
    assert len(RunDoc.model_validate_json((tmp_path / "b.json").read_text()).events) == len(events) - 1


def test_a_file_that_is_no_plan_is_bad_input_and_nothing_is_reached(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "plan.json").write_text("{}", encoding="utf-8")
    assert run(["apply", "plan.json", "--yes"]) == 65
    assert "error[plan-unreadable]" in capsys.readouterr().err
    assert run(["apply", "missing.json", "--yes"]) == 65


@dataclass
class Hosts:
    """Answers every fact, as the test likes; anything that would write is a failure of the test."""

    readings: dict[AnyFact, AnyReading]

    async def gather(self, facts: Iterable[AnyFact]) -> GatheredFacts:
        return GatheredFacts(readings={fact: self.readings[fact] for fact in facts})


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
    _opens(monkeypatch, tmp_path, Hosts(readings).gather)
    monkeypatch.setattr(reconcile, "reconcile", apply)
    assert run(["apply", "plan.json", "--yes"]) == (5 if moves else 3)
    text = capsys.readouterr().err
    assert len(begun) == (0 if moves else 1)
    assert (f"{fact_id(fact)} has changed" in " ".join(text.split())) == ("error[plan-stale]" in text) == moves


@dataclass
class Deaf:
    """A pristine 6.1, of which two hosts have another host key than the one on record. Writing fails the test."""

    world: World
    silent: tuple[str, ...] = ("10.0.0.2", "10.0.0.3")

    async def gather(self, facts: Iterable[AnyFact]) -> GatheredFacts:
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
    _opens(monkeypatch, tmp_path, Deaf(World(cluster=guide_cluster())).gather)
    assert run(["apply", "--yes"]) == 5
    first = capsys.readouterr().err.splitlines()[0]
    assert first.startswith("error[change-hosts-unread]: ")
    assert "10.0.0.2 (host-key-changed), 10.0.0.3" in first
