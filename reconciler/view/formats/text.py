"""Text for people, in the language, width and colours asked for; the progress of a run goes to stderr beside it."""

from dataclasses import replace

from reconciler.view.formats import Form, Format
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, lines, sanitized
from reconciler.view.reports import (
    ChecksReport,
    ClusterReport,
    ErrorReport,
    InitReport,
    ProbeReport,
    RehearsalReport,
    ReportKind,
    RunReport,
    UndoReport,
)
from reconciler.view.text.check import check_text, summary_lines
from reconciler.view.text.diagnostic import diagnostics_text
from reconciler.view.text.diff import diff_text
from reconciler.view.text.doctor import doctor_text
from reconciler.view.text.part import interim_lines
from reconciler.view.text.plan import plan_text
from reconciler.view.text.probe import probe_text
from reconciler.view.text.rehearsal import rehearsal_text
from reconciler.view.text.undo import undone_text
from reconciler.view.text.verdict import verdict_line


def form(kind: ReportKind) -> Form | None:
    match kind:
        case "ack" | "history" | "lock" | "pause" | "report" | "schema" | "seal" | "status" | "trust":
            return _of_document(kind)
        case "apply":
            return _apply
        case "check":
            return _check
        case "checks":
            return _checks
        case "diff":
            return _diff
        case "doctor":
            return doctor_text
        case "error":
            return _error
        case "explain":
            from reconciler.view.explain import explain_text  # with models of the whole guide

            return explain_text
        case "init":
            return _init
        case "plan":
            return _plan
        case "probe":
            return _probe
        case "rehearse":
            return _rehearsal
        case "runbook":
            return _runbook
        case "undo":
            return _undo


def _of_document(kind: ReportKind) -> Form | None:
    """Made of documents, whose models take long to make: imported by who shows one."""
    from reconciler.view.formats.json import form as json_form
    from reconciler.view.text import runs
    from reconciler.view.text.ack import ack_text
    from reconciler.view.text.run_report import run_report_text
    from reconciler.view.text.seal import seal_text
    from reconciler.view.text.trust import trust_text

    match kind:
        case "ack":
            return ack_text
        case "history":
            return runs.history_text
        case "lock":
            return runs.lock_text
        case "pause":
            return runs.paused_text
        case "report":
            return run_report_text
        case "seal":
            return seal_text
        case "status":
            return runs.status_text
        case "trust":
            return trust_text
        case _:
            return json_form(kind)


def for_cluster(page: RenderOptions, cluster: ClusterReport) -> RenderOptions:
    """The page with what this cluster's release says of its modules and of the guide."""
    return replace(
        page,
        titles=cluster.titles,
        not_covered=cluster.not_covered,
        excluded=cluster.excluded,
        verbose=cluster.listing.verbose,
    )


def _runbook(report: ClusterReport, page: RenderOptions) -> str:
    """Markdown is text for people."""
    from reconciler.view.text.runbook import runbook_markdown  # with every probe and judge

    return runbook_markdown(report, for_cluster(page, report))


def _apply(report: RunReport, page: RenderOptions) -> str:
    """After a part: what is left by stage, instead of every fact that differs because of it."""
    cluster, page = report.cluster, for_cluster(page, report.cluster)
    interim = lines(interim_lines(cluster, report.remaining, page)) if _is_interim(report) else ""
    if cluster.is_partial and report.verdict == "differs":
        return lines((verdict_line(cluster.release, cluster.difference, page), "")) + interim
    return _check(cluster, page) + interim


def _is_interim(report: RunReport) -> bool:
    """Something was done, or asked for, and something is left."""
    return bool(report.remaining) and (report.cluster.is_partial or report.verdict in ("failed", "interrupted"))


def _check(report: ClusterReport, page: RenderOptions) -> str:
    return check_text(report.release, report.difference, for_cluster(page, report), report.history, report.listing)


def _checks(report: ChecksReport, page: RenderOptions) -> str:
    parts = (
        f"{sanitized(item.cluster)}\n{_error(item, page)}"
        if isinstance(item, ErrorReport)
        else f"{item.name}\n{_check(item, page)}"
        for item in report.reports
    )
    return lines(summary_lines(report, page)) + "\n" + "\n".join(parts)


def _diff(report: ClusterReport, page: RenderOptions) -> str:
    return diff_text(report.release, report.difference, for_cluster(page, report), report.listing)


def _error(report: ErrorReport, page: RenderOptions) -> str:
    return diagnostics_text(report.diagnostics, page)


def _init(report: InitReport, page: RenderOptions) -> str:
    return label("init-written", page.lang, path=report.path) + "\n"


def _plan(report: ClusterReport, page: RenderOptions) -> str:
    return plan_text(report.plan, for_cluster(page, report), report.difference.latent, report)


def _probe(report: ProbeReport, page: RenderOptions) -> str:
    return probe_text(report.readings, report.modules, for_cluster(page, report.cluster))


def _rehearsal(report: RehearsalReport, page: RenderOptions) -> str:
    return rehearsal_text(report, for_cluster(page, report.cluster))


def _undo(report: UndoReport, page: RenderOptions) -> str:
    return undone_text(report.preview.scope, report.preview.afterwards, report.preview.remaining, page)


FORMAT = Format(form=form, for_people=True)
