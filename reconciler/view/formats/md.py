"""Markdown, for tickets, chats and wikis: the verdict, and a table of findings.

Values come from hosts: in a cell nothing of them is markup, neither of Markdown nor of HTML.
"""

from probes.fact import AnyDrift, Unknown, fact_id, kind_of
from reconciler.core.diff import findings
from reconciler.view import describe
from reconciler.view.formats import Form, Format
from reconciler.view.formats.text import for_cluster
from reconciler.view.markdown import escaped, table
from reconciler.view.messages.registry import diagnostic_text, fill, reason_text
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, harmless_lines, lines
from reconciler.view.reports import ChecksReport, ClusterReport, ErrorReport, ReportKind
from reconciler.view.text.check import summary_lines
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
        case (
            "ack" | "apply" | "doctor" | "explain" | "history" | "init" | "lock" | "pause" | "plan" | "probe"
            | "rehearse" | "schema" | "status" | "trust" | "undo"
        ):  # fmt: skip
            return None


def _compared(report: ClusterReport, page: RenderOptions) -> str:
    page = for_cluster(RenderOptions(lang=page.lang), report)
    rows = tuple(_row(severity, drift, report, page) for severity, drift in findings(report.difference))
    head = (label(name, page.lang) for name in ("severity", "host", "module", "fact", "actual", "expected", "since"))
    return lines(
        (f"## {escaped(report.name)}", "", f"**{escaped(verdict_line(report.release, report.difference, page))}**"),
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


def _row(severity: str, drift: AnyDrift, report: ClusterReport, page: RenderOptions) -> tuple[str, ...]:
    fact, kind = drift.expected.fact, kind_of(drift.expected.fact)
    why, record = report.difference.latent.get(fact), report.history.get(fact_id(fact))
    actual = describe.reading(drift.reading, page, kind=kind)
    texts = (
        label(f"severity-{severity}", page.lang),
        fact.host,
        drift.expected.module,
        describe.fact(fact, page.lang),
        actual if why is None else f"{actual} ({reason_text(why, page.lang)})",
        "" if isinstance(drift.reading, Unknown) else describe.reading(drift.expected.reading, page, kind=kind),
        utc(record.since) if record else "",
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
