"""A plan, as its page shows it: stages as a graph, outages along the estimated time, every step with its reasons.

A stage is a stretch of consecutive steps of one section of the guide. Since steps stand in the order of their
dependencies, the graph of the stages has no circle.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from probes.fact import fact_id
from reconciler.core.estimate import Estimate, OutageWindow, estimate
from reconciler.core.plan import Blocked, Plan, Step
from reconciler.core.selection import outage_of
from reconciler.view import describe
from reconciler.view.html.cluster import Problem, Tile, problems
from reconciler.view.html.flow_chart import FlowChart, Size, flow_chart
from reconciler.view.html.time_chart import Span, TimeChart, time_chart
from reconciler.view.messages.registry import reason_text
from reconciler.view.messages.ui import duration, label
from reconciler.view.overwritten import is_digest, overwritten
from reconciler.view.render import RenderOptions, clipped
from reconciler.view.reports import ClusterReport
from reconciler.view.text.part import spans, stage_title
from reconciler.view.text.plan import numbers
from reconciler.view.text.rows import grouped

BOX = Size(width=212, height=74, gap_x=22, gap_y=40, passage=8)
TITLE_COLUMNS = 28
"""What fits into a box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    steps: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    number: int
    id: str
    host: str
    module: str
    action: str
    seconds: float
    because: str
    source: str
    after: tuple[After, ...]
    outage: str
    deletes_data: bool
    irreversible: bool
    manual: bool
    approval: str
    backup: bool
    deletes: str
    side_effects: tuple[str, ...]
    overwrites: tuple[str, ...]
    restore: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    name: str
    section: str
    title: str
    lines: tuple[str, ...]
    """Its title broken to fit into a box, at most two."""
    numbers: str
    hosts: int
    seconds: float
    outages: tuple[str, ...]
    irreversible: bool
    steps: tuple[StepRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedCause:
    problem: Problem
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    tiles: tuple[Tile, ...]
    stages: tuple[Stage, ...]
    flow: FlowChart
    box: Size
    outages: TimeChart | None
    blocked: tuple[BlockedCause, ...]
    advice: tuple[BlockedCause, ...]
    derived: tuple[str, ...]
    irreversible_from: int
    """The number of the first irreversible step; 0: there is none."""


def plan_page(report: ClusterReport, page: RenderOptions) -> PlanPage:
    plan = report.plan
    numbered = numbers(plan)
    names = _stage_names(plan.steps)
    by_stage = grouped(plan.steps, lambda step: names[step.id])
    estimated = estimate(plan.steps, report.durations)
    stages = tuple(_stage(name, steps, report, page, numbered, estimated) for name, steps in by_stage.items())
    edges = {(names[after.step], names[step.id]) for step in plan.steps for after in step.after if after.step in names}
    return PlanPage(
        tiles=tuple(_tiles(plan, estimated, page)),
        stages=stages,
        flow=flow_chart(tuple(by_stage), edges, BOX),
        box=BOX,
        outages=_outage_chart(plan, estimated, page),
        blocked=_causes(plan.blocked, page),
        advice=_causes(plan.advice, page),
        derived=tuple(fact_id(derived.expected.fact) for derived in plan.derived),
        irreversible_from=next((numbered[s.id] for s in plan.steps if s.action.irreversible), 0),
    )


def _stage_names(steps: Sequence[Step]) -> Mapping[str, str]:
    """Step id → its stage: the section, and where that comes again, the section and how often it did."""
    names: dict[str, str] = {}
    times: dict[str, int] = {}
    for section, members in groupby(steps, key=lambda step: step.section):
        times[section] = times.get(section, 0) + 1
        name = section if times[section] == 1 else f"{section}-{times[section]}"
        names |= {step.id: name for step in members}
    return names


def _stage(
    name: str,
    steps: Sequence[Step],
    report: ClusterReport,
    page: RenderOptions,
    numbered: Mapping[str, int],
    estimated: Estimate,
) -> Stage:
    title = stage_title(steps[0].section, report, page)
    at = [estimated.schedule.spans[step.id] for step in steps]
    return Stage(
        name=name,
        section=steps[0].section,
        title=title,
        lines=_broken(title),
        numbers=spans([numbered[step.id] for step in steps]),
        hosts=len({step.action.host for step in steps}),
        seconds=max(span.end_s for span in at) - min(span.start_s for span in at),
        outages=tuple(dict.fromkeys(page.product(s.action.outage) for s in steps if outage_of(s))),
        irreversible=any(step.action.irreversible for step in steps),
        steps=tuple(_row(step, numbered, estimated.seconds[step.id], page) for step in steps),
    )


def _broken(title: str) -> tuple[str, ...]:
    lines = list(RenderOptions(width=TITLE_COLUMNS).wrapped("", title))
    if len(lines) > 2:
        lines[1:] = [clipped(f"{lines[1]} {lines[2]}", TITLE_COLUMNS)]
    return tuple(lines)


def _row(step: Step, numbered: Mapping[str, int], seconds: float, page: RenderOptions) -> StepRow:
    action, lang = step.action, page.lang
    deletes = action.deletes() if action.disrupts == "data" else None
    return StepRow(
        number=numbered[step.id],
        id=step.id,
        host=action.host,
        module=page.product(step.module) if step.module else label("cluster-wide", lang),
        action=describe.action(action, lang),
        seconds=seconds,
        because=reason_text(step.because, lang),
        source=step.source,
        after=tuple(_after(step, numbered, page)),
        outage=page.product(action.outage) if outage_of(step) else "",
        deletes_data=action.disrupts == "data",
        irreversible=action.irreversible,
        manual=describe.manual_instruction(action),
        approval=action.approval_id,
        backup=describe.is_backup(action),
        deletes=reason_text(deletes, lang) if deletes is not None else "",
        side_effects=tuple(reason_text(effect, lang) for effect in action.side_effects()),
        overwrites=tuple(_overwrites(step, page)),
        restore=action.restore_commands(),
    )


def _after(step: Step, numbered: Mapping[str, int], page: RenderOptions) -> Iterator[After]:
    for because, edges in grouped(step.after, lambda edge: reason_text(edge.because, page.lang)).items():
        yield After(steps=spans(sorted(numbered[e.step] for e in edges if e.step in numbered)), because=because)


def _overwrites(step: Step, page: RenderOptions) -> Iterator[str]:
    for drift in overwritten(step):
        fact, name = drift.expected.fact, describe.fact(drift.expected.fact, page.lang)
        if is_digest(drift):
            yield label("overwrites-content", page.lang, fact=name)
        else:
            kind = str(getattr(fact, "kind", ""))
            before, after = (
                describe.reading(reading, page, kind=kind) for reading in (drift.reading, drift.expected.reading)
            )
            yield label("overwrites-value", page.lang, fact=name, before=before, after=after)


def _tiles(plan: Plan, estimated: Estimate, page: RenderOptions) -> Iterator[Tile]:
    irreversible = sum(step.action.irreversible for step in plan.steps)
    yield Tile(name=label("html-steps", page.lang), value=str(len(plan.steps)))
    yield Tile(name=label("html-estimate", page.lang), value=duration(estimated.total_s, page.lang))
    yield Tile(name=label("html-hosts-count", page.lang), value=str(len({s.action.host for s in plan.steps})))
    down = len(estimated.outages)
    yield Tile(name=label("html-outages", page.lang), value=str(down), tone="warn" if down else "none")
    yield Tile(
        name=label("html-irreversible", page.lang), value=str(irreversible), tone="oneway" if irreversible else "none"
    )
    yield Tile(
        name=label("html-blocked", page.lang), value=str(len(plan.blocked)), tone="bad" if plan.blocked else "none"
    )


def _outage_chart(plan: Plan, estimated: Estimate, page: RenderOptions) -> TimeChart | None:
    spans, at = outage_spans(estimated.windows, page), estimated.schedule.spans
    no_return = label("html-no-return", page.lang)
    moments = tuple((at[step.id].start_s, "oneway", no_return) for step in plan.steps if step.action.irreversible)[:1]
    return time_chart(spans, page.lang, total_s=estimated.total_s, moments=moments, stacked=False) if spans else None


def outage_spans(windows: Iterable[OutageWindow], page: RenderOptions) -> tuple[Span, ...]:
    return tuple(
        Span(
            lane=page.product(window.module),
            start_s=window.start_s,
            end_s=window.end_s,
            kind="warn",
            title=f"{page.product(window.module)} · {duration(window.end_s - window.start_s, page.lang)}",
        )
        for window in windows
    )


def _causes(blocked: Sequence[Blocked], page: RenderOptions) -> tuple[BlockedCause, ...]:
    groups = grouped(blocked, lambda item: item.diagnostic)
    return tuple(
        BlockedCause(
            problem=problems((diagnostic,), page.lang)[0],
            facts=tuple(
                dict.fromkeys(
                    (*(fact_id(item.expected.fact) for item in members), *(f for item in members for f in item.blocks))
                )
            ),
        )
        for diagnostic, members in groups.items()
    )
