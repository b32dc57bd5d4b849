"""`apply`: what it costs is shown, a person confirms, the events are printed, and the verdict is the exit code.

The engine is the real one, on a cluster made of facts (`tests/support/cluster_world.py`).
"""

import asyncio
import json
import os
import pty
from pathlib import Path

import pytest

from probes.fact import Known, fact_id
from reconciler.cli.main import run
from reconciler.cli.options import Options
from reconciler.cli.prompt import confirm_plan
from reconciler.commands.result import Answer
from reconciler.engine.stop import StopRequest
from reconciler.rules import declared
from reconciler.rules.registry import expected_facts
from reconciler.view.documents import RunDoc
from reconciler.view.reports import ClusterReport
from specs.diagnostic import Diagnostic, diagnose
from tests.reconciler.view.world import PLAN, READINGS, TITLES, difference
from tests.sim import worlds
from tests.support.cluster_world import AUTH, AUTH_AT_BOOT, ClusterWorld, connect, drifted, planned, small_cluster

FACTS = len(expected_facts(declared.with_declared(worlds.slice_cluster(), {})))
"""Without the variables that its scripts do not ask for."""
RIGHT = f"converged with 6.2.2: all {FACTS} facts match; not checked: guide 7.17\n"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ClusterWorld:
    """One unit is stopped and disabled: two steps."""
    world = drifted()
    connect(monkeypatch, tmp_path, world)
    return world


