"""A run, as its page shows it: its time line host by host, its steps, what it changed, and how to restore."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.core.run_report import StepOutcome, run_report
from reconciler.view.documents import DiagnosticDoc, RunReportDoc, StepReportDoc, TextDoc
from reconciler.view.html.cluster import Problem, Tile, Tone, by_address, verdict_tone
from reconciler.view.html.time_chart import Span, TimeChart, time_chart
from reconciler.view.messages.ui import duration, label
from reconciler.view.render import RenderOptions
from reconciler.view.reports import RunReport
from reconciler.view.text.run_report import cluster_rows
from reconciler.view.to_documents import run_report_document
from specs.text import LocalizedText

TONES: Mapping[StepOutcome, Tone] = {
    "done": "good",
    "skipped": "mute",
    "failed": "bad",
    "blocked": "warn",
    "deferred": "mute",
    "postponed": "mute",
    "needs-human": "info",
    "unfinished": "bad",
    "not-started": "mute",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStep:
    number: int
    step: str
    what: str
    host: str
    module: str
    outcome: str
    tone: Tone
    irreversible: bool
    attempts: int
    begun: str
    """Time of day."""
    offset: str
    """Since the run began."""
    seconds: str
    waited_for: str
    outage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    fact: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedStep:
    step: str
    problem: Problem
    log: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    what: str
    host: str
    made: str
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    cluster: str
    run: str
    tone: Tone
    verdict: str
    counts: str
    facts: tuple[tuple[str, str], ...]
    tiles: tuple[Tile, ...]
    chart: TimeChart | None
    outages: TimeChart | None
    steps: tuple[RunStep, ...]
    not_started: tuple[RunStep, ...]
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    failed: tuple[FailedStep, ...]
    backups: tuple[Restore, ...]


def document_of(report: RunReport, cluster: str) -> RunReportDoc:
    """Of a run that has just ended, as its journal would give it."""
    times = report.times or ("",) * len(report.events)
    run = next((event.run for event in report.events if event.event == "run-started"), "")
    reported = run_report(run, zip(times, report.events, strict=True))
    return run_report_document(cluster, reported, 0, report.cluster.titles)


def run_page(report: RunReportDoc, page: RenderOptions, verdict: str = "") -> RunPage:
    """`verdict`: where more is known of it than the journal has."""
    page = replace(page, titles={name: LocalizedText(en=t.en, zh=t.zh) for name, t in report.titles.items()})
    word = verdict or report.verdict or "unfinished"
    numbered = {step.step: number for number, step in enumerate(report.steps, start=1)}
    rows = tuple(_row(step, numbered, report, page) for step in report.steps)
    total_s = _total_s(report)
    return RunPage(
        cluster=report.cluster,
        run=report.run,
        tone=verdict_tone(word),
        verdict=label(f"word-{word}", page.lang),
        counts=label(
            "run-counts",
            page.lang,
            done=sum(step.outcome == "done" for step in report.steps),
            steps=len(report.steps),
            failed=sum(step.outcome == "failed" for step in report.steps),
        ),
        facts=tuple(_facts(report, page)),
        tiles=tuple(_tiles(report, total_s, page)),
        chart=_chart(report, numbered, total_s, page),
        outages=_outages(report, numbered, total_s, page),
        steps=tuple(row for row, step in zip(rows, report.steps, strict=True) if step.started),
        not_started=tuple(row for row, step in zip(rows, report.steps, strict=True) if not step.started),
        changes=tuple(_changes(report)),
        problems=tuple(_problem(problem, page) for problem in report.problems),
        failed=tuple(
            FailedStep(step=_what(step, page), problem=_problem(step.problem, page), log=tuple(step.log))
            for step in report.steps
            if step.problem is not None
        ),
        backups=tuple(_backups(report, page)),
    )


def _text(text: TextDoc, page: RenderOptions) -> str:
    return text.zh if page.lang == "zh" else text.en


def _what(step: StepReportDoc, page: RenderOptions) -> str:
    return _text(step.what, page) if step.what is not None else step.step


def _problem(problem: DiagnosticDoc, page: RenderOptions) -> Problem:
    what, why, hint = (_text(text, page) for text in (problem.what, problem.why, problem.hint))
    because = problem.because
    return Problem(
        code=problem.code,
        where=problem.where,
        what=what,
        why=tuple(why.split("\n")) if why else (),
        hint=tuple(hint.split("\n")) if hint else (),
        because="" if because is None else (because.zh if page.lang == "zh" else because.en),
        source=problem.source,
    )


def _facts(report: RunReportDoc, page: RenderOptions) -> Iterator[tuple[str, str]]:
    who = f"{report.user}@{report.source}" if report.user else "-"
    confirmed = (
        label(f"report-confirmed-{given.how}", page.lang, who=f"{given.user}@{given.source}", steps=given.steps)
        for given in report.confirmed
    )
    rows = (
        *cluster_rows(report, page),
        ("report-who", who),
        ("report-confirmed", label("list-separator", page.lang).join(confirmed)),
        ("report-approvals", ", ".join(report.approvals)),
        ("report-started", _moment(report.started)),
        ("report-ended", _moment(report.ended)),
        ("report-torn", str(report.torn) if report.torn else ""),
    )
    return ((label(name, page.lang), text) for name, text in rows if text)


def _moment(at: str) -> str:
    return at[:19].replace("T", " ") + (" UTC" if at.endswith(("+00:00", "Z")) else at[23:]) if at else ""


def _tiles(report: RunReportDoc, total_s: float, page: RenderOptions) -> Iterator[Tile]:
    outcomes = [step.outcome for step in report.steps]
    yield Tile(name=label("report-duration", page.lang), value=duration(total_s, page.lang))
    for outcome in ("done", "failed", "blocked", "needs-human", "unfinished"):
        number = outcomes.count(outcome)
        if number or outcome in ("done", "failed"):
            yield Tile(
                name=label(f"outcome-{outcome}", page.lang),
                value=str(number),
                tone=TONES[outcome] if number else "none",
            )
    yield Tile(name=label("html-at-once", page.lang), value=str(_most_at_once(report)))


def _most_at_once(report: RunReportDoc) -> int:
    """Most steps that ran at one moment. An end comes before a start of the same moment."""
    spans = [span for step in report.steps if (span := _span(step, report)) is not None]
    marks = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    running = most = 0
    for _, change in marks:
        running += change
        most = max(most, running)
    return most


def _at(moment: str, report: RunReportDoc) -> float:
    """Seconds since the run began."""
    return (datetime.fromisoformat(moment) - datetime.fromisoformat(report.started)).total_seconds()


def _span(step: StepReportDoc, report: RunReportDoc) -> tuple[float, float] | None:
    if not step.started or not report.started:
        return None
    start = _at(step.started, report)
    last = step.ended or report.ended
    return start, max(start, _at(last, report) if last else start)


def _total_s(report: RunReportDoc) -> float:
    ends = [span[1] for step in report.steps if (span := _span(step, report)) is not None]
    whole = _at(report.ended, report) if report.ended and report.started else 0.0
    return max((whole, *ends))


def _row(step: StepReportDoc, numbered: Mapping[str, int], report: RunReportDoc, page: RenderOptions) -> RunStep:
    span = _span(step, report)
    return RunStep(
        number=numbered[step.step],
        step=step.step,
        what=_what(step, page),
        host=step.host,
        module=page.product(step.module) if step.module else "",
        outcome=label(f"outcome-{step.outcome}", page.lang),
        tone=TONES[step.outcome],
        irreversible=step.irreversible,
        attempts=step.attempts,
        begun=step.started[11:19],
        offset="" if span is None else f"+{_clock(span[0])}",
        seconds=duration(step.seconds, page.lang) if step.seconds else "",
        waited_for=f"#{numbered[step.waited_for]}" if step.waited_for in numbered else "",
        outage=page.product(step.outage) if step.outage else "",
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"


def _bar_title(step: StepReportDoc, number: int, page: RenderOptions) -> str:
    return f"#{number} {_what(step, page)} · {duration(step.seconds, page.lang)} · " + label(
        f"outcome-{step.outcome}", page.lang
    )


def _chart(report: RunReportDoc, numbered: Mapping[str, int], total_s: float, page: RenderOptions) -> TimeChart | None:
    spans = tuple(
        Span(
            lane=step.host,
            start_s=span[0],
            end_s=span[1],
            kind=TONES[step.outcome],
            marks="oneway" if step.irreversible else "",
            title=_bar_title(step, numbered[step.step], page),
        )
        for step in report.steps
        if (span := _span(step, report)) is not None
    )
    hosts: Sequence[str] = sorted({span.lane for span in spans}, key=by_address)
    return time_chart(spans, page.lang, total_s=total_s, lanes=hosts) if spans else None


def _outages(
    report: RunReportDoc, numbered: Mapping[str, int], total_s: float, page: RenderOptions
) -> TimeChart | None:
    spans = tuple(
        Span(
            lane=page.product(step.outage),
            start_s=span[0],
            end_s=span[1],
            kind="warn",
            title=_bar_title(step, numbered[step.step], page),
        )
        for step in report.steps
        if step.outage and (span := _span(step, report)) is not None
    )
    return time_chart(spans, page.lang, total_s=total_s, stacked=False) if spans else None


def _changes(report: RunReportDoc) -> Iterator[Change]:
    for step in report.steps:
        for change in step.changes if step.outcome == "done" else ():
            fact, _, values = change.partition(": ")
            before, _, after = values.rpartition(" -> ")
            yield Change(fact=fact, before=before, after=after)


def _backups(report: RunReportDoc, page: RenderOptions) -> Iterator[Restore]:
    steps = {step.step: step for step in report.steps}
    for backup in report.backups:
        what = _what(steps[backup.step], page) if backup.step in steps else backup.step
        yield Restore(what=what, host=backup.host, made=_moment(backup.made), commands=tuple(backup.restore))
