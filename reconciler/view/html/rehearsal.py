"""A rehearsal, as its page shows it: the night on an axis of time, as planned and with what fails."""

from collections.abc import Iterator
from typing import Any

from reconciler.core.rehearsal import Rehearsal
from reconciler.core.schedule import Interval
from reconciler.view import describe
from reconciler.view.html.cluster import Tile, by_address
from reconciler.view.html.plan import outage_spans
from reconciler.view.html.time_chart import Span, TimeChart, time_chart
from reconciler.view.messages.ui import duration, label
from reconciler.view.render import RenderOptions
from reconciler.view.reports import RehearsalReport
from reconciler.view.text.plan import numbers
from reconciler.view.text.rehearsal import basis, result, saved, scenario_rows, scenario_title, summary


def rehearsal_page(report: RehearsalReport, page: RenderOptions) -> dict[str, Any]:
    planned, scenario = report.planned, report.scenario
    return {
        "sentence": summary(report, page),
        "facts": (*(((label("rehearsal-readings", page.lang), saved(report, page)),) if report.read_at else ()),
                  (label("rehearsal-basis", page.lang), basis(report, page)),
                  (label("rehearsal-result", page.lang), result(planned, page))),
        "tiles": tuple(_tiles(planned, page)),
        "chart": _chart(report, planned, page),
        "outages": _outages(planned, page),
        "scenario": None if scenario is None else scenario_title(report, page),
        "scenario_rows": tuple((name, text) for name, text in scenario_rows(report, page) if text),
        "scenario_chart": None if scenario is None else _chart(report, scenario, page),
        "scenario_outages": None if scenario is None else _outages(scenario, page),
    }  # fmt: skip


def _tiles(planned: Rehearsal, page: RenderOptions) -> Iterator[Tile]:
    yield Tile(name=label("html-median", page.lang), value=duration(planned.p50_s, page.lang))
    yield Tile(name=label("html-nine-of-ten", page.lang), value=duration(planned.p90_s, page.lang))
    yield Tile(
        name=label("html-outages", page.lang),
        value=str(len({window.module for window in planned.outages})),
        tone="warn" if planned.outages else "none",
    )
    yield Tile(
        name=label("html-irreversible", page.lang),
        value=str(planned.irreversible),
        tone="oneway" if planned.irreversible else "none",
    )


def _chart(report: RehearsalReport, rehearsed: Rehearsal, page: RenderOptions) -> TimeChart:
    steps = {step.id: step for step in report.cluster.plan.steps}
    numbered = numbers(report.cluster.plan)
    failed = frozenset(rehearsed.schedule.failed)

    def bar(name: str, span: Interval) -> Span:
        step = steps[name]
        time = duration(span.end_s - span.start_s, page.lang)
        return Span(
            lane=step.action.host,
            start_s=span.start_s,
            end_s=span.end_s,
            kind="bad" if name in failed else "good",
            marks="oneway" if step.action.irreversible else "",
            title=f"#{numbered[name]} {describe.action(step.action, page.lang)} · {time}",
        )

    step_spans = tuple(bar(name, span) for name, span in rehearsed.schedule.spans.items())
    hosts = sorted({span.lane for span in step_spans}, key=by_address)
    return time_chart(step_spans, page.lang, total_s=rehearsed.schedule.total_s, lanes=hosts)


def _outages(rehearsed: Rehearsal, page: RenderOptions) -> TimeChart | None:
    spans, total_s = outage_spans(rehearsed.outages, page), rehearsed.schedule.total_s
    return time_chart(spans, page.lang, total_s=total_s, stacked=False) if spans else None
