"""Newline-delimited JSON: a finding a line, for log shippers; the last line is the summary.

Every line names its schema: `bkrec schema finding`, `bkrec schema summary`, `bkrec schema event`.
"""

from reconciler.core.events import RunEnded
from reconciler.view import to_documents as to
from reconciler.view.documents import dumped
from reconciler.view.formats import Form, Format
from reconciler.view.formats.json import stream
from reconciler.view.render import RenderOptions
from reconciler.view.reports import (
    ChecksReport,
    ClusterReport,
    EndOfRun,
    ErrorReport,
    ReportKind,
    RunReport,
    UndoReport,
)


def form(kind: ReportKind) -> Form | None:
    match kind:
        case "check" | "diff":
            return _findings
        case "apply" | "undo":
            return _events
        case "checks":
            return _several
        case "error":
            return _error
        case (
            "ack" | "doctor" | "explain" | "history" | "init" | "lock" | "pause" | "plan" | "probe" | "rehearse"
            | "report" | "runbook" | "schema" | "seal" | "status" | "trust"
        ):  # fmt: skip
            return None


def _findings(report: ClusterReport, _: RenderOptions) -> str:
    lines = (*to.finding_lines(report), to.summary_document(report))
    return "".join(dumped(line, indent=None) for line in lines)


def _several(report: ChecksReport, page: RenderOptions) -> str:
    return "".join(
        _error(item, page) if isinstance(item, ErrorReport) else _findings(item, page) for item in report.reports
    )


def _events(report: RunReport, _: RenderOptions) -> str:
    first = (report.preview,) if isinstance(report, UndoReport) else ()
    events = (
        EndOfRun(event=event, remaining=report.remaining) if isinstance(event, RunEnded) else event
        for event in report.events
    )
    return "".join(stream(item) for item in (*first, *events))


def _error(report: ErrorReport, _: RenderOptions) -> str:
    return stream(report)


FORMAT = Format(form=form, stream=stream)
