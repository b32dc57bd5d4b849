"""One plan has one duration: `plan`, `rehearse`, `runbook`, the question of `apply`, its progress and the pages say the
same minutes of it, and the same steps, hosts and outages; with runs on record and without."""

import asyncio
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.commands import assess, rehearse, runbook
from reconciler.commands.result import Answer
from reconciler.core.window import steps_outside
from reconciler.view import formats
from reconciler.view.formats.text import for_cluster
from reconciler.view.messages.ui import duration
from reconciler.view.progress_frame import ProgressState, remaining_s
from reconciler.view.render import RenderOptions
from reconciler.view.reports import ClusterReport, RehearsalReport, ReportKind
from reconciler.view.text.plan import header_text
from tests.sim import worlds
from tests.support.agreeing_operator import Desk, apply
from tests.support.cluster_world import ClusterWorld, connect

PAGE = RenderOptions(lang="en", width=1000)
TILE = r'<span class="value">([^<]*)</span><span class="name">([^<]*)<'
TIME = r"(\d+ (?:s|min)|\d+ h \d+ min)"


class Undecided(Desk):
    """Reads the question of `apply`, and says no."""

    async def confirm(self, report: ClusterReport) -> Answer:
        self.shown.append(report)
        return "no"


class Shown:
    """What the commands say of one plan."""

    def __init__(self, desk: Path) -> None:
        self.plan = asyncio.run(assess.plan(desk / "cluster.toml")).document
        self.runbook = asyncio.run(runbook.runbook(desk / "cluster.toml")).document
        self.rehearsal = asyncio.run(rehearse.rehearsal(desk / "cluster.toml")).document
        person = Undecided()
        apply(desk, person)
        (self.asked,) = person.shown

    def __call__(self, kind: ReportKind, name: str) -> str:
        reports: Mapping[ReportKind, ClusterReport | RehearsalReport] = {
            "plan": self.plan, "runbook": self.runbook, "rehearse": self.rehearsal,
        }  # fmt: skip
        form = formats.load(name).form(kind)
        assert form is not None
        return form(reports[kind], PAGE)

    def document(self, kind: ReportKind) -> dict[str, Any]:
        return json.loads(self(kind, "json"))

    @property
    def question(self) -> str:
        return header_text(self.asked.plan, for_cluster(PAGE, self.asked), self.asked)


@pytest.fixture(scope="module", params=["no run on record", "a run on record"])
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    world, desk = ClusterWorld(cluster=worlds.World(cluster=worlds.slice_cluster())), tmp_path_factory.mktemp("desk")
    world.pass_preflight()
    with pytest.MonkeyPatch.context() as monkeypatch:
        connect(monkeypatch, desk, world)
        if request.param == "a run on record":
            apply(desk, Desk())
            world.cluster = worlds.World(cluster=worlds.slice_cluster())
        return Shown(desk)


def test_all_commands_and_pages_say_the_same_minutes(shown: Shown) -> None:
    total_s = shown.document("plan")["estimate_s"]
    time = duration(total_s, "en")
    said = {
        "plan": re.search(rf"^Plan for .*, about {TIME}$", shown("plan", "text"), re.MULTILINE),
        "the question of apply": re.search(rf"^Plan for .*, about {TIME}$", shown.question, re.MULTILINE),
        "runbook": re.search(rf"^- .* irreversible, about {TIME} ", shown("runbook", "md"), re.MULTILINE),
        "runbook for a shell": re.search(rf"^# .* irreversible, about {TIME} ", shown("runbook", "sh"), re.MULTILINE),
        "rehearse": re.search(rf"steps in about {TIME};", shown("rehearse", "text")),
        "plan's page": re.search(rf", about {TIME}<", shown("plan", "html")),
        "rehearsal's page": re.search(rf"steps in about {TIME};", shown("rehearse", "html")),
    }
    assert {name: match and match[1] for name, match in said.items()} == dict.fromkeys(said, time)
    assert _tiles(shown("plan", "html"))["estimated"] == _tiles(shown("rehearse", "html"))["estimated"] == time
    assert shown.document("rehearse")["p50_s"] == total_s
    assert max(step["end_s"] for step in shown.document("rehearse")["steps"]) == total_s
    begun = remaining_s(ProgressState(started_s=0.0), shown.asked.plan, 0.0, shown.asked.durations)
    assert round(begun, 1) == total_s


def test_all_commands_and_pages_count_the_same(shown: Shown) -> None:
    plan, rehearsed = shown.document("plan"), shown.document("rehearse")
    steps, hosts = len(plan["steps"]), len({step["host"] for step in plan["steps"]})
    irreversible = sum(step["irreversible"] for step in plan["steps"])
    for text in (shown("plan", "text"), shown.question):
        assert f"{steps} steps on {hosts} hosts" in text
        assert re.search(rf"{steps} steps \(\d+ with an outage, {irreversible} irreversible\)", text)
    assert f"{steps} steps, {irreversible} irreversible" in shown("runbook", "md")
    assert f"{steps} steps in about " in shown("rehearse", "text")
    assert [step["id"] for step in shown.document("runbook")["steps"]] == [step["id"] for step in plan["steps"]]
    assert sorted(step["id"] for step in rehearsed["steps"]) == sorted(step["id"] for step in plan["steps"])
    pages = {kind: _tiles(shown(kind, "html")) for kind in ("plan", "rehearse")}
    assert (pages["plan"]["steps"], pages["plan"]["hosts"]) == (str(steps), str(hosts))
    assert pages["plan"]["irreversible"] == pages["rehearse"]["irreversible"] == str(irreversible)
    assert pages["plan"]["outages"] == pages["rehearse"]["outages"] == str(len(plan["outages"]))


def test_all_commands_say_the_same_of_an_outage(shown: Shown) -> None:
    plan, rehearsed = shown.document("plan"), shown.document("rehearse")
    assert plan["outages"]
    seconds = dict.fromkeys((window["module"] for window in rehearsed["outages"]), 0.0)
    for window in rehearsed["outages"]:
        seconds[window["module"]] += window["end_s"] - window["start_s"]
    assert {outage["module"]: outage["estimate_s"] for outage in plan["outages"]} == pytest.approx(seconds, abs=0.2)
    for outage in plan["outages"]:
        product, time = for_cluster(PAGE, shown.plan).product(outage["module"]), duration(outage["estimate_s"], "en")
        numbers = [step["number"] for step in plan["steps"] if step["outage"] == outage["module"]]
        line = f"{product} down ~{time} (#{numbers[0]} to #{numbers[-1]})"
        assert line in shown("plan", "text")
        assert line in shown.question
        between = f"outage of {product}: about {time}, between #{numbers[0]} and #{numbers[-1]}"
        assert between in shown("runbook", "md").replace("\\", "")
    steps = {step["id"]: step["estimate_s"] for step in plan["steps"]}
    spans = {step["id"]: step["end_s"] - step["start_s"] for step in rehearsed["steps"]}
    assert steps == pytest.approx(spans, abs=0.2)


def test_a_maintenance_window_goes_by_the_same_minutes(shown: Shown) -> None:
    """As long as the plan: everything is begun; a second less: not everything."""
    total_s, known = shown.document("plan")["estimate_s"], shown.plan.durations
    assert steps_outside(shown.plan.plan, total_s + 1, known) == frozenset()
    assert steps_outside(shown.plan.plan, total_s - 1, known)


def _tiles(page: str) -> Mapping[str, str]:
    """Name → value."""
    return {name: value for value, name in re.findall(TILE, page)}
