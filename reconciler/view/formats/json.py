"""JSON: one document per report, whose schema `bkrec schema` prints; a run's events a line each while it goes on."""

import json

from reconciler.view import to_documents as to
from reconciler.view.documents import DiffDoc, Doc, dumped
from reconciler.view.formats import Form, Format
from reconciler.view.render import RenderOptions
from reconciler.view.reports import (
    ChecksReport,
    ClusterReport,
    DoctorReport,
    EndOfRun,
    ErrorReport,
    InitReport,
    ProbeReport,
    RehearsalReport,
    ReportKind,
    RunReport,
    SchemaReport,
    StreamItem,
    UndoPreview,
)


def form(kind: ReportKind) -> Form | None:
    match kind:
        case "ack" | "explain" | "history" | "lock" | "pause" | "report" | "seal" | "status" | "trust":
            return _itself
        case "apply" | "undo":
            return _run
        case "check":
            return _check
        case "checks":
            return _checks
        case "diff":
            return _diff
        case "doctor":
            return _doctor
        case "error":
            return _error
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
        case "schema":
            return _schema


def stream(item: StreamItem) -> str:
    match item:
        case UndoPreview():
            return dumped(to.undo_document(item), indent=None)
        case ErrorReport():
            return dumped(to.error_document(item), indent=None)
        case EndOfRun():
            return dumped(to.end_document(item), indent=None)
        case _:
            return dumped(to.event_document(item), indent=None)


def _itself(document: Doc, _: RenderOptions) -> str:
    return dumped(document)


def _run(report: RunReport, _: RenderOptions) -> str:
    return dumped(to.run_document(report))


def _check(report: ClusterReport, _: RenderOptions) -> str:
    return dumped(to.check_with_history(report))


def _checks(report: ChecksReport, _: RenderOptions) -> str:
    return dumped(to.checks_document(report))


def _diff(report: ClusterReport, _: RenderOptions) -> str:
    return dumped(
        to.comparison(DiffDoc, report.release, report.difference, report.warnings, report.not_covered, report.listing)
    )


def _doctor(report: DoctorReport, _: RenderOptions) -> str:
    return dumped(to.doctor_document(report))


def _error(report: ErrorReport, _: RenderOptions) -> str:
    return stream(report)


def _init(report: InitReport, _: RenderOptions) -> str:
    return dumped(to.init_document(report))


def _plan(report: ClusterReport, _: RenderOptions) -> str:
    part = report if report.is_partial else None
    return dumped(to.plan_document(report.plan, report.warnings, report.difference.latent, part, report.durations))


def _probe(report: ProbeReport, _: RenderOptions) -> str:
    cluster = report.cluster
    return dumped(to.probe_document(cluster.release, report.readings, report.modules, cluster.warnings))


def _rehearsal(report: RehearsalReport, _: RenderOptions) -> str:
    return dumped(to.rehearsal_document(report))


def _runbook(report: ClusterReport, _: RenderOptions) -> str:
    from reconciler.view.runbook.document import runbook_document  # with every probe and judge

    return dumped(runbook_document(report))


def _schema(report: SchemaReport, _: RenderOptions) -> str:
    return json.dumps(report.schema, indent=2, ensure_ascii=False) + "\n"


FORMAT = Format(form=form, stream=stream)
