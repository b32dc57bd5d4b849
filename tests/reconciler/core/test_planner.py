"""The planner, by itself: a small world of switches, where every rule fits on a line."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import pytest

from actions.action import Action
from probes.fact import (
    Absent,
    AnyDrift,
    AnyExpected,
    AnyFact,
    AnyReading,
    Drift,
    Fact,
    Known,
    Unknown,
    require_fact_type,
)
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Advice, Derived, Plan, Progressing, Repair, Step
from reconciler.core.planner import Decision, advised, plan
from specs.diagnostic import diagnose
from specs.reason import reason

WHY = reason("not-read")
H = "10.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class On(Fact[bool]):
    name: str
    kind: Literal["test.on"] = "test.on"


def on(name: str) -> AnyExpected:
    return On(host=H, name=name).must_be(True, because=WHY, source=f"because of {name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch(Action):
    names: tuple[str, ...]
    undoes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    identity: ClassVar[tuple[str, ...]] = ("needs", "undoes", "names")
    kind: Literal["test.switch"] = "test.switch"

    def requires(self) -> tuple[AnyExpected, ...]:
        return tuple(on(name) for name in self.needs)

    def ensures(self) -> tuple[AnyExpected, ...]:
        return tuple(on(name) for name in self.names)

    def invalidates(self) -> tuple[AnyFact, ...]:
        return tuple(On(host=H, name=name) for name in self.undoes)


def repair(*names: str, needs: tuple[str, ...] = (), undoes: tuple[str, ...] = (), section: str = "1") -> Repair:
    return Repair(
        action=Switch(host=H, names=names, undoes=undoes, needs=needs), because=WHY, source="a test", section=section
    )


def planned(rules: dict[str, Decision], expectations: str, state: dict[str, AnyReading] | None = None) -> Plan:
    """Plans for one-letter switches; what `state` does not name is off."""
    readings: dict[AnyFact, AnyReading] = {On(host=H, name=name): Absent() for name in "abcdefgh"}
    readings |= {On(host=H, name=name): reading for name, reading in (state or {}).items()}

    def mend(drift: AnyDrift, facts: FactReader) -> Decision:
        return rules[require_fact_type(drift, On).name]

    return plan("test", tuple(on(name) for name in expectations), readings, mend)


def names(plan: Plan) -> list[str]:
    return ["".join(step.action.names) for step in plan.steps if isinstance(step.action, Switch)]


@pytest.mark.parametrize("deep", [False, True], ids=["at-once", "through-a-step"])
def test_what_needs_something_that_follows_what_is_refused_is_not_planned(deep: bool) -> None:
    refused = diagnose("not-read")
    rules: dict[str, Decision] = {
        "a": repair("a", needs=("b",)),
        "b": Derived(expected=on("b"), depends_on=(on("c"),)),
        "c": repair("c", needs=("d",)) if deep else refused,
        "d": refused,
    }
    plan = planned(rules, "a")
    assert names(plan) == []
    (blocked,) = plan.blocked
    assert {name.split(" ")[1] for name in blocked.blocks} == ({"a", "b", "c"} if deep else {"a", "b"})


def test_nothing_to_do_is_an_empty_plan() -> None:
    assert planned({}, "ab", {"a": Known(True), "b": Known(True)}).steps == ()


def test_a_need_comes_before_what_needs_it_and_says_why() -> None:
    plan = planned({"a": repair("a", needs=("b",)), "b": repair("b", section="9")}, "a")
    assert names(plan) == ["b", "a"]
    (edge,) = plan.steps[1].after
    assert (edge.step, edge.source) == (plan.steps[0].id, "because of b")


def test_where_order_is_free_the_guides_sections_decide() -> None:
    plan = planned(
        {"a": repair("a", section="7.10"), "b": repair("b", section="7.9"), "c": repair("c", section="7.2")}, "abc"
    )
    assert names(plan) == ["c", "b", "a"]


TOLD = Advice(diagnostic=diagnose("not-read"))


def test_advice_is_told_and_holds_nothing_up() -> None:
    plan = planned({"a": TOLD, "b": repair("b")}, "ab")
    assert names(plan) == ["b"]
    assert plan.blocked == ()
    assert [blocked.expected for blocked in plan.advice] == [on("a")]


@pytest.mark.parametrize(
    ("decision", "settling"), [(Progressing(diagnostic=TOLD.diagnostic), True), (TOLD.diagnostic, False)]
)
def test_what_is_in_between_is_held_back_as_a_refusal_is_and_marked(decision: Decision, settling: bool) -> None:
    plan = planned({"a": decision, "b": repair("b", needs=("a",)), "c": repair("c")}, "abc")
    assert names(plan) == ["c"]
    (blocked,) = plan.blocked
    assert (blocked.expected, blocked.progressing, blocked.blocks) == (on("a"), settling, (f"test.on b @{H}",))


def test_what_a_step_rests_on_is_no_mere_advice() -> None:
    """In whatever order it is met: wished for first, or needed first."""
    for expectations in ("ab", "ba"):
        plan = planned({"a": TOLD, "b": repair("b", needs=("a",))}, expectations)
        assert (plan.steps, plan.advice) == ((), ())
        assert [(blocked.expected.fact, blocked.diagnostic) for blocked in plan.blocked] == [
            (on("a").fact, TOLD.diagnostic)
        ]


def test_what_holds_is_no_advice_though_a_step_undoes_it() -> None:
    plan = planned({"a": TOLD, "b": repair("b", undoes=("a",))}, "ab", {"a": Known(True)})
    assert names(plan) == ["b"]
    assert (plan.advice, plan.blocked) == ((), ())


def test_one_action_mends_many_drifts() -> None:
    both = repair("a", "b")
    plan = planned({"a": both, "b": both}, "ab")
    assert names(plan) == ["ab"]
    assert len(plan.steps[0].repairs) == 2


def test_the_wider_of_two_actions_that_are_needed_anyway_takes_both() -> None:
    plan = planned({"a": repair("a", "b"), "b": repair("b")}, "ab")
    assert names(plan) == ["ab"]


def test_what_a_step_undoes_is_mended_after_it_although_it_holds_now() -> None:
    plan = planned({"a": repair("a", undoes=("b",)), "b": repair("b")}, "ab", {"b": Known(True)})
    assert names(plan) == ["a", "b"]
    (edge,) = plan.steps[1].after
    assert (edge.step, edge.source) == (plan.steps[0].id, plan.steps[0].source)


def waits(plan: Plan) -> list[tuple[str, str, str]]:
    """Each "after" as: which step, after which, by which code."""
    by_id = {step.id: name for step, name in zip(plan.steps, names(plan), strict=True)}
    edges = [(step, edge) for step in plan.steps for edge in step.after]
    return [(by_id[step.id], by_id[edge.step], getattr(edge.because, "code", "")) for step, edge in edges]


def test_what_only_another_step_needs_is_used_before_it_is_undone() -> None:
    """And is not made again: nobody desires it."""
    rules: dict[str, Decision] = {"a": repair("a", undoes=("b",)), "b": repair("b"), "c": repair("c", needs=("b",))}
    plan = planned(rules, "ac", {"b": Known(True)})
    assert names(plan) == ["c", "a"]
    assert waits(plan) == [("a", "c", "before-invalidation")]
    (edge,) = plan.steps[1].after
    assert (edge.step, edge.source) == (plan.steps[0].id, plan.steps[0].source)


def test_all_who_need_it_come_before_all_who_undo_it() -> None:
    rules: dict[str, Decision] = {name: repair(name, undoes=("h",), section="1") for name in "ab"}
    rules |= {name: repair(name, needs=("h",), section="2") for name in "cd"}
    plan = planned(rules, "abcd", {"h": Known(True)})
    assert [sorted(names(plan)[:2]), sorted(names(plan)[2:])] == [["c", "d"], ["a", "b"]]
    assert {(step, other) for step, other, _ in waits(plan)} == {("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")}


@pytest.mark.parametrize("letters", ["abc", "bca", "cab"])
def test_what_is_desired_is_made_again_and_used_afterwards(letters: str) -> None:
    """Whichever of the three is the first by its id."""
    one, again, user = letters
    rules: dict[str, Decision] = {
        one: repair(one, undoes=(again,)),
        again: repair(again),
        user: repair(user, needs=(again,)),
    }
    assert names(planned(rules, letters, {again: Known(True)})) == [one, again, user]


def test_what_somebody_needs_who_must_come_later_is_made_again() -> None:
    """`c` needs what `a` makes, so it cannot come before what `a` undoes is gone."""
    rules: dict[str, Decision] = {"a": repair("a", undoes=("b",)), "b": repair("b"), "c": repair("c", needs=("a", "b"))}
    plan = planned(rules, "ac", {"b": Known(True)})
    assert names(plan) == ["a", "b", "c"]
    assert ("b", "a", "after-invalidation") in waits(plan)


def test_two_that_undo_what_the_other_needs_make_no_ring() -> None:
    """One is used first, the other is made again."""
    rules: dict[str, Decision] = {
        "a": repair("a", needs=("g",), undoes=("h",)),
        "b": repair("b", needs=("h",), undoes=("g",)),
        "g": repair("g"),
        "h": repair("h"),
    }
    plan = planned(rules, "ab", {"g": Known(True), "h": Known(True)})
    assert names(plan) == ["a", "h", "b"]
    assert waits(plan) == [("h", "a", "after-invalidation"), ("b", "h", WHY.code)]


def test_what_comes_first_anyway_does_not_wait_for_what_is_made_again() -> None:
    """`a` needs what `c` makes and undoes what `c` needs: that holds while `c` runs, and is desired afterwards."""
    rules: dict[str, Decision] = {
        "a": repair("a", needs=("c",), undoes=("b",)),
        "b": repair("b"),
        "c": repair("c", needs=("b",)),
    }
    assert names(planned(rules, "ab", {"b": Known(True)})) == ["c", "a", "b"]


def test_who_undoes_what_is_only_made_for_another_step_never_runs_beside_that() -> None:
    """`a` waits itself for what makes `f` for `c`: so it comes after `c`, which would find `f` gone."""
    both = repair("e", "f")
    rules: dict[str, Decision] = {"a": repair("a", needs=("e",), undoes=("f",)), "e": both, "f": both}
    rules["c"] = repair("c", needs=("f",), section="2")
    plan = planned(rules, "ac")
    assert names(plan) == ["ef", "c", "a"]
    assert ("a", "c", "before-invalidation") in waits(plan)


def test_who_undoes_what_a_step_makes_beside_something_else_never_runs_beside_that_step() -> None:
    """Nobody desires `f`, which holds: `ef` is there for `e`, and makes it all the same."""
    rules: dict[str, Decision] = {
        "a": repair("a", undoes=("f",)),
        "e": repair("e", "f"),
        "c": repair("c", needs=("f",)),
    }
    plan = planned(rules, "ace", {"f": Known(True)})
    assert ("ef", "a", "after-invalidation") in waits(plan)
    assert ("a", "c", "before-invalidation") in waits(plan)


def test_what_is_used_first_keeps_no_other_requirement_from_being_met() -> None:
    rules: dict[str, Decision] = {
        "a": repair("a", needs=("c",), undoes=("b",)),
        "b": repair("b"),
        "c": repair("c", needs=("b", "d")),
        "d": repair("d"),
    }
    plan = planned(rules, "ab", {"b": Known(True)})
    assert names(plan) == ["d", "c", "a", "b"]
    assert ("c", "d", WHY.code) in waits(plan)


def test_of_two_steps_the_one_is_taken_that_undoes_nothing_desired() -> None:
    rules: dict[str, Decision] = {"a": repair("a", "b", undoes=("c",)), "b": repair("b", "a"), "c": repair("c")}
    assert names(planned(rules, "abc", {"c": Known(True)})) == ["ba"]


def test_unknown_is_never_repaired_and_blocks_what_needs_it() -> None:
    plan = planned(
        {"a": repair("a", needs=("b",)), "b": repair("b"), "c": repair("c")}, "ac", {"b": Unknown(WHY), "c": Absent()}
    )
    assert names(plan) == ["c"]
    (blocked,) = plan.blocked
    assert blocked.diagnostic.code == "unknown-not-repaired"
    assert blocked.blocks == ("test.on a @10.0.0.1",)


def test_a_cause_is_told_once_however_much_it_holds_up() -> None:
    diagnostic = diagnose("package-missing", where="x")
    rules: dict[str, Decision] = {"h": diagnostic}
    rules.update({name: repair(name, needs=("h",)) for name in "abc"})
    plan = planned(rules, "abc")
    assert plan.steps == ()
    (blocked,) = plan.blocked
    assert len(blocked.blocks) == 3


def test_what_only_a_blocked_step_needs_is_not_done() -> None:
    """No backup is made for an installation that will not take place."""
    diagnostic = diagnose("package-missing", where="x")
    rules: dict[str, Decision] = {"a": repair("a", needs=("b", "h")), "b": repair("b", needs=("c",)), "c": repair("c")}
    plan = planned({**rules, "h": diagnostic}, "a")
    assert names(plan) == []
    assert names(planned({**rules, "h": diagnostic}, "ab")) == ["c", "b"]


def test_what_is_not_done_undoes_nothing() -> None:
    diagnostic = diagnose("package-missing", where="x")
    rules: dict[str, Decision] = {"a": repair("a", needs=("b", "h")), "b": repair("b", undoes=("c",)), "c": repair("c")}
    assert names(planned({**rules, "h": diagnostic}, "ac", {"c": Known(True)})) == []


def test_what_follows_something_held_up_is_told_with_its_cause() -> None:
    diagnostic = diagnose("package-missing", where="x")
    rules: dict[str, Decision] = {
        "f": Derived(expected=on("f"), depends_on=(on("a"),)),
        "a": repair("a", needs=("h",)),
        "h": diagnostic,
    }
    (blocked,) = planned(rules, "f").blocked
    assert blocked.blocks == ("test.on a @10.0.0.1", "test.on f @10.0.0.1")


def test_a_blocked_wide_action_leaves_the_narrow_one_to_it() -> None:
    diagnostic = diagnose("package-missing", where="x")
    plan = planned({"a": repair("a", "b", needs=("h",)), "b": repair("b"), "h": diagnostic}, "ab")
    assert names(plan) == ["b"]


def test_of_those_that_are_not_blocked_still_the_fewest_are_taken() -> None:
    diagnostic = diagnose("package-missing", where="x")
    rules: dict[str, Decision] = {"a": repair("a", "c", needs=("h",)), "b": repair("b", "c"), "c": repair("c")}
    assert names(planned({**rules, "h": diagnostic}, "abc")) == ["bc"]


def test_of_as_many_steps_the_wider_ones_are_taken() -> None:
    plan = planned({"a": repair("a", "b"), "b": repair("b", "c"), "c": repair("c")}, "abc")
    assert sorted(names(plan)) == ["ab", "bc"]


def test_of_several_wide_actions_none_is_taken_for_what_the_others_do_anyway() -> None:
    plan = planned({"a": repair("a", "b"), "b": repair("b", "c"), "c": repair("c", "d"), "d": repair("c", "d")}, "abcd")
    assert names(plan) == ["ab", "cd"]


def test_what_only_a_step_that_is_not_taken_requires_is_not_weighed() -> None:
    """`h` could be made by `ceh`, which `h` alone needs, and which needs `be`: `eh` makes it, and is there for `e`."""
    rules: dict[str, Decision] = {
        "b": repair("b", "e"),
        "c": repair("c", "e", "h", needs=("b",)),
        "d": repair("d"),
        "e": repair("e", "h", needs=("d",)),
        "h": repair("h", needs=("c",)),
    }
    assert names(planned(rules, "hed")) == ["d", "eh"]


def test_a_fact_nobody_read_is_asked_for_instead_of_guessed() -> None:
    made = plan("test", (on("z"),), {}, lambda drift, facts: repair("z"))
    assert made.unread_facts == {On(host=H, name="z")}
    assert made.steps == ()


def test_what_a_rule_has_to_know_is_asked_for_and_then_decided_on() -> None:
    state, version = on("a"), On(host=H, name="version")

    def rule(drift: AnyDrift, facts: FactReader) -> Decision:
        return repair("a", section=str(facts.read(version)))

    readings: dict[AnyFact, AnyReading] = {state.fact: Absent()}
    made = plan("test", (state,), readings, rule)
    assert (made.unread_facts, made.steps, made.blocked) == ({version}, (), ())
    made = plan("test", (state,), readings | {version: Known(True)}, rule)
    assert [step.section for step in made.steps] == [str(Known(True))]


def test_a_ring_of_needs_is_told_and_not_planned() -> None:
    plan = planned({"a": repair("a", needs=("b",)), "b": repair("b", needs=("a",))}, "a")
    assert plan.steps == ()
    assert {blocked.diagnostic.code for blocked in plan.blocked} == {"dependency-cycle"}


@pytest.mark.parametrize("expectations", ["abcd", "dcba", "badc"])
def test_the_plan_does_not_depend_on_the_order_of_the_wishes(expectations: str) -> None:
    rules: dict[str, Decision] = {
        "a": repair("a", "b"),
        "b": repair("b"),
        "c": repair("c", needs=("a",), undoes=("d",)),
        "d": repair("d"),
    }
    assert planned(rules, expectations) == planned(rules, "abcd")


def test_whether_drifts_are_advice_is_told_as_far_as_their_rules_can_decide() -> None:
    drifts = {name: Drift(expected=on(name), reading=Absent()) for name in "abcd"}
    readings: dict[AnyFact, AnyReading] = {on("e").fact: Known(True)}

    def rule(drift: AnyDrift, facts: FactReader) -> Decision:
        name = require_fact_type(drift, On).name
        if name in "cd":
            facts.read_all((on("e").fact, on(f"for {name}").fact))
        return TOLD if name == "a" else repair(name)

    asked_by_c, asked_by_d = (frozenset({on(f"for {name}").fact}) for name in "cd")
    assert advised([drifts["a"]], readings, rule) == (True, frozenset())
    assert advised([drifts["b"]], readings, rule) == (False, frozenset())
    assert advised([drifts["a"], drifts["b"]], readings, rule) == (True, frozenset()), "one is enough"
    assert advised([drifts["c"], drifts["a"], drifts["d"]], readings, rule) == (True, asked_by_c | asked_by_d)
    assert advised([], readings, rule) == (False, frozenset())


def test_what_only_a_person_can_answer_is_asked_of_that_person() -> None:
    why = reason("task-untraced", work="topology")
    (blocked,) = planned({}, "a", {"a": Unknown(why)}).blocked
    assert blocked.diagnostic == diagnose("task-untraced", where=H, work="topology")
    (blocked,) = planned({}, "a", {"a": Unknown(WHY)}).blocked
    assert blocked.diagnostic == diagnose("unknown-not-repaired", where=H, because=WHY)


def test_causes_are_listed_by_what_they_are_about() -> None:
    refused = diagnose("package-missing", where="x")
    plan = planned(dict.fromkeys("abc", refused), "cab")
    assert [blocked.expected for blocked in plan.blocked] == [on("a"), on("b"), on("c")]


def test_what_a_step_requires_through_what_derives_from_it_is_needed_and_not_desired() -> None:
    rules: dict[str, Decision] = {
        "a": repair("a", needs=("b",)),
        "b": Derived(expected=on("b"), depends_on=(on("c"),)),
        "c": repair("c"),
    }
    needed = {step: [each.needed for each in plan.repairs] for step, plan in by_name(planned(rules, "a")).items()}
    assert needed == {"c": [True], "a": [False]}
    desired = by_name(planned(rules, "ab"))
    assert [each.needed for each in desired["c"].repairs] == [False]


def by_name(plan: Plan) -> dict[str, Step]:
    return dict(zip(names(plan), plan.steps, strict=True))


@pytest.mark.parametrize("letters", ["ab", "ba"])
def test_a_step_that_renews_what_it_invalidates_waits_for_nobody(letters: str) -> None:
    one, other = letters
    plan = planned({one: repair(one), other: repair(other, undoes=(other,))}, "ab")
    assert sorted(names(plan)) == ["a", "b"]
    assert waits(plan) == []
