"""`undo`: what stays is told first, then the plan, then somebody is asked; and each end has an exit code of its own.

The engine is the real one, on an upgraded cluster made of facts (`tests/support/cluster_world.py`).
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from probes.fact import AnyFact, AnyReading, Known, Unknown
from probes.undo import UndoItemState, UndoRuns
from reconciler.cli.main import run
from reconciler.core.undo_scope import UndoScope
from reconciler.view import documents as doc
from reconciler.view.render import RenderOptions
from reconciler.view.text.undo import undo_text
from specs.reason import reason
from tests.sim.undo_worlds import PLAN, SLICE, WHOLE, moved
from tests.sim.undone import RUN, study
from tests.support.cluster_world import ClusterWorld, connect
from tests.support.undo_cluster import upgraded

CONFIG = SLICE.install("install.config")
KEPT = len(study(WHOLE).undoing.saved_items)


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ClusterWorld:
    hosts = upgraded()
    connect(monkeypatch, tmp_path, hosts)
    return hosts


def _other(hosts: ClusterWorld, facts: dict[AnyFact, AnyReading]) -> None:
    hosts.cluster = replace(hosts.cluster, facts={**hosts.cluster.facts, **facts})


def test_with_yes_it_is_rolled_back_and_a_second_finds_nothing(
    hosts: ClusterWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["undo", "--yes"]) == 7
    said = capsys.readouterr()
    assert len(hosts.launched) == len(study(WHOLE).plan.steps)
    assert said.out.startswith(f"rolled back: {KEPT} items of run {RUN} restored; ")
    assert "./bkcli install bkenv && ./bkcli sync common" in " ".join(said.out.split())
    assert run(["undo", "--yes"]) == 5
    assert "error[undo-nothing]" in capsys.readouterr().err


def test_what_stays_is_told_before_what_would_be_done(hosts: ClusterWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["undo"]) == 5
    told = capsys.readouterr().err
    order = ("Cannot be rolled back:", "[migrated]", "bkcli.install-paas@10.0.0.1", f"restore {CONFIG}")
    places = [told.index(text) for text in (*order, "Manual steps afterwards", "error[undo-confirmation-needed]")]
    assert places == sorted(places)
    assert (hosts.writes, hosts.launched) == ([], [])


def test_json_opens_with_all_of_it_and_goes_on_with_events(
    hosts: ClusterWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["undo", RUN, "--yes", "-o", "json"]) == 7
    first, *rest = capsys.readouterr().out.splitlines()
    told = doc.UndoDoc.model_validate_json(first)
    assert told.run == RUN
    assert {one.state.kind for one in told.restores} == {"known"}
    assert {one.undo for one in told.steps} == {"undo"}
    assert [one.because.code for one in told.irreversible] == [f"undo-{one.undo}" for one in told.irreversible]
    events = [json.loads(line) for line in rest]
    assert (events[0]["event"], events[-1]["event"], events[-1]["verdict"]) == (
        "run-started",
        "run-ended",
        "rolled-back",
    )
    assert sum(event["event"] == "step-done" for event in events) == len(hosts.launched) == len(told.steps)


def test_an_edit_since_is_refused_by_name_unless_it_is_left(
    hosts: ClusterWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    hosts.cluster = moved("changed")
    assert run(["undo", "--yes"]) == 5
    text = capsys.readouterr().err
    assert "error[undo-changed]" in text
    assert f"--exclude {CONFIG}" in " ".join(text.split())
    assert run(["undo", "--yes", "--exclude", CONFIG]) == 7
    standing = UndoItemState(host=SLICE.controller, run=RUN, path=CONFIG)
    assert hosts.cluster.facts[standing] == Known("changed")


@pytest.mark.parametrize(
    ("args", "code", "text"),
    [
        (["20200101T000000-0000"], 64, "undo-unknown-run"),
        (["../../etc"], 64, "undo-unknown-run"),
        (["--exclude", "/etc/passwd"], 64, "undo-unknown-path"),
    ],
    ids=["unknown-run", "no-run-at-all", "unknown-path"],
)
def test_what_does_not_exist_is_wrong_usage(
    hosts: ClusterWorld, capsys: pytest.CaptureFixture[str], args: list[str], code: int, text: str
) -> None:
    assert run(["undo", "--yes", *args]) == code
    assert f"error[{text}]" in capsys.readouterr().err


def test_hosts_that_know_no_run_are_told_so(hosts: ClusterWorld, capsys: pytest.CaptureFixture[str]) -> None:
    none: dict[AnyFact, AnyReading] = {UndoRuns(host=host): Known(()) for host in SLICE.inventory.hosts}
    _other(hosts, none)
    assert run(["undo", "--yes"]) == 5
    assert "error[undo-no-run]" in capsys.readouterr().err


def test_the_page_reads_in_chinese_too() -> None:
    case = study(WHOLE)
    text = undo_text(case.undoing, case.plan, (), RenderOptions(lang="zh"))
    assert f"回滚运行 {RUN}：{KEPT} 步" in text
    assert "无法回滚：" in text
    assert "[migrated] 变更了数据库结构或数据" in text


def test_a_run_that_changed_nothing_for_good_is_told_so() -> None:
    text = undo_text(UndoScope(run=RUN, saved_items=(), irreversible=()), study(WHOLE).plan, (), RenderOptions())
    assert "All changes of that run can be restored" in text


def test_a_plan_says_of_each_step_what_an_undo_makes_of_it() -> None:
    from reconciler.view.to_documents import plan_document

    steps = {step.id.split("@")[0]: step for step in plan_document(PLAN).steps}
    assert steps["install-config.place-auth"].undo == "restored"
    assert steps["bkcli.install-paas"].undo == "migrated"
    because = steps["bkcli.install-paas"].undo_because
    assert because is not None
    assert "only the backup restores the old state" in because.en


def test_the_last_run_is_not_guessed_where_a_host_did_not_say(
    hosts: ClusterWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    """The one that is silent may know a later run than all others: an older one would be undone for it."""
    silent = Unknown(reason("host-unreachable", host="10.0.0.3", error="gone"))
    _other(hosts, {UndoRuns(host="10.0.0.3"): silent})
    assert run(["undo", "--yes"]) == 5
    text = capsys.readouterr().err
    assert "error[undo-runs-unread]: the runs recorded on 10.0.0.3" in text
    assert "gone" in text
    assert hosts.writes == []
    assert run(["undo", "20990101T000000-0000", "--yes"]) == 5
    assert "error[undo-runs-unread]" in capsys.readouterr().err
    assert run(["undo", RUN, "--yes"]) == 7
