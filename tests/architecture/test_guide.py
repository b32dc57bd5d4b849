"""The table of the guide's commands has no hole, seen from either side: the guide's, and what the rules really plan.

A plan is made of a pristine 6.1 with every module, and of a finished 6.2.2 with each of its facts broken in turn; the
section and kind of every step must be in the table, and every entry of the table must be some such step.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

from actions.action import Action
from probes.fact import Absent, AnyFact, AnyReading, Known
from reconciler.core.placement import build_cluster as describe
from reconciler.core.plan import Plan
from reconciler.engine import release_data
from reconciler.rules.preflight import preflight_checks
from reconciler.rules.registry import expected_facts
from reconciler.view.messages.actions import ACTIONS
from reconciler.view.messages.facts import FACTS
from specs.cluster import Cluster
from specs.guide import GuideCommand
from tests.reference import explained
from tests.sim.worlds import CONFIG, World, file, finished, guide_cluster, release, study

RELEASE = release_data.load_release("6.2.2")
GUIDE = RELEASE.guide
SECTIONS = [section.id for section in RELEASE.sections]

Pair = tuple[str, str]
"""(section, kind)."""


def _first_and_last(command: GuideCommand) -> tuple[int, int]:
    first, _, last = command.lines.partition("-")
    return int(first), int(last or first)


def test_every_section_has_commands() -> None:
    assert [section for section in SECTIONS if section not in {c.section for c in GUIDE.commands}] == []


def test_a_command_names_what_there_is() -> None:
    unknown = {
        f"{command.section} {command.lines}": names
        for command in GUIDE.commands
        if (names := _unknown((command.section,), command.actions, (*command.facts, *command.preflight)))
    }
    assert unknown == {}


def test_a_deviation_names_what_there_is() -> None:
    unknown = {
        deviation.id: names
        for deviation in GUIDE.deviations
        if (names := _unknown(deviation.sections, deviation.actions, deviation.facts))
    }
    assert unknown == {}


def _unknown(sections: Iterable[str], actions: Iterable[str], facts: Iterable[str]) -> set[str]:
    return (set(sections) - set(SECTIONS)) | (set(actions) - set(ACTIONS)) | (set(facts) - set(FACTS))


def test_commands_stand_in_the_guides_order_and_none_twice() -> None:
    spans = [_first_and_last(command) for command in GUIDE.commands]
    assert all(first <= last for first, last in spans)
    assert all(last < first for (_, last), (first, _) in pairwise(spans))
    sections = [SECTIONS.index(command.section) for command in GUIDE.commands]
    assert sections == sorted(sections)


def test_what_is_not_covered_is_not_claimed() -> None:
    """A section that verdicts name as not looked at has the reason at each of its commands, and no action; one that
    cluster.toml can ask for has the reason, too: it is not done unasked."""
    bare = {section.id for section in RELEASE.sections if not section.covered}
    asked = {section.id for section in RELEASE.sections if section.related}
    claimed = [
        c.run for c in GUIDE.commands if c.section in bare and ((c.actions and c.section not in asked) or not c.omitted)
    ]
    assert claimed == []
    planned = {step.section for step in study(World(cluster=guide_cluster()))[0].steps}
    assert planned & bare == set()


def test_what_a_comparison_is_explained_by_is_an_entry() -> None:
    assert {name for _, name in explained.PLACES} - {deviation.id for deviation in GUIDE.deviations} == set()


def test_a_line_that_no_entry_explains_is_seen(tmp_path: Path) -> None:
    told = "~ /h3/units/bk-log-grafana.service/sub: 'dead' -> 'running'\n"
    (tmp_path / "same.txt").write_text(told, encoding="utf-8")
    (tmp_path / "more.txt").write_text(f"{told}- /h1/units/bk-iam.service/active = 'active'\n", encoding="utf-8")
    assert (explained.main(str(tmp_path / "same.txt")), explained.main(str(tmp_path / "more.txt"))) == (0, 1)


def test_every_action_of_a_difference_is_a_step_of_its_section() -> None:
    """One that names no section is held to the plans as a whole."""
    kinds = {kind for _, kind in _planned()}
    untrue = [
        (deviation.id, kind)
        for deviation in GUIDE.deviations
        for kind in deviation.actions
        if kind not in kinds
        or (deviation.sections and not any((section, kind) in _planned() for section in deviation.sections))
    ]
    assert untrue == []


def test_no_reason_and_no_difference_is_given_twice() -> None:
    names = [reason.id for reason in GUIDE.reasons] + [difference.id for difference in GUIDE.deviations]
    assert sorted(set(names)) == sorted(names)
    assert {reason.id for reason in GUIDE.reasons} == {c.omitted for c in GUIDE.commands if c.omitted}


def test_every_action_is_reached_from_the_guide_or_from_a_difference() -> None:
    """An undo is no step of the guide, which knows none."""
    reached = {kind for one in (*GUIDE.commands, *GUIDE.deviations) for kind in one.actions}
    assert [kind for kind in ACTIONS if kind not in reached and not kind.startswith("undo.")] == []


def test_every_desired_fact_is_reached_from_the_guide_or_from_a_difference() -> None:
    reached = {kind for one in (*GUIDE.commands, *GUIDE.deviations) for kind in one.facts}
    assert {_kind(expected.fact) for expected in expected_facts(_everything())} - reached == set()


def test_every_gate_is_reached_from_the_guide_or_from_a_difference() -> None:
    cluster = _everything()
    asked = {_kind(expected.fact) for expected in preflight_checks(cluster, 0, _pristine())}
    reached = {kind for c in GUIDE.commands for kind in c.preflight} | {k for d in GUIDE.deviations for k in d.facts}
    assert asked - reached == set()
    assert {kind for c in GUIDE.commands for kind in c.preflight} <= asked


def test_every_step_that_is_planned_is_in_the_table() -> None:
    anywhere = {kind for deviation in GUIDE.deviations if not deviation.sections for kind in deviation.actions}
    told = _written() | {
        (section, kind) for one in GUIDE.deviations for section in one.sections for kind in one.actions
    }
    assert sorted((section, kind) for section, kind in _planned() - told if kind not in anywhere) == []


def test_every_entry_of_the_table_is_a_step_of_some_plan() -> None:
    """Or of the section whose step does the line's work too: /data/src is moved aside as the new one is moved in."""
    assert _written() - _planned() == {("5.3", "package.swap")}


