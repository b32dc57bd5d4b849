"""Selection: a part of a plan, for an upgrade in several nights: `--until`, `--module`, `--host`.

A part is closed: it has everything its steps need, backups included, and everything that ends an outage which one of
its steps begins; so no night ends with a product retired and its successor not installed. It is the smallest such set.

* `--module M`, `--host H`: the steps that repair a desired fact of that module, on that host. Not the steps that run
  there: `bkcli install paas` runs on the controller and is what PaaS's own hosts need.
* `--until STEP`: that step.
* `--until SECTION`: every step up to this section of the guide. It is an upper bound as well: a step that needs one of
  a later section is left for later, since whoever says "until 7.8" has not agreed to 7.15.

In Terraform (`-target`) and Ansible (`--limit`, `--tags`) what a part leaves is found out afterwards; here it is in the
plan, step by step, with the reason.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace

from probes.fact import AnyExpected, AnyFact
from reconciler.core.plan import Blocked, Derived, Plan, Remaining, RepairedFact, Selection, Step, aborts_run
from reconciler.core.step_order import section_rank
from specs.reason import Reason, reason


def select(plan: Plan, selection: Selection) -> Plan:
    """The part of a whole plan; the whole where nothing is selected."""
    if not selection:
        return plan
    graph = StepGraph.of(plan.steps)
    allowed = _allowed(graph, selection)
    requested = [step.id for step in plan.steps if step.id in allowed and _matches(step, selection)]
    selected = graph.closed(requested)
    steps = tuple(step for step in plan.steps if step.id in selected)
    others = tuple(step for step in plan.steps if step.id not in selected)
    concerned, elsewhere = _blocked(plan, selection, steps)
    not_done = {repaired.expected.fact for step in others for repaired in step.repairs}
    return replace(
        plan,
        steps=steps,
        blocked=concerned,
        derived=derived_without(plan.derived, not_done | {blocked.expected.fact for blocked in elsewhere}),
        selection=selection,
        remaining=(
            *(Remaining(step=step, because=_why_not(step, graph, allowed, selection)) for step in others),
            *map(remaining_fact, elsewhere),
        ),
    )


def unknown_steps(plan: Plan) -> tuple[str, ...]:
    """What `--until` named that is neither a section nor a step of the whole plan, blocked ones included."""
    known = step_ids(plan)
    return tuple(name for name in plan.selection.until if not is_section(name) and name not in known)


def step_ids(plan: Plan) -> tuple[str, ...]:
    """Of the whole plan that this is a part of."""
    others = (item.step.id for item in plan.remaining if item.step is not None)
    return (*(step.id for step in plan.steps), *others, *(blocked.step.id for blocked in plan.blocked_steps))


def is_section(name: str) -> bool:
    return all(part.isdigit() for part in name.split("."))


def remaining_fact(blocked: Blocked) -> Remaining:
    """A fact without a step; why is what its diagnostic says."""
    diagnostic = blocked.diagnostic
    because = reason(diagnostic.code, **dict(diagnostic.fields))
    return Remaining(expected=blocked.expected, diagnostic=diagnostic, because=because)


def remaining_after(plan: Plan, outside_window: Set[str] = frozenset(), stop_at: str = "") -> tuple[Remaining, ...]:
    """Of a plan that was made once a run had ended: all that is left of the whole plan, with the reason."""
    window = reason("part-window", stop_at=stop_at)
    return (
        *(
            Remaining(step=step, because=window if step.id in outside_window else reason("part-unfinished"))
            for step in plan.steps
        ),
        *map(remaining_fact, plan.blocked),
        *plan.remaining,
    )


def not_done_by(plan: Plan, outside_window: Set[str] = frozenset(), stop_at: str = "") -> tuple[Remaining, ...]:
    """Of a plan that is about to be applied: what it is not going to do."""
    window = reason("part-window", stop_at=stop_at)
    late = (Remaining(step=step, because=window) for step in plan.steps if step.id in outside_window)
    return (*late, *map(remaining_fact, plan.blocked), *plan.remaining)


def derived_without(derived: Iterable[Derived], unrepaired: Set[AnyFact]) -> tuple[Derived, ...]:
    """Those that may come to match although these facts do not."""
    open_facts, known = set(unrepaired), tuple(derived)
    while True:
        waiting = [item for item in known if any(expected.fact in open_facts for expected in item.depends_on)]
        if open_facts.issuperset(item.expected.fact for item in waiting):
            return tuple(item for item in known if item not in waiting)
        open_facts.update(item.expected.fact for item in waiting)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepGraph:
    """The steps of a plan by id: what each needs, what needs it, and which outages it begins."""

    steps: Mapping[str, Step]
    needs: Mapping[str, tuple[str, ...]]
    dependants: Mapping[str, tuple[str, ...]]
    begins: Set[str]
    """Steps with an outage that goes on until a later step with the same outage: a unit is retired, then replaced."""

    @classmethod
    def of(cls, steps: Iterable[Step]) -> "StepGraph":
        known = {step.id: step for step in steps}
        needs = {name: tuple(edge.step for edge in step.after if edge.step in known) for name, step in known.items()}
        dependants: dict[str, list[str]] = {name: [] for name in known}
        for name, before in needs.items():
            for other in before:
                dependants[other].append(name)
        ahead: dict[str, frozenset[str]] = {}
        for name in reversed(known):
            later = (ahead[other] | outage_of(known[other]) for other in dependants[name])
            ahead[name] = frozenset[str]().union(*later)
        return cls(
            steps=known,
            needs=needs,
            dependants={name: tuple(others) for name, others in dependants.items()},
            begins=frozenset(name for name, step in known.items() if outage_of(step) & ahead[name]),
        )

    def closed(self, requested: Iterable[str]) -> frozenset[str]:
        """These, everything they need, and everything that ends an outage one of them begins."""
        selected = _reached(requested, self.needs)
        while ends := self.ends_of(selected) - selected:
            selected |= _reached(ends, self.needs)
        return selected

    def ends_of(self, begun: Set[str]) -> frozenset[str]:
        """The steps after which the outages are over that these begin."""
        ends: set[str] = set()
        for product, names in self._by_outage(begun & self.begins).items():
            ends |= {name for name in _reached(names, self.dependants) if product in outage_of(self.steps[name])}
        return frozenset(ends)

    def within(self, allowed: Set[str]) -> frozenset[str]:
        """The largest part of these steps that is closed."""
        while True:
            missing = self.steps.keys() - allowed
            excluded = set(_reached(missing, self.dependants))
            for product, names in self._by_outage(missing).items():
                before = _reached(names, self.needs) & self.begins
                excluded |= {name for name in before if product in outage_of(self.steps[name])}
            if excluded <= missing:
                return frozenset(allowed)
            allowed = allowed - excluded

    def _by_outage(self, names: Iterable[str]) -> dict[str, list[str]]:
        result: dict[str, list[str]] = {}
        for name in names:
            for product in outage_of(self.steps[name]):
                result.setdefault(product, []).append(name)
        return result


def outage_of(step: Step) -> frozenset[str]:
    """The module whose users it cuts off, if any."""
    action = step.action
    return frozenset({action.outage}) if action.outage and action.disrupts != "no" else frozenset()


def _reached(names: Iterable[str], edges: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """These, and all that can be reached from them."""
    reached: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += edges[name]
    return frozenset(reached)


def _allowed(graph: StepGraph, selection: Selection) -> frozenset[str]:
    """What `--until` allows; everything without it."""
    if not selection.until:
        return frozenset(graph.steps)
    allowed: frozenset[str] = frozenset()
    for name in selection.until:
        if is_section(name):
            allowed |= graph.within({step.id for step in graph.steps.values() if _up_to(step, name)})
        elif name in graph.steps:
            allowed |= graph.closed([name])
    return allowed


def _up_to(step: Step, section: str) -> bool:
    """7.8 includes 7.8.3."""
    bound = section_rank(section)
    return section_rank(step.section)[: len(bound)] <= bound


def _matches(step: Step, selection: Selection) -> bool:
    """It repairs something desired of the module, on the host."""
    if not (selection.modules or selection.hosts):
        return True
    return any(_is_desired_of(repaired, selection) for repaired in step.repairs)


def _is_desired_of(repaired: RepairedFact, selection: Selection) -> bool:
    return not repaired.needed and _concerns(repaired.expected, selection)


def _concerns(expected: AnyExpected, selection: Selection) -> bool:
    return (not selection.modules or expected.module in selection.modules) and (
        not selection.hosts or expected.fact.host in selection.hosts
    )


def _is_requested(step: Step, selection: Selection) -> bool:
    """Of a step that is not in the plan."""
    until = not selection.until or any(
        _up_to(step, name) if is_section(name) else step.id == name for name in selection.until
    )
    return until and _matches(step, selection)


def _blocked(
    plan: Plan, selection: Selection, steps: tuple[Step, ...]
) -> tuple[tuple[Blocked, ...], tuple[Blocked, ...]]:
    """Those that keep this part from being done, and the others."""
    causes = {blocked.cause for blocked in plan.blocked_steps if _is_requested(blocked.step, selection)}

    def concerns(blocked: Blocked) -> bool:
        of_part = not selection.until and _concerns(blocked.expected, selection)
        return of_part or blocked.expected.fact in causes or aborts_run(blocked, steps)

    return (
        tuple(blocked for blocked in plan.blocked if concerns(blocked)),
        tuple(blocked for blocked in plan.blocked if not concerns(blocked)),
    )


def _why_not(step: Step, graph: StepGraph, allowed: Set[str], selection: Selection) -> Reason:
    sections = [name for name in selection.until if is_section(name)]
    if step.id in allowed or not sections:
        return reason("part-not-selected")
    if not any(_up_to(step, name) for name in sections):
        return reason("part-later-section", section=step.section)
    return next(_waits_for(step, graph, sections), reason("part-not-selected"))


def _waits_for(step: Step, graph: StepGraph, sections: Iterable[str]) -> Iterator[Reason]:
    """Why a step within the bound is left all the same: for the last of the later steps that it needs, or that would
    have to end the outage it begins."""
    bounds = tuple(sections)
    needed = _reached([step.id], graph.needs)
    for code, names in (("part-needs-later", needed), ("part-outage-later", graph.closed([step.id]) - needed)):
        for other in reversed(tuple(graph.steps.values())):
            if other.id in names and not any(_up_to(other, name) for name in bounds):
                yield reason(code, step=other.id, section=other.section)
