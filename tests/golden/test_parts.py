"""A part of a plan told in full: what is shown before the question, what the plan of it says, what a run of it leaves.

`pytest tests/golden --update-golden` writes them anew; then review the diff as prose.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from probes.fact import AnyFact, Known, Unknown
from probes.unit import UnitActive
from reconciler.commands.assess import cluster_report
from reconciler.core.diff import diff
from reconciler.core.plan import EVERYTHING, Selection
from reconciler.core.selection import remaining_after, select
from reconciler.core.window import steps_outside
from reconciler.engine.assess import Assessment
from reconciler.rules.registry import expected_facts
from reconciler.view import formats
from reconciler.view.formats.text import for_cluster
from reconciler.view.render import RenderOptions
from reconciler.view.reports import ClusterReport, ReportKind, RunReport
from reconciler.view.text.plan import header_text, stages_text
from specs.reason import reason
from specs.text import Lang
from tests.sim.worlds import World, finished, live, slice_cluster, study

HERE = Path(__file__).parent


def report_on(world: World, selection: Selection) -> ClusterReport:
    plan, readings = study(world)
    expected = expected_facts(world.cluster)
    part = Assessment(
        plan=select(plan, selection),
        readings=readings,
        difference=diff(expected, readings),
        expected=expected,
        diagnostics={},
    )
    return cluster_report(world.cluster, part)


@cache
def planned_part() -> ClusterReport:
    """A pristine 6.1: the upgrade until guide 7.1, in a window of a quarter of an hour."""
    report = report_on(World(cluster=slice_cluster()), Selection(until=("7.1",)))
    return replace(report, stop_at="04:30", outside_window=steps_outside(report.plan, 900.0))


@cache
def applied_part() -> RunReport:
    """That part, done, and nothing else."""
    world = World(cluster=slice_cluster())
    selection = Selection(until=("7.1",))
    after = live(world, select(study(world)[0], selection))
    cluster = report_on(after, selection)
    return RunReport(verdict="differs", exit_code=2, cluster=cluster, remaining=remaining_after(cluster.plan))


@cache
def short_plan() -> ClusterReport:
    """A finished cluster of which one unit is stopped and one cannot be read."""
    world = finished(slice_cluster())
    stopped = UnitActive(host="10.0.0.3", unit="bk-auth.service")
    unread: AnyFact = UnitActive(host="10.0.0.3", unit="redis-cluster-6380.service")
    world.facts |= {stopped: Known("inactive"), unread: Unknown(reason("unit-not-shown", unit="redis-cluster-6380"))}
    return report_on(world, EVERYTHING)


def _text(kind: ReportKind, report: ClusterReport | RunReport, page: RenderOptions, name: str = "text") -> str:
    form = formats.load(name).form(kind)
    assert form is not None
    return form(report, page)


def _before_the_question(report: ClusterReport, page: RenderOptions) -> str:
    page = for_cluster(page, report)
    return header_text(report.plan, page, report) + stages_text(report, page)


def _stored(name: str, text: str, *, update: bool) -> None:
    file = HERE / name
    if update:
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_is_shown_before_the_question(lang: Lang, *, update_golden: bool) -> None:
    page = RenderOptions(lang=lang)
    text = _before_the_question(planned_part(), page) + "\n" + _before_the_question(short_plan(), page)
    _stored(f"part-before-the-question.{lang}.txt", text, update=update_golden)
    steps = [line for line in text.splitlines() if line.lstrip().startswith("#") and line.startswith("  ")]
    assert len(steps) >= len(planned_part().plan.steps) + len(short_plan().plan.steps)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_a_part_leaves_is_told_at_the_end_of_its_plan_and_of_its_run(lang: Lang, *, update_golden: bool) -> None:
    page = RenderOptions(lang=lang)
    plan = _text("plan", planned_part(), page)
    title = "After these steps" if lang == "en" else "以上步骤之后"
    text = plan[plan.index(title) :] + "\n" + _text("apply", applied_part(), page)
    _stored(f"part-afterwards.{lang}.txt", text, update=update_golden)


def test_the_documents_name_what_is_left(*, update_golden: bool) -> None:
    """Of the plan only what is about the part: the steps have their own tests."""
    import json

    plan = json.loads(_text("plan", planned_part(), RenderOptions(), "json"))
    run = json.loads(_text("apply", applied_part(), RenderOptions(), "json"))
    own = {"plan": {key: plan[key] for key in ("selection", "left", "interim")}}
    own["apply"] = {key: run[key] for key in ("verdict", "exit", "left", "interim")}
    assert [item["step"] for item in run["left"]] == [item.id for item in applied_part().remaining]
    _stored("part.json", json.dumps(own, indent=1, ensure_ascii=False) + "\n", update=update_golden)


def test_a_plan_that_does_not_reach_the_release_says_so_in_its_first_line() -> None:
    first = _text("plan", short_plan(), RenderOptions(width=300)).splitlines()[0]
    assert first.startswith("Does not reach 6.2.2: ")
    assert "could not be determined" in first or "unit-not-shown" in first or "redis-cluster-6380" in first
