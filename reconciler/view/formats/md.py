"""Markdown, for tickets, chats and wikis: the verdict, and a table of findings.

Values come from hosts: in a cell nothing of them is markup, neither of Markdown nor of HTML.
"""

from collections.abc import Hashable, Iterator, Sequence
from typing import Any, cast

from probes.fact import AnyDrift, Unknown, fact_id, kind_of
from reconciler.core.diff import Cause, findings
from reconciler.view import describe
from reconciler.view.finding_groups import hosts_of, same_text
from reconciler.view.formats import Form, Format
from reconciler.view.formats.text import for_cluster
from reconciler.view.hosts import hosts_text
from reconciler.view.markdown import escaped, table
from reconciler.view.messages.registry import diagnostic_text, fill, reason_text
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, harmless_lines, lines
from reconciler.view.reports import ChecksReport, ClusterReport, ErrorReport, ReportKind
from reconciler.view.text.check import summary_lines
from reconciler.view.text.finding import cause_text, not_listed
from reconciler.view.text.run_report import run_report_text
from reconciler.view.text.verdict import verdict_line
from reconciler.view.to_documents import utc
from specs.diagnostic import Diagnostic


def form(kind: ReportKind) -> Form | None:
    match kind:
        case "check" | "diff":
            return _compared
        case "checks":
            return _several
        case "error":
            return _error
        case "report":
            return run_report_text
        case "runbook":
            return _runbook
        case (
            "ack" | "apply" | "doctor" | "explain" | "history" | "init" | "lock" | "pause" | "plan" | "probe"
            | "rehearse" | "schema" | "seal" | "status" | "trust" | "undo"
        ):  # fmt: skip
            return None


def _runbook(report: ClusterReport, page: RenderOptions) -> str:
    from reconciler.view.text.runbook import runbook_markdown  # with every probe and judge

    return runbook_markdown(report, for_cluster(RenderOptions(lang=page.lang), report))


def _compared(report: ClusterReport, page: RenderOptions) -> str:
    page = for_cluster(RenderOptions(lang=page.lang), report)
    rows = tuple(_rows(report, page))
    columns = ("severity", "host", "module", "fact", "actual", "expected", "since", "follows-from")
    head = (label(name, page.lang) for name in columns)
    return lines(
        (f"## {escaped(report.name)}", "", f"**{escaped(verdict_line(report.release, report.difference, page))}**"),
        ("", *(escaped(line) for line in not_listed(report.difference, report.listing, page)))
        if report.listing.is_partial
        else (),
        ("", *table(head, rows)) if rows else (),
        ("", *(f"- {_problem(warning, page)}" for warning in report.warnings)) if report.warnings else (),
    )


def _several(report: ChecksReport, page: RenderOptions) -> str:
    parts = (
        f"## {escaped(item.cluster)}\n\n{_error(item, page)}"
        if isinstance(item, ErrorReport)
        else _compared(item, page)
        for item in report.reports
    )
    return lines(summary_lines(report, page)) + "\n" + "\n".join(parts)


def _rows(report: ClusterReport, page: RenderOptions) -> Iterator[tuple[str, ...]]:
    """A cause stands before what follows from it; the same on several hosts, with the same cause, is one row."""
    causes = report.difference.causes
    order: dict[Cause, int] = {}
    together: dict[Hashable, list[AnyDrift]] = {}
    for severity, drift in findings(report.listed):
        fact = drift.expected.fact
        order.setdefault(causes.get(fact, fact), len(order))
        key = (severity, same_text(drift, page), causes.get(fact), report.difference.latent.get(fact))
        together.setdefault(key, []).append(drift)

    def place(item: tuple[Hashable, list[AnyDrift]]) -> tuple[int, bool]:
        fact = item[1][0].expected.fact
        return order[causes.get(fact, fact)], fact in causes

    for (severity, *_), drifts in sorted(cast("list[tuple[Any, list[AnyDrift]]]", [*together.items()]), key=place):
        yield _row(severity, drifts, report, page)


def _row(severity: str, drifts: Sequence[AnyDrift], report: ClusterReport, page: RenderOptions) -> tuple[str, ...]:
    drift = drifts[0]
    fact, kind = drift.expected.fact, kind_of(drift.expected.fact)
    why, cause = report.difference.latent.get(fact), report.difference.causes.get(fact)
    records = (report.history.get(fact_id(same.expected.fact)) for same in drifts)
    since = min((record.since for record in records if record is not None), default=0)
    actual = describe.reading(drift.reading, page, kind=kind)
    texts = (
        label(f"severity-{severity}", page.lang),
        hosts_text(hosts_of(drifts), page.lang),
        drift.expected.module,
        describe.fact(fact, page.lang),
        actual if why is None else f"{actual} ({reason_text(why, page.lang)})",
        "" if isinstance(drift.reading, Unknown) else describe.reading(drift.expected.reading, page, kind=kind),
        utc(since) if since else "",
        "" if cause is None else cause_text(cause, page),
    )
    return tuple(escaped(text) for text in texts)


def _error(report: ErrorReport, page: RenderOptions) -> str:
    return lines(f"- {_problem(diagnostic, page)}" for diagnostic in report.diagnostics) if report.diagnostics else ""


def _problem(diagnostic: Diagnostic, page: RenderOptions) -> str:
    words = diagnostic_text(diagnostic)
    what, hint = (harmless_lines(fill(text, diagnostic.fields, page.lang)) for text in (words.what, words.hint))
    where = f" ({escaped(diagnostic.where)})" if diagnostic.where else ""
    return f"**{escaped(diagnostic.code)}**{where}: {escaped(what)}. {escaped(hint)}"


FORMAT = Format(form=form)
