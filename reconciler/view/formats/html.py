"""HTML: one self-contained page for people who look rather than read, and for those who were not there."""

from typing import Any

from reconciler.view.documents import HistoryDoc, RunReportDoc
from reconciler.view.formats import Form, Format
from reconciler.view.formats.text import for_cluster
from reconciler.view.html import cluster, plan, rehearsal, run
from reconciler.view.html.page import page as rendered
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions
from reconciler.view.reports import (
    ChecksReport,
    ClusterReport,
    DoctorReport,
    ErrorReport,
    RehearsalReport,
    ReportKind,
    RunReport,
)
from reconciler.view.text.check import summary_lines
from reconciler.view.text.doctor import doctor_text
from reconciler.view.text.part import remaining_lines
from reconciler.view.text.plan import header_text
from reconciler.view.text.verdict import verdict_line
from reconciler.view.to_documents import utc


def form(kind: ReportKind) -> Form | None:
    match kind:
        case "check":
            return _check
        case "checks":
            return _checks
        case "diff":
            return _check
        case "plan":
            return _plan
        case "apply" | "undo":
            return _run
        case "report":
            return _report
        case "rehearse":
            return _rehearsal
        case "doctor":
            return _doctor
        case "history":
            return _history
        case "error":
            return _error
        case (
            "ack" | "explain" | "init" | "lock" | "pause" | "probe" | "runbook" | "schema" | "seal" | "status" | "trust"
        ):
            return None


def _check(report: ClusterReport, options: RenderOptions) -> str:
    options = for_cluster(RenderOptions(lang=options.lang), report)
    return rendered(
        "check", options.lang, label("html-title-check", options.lang, cluster=report.name), **_cluster(report, options)
    )


def _cluster(report: ClusterReport, options: RenderOptions) -> dict[str, Any]:
    """What every page about a cluster shows of it."""
    lang = options.lang
    return {
        "name": report.name,
        "release": report.release,
        "checked": utc(report.checked_at),
        "tone": cluster.verdict_tone(report.verdict),
        "verdict": label(f"word-{report.verdict}", lang),
        "sentence": verdict_line(report.release, report.difference, RenderOptions(lang=lang)),
        "tiles": cluster.tiles(report, lang),
        "warnings": cluster.problems(report.warnings, lang),
        "matrix": cluster.matrix(report, options),
        "causes": cluster.causes(report, options),
        "history": cluster.history(report.history),
        "notes": tuple(cluster.notes(report, lang)),
    }


def _checks(report: ChecksReport, options: RenderOptions) -> str:
    plain = RenderOptions(lang=options.lang)
    clusters = tuple(
        {
            "name": item.cluster,
            "tone": "mute",
            "verdict": label("word-unknown", plain.lang),
            "sentence": "",
            "tiles": (),
            "causes": (),
            "problems": cluster.problems(item.diagnostics, plain.lang),
        }
        if isinstance(item, ErrorReport)
        else {**_cluster(item, for_cluster(plain, item)), "problems": ()}
        for item in report.reports
    )
    return rendered(
        "checks",
        plain.lang,
        label("html-title-checks", plain.lang),
        sentence=" ".join(summary_lines(report, plain)),
        clusters=clusters,
    )


def _plan(report: ClusterReport, options: RenderOptions) -> str:
    options = for_cluster(RenderOptions(lang=options.lang), report)
    model = _cluster(report, options)
    model |= {"plan": plan.plan_page(report, options), "remaining": _remaining(report, report.remaining, options)}
    model["sentence"] = header_text(report.plan, options, report).partition("\n")[0]
    return rendered("plan", options.lang, label("html-title-plan", options.lang, cluster=report.name), **model)


def _remaining(report: ClusterReport, remaining: Any, options: RenderOptions) -> tuple[str, ...]:
    return tuple(line for line in remaining_lines(remaining, report, options) if line)


def _run(report: RunReport, options: RenderOptions) -> str:
    options = for_cluster(RenderOptions(lang=options.lang), report.cluster)
    document = run.document_of(report, report.cluster.name)
    model = _cluster(report.cluster, options)
    model |= {
        "run": run.run_page(document, options, report.verdict),
        "ended": True,
        "problems": cluster.problems(report.diagnostics, options.lang),
        "remaining": _remaining(report.cluster, report.remaining, options),
    }
    return rendered("run", options.lang, _run_title(document, options), **model)


def _report(report: RunReportDoc, options: RenderOptions) -> str:
    plain = RenderOptions(lang=options.lang)
    page = run.run_page(report, plain)
    return rendered("run", plain.lang, _run_title(report, plain), run=page, ended=False, problems=page.problems)


def _rehearsal(report: RehearsalReport, options: RenderOptions) -> str:
    options = for_cluster(RenderOptions(lang=options.lang), report.cluster)
    title = label("html-title-rehearsal", options.lang, cluster=report.cluster.name)
    return rendered("rehearsal", options.lang, title, **rehearsal.rehearsal_page(report, options))


def _run_title(report: RunReportDoc, options: RenderOptions) -> str:
    return label("report-title", options.lang, cluster=report.cluster, run=report.run)


def _doctor(report: DoctorReport, options: RenderOptions) -> str:
    lang = options.lang
    failed = [(check.advice, check.diagnostic) for check in report.failed if check.diagnostic is not None]
    refusing = (*report.problems, *(diagnostic for advice, diagnostic in failed if not advice))
    return rendered(
        "doctor",
        lang,
        label("html-title-doctor", lang, release=report.release),
        tone=cluster.verdict_tone(report.verdict),
        verdict=doctor_text(report, RenderOptions(lang=lang)).rstrip().rpartition("\n")[2],
        passed=len(report.checks) - len(report.failed),
        refusing=cluster.problems(refusing, lang),
        advice=cluster.problems((diagnostic for advice, diagnostic in failed if advice), lang),
        warnings=cluster.problems(report.warnings, lang),
    )


def _history(report: HistoryDoc, options: RenderOptions) -> str:
    lang = options.lang
    runs = tuple(
        {
            "run": item.run,
            "started": item.started[:19].replace("T", " "),
            "tone": cluster.verdict_tone(item.verdict),
            "verdict": label(f"word-{item.verdict or 'unfinished'}", lang),
            "counts": label("run-counts", lang, done=item.done, steps=item.steps, failed=item.failed),
            "approved": ", ".join(item.approved),
        }
        for item in reversed(report.runs)
    )
    past = tuple(
        cluster.PastFinding(
            id=item.finding,
            since=item.since,
            last=item.last,
            times=item.times,
            present=item.present,
            flapping=item.flapping,
            recent=tuple(mark == "1" for mark in item.recent),
        )
        for item in report.findings
    )
    return rendered("history", lang, label("html-title-history", lang), runs=runs, history=past)


def _error(report: ErrorReport, options: RenderOptions) -> str:
    return rendered(
        "error",
        options.lang,
        label("html-title-error", options.lang),
        name=report.cluster,
        exit_code=report.exit_code,
        checked=utc(report.checked_at),
        last_success=utc(report.last_success),
        problems=cluster.problems(report.diagnostics, options.lang),
    )


FORMAT = Format(form=form)
