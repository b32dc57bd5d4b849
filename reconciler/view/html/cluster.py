"""A cluster as it was read, as its page shows it: tiles, hosts by modules, findings by cause, their history."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from probes.fact import AnyDrift, Unknown, fact_id, kind_of
from reconciler.core.check_history import FindingRecord
from reconciler.core.diff import SEVERITIES, Severity, UnreadHost, counts, findings
from reconciler.core.verdict import EventVerdict, RunVerdict, Verdict
from reconciler.view import describe
from reconciler.view.messages.registry import diagnostic_text, fill, reason_text
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, harmless_lines
from reconciler.view.reports import ClusterReport
from reconciler.view.text.diff import unread_why
from reconciler.view.text.rows import grouped
from reconciler.view.to_documents import utc
from reconciler.view.value_diff import wording
from specs.diagnostic import Diagnostic
from specs.text import Lang

NARROW = 3
"""Hosts of which two tables fit side by side."""

Tone = str
"""A class of the style: good, warn, bad, info, mute."""

TONES: Mapping[Severity, Tone] = {
    "drift": "bad",
    "latent": "warn",
    "unknown": "mute",
    "advice": "info",
    "waived": "mute",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    name: str
    value: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A diagnostic."""

    code: str
    where: str
    what: str
    why: tuple[str, ...]
    hint: tuple[str, ...]
    """By lines: some are commands to paste."""
    because: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    text: str
    tone: Tone
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    module: str
    name: str
    cells: tuple[Cell | None, ...]
    """A host each; None where nothing is expected of it there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    hosts: tuple[str, ...]
    parts: tuple[tuple[MatrixRow, ...], ...]
    """Of few hosts the table is narrow: it stands in two parts beside each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    severity: Severity
    tone: Tone
    host: str
    fact: str
    id: str
    actual: str
    expected: str
    differences: tuple[str, ...]
    because: str
    source: str
    consequence: str
    hint: str
    since: str
    times: int
    flapping: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Findings that have one cause; without a known one, those of one module."""

    title: str
    detail: str
    tone: Tone
    hosts: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastFinding:
    id: str
    since: str
    last: str
    times: int
    present: bool
    flapping: bool
    recent: tuple[bool, ...]
    """The last checks, the newest last."""


def verdict_tone(verdict: Verdict | RunVerdict | EventVerdict | str) -> Tone:
    match verdict:
        case "converged" | "ready":
            return "good"
        case "differs" | "waiting" | "interrupted" | "rolled-back":
            return "warn"
        case "failed" | "refused" | "not-ready":
            return "bad"
        case _:
            return "mute"


def tiles(report: ClusterReport, lang: Lang) -> tuple[Tile, ...]:
    numbers = counts(report.difference)
    severities = (
        Tile(
            name=label(f"severity-{name}", lang),
            value=str(numbers[name]),
            tone=TONES[name] if numbers[name] else "none",
        )
        for name in SEVERITIES
        if numbers[name] or name in ("drift", "unknown")
    )
    matching = Tile(name=label("html-matching", lang), value=str(report.difference.matching), tone="good")
    return (matching, *severities)


def problems(diagnostics: Iterable[Diagnostic], lang: Lang) -> tuple[Problem, ...]:
    """A cause once, with all its places."""
    causes = grouped(tuple(dict.fromkeys(diagnostics)), lambda diagnostic: replace(diagnostic, where=""))
    places = (", ".join(diagnostic.where for diagnostic in same if diagnostic.where) for same in causes.values())
    return tuple(_problem(replace(cause, where=where), lang) for cause, where in zip(causes, places, strict=True))


def _problem(diagnostic: Diagnostic, lang: Lang) -> Problem:
    words = diagnostic_text(diagnostic)
    what, why, hint = (
        harmless_lines(fill(text, diagnostic.fields, lang)) for text in (words.what, words.why, words.hint)
    )
    return Problem(
        code=diagnostic.code,
        where=diagnostic.where,
        what=what,
        why=tuple(why.split("\n")) if why else (),
        hint=tuple(hint.split("\n")) if hint else (),
        because=reason_text(diagnostic.because, lang) if diagnostic.because else "",
        source=diagnostic.source,
    )


def matrix(report: ClusterReport, page: RenderOptions) -> Matrix:
    """Only what is expected somewhere; the worst severity decides a cell's tone, the number is of its findings."""
    difference = report.difference
    expected = Counter((item.module, item.fact.host) for item in report.expected)
    worst: dict[tuple[str, str], list[Severity]] = {}
    for severity, drift in findings(difference):
        if severity != "waived":
            worst.setdefault((drift.expected.module, drift.expected.fact.host), []).append(severity)
    places = dict.fromkeys((*expected, *worst))
    hosts = tuple(sorted({host for _, host in places}, key=by_address))
    rows = (
        MatrixRow(
            module=module,
            name=_module_name(module, page),
            cells=tuple(
                _cell(worst.get((module, host), ()), expected[module, host], page.lang)
                if (module, host) in places
                else None
                for host in hosts
            ),
        )
        for module in dict.fromkeys(module for module, _ in places)
    )
    all_rows = tuple(rows)
    half = (len(all_rows) + 1) // 2 if len(hosts) <= NARROW and len(all_rows) > NARROW else len(all_rows)
    return Matrix(hosts=hosts, parts=tuple(part for part in (all_rows[:half], all_rows[half:]) if part))


