"""A part of a plan: closed, the smallest such part, in the plan's order; and all parts together are the whole.

What "closed" means is said here a second time and naively: `_drags`, one step at a time, without the graph of
`core/selection.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

import pytest

from actions.action import Disrupts
from probes.fact import Known
from reconciler.core.plan import (
    Blocked,
    BlockedStep,
    Dependency,
    Derived,
    Plan,
    Remaining,
    RepairedFact,
    Selection,
    Step,
)
from reconciler.core.selection import derived_without, remaining_after, select, unknown_steps
from reconciler.core.simulate import simulate, simulate_steps
from reconciler.core.step_order import section_rank
from specs.diagnostic import diagnose
from specs.reason import CodedReason
from tests.sim import worlds
from tests.support.flags import WHY, Flag, Raise

SECTIONS = ("5.1", "6.1", "7.1", "7.2", "7.8.1", "7.8.3", "7.10")
MODULES = ("paas", "gse", "job", "")
HOSTS = ("10.0.0.1", "10.0.0.2", "10.0.0.3")
SEEDS = range(40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Raise):
    """With an outage."""

    product: str = ""

    @property
    def outage(self) -> str:
        return self.product

    @property
    def disrupts(self) -> Disrupts:
        return "service" if self.product else "no"


def some_plan(random: Random, most: int = 24) -> Plan:
    """Each step needs some of those before it, and repairs a fact on a host that need not be its own."""
    steps: list[Step] = []
    for number in range(random.randint(1, most)):
        action = Work(host=random.choice(HOSTS), name=f"s{number}", product=random.choice(("", "", "", "paas", "gse")))
        expected = replace(Flag(host=random.choice(HOSTS), name=f"s{number}").up(), module=random.choice(MODULES))
        before = random.sample(steps, k=min(len(steps), random.choice((0, 1, 1, 2, 3))))
        steps.append(
            Step(
                id=f"s{number}",
                action=action,
                module=expected.module,
                section=random.choice(SECTIONS),
                because=WHY,
                source="a test",
                repairs=(RepairedFact(expected=expected, reading=Known("down"), needed=random.random() < 0.3),),
                requires=(),
                after=tuple(Dependency(step=other.id, because=WHY) for other in before),
            )
        )
    return Plan(release="test", steps=tuple(steps), blocked=())


def some_selection(random: Random, plan: Plan) -> Selection:
    def some(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(random.sample(tuple(names), k=1)) if random.random() < 0.5 else ()

    until = (*some(SECTIONS), *some(step.id for step in plan.steps))
    return Selection(until=until, modules=some(MODULES[:3]), hosts=some(HOSTS))


def _ids(plan: Plan) -> list[str]:
    return [step.id for step in plan.steps]


def _depends(step: str, on: str, steps: dict[str, Step]) -> bool:
    return any(edge.step == on or _depends(edge.step, on, steps) for edge in steps[step].after)


def _drags(name: str, steps: dict[str, Step]) -> set[str]:
    """What has to come along with this step: what it needs, and what ends its outage."""
    needs = {edge.step for edge in steps[name].after}
    product = steps[name].action.outage
    ends = {other for other, step in steps.items() if product and step.action.outage == product}
    return needs | {other for other in ends if _depends(other, name, steps)}


def _with_all(names: Iterable[str], steps: dict[str, Step]) -> set[str]:
    found: set[str] = set()
    todo = list(names)
    while todo:
        if (name := todo.pop()) not in found:
            found.add(name)
            todo += _drags(name, steps)
    return found


def _is_requested(step: Step, selection: Selection) -> bool:
    (repaired,) = step.repairs
    expected = repaired.expected
    matches = (not selection.modules or expected.module in selection.modules) and (
        not selection.hosts or expected.fact.host in selection.hosts
    )
    return matches and not (repaired.needed and (selection.modules or selection.hosts))


def _within(step: Step, section: str) -> bool:
    bound = section_rank(section)
    return section_rank(step.section)[: len(bound)] <= bound


def _expected_part(plan: Plan, selection: Selection) -> set[str]:
    """By the definition: a bound admits a step if nothing that comes along is beyond it."""
    steps = {step.id: step for step in plan.steps}
    admitted = set[str]() if selection.until else set(steps)
    for name in selection.until:
        if name in steps:
            admitted |= _with_all([name], steps)
        else:
            admitted |= {s for s in steps if all(_within(steps[other], name) for other in _with_all([s], steps))}
    return _with_all([s for s in admitted if _is_requested(steps[s], selection)], steps)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_part_is_what_was_asked_for_with_all_it_needs_and_nothing_else(seed: int) -> None:
    random = Random(seed)
    plan = some_plan(random)
    selection = some_selection(random, plan)
    part = select(plan, selection)
    assert set(_ids(part)) == _expected_part(plan, selection)
    assert _ids(part) == [name for name in _ids(plan) if name in set(_ids(part))], "in the plan's order"
    left = [item.step.id for item in part.remaining if item.step is not None]
    assert sorted([*_ids(part), *left]) == sorted(_ids(plan)), "each step is in the part or named as left"
    assert all(isinstance(item.because, CodedReason) for item in part.remaining)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_parts_together_are_the_whole(seed: int) -> None:
    plan = some_plan(Random(seed))
    by_section = [select(plan, Selection(until=(section,))) for section in SECTIONS]
    by_step = [select(plan, Selection(until=(name,))) for name in _ids(plan)]
    desired = {r.expected.fact.host for step in plan.steps for r in step.repairs if not r.needed}
    by_host = [select(plan, Selection(hosts=(host,))) for host in desired]
    wanted = _with_all(
        (step.id for step in plan.steps if not step.repairs[0].needed), {step.id: step for step in plan.steps}
    )
    for parts in (by_section, by_step):
        assert {name for part in parts for name in _ids(part)} == set(_ids(plan))
    assert {name for part in by_host for name in _ids(part)} == wanted
    assert all(set(_ids(one)) <= set(_ids(two)) for one, two in pairwise(by_section))


def test_nothing_selected_is_the_whole_plan_itself() -> None:
    plan = some_plan(Random(1))
    assert select(plan, Selection()) is plan


PLAN = worlds.study(worlds.World(cluster=worlds.slice_cluster()))[0]
READINGS = worlds.study(worlds.World(cluster=worlds.slice_cluster()))[1]


def test_until_a_section_of_the_guide_means_its_subsections_too_and_nothing_later() -> None:
    part = select(PLAN, Selection(until=("6",)))
    assert {section_rank(step.section)[0] for step in part.steps} == {4, 5, 6}
    assert all(step.section.startswith("7") for item in part.remaining if (step := item.step) is not None)
    assert not any(step.action.irreversible for step in part.steps)


@pytest.mark.parametrize("module", ["paas", "auth"])
def test_what_changes_data_is_never_in_a_part_without_its_backups(module: str) -> None:
    part = select(PLAN, Selection(modules=(module,)))
    kinds = {getattr(step.action, "kind", "") for step in part.steps}
    assert any(step.action.disrupts == "data" for step in part.steps)
    assert {"backup.mysql", "backup.mongodb"} <= kinds


def test_a_retired_unit_brings_along_what_replaces_it() -> None:
    """Else PaaS would be down until the next night."""
    retired = next(step.id for step in PLAN.steps if step.id.startswith("unit.retire-bk-paas-login"))
    part = select(PLAN, Selection(until=(retired,)))
    assert any(step.id.startswith("bkcli.install-paas@") for step in part.steps)


def test_a_host_is_given_what_makes_it_right_wherever_that_runs() -> None:
    part = select(PLAN, Selection(hosts=("10.0.0.2",)))
    assert any(step.id.startswith("bkcli.install-paas@10.0.0.1") for step in part.steps)
    assert not any(step.id.startswith("bkcli.install-bkauth@") for step in part.steps)


def test_parts_one_after_another_lead_where_the_whole_leads() -> None:
    now, done = READINGS, list[str]()
    for selection in (Selection(until=("6.5",)), Selection(modules=("paas",)), Selection()):
        part = select(PLAN, selection)
        steps = tuple(step for step in part.steps if step.id not in done)
        now = simulate_steps(steps, now, PLAN)
        done += [step.id for step in steps]
    assert sorted(done) == sorted(_ids(PLAN))
    assert now == simulate(PLAN, READINGS)


# what is blocked

STUCK = diagnose("unknown-not-repaired", where="10.0.0.2", because=WHY)


def _with_blocked() -> Plan:
    """s0 can be done; what gse needs on 10.0.0.2 is blocked, and a step with it."""
    plan = some_plan(Random(3), most=1)
    cause = replace(Flag(host="10.0.0.2", name="cause").up(), module="gse")
    step = replace(plan.steps[0], id="blocked", section="7.8.1", after=())
    return replace(
        plan,
        steps=(replace(plan.steps[0], section="5.1"),),
        blocked=(Blocked(expected=cause, diagnostic=STUCK),),
        blocked_steps=(BlockedStep(step=step, cause=cause.fact),),
    )


@pytest.mark.parametrize(
    ("selection", "concerned"),
    [
        (Selection(modules=("gse",)), True),
        (Selection(hosts=("10.0.0.2",)), True),
        (Selection(until=("7.8",)), True),
        (Selection(until=("blocked",)), True),
        (Selection(until=("6.1",)), False),
        (Selection(modules=("job",), hosts=("10.0.0.3",)), False),
    ],
)
def test_what_is_blocked_counts_for_the_part_that_wanted_it_and_is_left_by_the_others(
    selection: Selection, concerned: bool
) -> None:
    part = select(_with_blocked(), selection)
    assert bool(part.blocked) == concerned
    left = [item for item in part.remaining if item.expected is not None]
    assert [item.diagnostic for item in left] == ([] if concerned else [STUCK])


def test_what_refuses_a_run_refuses_each_part_of_it() -> None:
    plan = _with_blocked()
    bad = diagnose("package-md5", where="10.0.0.1", expected="a", found="b")
    plan = replace(plan, blocked=(replace(plan.blocked[0], diagnostic=bad),))
    assert select(plan, Selection(until=("5",))).blocked == plan.blocked


def test_a_step_is_known_whether_it_is_in_the_part_left_or_blocked() -> None:
    plan = _with_blocked()
    known = (plan.steps[0].id, "blocked", "7.8.1")
    assert unknown_steps(select(plan, Selection(until=known))) == ()
    assert unknown_steps(select(plan, Selection(until=(*known, "s-1")))) == ("s-1",)


def test_a_fact_that_follows_from_a_step_of_another_part_is_not_waited_for() -> None:
    a, b, c = (Flag(host="10.0.0.1", name=name).up() for name in "abc")
    chain = (Derived(expected=b, depends_on=(a,)), Derived(expected=c, depends_on=(b,)))
    assert derived_without(chain, set()) == chain
    assert derived_without(chain, {a.fact}) == ()
    assert derived_without(chain, {c.fact}) == chain


def test_what_is_left_of_a_run_is_each_step_once_and_each_blocked_fact() -> None:
    plan = _with_blocked()
    left = remaining_after(plan, frozenset({"s0"}), "04:30")
    assert [item.id for item in left] == ["s0", "test.flag cause @10.0.0.2"]
    assert [_code(item) for item in left] == ["part-window", "unknown-not-repaired"]
    assert _code(remaining_after(plan)[0]) == "part-unfinished"


def _code(item: Remaining) -> str:
    return item.because.code if isinstance(item.because, CodedReason) else "inline"
