"""POSIX shell, for a runbook: one paste for the controller."""

from reconciler.view.formats import Form, Format
from reconciler.view.formats.text import for_cluster
from reconciler.view.messages.registry import diagnostic_text, fill
from reconciler.view.render import RenderOptions, lines
from reconciler.view.reports import ClusterReport, ErrorReport, ReportKind
from reconciler.view.runbook.sections import single_line
from reconciler.view.text.runbook import runbook_shell


def form(kind: ReportKind) -> Form | None:
    match kind:
        case "runbook":
            return _runbook
        case "error":
            return _error
        case (
            "ack" | "apply" | "check" | "checks" | "diff" | "doctor" | "explain" | "history" | "init" | "lock"
            | "pause" | "plan" | "probe" | "rehearse" | "report" | "schema" | "seal" | "status" | "trust" | "undo"
        ):  # fmt: skip
            return None


def _runbook(report: ClusterReport, page: RenderOptions) -> str:
    return runbook_shell(report, for_cluster(RenderOptions(lang=page.lang), report))


def _error(report: ErrorReport, page: RenderOptions) -> str:
    """Pasted, it does nothing but say so."""
    return lines(
        f"# {diagnostic.code}: {single_line(text)}"
        for diagnostic in report.diagnostics
        for text in (fill(diagnostic_text(diagnostic).what, diagnostic.fields, page.lang),)
    )


FORMAT = Format(form=form)
