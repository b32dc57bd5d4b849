"""Saved plans: there and back for every kind, nothing unknown let in, and stale as soon as one premise moved."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.registry import ACTIONS
from probes.fact import Absent, AnyFact, AnyReading, Known, Unknown, fact_id
from reconciler.core.plan import Blocked, Dependency, Derived, Plan, RepairedFact, Step
from reconciler.core.plan_file import FACTS, SavedPlan, changed_facts, digest, dump, includes_all, load, save, to_action
from specs.diagnostic import SpecError, diagnose
from specs.reason import Reason, reason
from tests.sim.worlds import World, guide_cluster, study
from tests.support.any_kind import REASONS, VALUES, WISHES, made

READINGS: st.SearchStrategy[AnyReading] = st.one_of(
    st.builds(Known, VALUES), st.just(Absent()), st.builds(Unknown, REASONS)
)


def a_step(action: Any, expected: Any, reading: AnyReading, why: Reason) -> Step:
    repaired = RepairedFact(expected=expected, reading=reading, needed=True)
    after = (Dependency(step="x", because=why, source="s"),)
    return Step(
        id="s",
        action=action,
        module="m",
        section="1",
        because=why,
        source="",
        repairs=(repaired,),
        requires=(expected,),
        after=after,
    )


def through(plan: Plan, readings: dict[AnyFact, AnyReading]) -> tuple[SavedPlan, SavedPlan]:
    saved = save(plan, readings, cluster="c")
    return saved, load(dump(saved), "plan.json")


@pytest.mark.parametrize("kind", ACTIONS, ids=lambda kind: kind.__name__)
@given(st.data())
@settings(max_examples=4, deadline=None)
def test_every_action_goes_there_and_back(kind: type[Any], data: st.DataObject) -> None:
    action = data.draw(made(kind))
    step = a_step(action, data.draw(WISHES), data.draw(READINGS), data.draw(REASONS))
    saved, back = through(Plan(release="r", steps=(step,), blocked=()), {})
    assert back == saved
    assert to_action(back.steps[0].action) == action


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.__name__)
@given(st.data())
@settings(max_examples=4, deadline=None)
def test_every_fact_and_reading_goes_there_and_back(kind: type[Any], data: st.DataObject) -> None:
    fact, reading = data.draw(made(kind)), data.draw(READINGS)
    saved, back = through(Plan(release="r", steps=(), blocked=()), {fact: reading})
    assert back == saved
    assert back.inputs[0].fact == fact
    assert type(back.inputs[0].fact) is kind
    assert changed_facts(back, {fact: reading}) == ()


@given(WISHES, READINGS, REASONS)
@settings(max_examples=50, deadline=None)
def test_what_is_blocked_and_what_follows_too(expected: Any, reading: AnyReading, why: Reason) -> None:
    blocked = Blocked(expected=expected, diagnostic=diagnose("x", because=why, a="b"), blocks=("y",))
    plan = Plan(
        release="r", steps=(), blocked=(blocked,), derived=(Derived(expected=expected, depends_on=(expected,)),)
    )
    saved, back = through(plan, {expected.fact: reading})
    assert back == saved


def a_real_one() -> tuple[Plan, dict[AnyFact, AnyReading]]:
    plan, readings = study(World(cluster=guide_cluster()))
    return plan, dict(readings)


def test_a_key_that_nobody_knows_is_refused_wherever_it_stands() -> None:
    plan, readings = a_real_one()
    content = json.loads(dump(save(plan, readings, cluster="c")))
    step = content["steps"][0]
    first = [content, step, step["action"], step["repairs"][0], step["repairs"][0]["expected"]]
    places = [*first, step["repairs"][0]["expected"]["fact"], step["repairs"][0]["reading"], step["because"]]
    for place in (*places, content["inputs"][0], content["inputs"][0]["fact"]):
        place["valu"] = 1
        with pytest.raises(SpecError) as refused:
            load(json.dumps(content), "plan.json")
        assert {diagnostic.code for diagnostic in refused.value.diagnostics} == {"plan-unreadable"}
        del place["valu"]
    load(json.dumps(content), "plan.json")


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"schema":"bkrec.plan/1"}', "{", "\x00"])
def test_what_is_no_plan_is_bad_input(text: str) -> None:
    with pytest.raises(SpecError):
        load(text, "plan.json")


def test_it_is_stale_as_soon_as_any_fact_moved_and_names_it() -> None:
    plan, readings = a_real_one()
    saved = save(plan, readings, cluster="c")
    assert changed_facts(saved, readings) == ()
    for fact in list(readings)[::25]:
        (diagnostic,) = changed_facts(saved, {**readings, fact: Known("something else")})
        assert (diagnostic.code, dict(diagnostic.fields)["fact"]) == ("plan-stale", fact_id(fact))
        assert len(changed_facts(saved, {other: reading for other, reading in readings.items() if other != fact})) == 1


def test_it_covers_its_own_steps_and_no_other() -> None:
    plan, readings = a_real_one()
    saved = load(dump(save(plan, readings, cluster="c")), "plan.json")
    assert includes_all(saved, plan)
    assert includes_all(saved, replace(plan, steps=plan.steps[:3]))
    step = replace(plan.steps[0], action=replace(plan.steps[0].action, host="10.9.9.9"))
    assert not includes_all(saved, replace(plan, steps=(step,)))


def test_one_digest_per_reading() -> None:
    different: list[AnyReading] = [Known("1"), Known(1), Known(True), Known(("1",)), Absent(), Unknown(reason("a"))]
    assert len({digest(reading) for reading in different}) == len(different)
    assert digest(Unknown(reason("a", at="1"))) == digest(Unknown(reason("a", at="2")))