def _written() -> set[Pair]:
    return {(command.section, kind) for command in GUIDE.commands for kind in command.actions}


@cache
def _pristine() -> Plan:
    return study(World(cluster=_everything()))[0]


@cache
def _everything() -> Cluster:
    """With all that cluster.toml may ask for besides the guide's."""
    return guide_cluster(optional=(RELEASE.business_topology.id,))


@cache
def _planned() -> set[Pair]:
    worlds = (World(cluster=_spread()), *_broken())
    plans = [_pristine(), *(study(world)[0] for world in worlds)]
    return {(step.section, _kind(step.action)) for plan in plans for step in plan.steps}


def _spread() -> Cluster:
    """The same modules with the controller for itself, so that every product has to be distributed."""
    here = file().controller.model_copy(update={"address": "10.0.0.9"})
    beside = file().placement | {"etcd": file().placement["apigw"]}
    alone = file().model_copy(update={"controller": here, "placement": beside})
    return describe(alone, release(), f"{here.address} license\n{CONFIG}")


def _broken() -> Iterator[World]:
    """A finished cluster, with the facts of one kind broken in one way, module by module."""
    cluster = _everything()
    whole, expectations = finished(cluster), expected_facts(cluster)
    groups: dict[tuple[str, str, bool], list[AnyFact]] = {}
    for expected in expectations:
        groups.setdefault((_kind(expected.fact), expected.module, expected.reading == Absent()), []).append(
            expected.fact
        )
    for (kind, _, gone), facts in groups.items():
        for reading in (BACK[kind],) if gone else READINGS.get(kind, (Absent(),)):
            yield replace(whole, facts={**whole.facts, **dict.fromkeys(facts, reading)})


def _kind(of: AnyFact | Action) -> str:
    return str(getattr(of, "kind", ""))


READINGS: dict[str, tuple[AnyReading, ...]] = {
    "unit.active": (Absent(), Known("inactive")),
    "unit.enabled": (Absent(), Known("disabled")),
    "container.state": (Absent(), Known("exited")),
    "container.app": (Absent(), Known("exited")),
    "current.unit": (Known(False),),
    "current.since": (Known(False),),
    "redis.cluster": (Known("incomplete"),),
    "task.pending": (Known(True),),
    "path.line": (Known(False),),
    "tag.state": (Known("tag-missing"),),
    "cmdb.topology-differences": (Known(("-set 蓝鲸API网关",)),),
    "cmdb.host-modules": (Known(("auth",)),),
    "cmdb.job-modules": (Known(("job-assemble", "job-gateway")),),
    "cmdb.editing-locked": (Known(False),),
}
"""How each kind may be broken; the others are missing."""

BACK: dict[str, AnyReading] = {
    "unit.active": Known("active"),
    "path.kind": Known("directory"),
    "consul.definition": Known("written"),
    "container.state": Known("exited"),
    "marker": Known("6.2.2"),
    "container.docker-fault": Known("not-answering"),
}
"""How what has to be gone may be there again."""
