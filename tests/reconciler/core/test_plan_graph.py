"""The planner's graph on random rules: what must come out is worked out by a few lines that know no graph.

Two kinds of rules: plain ones, each fact with a step of its own, in which all that can happen to a fact does (held,
refused, in transition, advice, derived, unread), and the whole plan is compared; and such in which steps overlap and
invalidate each other's work, where the plan is carried out. Shortcuts for many hosts must not show: a plan is the same
with them and without.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations
from random import Random
from typing import ClassVar, Literal

import pytest

from actions.action import Action
from probes.fact import (
    Absent,
    AnyDrift,
    AnyExpected,
    AnyFact,
    AnyReading,
    Fact,
    Known,
    Readings,
    Unknown,
    fact_id,
    matches,
    require_fact_type,
)
from reconciler.core import plan_graph
from reconciler.core.action_selection import MAX_BRANCHES, MinimalCover
from reconciler.core.fact_reader import FactReader
from reconciler.core.identity import step_id
from reconciler.core.plan import Advice, Dependency, Derived, Plan, Progressing, Repair, Step
from reconciler.core.planner import Decision, plan
from reconciler.core.simulate import apply_step
from reconciler.core.step_order import topological_order
from specs.diagnostic import BkrecError, diagnose
from specs.reason import reason
from tests.support.calls import calls

WHY = reason("not-read")
HOST = "10.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class On(Fact[bool]):
    name: str
    kind: Literal["test.on"] = "test.on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch(Action):
    names: tuple[str, ...]
    needs: tuple[str, ...] = ()
    undoes: tuple[str, ...] = ()
    identity: ClassVar[tuple[str, ...]] = ("names", "needs", "undoes")
    kind: Literal["test.switch"] = "test.switch"

    def requires(self) -> tuple[AnyExpected, ...]:
        return tuple(on(name, f"{self.names[0]} requires {name}") for name in self.needs)

    def ensures(self) -> tuple[AnyExpected, ...]:
        return tuple(on(name) for name in self.names)

    def invalidates(self) -> tuple[AnyFact, ...]:
        return tuple(on(name).fact for name in self.undoes)


def on(name: str, source: str = "a test", module: str = "") -> AnyExpected:
    return On(host=HOST, name=name).must_be(True, because=WHY, source=source, module=module)


def fact(name: str) -> AnyFact:
    return On(host=HOST, name=name)


def repair(
    name: str,
    *more: str,
    requires: Iterable[str] = (),
    common: tuple[AnyExpected, ...] = (),
    needs: Iterable[str] = (),
    undoes: Iterable[str] = (),
    section: str = "1",
) -> Repair:
    action = Switch(host=HOST, names=(name, *more), needs=tuple(needs), undoes=tuple(undoes))
    own = tuple(on(need, f"{name} needs {need}") for need in requires)
    return Repair(action=action, because=WHY, source=f"rule of {name}", section=section, requires=own, common=common)


Rules = dict[str, Decision]


def planned(rules: Rules, names: Iterable[str], readings: Readings, release: str = "test") -> Plan:
    def rule(drift: AnyDrift, facts: FactReader) -> Decision:
        return rules[require_fact_type(drift, On).name]

    return plan(release, tuple(on(name) for name in names), readings, rule)


def name_of(step: Step) -> str:
    assert isinstance(step.action, Switch)
    return step.action.names[0]


REFUSED = diagnose("package-missing", where=HOST)
SECTIONS = ("7.10", "7.9", "7.2.1", "")
LETTERS = "abcdefghijklmnopqrst"


@dataclass(slots=True)
class Oracle:
    """What becomes of each fact, by going from each expectation to what it rests on."""

    rules: Rules
    readings: Readings
    steps: dict[str, bool] = field(default_factory=dict[str, bool])
    """Those whose requirements all can be met, and whether only other steps need it."""
    refused: set[str] = field(default_factory=set[str])
    advice: set[str] = field(default_factory=set[str])
    derived: set[str] = field(default_factory=set[str])
    unread: set[str] = field(default_factory=set[str])
    causes: dict[str, str] = field(default_factory=dict[str, str])

    def cause(self, name: str, *, needed: bool) -> str | None:
        """The refused fact that keeps this one from holding."""
        if fact(name) not in self.readings:
            self.unread.add(name)
            return None
        reading = self.readings[fact(name)]
        if reading == Known(True):
            return None
        if isinstance(reading, Unknown):
            return self.refuse(name)
        decision = self.rules[name]
        if isinstance(decision, Advice):
            if needed:
                return self.refuse(name)
            self.advice.add(name)
            return None
        if not isinstance(decision, Repair | Derived):
            return self.refuse(name)
        if isinstance(decision, Derived):
            self.derived.add(name)
            rests_on = decision.depends_on
        else:
            rests_on = tuple(expected for group in decision.groups() for expected in group)
        needed = needed or isinstance(decision, Repair)
        causes = [self.cause(letter(expected), needed=needed) for expected in rests_on]
        first = next((cause for cause in causes if cause is not None), None)
        if first is not None:
            self.causes[name] = first
        elif isinstance(decision, Derived) and not any(map(self.is_repaired, decision.depends_on)):
            return self.refuse(name)  # nothing will change, and it differs
        return first

    def is_repaired(self, expected: AnyExpected) -> bool:
        """Some step makes it hold, be it by what it derives from."""
        name = letter(expected)
        if self.readings.get(fact(name)) != Absent():
            return fact(name) not in self.readings
        decision = self.rules[name]
        if isinstance(decision, Derived):
            return any(map(self.is_repaired, decision.depends_on))
        return isinstance(decision, Repair)

    def refuse(self, name: str) -> str:
        self.refused.add(name)
        return name

    def reach(self, name: str, *, needed: bool) -> None:
        """Notes the steps that will run. What derives from several facts has those repaired that can be."""
        decision = self.rules[name]
        if self.readings.get(fact(name)) != Absent() or name in self.refused:
            return
        if isinstance(decision, Derived):
            for expected in decision.depends_on:
                self.reach(letter(expected), needed=needed)
        elif isinstance(decision, Repair) and name not in self.causes:
            known = self.steps.get(name)
            self.steps[name] = needed and (known is None or known)
            if known is None:
                for group in decision.groups():
                    for expected in group:
                        self.reach(letter(expected), needed=True)


def letter(expected: AnyExpected) -> str:
    assert isinstance(expected.fact, On)
    return expected.fact.name


def plain_rules(random: Random) -> tuple[Rules, Readings]:
    """Each rests on earlier letters. Steps share requirements of many facts, as those of a release do."""
    rules: Rules = {}
    readings: dict[AnyFact, AnyReading] = {}
    shared = tuple(
        on(name, "common")
        for name in LETTERS[
            : random.randint(plan_graph.MIN_SHARED_REQUIREMENTS - 2, plan_graph.MIN_SHARED_REQUIREMENTS + 3)
        ]
    )
    for place, name in enumerate(LETTERS):
        readings[fact(name)] = random.choice((*[Absent()] * 8, Known(True), Known(True)))
        if random.random() < 0.02:
            readings[fact(name)] = Unknown(WHY)
        elif random.random() < 0.02:
            del readings[fact(name)]
        earlier = LETTERS[:place]
        needs = random.sample(earlier, min(place, random.choice((0, 0, 1, 1, 2))))
        kind = random.random()
        if kind < 0.04:
            rules[name] = random.choice((REFUSED, Progressing(diagnostic=REFUSED), Advice(diagnostic=REFUSED)))
        elif kind < 0.2 and needs:
            rules[name] = Derived(expected=on(name), depends_on=tuple(on(need, f"{name} of {need}") for need in needs))
        else:
            common = shared if place > len(shared) and random.random() < 0.7 else ()
            own, of_action = needs[: len(needs) // 2], needs[len(needs) // 2 :]
            section = random.choice(SECTIONS)
            rules[name] = repair(name, requires=own, needs=of_action, common=common, section=section)
    return rules, readings


@pytest.mark.parametrize("start", range(0, 200, 20))
def test_the_plan_of_plain_rules_is_what_a_walk_from_each_expectation_finds(start: int) -> None:
    for seed in range(start, start + 20):
        random = Random(seed)
        rules, readings = plain_rules(random)
        names = random.sample(LETTERS, random.randint(1, len(LETTERS)))
        oracle = Oracle(rules, readings)
        for name in names:
            oracle.cause(name, needed=False)
        for name in names:
            oracle.reach(name, needed=False)
        made = planned(rules, names, readings)
        assert made.unread_facts == {fact(name) for name in oracle.unread}, seed
        if oracle.unread:
            continue  # it is not the plan yet: it is made again once they have been read
        assert {letter(blocked.expected) for blocked in made.blocked} == oracle.refused, seed
        assert {letter(derived.expected) for derived in made.derived} == oracle.derived, seed
        advised = {letter(blocked.expected) for blocked in made.advice}
        assert advised == oracle.advice - {letter(blocked.expected) for blocked in made.blocked}, seed
        needed = {name_of(step): all(item.needed for item in step.repairs) for step in made.steps}
        assert needed == oracle.steps, seed
        assert all(item.reading == readings[item.expected.fact] for step in made.steps for item in step.repairs), seed
        _check_order(made, rules, seed)
        for blocked in made.blocked:
            own = letter(blocked.expected)
            waiting = {fact_id(fact(name)) for name, cause in oracle.causes.items() if cause == own}
            assert blocked.blocks == tuple(sorted(waiting)), seed


def _check_order(made: Plan, rules: Rules, seed: int) -> None:
    """Each comes after all that it rests on, and says which of its requirements is why."""
    places = {step.id: number for number, step in enumerate(made.steps)}
    for step in made.steps:
        assert all(places[edge.step] < places[step.id] for edge in step.after), seed
        decision = rules[name_of(step)]
        assert isinstance(decision, Repair)
        assert step.requires == tuple(expected for group in decision.groups() for expected in group), seed
        sources = {expected.source for expected in step.requires}
        assert {edge.source for edge in step.after} <= sources, seed
        required = {name for expected in step.requires for name in _steps_for(rules, made, letter(expected))}
        assert {edge.step for edge in step.after} == required, seed


def _steps_for(rules: Rules, made: Plan, name: str) -> set[str]:
    found = {step.id for step in made.steps if name_of(step) == name}
    decision = rules[name]
    if not found and isinstance(decision, Derived) and any(letter(d.expected) == name for d in made.derived):
        return {step for expected in decision.depends_on for step in _steps_for(rules, made, letter(expected))}
    return found


def overlapping_rules(random: Random) -> tuple[Rules, Readings]:
    """Steps overlap, or undo what is made by later letters: both at once no release does (docs/proofs.md). Many share
    their requirements."""
    rules: Rules = {}
    overlap = random.random() < 0.5
    shared = tuple(on(name, "common") for name in LETTERS[: plan_graph.MIN_SHARED_REQUIREMENTS + 1])
    for place, name in enumerate(LETTERS):
        more = [other for other in random.sample(LETTERS, 2) if other > name and random.random() < 0.4 and overlap]
        needs = random.sample(LETTERS[:place], min(place, random.choice((0, 1, 2))))
        undoes = [
            other for other in random.sample(LETTERS, 2) if other > name and random.random() < 0.5 and not overlap
        ]
        common = shared if place > len(shared) and random.random() < 0.6 else ()
        section = random.choice(SECTIONS)
        rules[name] = repair(name, *sorted(more), needs=needs, undoes=undoes, common=common, section=section)
    return rules, {fact(name): Known(True) if random.random() < 0.4 else Absent() for name in LETTERS}


def carried_out(made: Plan, readings: Readings, random: Random, seed: int) -> Readings:
    """In some order that the plan allows; every requirement holds as its step begins."""
    now: dict[AnyFact, AnyReading] = dict(readings)
    waiting = list(made.steps)
    done: set[str] = set()
    while waiting:
        ready = [step for step in waiting if all(edge.step in done for edge in step.after)]
        step = random.choice(ready)
        assert all(matches(expected, now) for expected in step.requires), (seed, step.id)
        apply_step(step, now)
        done.add(step.id)
        waiting.remove(step)
    return now


@pytest.mark.parametrize("start", range(0, 120, 20))
def test_any_order_that_a_plan_allows_meets_each_requirement_and_ends_with_all_that_is_desired(start: int) -> None:
    for seed in range(start, start + 20):
        random = Random(seed)
        rules, readings = overlapping_rules(random)
        names = random.sample(LETTERS, random.randint(3, len(LETTERS)))
        made = planned(rules, names, readings)
        assert made.blocked == (), seed
        after = carried_out(made, readings, random, seed)
        assert all(after[fact(name)] == Known(True) for name in names), seed
        assert planned(rules, names, after).steps == (), seed
        assert _outline(made) == _outline(planned(rules, sorted(names), readings)), seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Wide(Action):
    """As large as what it makes: the installer of a product that runs on many hosts."""

    makes: tuple[AnyExpected, ...]
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["test.wide"] = "test.wide"

    def ensures(self) -> tuple[AnyExpected, ...]:
        return self.makes


def _planning(hosts: int) -> int:
    """Calls for a plan in which a step of each host requires what one step makes on all of them."""
    made, own = (tuple(on(f"{what} {host}") for host in range(hosts)) for what in ("made", "own"))
    installer = Repair(action=Wide(host=HOST, makes=made), because=WHY, source="", section="1")
    rules: Rules = {"a": repair("a", "b"), "b": repair("b"), **{letter(item): installer for item in made}}
    rules |= {letter(item): repair(letter(item), common=made) for item in own}
    desired = (on("a"), on("b"), *own, *made)
    readings = {expected.fact: Absent() for expected in desired}
    return calls(lambda: planned(rules, map(letter, desired), readings))


def test_a_plan_in_which_all_hosts_wait_for_all_hosts_grows_as_the_hosts_do() -> None:
    few, more, many = (_planning(hosts) for hosts in (20, 40, 80))
    assert (many - more) / (more - few) < 2.3


def _outline(made: Plan) -> list[tuple[str, set[str]]]:
    return [(step.id, {edge.step for edge in step.after}) for step in made.steps]


@pytest.mark.parametrize("start", range(0, 60, 15))
@pytest.mark.parametrize("make", [plain_rules, overlapping_rules], ids=["plain", "overlapping"])
def test_requirements_that_many_steps_share_make_the_same_plan_walked_once_or_each_time(
    monkeypatch: pytest.MonkeyPatch, make: object, start: int
) -> None:
    for seed in range(start, start + 15):
        rules, readings = plain_rules(Random(seed)) if make is plain_rules else overlapping_rules(Random(seed))
        with monkeypatch.context() as patch:
            patch.setattr(plan_graph, "MIN_SHARED_REQUIREMENTS", 10_000)
            walked = planned(rules, LETTERS, readings)
        assert planned(rules, LETTERS, readings) == walked, seed


def test_a_plan_says_for_which_release_it_is_and_lists_by_id() -> None:
    rules: Rules = {
        "a": REFUSED,
        "b": REFUSED,
        "c": Advice(diagnostic=REFUSED),
        "d": Advice(diagnostic=REFUSED),
        "e": Derived(expected=on("e"), depends_on=(on("g"),)),
        "f": Derived(expected=on("f"), depends_on=(on("g"),)),
        "g": repair("g", "h"),
        "h": repair("h"),
    }
    made = planned(rules, "hgfedcba", {fact(name): Absent() for name in "abcdefgh"}, release="6.2.2")
    assert made.release == "6.2.2"
    assert [letter(blocked.expected) for blocked in made.blocked] == ["a", "b"]
    assert [letter(blocked.expected) for blocked in made.advice] == ["c", "d"]
    assert [letter(derived.expected) for derived in made.derived] == ["e", "f"]
    (step,) = made.steps
    assert [letter(item.expected) for item in step.repairs] == ["g", "h"]
    assert (step.section, step.because, step.source) == ("1", WHY, "rule of g")


@pytest.mark.parametrize(("modules", "module"), [(("job", "job"), "job"), (("job", "paas"), ""), (("",), "")])
def test_a_step_belongs_to_a_module_where_all_that_it_repairs_does(modules: tuple[str, ...], module: str) -> None:
    both = repair("a", "b")
    expectations = tuple(on(name, module=of) for name, of in zip("ab", modules, strict=False))
    (step,) = plan("test", expectations, {fact("a"): Absent(), fact("b"): Absent()}, lambda drift, facts: both).steps
    assert step.module == module


def test_a_step_that_one_of_its_requirements_refuses_names_the_first_of_them() -> None:
    other = diagnose("installer-not-repeatable", where=HOST)
    rules: Rules = {"a": REFUSED, "b": other, "c": repair("c", requires="ab"), "d": repair("d", requires="c")}
    made = planned(rules, "d", {fact(name): Absent() for name in "abcd"})
    assert [(letter(blocked.expected), blocked.diagnostic) for blocked in made.blocked] == [
        ("a", REFUSED),
        ("b", other),
    ]
    assert made.blocked[0].blocks == (fact_id(fact("c")), fact_id(fact("d")))
    assert made.blocked[1].blocks == ()


def test_advice_that_a_step_requires_through_what_derives_from_it_is_refused() -> None:
    rules: Rules = {
        "a": Advice(diagnostic=REFUSED),
        "b": Derived(expected=on("b"), depends_on=(on("a"),)),
        "c": repair("c", requires="b"),
    }
    made = planned(rules, "c", {fact(name): Absent() for name in "abc"})
    assert (made.steps, made.advice) == ((), ())
    assert [letter(blocked.expected) for blocked in made.blocked] == ["a"]


def test_the_first_reason_for_an_order_is_the_one_that_is_shown() -> None:
    rules: Rules = {"a": repair("a", "b"), "b": repair("a", "b"), "c": repair("c", requires="ab")}
    made = planned(rules, "c", {fact(name): Absent() for name in "abc"})
    assert made.steps[1].after == (Dependency(step=made.steps[0].id, because=WHY, source="c needs a"),)


def small_rules(random: Random) -> tuple[Rules, Readings]:
    """Of eight facts: steps overlap a lot, and some rest on earlier ones."""
    letters, rules = LETTERS[:8], Rules()
    for place, name in enumerate(letters):
        more = [other for other in random.sample(letters, random.choice((0, 1, 1, 2, 3))) if other > name]
        rules[name] = repair(
            name, *sorted(more), needs=random.sample(letters[:place], min(place, random.choice((0, 1))))
        )
    return rules, {fact(name): Known(True) if random.random() < 0.2 else Absent() for name in letters}


def fewest(rules: Rules, names: Iterable[str], readings: Readings) -> int:
    """By trying all sets of the steps that some drift leads to."""
    off = {name for name in LETTERS[:8] if readings[fact(name)] == Absent()}
    desired = off.intersection(names)
    reached, todo = set[str](), sorted(desired)
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += [need for need in _switch(rules, name).needs if need in off]
    steps = {_switch(rules, name) for name in reached}
    sets = (chosen for size in range(len(steps) + 1) for chosen in combinations(sorted(steps, key=repr), size))
    return next(
        len(chosen)
        for chosen in sets
        if desired.union(*(off.intersection(step.needs) for step in chosen))
        <= {n for step in chosen for n in step.names}
    )


def _switch(rules: Rules, name: str) -> Switch:
    decision = rules[name]
    assert isinstance(decision, Repair)
    assert isinstance(decision.action, Switch)
    return decision.action


@pytest.mark.parametrize("start", range(0, 300, 100))
def test_of_steps_that_overlap_the_fewest_are_taken(start: int) -> None:
    for seed in range(start, start + 100):
        random = Random(seed)
        rules, readings = small_rules(random)
        names = random.sample(LETTERS[:8], random.randint(1, 8))
        made = planned(rules, names, readings)
        assert len(made.steps) == fewest(rules, names, readings), seed
        carried_out(made, readings, random, seed)


def test_where_too_much_is_left_to_choose_the_best_so_far_is_taken() -> None:
    """A ring of fifty facts, each made by two of fifty steps: as many sets as nobody could try."""
    ring = [fact(f"{number:02}") for number in range(50)]
    steps = {f"{number:02}": {ring[number - 1], ring[number]} for number in range(50)}
    providers = {each: [name for name, provided in steps.items() if each in provided] for each in ring}
    cover = MinimalCover(providers=providers, provides=steps, requires=dict.fromkeys(steps, ()))
    assert set().union(*(steps[name] for name in cover.smallest(ring))) == set(ring)
    assert MAX_BRANCHES < cover.branches <= MAX_BRANCHES + len(ring)


def test_of_two_equal_choices_the_wider_step_is_taken_then_the_first_by_its_id() -> None:
    rules: Rules = {"a": repair("a", "b"), "b": repair("b", "c"), "c": repair("c", "d"), "d": repair("d", "a")}
    made = planned(rules, "abcd", {fact(name): Absent() for name in "abcd"})
    ids = {name: step_id(_switch(rules, name)) for name in "abcd"}
    pairs = (("a", "c"), ("b", "d"))
    assert {step.id for step in made.steps} in [{ids[name] for name in pair} for pair in pairs]
    again = planned(rules, "dcba", {fact(name): Absent() for name in "abcd"})
    assert {step.id for step in again.steps} == {step.id for step in made.steps}


def test_steps_outside_of_the_guide_come_last_and_its_sections_are_ordered_as_numbers() -> None:
    sections = {"a": "", "b": "7.10", "c": "7.9.1", "d": "7.9", "e": "x.1"}
    rules: Rules = {name: repair(name, section=section) for name, section in sections.items()}
    made = planned(rules, "abcde", {fact(name): Absent() for name in "abcde"})
    assert [name_of(step) for step in made.steps] == ["e", "d", "c", "b", "a"]


def test_rules_that_depend_on_each_other_in_a_circle_are_a_bug_that_is_named() -> None:
    steps = tuple(
        Step(
            id=name,
            action=Switch(host=HOST, names=(name,)),
            module="",
            section="1",
            because=WHY,
            source="",
            repairs=(),
            requires=(),
            after=(Dependency(step=other, because=WHY),),
        )
        for name, other in (("a", "b"), ("b", "a"), ("c", "elsewhere"))
    )
    with pytest.raises(BkrecError) as raised:
        topological_order(steps)
    assert raised.value.diagnostics == (diagnose("plan-cycle", steps="a b"),)
    assert [step.id for step in topological_order(steps[2:])] == ["c"]


def test_what_a_step_will_invalidate_is_decided_on_as_if_it_were_gone_already() -> None:
    """`b` holds as it is read; what repairs it is asked with what will be there when it is its turn."""
    readings: list[tuple[str, AnyReading]] = []
    rules: Rules = {"a": repair("a", undoes="b"), "b": repair("b")}

    def rule(drift: AnyDrift, facts: FactReader) -> Decision:
        name = require_fact_type(drift, On).name
        readings.append((name, drift.reading))
        return rules[name]

    made = plan("test", (on("a"), on("b")), {fact("a"): Absent(), fact("b"): Known(True)}, rule)
    assert [name_of(step) for step in made.steps] == ["a", "b"]
    assert set(readings) == {("a", Absent()), ("b", Absent())}
    assert [item.reading for item in made.steps[1].repairs] == [Known(True)]


def test_what_equals_another_and_will_be_invalidated_is_gone_already_too() -> None:
    readings: list[tuple[str, AnyReading]] = []
    rules: Rules = {"a": repair("a", undoes="b"), "b": repair("b")}

    def rule(drift: AnyDrift, facts: FactReader) -> Decision:
        name = require_fact_type(drift, On).name
        readings.append((name, drift.reading))
        return rules[name]

    same = On(host=HOST, name="b").must_equal(On(host=HOST, name="c"), because=WHY, source="a test")
    made = plan("test", (on("a"), same), {fact("a"): Absent(), fact("b"): Known(True), fact("c"): Known(True)}, rule)
    assert [name_of(step) for step in made.steps] == ["a", "b"]
    assert set(readings) == {("a", Absent()), ("b", Absent())}


def test_nothing_is_decided_on_a_fact_that_was_not_read_or_must_equal_one_that_was_not() -> None:
    def rule(drift: AnyDrift, facts: FactReader) -> Decision:
        raise AssertionError(drift)

    same = On(host=HOST, name="a").must_equal(On(host=HOST, name="b"), because=WHY, source="a test")
    for readings, unread in (({}, "a"), ({fact("a"): Absent()}, "b")):
        made = plan("test", (same,), readings, rule)
        assert made.unread_facts == {fact(unread)}
        assert (made.steps, made.blocked, made.derived, made.advice) == ((), (), (), ())


def test_a_circle_of_requirements_is_blocked_where_it_closes() -> None:
    rules: Rules = {"a": repair("a", requires="b"), "b": repair("b", requires="a"), "c": repair("c")}
    made = planned(rules, "ac", {fact(name): Absent() for name in "abc"})
    assert [name_of(step) for step in made.steps] == ["c"]
    (blocked,) = made.blocked
    assert (letter(blocked.expected), blocked.diagnostic.where) == ("a", HOST)
    assert blocked.diagnostic == diagnose("dependency-cycle", where=HOST, because=WHY)
    assert blocked.blocks == (fact_id(fact("b")),)
    explained = {
        name_of(each.step): [item.expected.source for item in each.step.repairs] for each in made.blocked_steps
    }
    assert explained == {"a": ["a test"], "b": ["a needs b"]}, "not by the requirement that closes it"


@pytest.mark.parametrize("many", [False, True], ids=["walked", "replayed"])
def test_all_that_share_what_a_step_will_invalidate_come_before_it(*, many: bool) -> None:
    """And each says so: the fact holds now, and nobody desires it for itself."""
    names = LETTERS[4 : 4 + plan_graph.MIN_SHARED_REQUIREMENTS + 1] if many else "h"
    shared = tuple(on(name, "common") for name in names)
    rules: Rules = {"a": repair("a", undoes="h")}
    rules |= {name: repair(name, common=shared, section="2") for name in "bcd"}
    readings = {fact(name): Known(True) if name in names else Absent() for name in LETTERS}
    made = planned(rules, "abcd", readings)
    assert [name_of(step) for step in made.steps] == ["b", "c", "d", "a"]
    ids = {name_of(step): step.id for step in made.steps}
    assert made.steps[-1].after == tuple(
        Dependency(step=ids[name], because=reason("before-invalidation", step=ids[name]), source=f"rule of {name}")
        for name in sorted("bcd", key=ids.__getitem__)
    )


@pytest.mark.parametrize("names", ["bcdefg", "efgbcd", "bfcedg"])
def test_of_those_that_share_requirements_each_uses_what_is_invalidated_at_its_own_time(names: str) -> None:
    """`b` to `d`, which `a` needs, before `a` invalidates it; `e` to `g`, which need `a`, once it was made again."""
    shared = tuple(on(name, "common") for name in "h" + LETTERS[-plan_graph.MIN_SHARED_REQUIREMENTS :])
    rules: Rules = {"a": repair("a", requires="bcd", undoes="h"), "h": repair("h")}
    rules |= {name: repair(name, common=shared) for name in "bcd"}
    rules |= {name: repair(name, requires="a", common=shared) for name in "efg"}
    readings = {fact(name): Absent() if name in "abcdefg" else Known(True) for name in LETTERS}
    order = [name_of(step) for step in planned(rules, names, readings).steps]
    assert [sorted(order[:3]), order[3:5], sorted(order[5:])] == [["b", "c", "d"], ["a", "h"], ["e", "f", "g"]]


def test_who_shares_requirements_with_those_that_come_later_uses_first_what_is_invalidated() -> None:
    """`d` comes before `b` anyway; `e` to `g` come after `a`: both invalidate `h`, which is made again once."""
    shared = tuple(on(name, "common") for name in "h" + LETTERS[-plan_graph.MIN_SHARED_REQUIREMENTS :])
    rules: Rules = {"a": repair("a", undoes="h"), "b": repair("b", requires="d", undoes="h"), "h": repair("h")}
    rules |= {"d": repair("d", common=shared), **{name: repair(name, requires="a", common=shared) for name in "efg"}}
    readings = {fact(name): Absent() if name in "abdefg" else Known(True) for name in LETTERS}
    order = [name_of(step) for step in planned(rules, "efgb", readings).steps]
    assert [order[0], sorted(order[1:3]), order[3], sorted(order[4:])] == ["d", ["a", "b"], "h", ["e", "f", "g"]]


def test_who_shares_requirements_with_steps_that_are_refused_still_has_them_met() -> None:
    names = LETTERS[-plan_graph.MIN_SHARED_REQUIREMENTS :]
    shared = tuple(on(name, "common") for name in names)
    rules: Rules = {**{name: repair(name) for name in names}, "h": REFUSED}
    rules |= {name: repair(name, requires="h", common=shared) for name in "abc"}
    rules |= {name: repair(name, common=shared) for name in "de"}
    order = [name_of(step) for step in planned(rules, "abcde", {fact(name): Absent() for name in LETTERS}).steps]
    assert [sorted(order[: len(names)]), sorted(order[len(names) :])] == [[*names], ["d", "e"]]


def test_a_circle_through_shared_requirements_is_blocked_where_it_closes() -> None:
    """`i` needs `b`, which shares requirements with `c`, `i` itself among them; the rest of them is met already."""
    names = LETTERS[8 : 8 + plan_graph.MIN_SHARED_REQUIREMENTS]
    shared = tuple(on(name, "common") for name in names)
    rules: Rules = {name: repair(name) for name in names}
    rules |= {"i": repair("i", requires="b"), **{name: repair(name, common=shared) for name in "abc"}}
    made = planned(rules, f"{names[1:]}cab", {fact(name): Absent() for name in LETTERS})
    assert {name_of(step) for step in made.steps} == set(names[1:])
    assert [(letter(blocked.expected), blocked.diagnostic.code) for blocked in made.blocked] == [
        ("i", "dependency-cycle")
    ]


def test_a_requirement_that_was_refused_since_others_shared_it_is_refused_to_the_next() -> None:
    """What holds as they require it has to be otherwise, which nothing can make it."""
    names = LETTERS[8 : 8 + plan_graph.MIN_SHARED_REQUIREMENTS]
    shared = tuple(on(name, "common") for name in names)
    rules: Rules = {**{name: repair(name, common=shared) for name in "abc"}, "i": REFUSED}
    otherwise = On(host=HOST, name="i").must_be(False, because=WHY, source="a test")
    readings = {fact(name): Known(True) if name in names else Absent() for name in LETTERS}

    def rule(drift: AnyDrift, facts: FactReader) -> Decision:
        return rules[require_fact_type(drift, On).name]

    made = plan("test", (on("a"), on("b"), otherwise, on("c")), readings, rule)
    assert [name_of(step) for step in made.steps] == ["a", "b"]
    assert [blocked.blocks for blocked in made.blocked] == [(fact_id(fact("c")),)]


def test_what_is_made_again_says_after_which_step_and_why() -> None:
    rules: Rules = {"a": repair("a", undoes="b"), "b": repair("b")}
    made = planned(rules, "ab", {fact("a"): Absent(), fact("b"): Known(True)})
    after = Dependency(
        step=made.steps[0].id, because=reason("after-invalidation", step=made.steps[0].id), source="rule of a"
    )
    assert made.steps[1].after == (after,)
