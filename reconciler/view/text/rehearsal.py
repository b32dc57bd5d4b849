"""A rehearsal: time, outage windows, the result; then what was to go wrong, and what the cluster would be."""

from collections.abc import Iterator

from reconciler.core.rehearsal import Rehearsal
from reconciler.view import describe
from reconciler.view.messages.registry import reason_text
from reconciler.view.messages.ui import duration, label
from reconciler.view.render import RenderOptions, lines
from reconciler.view.reports import RehearsalReport
from reconciler.view.text.plan import numbers
from reconciler.view.text.rows import Row, rows

_TOPICS = ("interim-state", "interim-users", "interim-manual", "interim-reboots")


def rehearsal_text(report: RehearsalReport, page: RenderOptions) -> str:
    return lines(
        (page.paint(summary(report, page), "bold"),),
        rows(page, _planned(report, page), indent=2),
        ("",),
        _scenario(report, page),
        (label("rehearsal-read-only", page.lang),),
    )


def summary(report: RehearsalReport, page: RenderOptions) -> str:
    p50, p90 = (duration(seconds, page.lang) for seconds in (report.planned.p50_s, report.planned.p90_s))
    return label("rehearsal-time", page.lang, steps=len(report.cluster.plan.steps), p50=p50, p90=p90)


def basis(report: RehearsalReport, page: RenderOptions) -> str:
    runs = report.cluster.durations.runs
    return label("rehearsal-runs", page.lang, runs=runs) if runs else label("rehearsal-no-runs", page.lang)


def saved(report: RehearsalReport, page: RenderOptions) -> str:
    return label("rehearsal-saved", page.lang, time=report.read_at)


def result(rehearsed: Rehearsal, page: RenderOptions) -> str:
    counts = (("rehearsal-differs", rehearsed.differing), ("rehearsal-unknown", rehearsed.unknown))
    parts = [label(code, page.lang, count=count) for code, count in counts if count]
    return label("list-separator", page.lang).join(parts) or label("rehearsal-converges", page.lang)


def scenario_title(report: RehearsalReport, page: RenderOptions) -> str:
    numbered = numbers(report.cluster.plan)
    titles: list[str] = []
    if report.fails:
        failing = {step.id: step for step in report.cluster.plan.steps if step.id in report.fails}
        steps = (
            f"#{numbered[name]} {step.action.host}, {describe.action(step.action, page.lang)}"
            for name, step in failing.items()
        )
        titles.append(label("rehearsal-fails", page.lang, steps="; ".join(steps)))
    if report.lost is not None:
        time = duration(report.lost.at_s, page.lang)
        titles.append(label("rehearsal-lost", page.lang, host=report.lost.host, time=time))
    return label("list-separator", page.lang).join(titles)


def scenario_rows(report: RehearsalReport, page: RenderOptions) -> Iterator[Row]:
    scenario, lang = report.scenario, page.lang
    if scenario is None:
        return
    schedule = scenario.schedule
    numbered = numbers(report.cluster.plan)
    failed = ", ".join(f"#{numbered[name]}" for name in schedule.failed)
    restore = "rehearsal-restore" if scenario.irreversible else "rehearsal-reversible"
    yield label("rehearsal-ends", lang), label("rehearsal-after", lang, time=duration(schedule.total_s, lang))
    yield label("rehearsal-failed", lang), failed
    yield label("rehearsal-blocked", lang), label("rehearsal-steps", lang, count=len(schedule.blocked))
    yield label("rehearsal-no-return", lang), label(restore, lang, count=scenario.irreversible)
    if report.lost is not None:
        yield label("host", lang), label("rehearsal-host-down", lang, host=report.lost.host)
    interim = report.interim
    if interim is not None and scenario.unfinished:
        advice = describe.interim(report.cluster.release, interim)
        for topic, because in zip(_TOPICS, advice, strict=True):
            yield label(topic, lang), reason_text(because, lang)


def _planned(report: RehearsalReport, page: RenderOptions) -> Iterator[Row]:
    if report.read_at:
        yield label("rehearsal-readings", page.lang), saved(report, page)
    yield label("rehearsal-basis", page.lang), basis(report, page)
    yield label("outage", page.lang), "\n".join(_windows(report.planned, page)) or label("outage-none", page.lang)
    yield label("rehearsal-result", page.lang), result(report.planned, page)


def _windows(rehearsed: Rehearsal, page: RenderOptions) -> Iterator[str]:
    for window in rehearsed.outages:
        start, end = (duration(seconds, page.lang) for seconds in (window.start_s, window.end_s))
        yield label("rehearsal-window", page.lang, product=page.product(window.module), start=start, end=end)


def _scenario(report: RehearsalReport, page: RenderOptions) -> Iterator[str]:
    if report.scenario is not None:
        yield page.paint(scenario_title(report, page), "bold", "yellow")
        yield from rows(page, scenario_rows(report, page), indent=2)
        yield ""