def by_address(host: str) -> tuple[object, ...]:
    """10.0.0.2 before 10.0.0.10."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in host.split("."))


def _module_name(module: str, page: RenderOptions) -> str:
    return page.product(module) if module else label("cluster-wide", page.lang)


def _cell(severities: Sequence[Severity], expected: int, lang: Lang) -> Cell:
    if not severities:
        return Cell(text="", tone="good", title=label("html-cell-good", lang, count=expected))
    numbers = Counter(severities)
    names = (
        label("html-cell-count", lang, count=numbers[name], severity=label(f"severity-{name}", lang))
        for name in SEVERITIES
        if numbers[name]
    )
    worst = min(severities, key=SEVERITIES.index)
    return Cell(text=str(len(severities)), tone=TONES[worst], title=label("list-separator", lang).join(names))


def causes(report: ClusterReport, page: RenderOptions) -> tuple[Cause, ...]:
    """The gravest first; of these, as on a terminal, what explains most."""
    result = [
        Cause(
            title=title,
            detail=detail,
            tone=TONES[severity],
            hosts=tuple(sorted({drift.expected.fact.host for _, drift in members}, key=by_address)),
            findings=tuple(_finding(severity, drift, report, page) for severity, drift in members),
        )
        for (severity, title, detail), members in _by_cause(report, page).items()
    ]
    order = {tone: number for number, tone in enumerate(TONES[name] for name in SEVERITIES)}
    return tuple(sorted(result, key=lambda cause: (order[cause.tone], -len(cause.findings))))


def _by_cause(
    report: ClusterReport, page: RenderOptions
) -> dict[tuple[Severity, str, str], list[tuple[Severity, AnyDrift]]]:
    return grouped(findings(report.difference), lambda item: _cause_of(item[0], item[1], report, page))


def _cause_of(
    severity: Severity, drift: AnyDrift, report: ClusterReport, page: RenderOptions
) -> tuple[Severity, str, str]:
    """Severity, title, detail. What other findings follow from stands with them, under its own name."""
    fact, known = drift.expected.fact, report.difference.causes
    cause = known.get(fact, fact if fact in known.values() else None)
    if isinstance(cause, UnreadHost):
        return severity, unread_why(drift, page), ""
    if cause is not None:
        title = f"{describe.fact(cause, page.lang)} @{cause.host}"
        return severity, title, label("html-one-cause", page.lang)
    if severity == "unknown":
        return severity, unread_why(drift, page), ""
    name = _module_name(drift.expected.module, page)
    return severity, name, "" if severity == "drift" else label(f"html-about-{severity}", page.lang)


def _finding(severity: Severity, drift: AnyDrift, report: ClusterReport, page: RenderOptions) -> Finding:
    fact, expected, kind = drift.expected.fact, drift.expected, kind_of(drift.expected.fact)
    latent, record = report.difference.latent.get(fact), report.history.get(fact_id(fact))
    unread = isinstance(drift.reading, Unknown)
    return Finding(
        severity=severity,
        tone=TONES[severity],
        host=fact.host,
        fact=describe.fact(fact, page.lang),
        id=fact_id(fact),
        actual=label("unknown", page.lang) if unread else describe.reading(drift.reading, page, kind=kind),
        expected=describe.reading(expected.reading, page, kind=kind),
        differences=tuple(wording(drift, page.lang)),
        because=reason_text(expected.because, page.lang),
        source=expected.source,
        consequence=reason_text(latent, page.lang) if latent is not None else "",
        hint=_hint(drift, report, page.lang),
        since=utc(record.since) if record else "",
        times=record.times if record else 0,
        flapping=bool(record and record.flapping),
    )


def _hint(drift: AnyDrift, report: ClusterReport, lang: Lang) -> str:
    for advised in report.difference.advice:
        if advised.drift is drift:
            return fill(diagnostic_text(advised.diagnostic).hint, advised.diagnostic.fields, lang)
    for waived in report.difference.waived:
        if waived.drift is drift:
            until = waived.waiver.until.isoformat()
            return label("until", lang, until=until, why=waived.waiver.because)
    return ""


def history(records: Mapping[str, FindingRecord]) -> tuple[PastFinding, ...]:
    """What is there now first; of each part the latest first."""
    order = sorted(records.items(), key=lambda item: (not item[1].present, -item[1].last, item[0]))
    return tuple(
        PastFinding(
            id=name,
            since=utc(record.since),
            last=utc(record.last),
            times=record.times,
            present=record.present,
            flapping=record.flapping,
            recent=tuple(mark == "1" for mark in record.recent),
        )
        for name, record in order
    )


def notes(report: ClusterReport, lang: Lang) -> Iterator[str]:
    """What the verdict does not speak about."""
    if report.not_covered:
        yield label("html-not-covered", lang, sections=", ".join(report.not_covered))
    if report.excluded:
        yield label("html-excluded", lang, modules=", ".join(report.excluded))
