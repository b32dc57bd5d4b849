"""Undo on whole upgrades made of facts: what can be put back is, in any order, and `apply` goes forward after it."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.undo import Restore, RestoreDirectory, RestoreUnit
from actions.unit import EnableUnit, StartUnit
from probes.fact import AnyFact, AnyReading, Known, Unknown, matches
from probes.undo import UndoEntries, UndoRuns
from probes.unit import UnitActive
from reconciler.core.plan import Plan, Step
from reconciler.core.undo_scope import known_runs
from reconciler.rules.undo import afterwards
from specs.reason import CodedReason, reason
from tests.sim.orders import QUICK, shuffled
from tests.sim.undo_worlds import BEFORE, PLAN, SLICE, WHOLE, after, moved
from tests.sim.undone import RUN, Case, put_back, shown_by, study, upgraded
from tests.sim.worlds import World, live
from tests.sim.worlds import study as look

INSTALL = next(number for number, step in enumerate(PLAN.steps) if step.id.startswith("bkcli.install-paas"))


STOPPED = after(list(PLAN.steps[:INSTALL]))


def as_before(world: World, then: World) -> None:
    """Everything that reads a thing which was put back, but whether a unit runs."""
    paths = {(item.host, item.entry.path) for item in study(then).undoing.saved_items}
    read = [f for f in world.facts if (f.host, shown_by(f)) in paths and not f.__class__.__name__.startswith("U")]
    assert len(read) > 5
    assert world.read(read) == BEFORE.read(read)


def undone(world: World, order: list[Step]) -> World:
    return put_back(BEFORE, world, order)


def test_a_whole_upgrade_is_undone_as_far_as_it_can_be() -> None:
    case = study(WHOLE)
    back = undone(WHOLE, list(case.plan.steps))
    as_before(back, WHOLE)
    assert case.plan.blocked == ()
    assert study(back).plan.steps == ()
    assert {step.undo for step in case.undoing.irreversible} >= {"migrated", "replaced", "generated", "server"}
    assert not {one.undo for one in case.undoing.irreversible} & {"restored", "no-change"}


def test_every_step_that_says_so_is_put_back() -> None:
    promised = [step for step in PLAN.steps if step.action.undo_outcome == "restored"]
    items = study(WHOLE).undoing.saved_items
    assert len(promised) > 20
    assert {item.host for item in items} == {step.action.host for step in promised}
    assert len(items) + len(study(WHOLE).undoing.irreversible) <= len(PLAN.steps)


def test_after_an_undo_apply_goes_forward_again() -> None:
    back = undone(WHOLE, list(study(WHOLE).plan.steps))
    plan, _ = look(back)
    assert plan.steps
    assert look(live(back, plan))[0].steps == ()


@given(st.randoms(use_true_random=False))
@QUICK
def test_any_order_and_any_stop_come_to_the_same(random: Random) -> None:
    steps = shuffled(PLAN, random)[: random.randrange(1, len(PLAN.steps))]
    world = after(steps)
    case = study(world)
    order = shuffled(case.plan, random)
    half = undone(world, order[: random.randrange(len(order) + 1)])
    rest = study(half)
    back = undone(half, shuffled(rest.plan, random))
    last = study(back)
    assert last.plan.steps == ()
    assert last.plan.blocked == ()
    assert all(matches(expected, back.read([expected.fact])) for expected in last.expected)
    assert look(live(back, look(back)[0]))[0].steps == ()


def kinds(plan: Plan, kind: type) -> list[Step]:
    return [step for step in plan.steps if isinstance(step.action, kind)]


def said(case: Case, world: World) -> list[str]:
    return [why.code for why in afterwards(SLICE, case.undoing, world.facts) if isinstance(why, CodedReason)]


def test_old_units_run_again_where_nothing_took_their_place() -> None:
    case = study(STOPPED)
    started = {step.action.unit for step in kinds(case.plan, StartUnit) if isinstance(step.action, StartUnit)}
    assert started == {unit.name for unit in SLICE.release.module("paas").obsolete_units}
    back = undone(STOPPED, list(case.plan.steps))
    units = [fact for fact in back.facts if isinstance(fact, UnitActive) and fact.unit in started]
    assert set(back.read(units).values()) == {Known("active")}
    assert said(case, STOPPED) == ["undo-then-merge"]


def test_old_units_are_put_back_and_not_started_beside_the_new() -> None:
    case = study(WHOLE)
    assert len(kinds(case.plan, RestoreUnit)) == 6
    assert kinds(case.plan, StartUnit) == kinds(case.plan, EnableUnit) == []
    assert said(case, WHOLE).count("undo-not-started") == 1, "once for the host, whatever the number of units"


def test_an_installer_that_was_as_much_as_begun_keeps_old_units_down() -> None:
    """Its containers are not there, and its migrations may be."""
    world = after(list(PLAN.steps[:INSTALL]))
    begun = upgraded(BEFORE, world, list(PLAN.steps[: INSTALL + 1]))
    assert kinds(study(begun).plan, StartUnit) == []


def test_units_come_back_after_what_they_run_from_and_start_after_their_files() -> None:
    world = after([step for step in PLAN.steps if not step.id.startswith("bkcli.install")])
    plan = study(world).plan
    place = {step.id: number for number, step in enumerate(plan.steps)}
    directories = {step.id for step in kinds(plan, RestoreDirectory)}
    assert directories
    for step in kinds(plan, RestoreUnit):
        assert directories <= {edge.step for edge in step.after}
    for step in (*kinds(plan, StartUnit), *kinds(plan, EnableUnit)):
        (file,) = {edge.step for edge in step.after}
        assert isinstance(plan.steps[place[file]].action, RestoreUnit)


@pytest.mark.parametrize(
    ("standing", "code"), [("changed", "undo-changed"), ("later", "undo-later"), ("lost", "undo-copy-damaged")]
)
def test_what_is_not_as_the_run_left_it_bars_the_whole_undo(standing: str, code: str) -> None:
    (blocked,) = study(moved(standing)).plan.blocked
    assert blocked.diagnostic.code == code
    assert blocked.diagnostic.disposition == "aborts-run"
    assert "install.config" in dict(blocked.diagnostic.fields)["path"]
    assert dict(blocked.diagnostic.fields).get("later", "r9") == "r9"


def test_what_a_person_leaves_is_left() -> None:
    path = SLICE.install("install.config")
    case = study(moved("changed"), leave=(path,))
    assert case.plan.blocked == ()
    assert path not in {step.action.path for step in case.plan.steps if isinstance(step.action, Restore)}


def test_a_host_that_does_not_answer_leaves_it_without_a_verdict() -> None:
    """What it kept is unknown: the rest is put back, and nobody says that all was."""
    dead = UndoEntries(host="10.0.0.2", run=RUN)
    why = reason("host-unreachable", host="10.0.0.2", error="dead")
    case = study(replace(WHOLE, facts={**WHOLE.facts, dead: Unknown(why)}))
    assert {step.action.host for step in case.plan.steps} == {SLICE.controller}
    assert [blocked.diagnostic.code for blocked in case.plan.blocked] == ["unknown-not-repaired"]


def test_the_last_run_is_the_one_with_the_highest_epoch_whatever_its_clock_said() -> None:
    facts: dict[AnyFact, AnyReading] = {
        UndoRuns(host="10.0.0.1"): Known(("9 2020", "10 2019", "2 2021")),
        UndoRuns(host="10.0.0.2"): Known(("9 2020", "1 2018")),
    }
    assert known_runs(facts) == ("2018", "2021", "2020", "2019")