def _journal(desk: Path) -> list[str]:
    (path,) = (desk / "state").rglob("*.jsonl")
    return [json.loads(line)["event"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_without_a_terminal_and_without_yes_it_refuses(
    world: ClusterWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["apply"]) == 5
    text = capsys.readouterr().err
    assert "Plan for 6.2.2: 2 steps" in text
    assert "error[confirmation-needed]" in text
    assert "bkrec apply --yes" in text
    assert (world.writes, list((tmp_path / "state").rglob("*.jsonl"))) == ([], [])


def test_with_yes_it_does_it_and_prints_what_happens_in_plain_lines(
    world: ClusterWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["apply", "--yes"]) == 0
    said = capsys.readouterr()
    assert "#2 started on 10.0.0.3: start bk-auth.service" in said.err
    assert "#2 verified after " in said.err
    assert "PASSWORD=<redacted>" in said.err
    assert said.out == RIGHT
    assert world.cluster.read([AUTH, AUTH_AT_BOOT]) == {AUTH: Known("active"), AUTH_AT_BOOT: Known("enabled")}
    assert _journal(tmp_path)[0] == "run-started"
    assert _journal(tmp_path)[-1] == "run-ended"
    assert world.at("10.0.0.1").lease is None


def test_a_whole_upgrade_converges_and_a_second_apply_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = ClusterWorld(cluster=worlds.World(cluster=worlds.slice_cluster()))
    world.pass_preflight()
    connect(monkeypatch, tmp_path, world)
    steps = len(planned(world.cluster).steps)
    assert run(["apply", "--yes"]) == 0
    assert capsys.readouterr().out == RIGHT
    assert len(world.launched) == steps > 60
    world.writes.clear()
    assert run(["apply"]) == 0
    assert world.writes == []


def test_a_step_that_fails_ends_with_3_and_says_what_its_command_printed_last(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(monkeypatch, tmp_path, drifted(broken=frozenset({"unit.start"})))
    assert run(["apply", "--yes"]) == 3
    said = capsys.readouterr()
    assert "error[step-not-verified]" in said.err
    assert "#1 verified" in said.err
    assert "PASSWORD=<redacted>" in said.err
    assert "canary" not in said.out + said.err
    assert said.out.startswith(f"differs from 6.2.2: 1 of {FACTS} facts")


def test_json_is_a_stream_of_events(world: ClusterWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["apply", "--yes", "-o", "json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    events = [event["event"] for event in told]
    assert (events[0], events[-1]) == ("run-started", "run-ended")
    assert events.count("step-started") == events.count("step-done") == len(world.launched) == 2
    assert told[-1]["verdict"] == "converged"


def test_a_stream_ends_with_an_end_also_where_nothing_was_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = ClusterWorld(cluster=small_cluster())
    connect(monkeypatch, tmp_path, world)
    assert run(["apply", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "converged"
    assert world.writes == []


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
    assert _asked(monkeypatch, typed, StopRequest()) == answer


def test_ctrl_c_at_the_question_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = StopRequest()
    stop.request(2)
    assert _asked(monkeypatch, "", stop) == "no"


def test_what_is_warned_of_is_told_before_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan made anew because the package brings other versions is asked about again: with both versions."""
    told: list[str] = []
    warned = set[Diagnostic]()
    _asked(monkeypatch, "y\n", StopRequest(), told, warned)
    text = "".join(told)
    assert "0.0.14" in text
    assert text.index("warning[package-versions-differ]") < text.index("[y/N]")
    again = list[str]()
    _asked(monkeypatch, "y\n", StopRequest(), again, warned)
    assert "warning[" not in "".join(again), "a warning stands once per command"


def _asked(
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    stop: StopRequest,
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


def test_a_report_of_a_run_is_one_document_with_its_events(world: ClusterWorld, tmp_path: Path) -> None:
    assert run(["--report", "json=before.json", "apply", "--yes", "--report", "json=after.json"]) == 0
    report = RunDoc.model_validate_json((tmp_path / "after.json").read_text(encoding="utf-8"))
    assert (report.command, report.verdict, report.exit, report.undo) == ("apply", "converged", 0, None)
    events = [event.event for event in report.events]
    assert (events[0], events[-1], events.count("step-done")) == ("run-started", "run-ended", 2)
    assert "step-output" not in events
    assert (report.result.verdict, report.problems) == ("converged", [])
    assert (tmp_path / "before.json").read_text() == (tmp_path / "after.json").read_text()
    assert len(world.launched) == 2


def test_a_refused_run_has_a_report_that_says_why(
    world: ClusterWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["apply", "--report", "json=a.json", "--report", "text=a.txt"]) == 5
    report = RunDoc.model_validate_json((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert (report.verdict, [problem.code for problem in report.problems]) == ("refused", ["confirmation-needed"])
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == capsys.readouterr().out
    assert world.writes == []


def test_a_report_that_cannot_be_written_is_refused_before_the_run(
    world: ClusterWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["apply", "--yes", "--report", "json=/nonexistent/a.json"]) == 65
    assert "/nonexistent/a.json cannot be written" in capsys.readouterr().err
    assert (world.writes, world.launched) == ([], [])


def test_a_report_lost_after_the_run_is_an_error_and_no_other_report_is_lost_for_it(
    world: ClusterWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The directory goes while the run is on: what was done to the cluster stays done, and is printed."""
    (tmp_path / "gone").mkdir()
    world.on_launch = lambda _: (tmp_path / "gone").rmdir() if (tmp_path / "gone").exists() else None
    assert run(["apply", "--yes", "--report", "json=gone/a.json", "--report", "json=b.json"]) == 65
    printed = capsys.readouterr()
    assert printed.out == RIGHT
    assert "error[file-not-written]: gone/a.json" in printed.err
    report = RunDoc.model_validate_json((tmp_path / "b.json").read_text(encoding="utf-8"))
    assert report.events[-1].event == "run-ended"


def test_a_file_that_is_no_plan_is_bad_input_and_nothing_is_reached(
    world: ClusterWorld, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "plan.json").write_text("{}", encoding="utf-8")
    assert run(["apply", "plan.json", "--yes"]) == 65
    assert "error[plan-unreadable]" in capsys.readouterr().err
    assert run(["apply", "missing.json", "--yes"]) == 65
    assert world.writes == []


def test_a_saved_plan_is_applied_while_its_facts_stand(world: ClusterWorld) -> None:
    assert run(["plan", "--out", "plan.json"]) == 2
    assert run(["apply", "plan.json", "--yes"]) == 0
    assert len(world.launched) == 2


def test_a_saved_plan_is_refused_once_a_fact_that_it_rests_on_has_changed(
    world: ClusterWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plan", "--out", "plan.json"]) == 2
    world.cluster.facts[AUTH] = Known("failed")
    capsys.readouterr()
    assert run(["apply", "plan.json", "--yes"]) == 5
    text = capsys.readouterr().err
    assert "error[plan-stale]" in text
    assert f"{fact_id(AUTH)} has changed" in " ".join(text.split())
    assert world.writes == []


def test_no_release_is_changed_past_a_host_key_that_changed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A pristine 6.1, of which two hosts have another host key than the one on record."""
    world = ClusterWorld(cluster=worlds.World(cluster=worlds.guide_cluster()), silent_as="host-key-changed")
    world.dead |= {"10.0.0.2", "10.0.0.3"}
    connect(monkeypatch, tmp_path, world)
    assert run(["apply", "--yes"]) == 5
    first = capsys.readouterr().err.splitlines()[0]
    assert first.startswith("error[change-hosts-unread]: ")
    assert "10.0.0.2 (host-key-changed), 10.0.0.3" in first
    assert world.writes == []


# a part of it


def test_every_step_is_listed_by_stage_before_the_question(
    world: ClusterWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["apply"]) == 5
    text = capsys.readouterr().err
    listed = text[text.index("7.3 bkauth") : text.index("error[confirmation-needed]")]
    assert "#1 10.0.0.3  " in listed
    assert "#2 10.0.0.3  start bk-auth.service" in listed
    assert world.writes == []


@pytest.mark.parametrize(
    ("lang", "state", "left"),
    [("en", "Until the upgrade is complete", "Left: 1 step"), ("zh", "升级完成之前", "剩余：1 步")],
)
def test_a_part_ends_with_2_and_says_what_the_cluster_is_and_what_is_left(
    world: ClusterWorld, capsys: pytest.CaptureFixture[str], lang: str, state: str, left: str
) -> None:
    step = next(step.id for step in planned(world.cluster).steps if step.id.startswith("unit.start"))
    assert run(["--lang", lang, "apply", "--yes", "--until", step]) == 2
    text = capsys.readouterr().out
    assert state in text
    assert left in text


def test_json_names_what_a_part_has_left_with_the_reasons(
    world: ClusterWorld, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    started, enabled = (step.id for step in sorted(planned(world.cluster).steps, key=lambda s: s.id, reverse=True))
    assert run(["apply", "--yes", "-o", "json", "--until", started, "--report", "json=part.json"]) == 2
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["event"], last["verdict"]) == ("run-ended", "differs")
    assert [(item["step"], item["because"]["code"]) for item in last["left"]] == [(enabled, "part-not-selected")]
    report = RunDoc.model_validate_json((tmp_path / "part.json").read_text(encoding="utf-8"))
    assert [item.step for item in report.remaining] == [enabled]
    assert report.interim is not None
    assert json.loads((tmp_path / "part.json").read_text(encoding="utf-8"))["left"][0]["step"] == enabled


def test_a_plan_takes_the_same_options(world: ClusterWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "-o", "json", "--until", "7.3", "--stop-at", "23:59", "--module", "auth"]) == 2
    plan = json.loads(capsys.readouterr().out)
    assert plan["selection"] == {"until": ["7.3"], "modules": ["auth"], "hosts": [], "stop_at": "23:59"}
    assert len(plan["steps"]) == 2
    assert run(["plan", "--until", "7.99"]) == 64
    assert "error[section-unknown]" in capsys.readouterr().err
    assert run(["apply", "--yes", "--host", "10.9.9.9"]) == 64
    assert world.writes == []
