"""A run's report as Markdown: a page for the change ticket, which reads as plain text too."""

from collections.abc import Iterator

from reconciler.view.documents import DiagnosticDoc, RunReportDoc, StepReportDoc
from reconciler.view.markdown import escaped, table
from reconciler.view.messages.ui import duration, label
from reconciler.view.render import RenderOptions, harmless_lines, lines, sanitized


def run_report_text(report: RunReportDoc, page: RenderOptions) -> str:
    return lines(
        (f"# {label('report-title', page.lang, cluster=escaped(report.cluster), run=escaped(report.run))}", ""),
        _facts(report, page),
        _problems(report, page),
        ("", f"## {label('report-steps', page.lang)}", "", *table(_head(page), (_row(s, page) for s in report.steps))),
        _changes(report, page),
        _backups(report, page),
    )


def _facts(report: RunReportDoc, page: RenderOptions) -> Iterator[str]:
    verdict = label(f"word-{report.verdict or 'unfinished'}", page.lang)
    who = f"{report.user}@{report.source}" if report.user else "-"
    done = sum(step.outcome == "done" for step in report.steps)
    failed = sum(step.outcome == "failed" for step in report.steps)
    counts = label("run-counts", page.lang, done=done, steps=len(report.steps), failed=failed)
    rows = (
        ("report-verdict", f"{verdict}; {counts}"),
        *cluster_rows(report, page),
        ("report-who", who),
        ("report-started", report.started),
        ("report-ended", report.ended or "-"),
        ("report-confirmed", label("list-separator", page.lang).join(_confirmed(report, page))),
        ("report-approvals", ", ".join(report.approvals) or "-"),
        ("report-torn", str(report.torn) if report.torn else ""),
    )
    return (f"- **{label(name, page.lang)}**: {escaped(text)}" for name, text in rows if text)


def cluster_rows(report: RunReportDoc, page: RenderOptions) -> Iterator[tuple[str, str]]:
    """Label and text: the whole cluster before and after."""
    for name, counts in (("report-before", report.before), ("report-after", report.after)):
        if counts is not None:
            total = counts.matching + counts.drift + counts.unknown
            shown = {"matching": counts.matching, "drift": counts.drift, "unknown": counts.unknown, "total": total}
            word = label(f"word-{counts.verdict}", page.lang)
            yield name, label("report-counts", page.lang, verdict=word, **shown)


def _confirmed(report: RunReportDoc, page: RenderOptions) -> Iterator[str]:
    for given in report.confirmed:
        who = f"{given.user}@{given.source}"
        yield label(f"report-confirmed-{given.how}", page.lang, who=who, steps=given.steps)


def _problems(report: RunReportDoc, page: RenderOptions) -> Iterator[str]:
    failed = [(step, step.problem) for step in report.steps if step.problem is not None]
    if failed or report.problems:
        yield from ("", f"## {label('report-problems', page.lang)}", "")
    for problem in report.problems:
        yield f"- {_problem(problem, page)}"
    for step, problem in failed:
        yield f"- `{sanitized(step.step)}`: {_problem(problem, page)}"
        if step.log:
            yield from ("", *(f"      {line}".rstrip() for line in map(sanitized, step.log)), "")


def _problem(problem: DiagnosticDoc, page: RenderOptions) -> str:
    what, hint = (text.zh if page.lang == "zh" else text.en for text in (problem.what, problem.hint))
    where = f" ({escaped(problem.where)})" if problem.where else ""
    return f"**{escaped(problem.code)}**{where}: {escaped(harmless_lines(what))}. {escaped(harmless_lines(hint))}"


def _head(page: RenderOptions) -> Iterator[str]:
    names = ("report-started", "host", "module", "step", "report-outcome", "report-duration")
    return (label(name, page.lang) for name in names)


def _row(step: StepReportDoc, page: RenderOptions) -> Iterator[str]:
    outcome = label(f"outcome-{step.outcome}", page.lang)
    if step.irreversible:
        outcome += label("outcome-irreversible", page.lang)
    if step.attempts > 1:
        outcome += label("outcome-attempts", page.lang, attempts=step.attempts)
    time = duration(step.seconds, page.lang) if step.seconds else ""
    texts = (step.started[11:19], step.host, step.module, step.step, outcome, time)
    return (escaped(text) for text in texts)


def _changes(report: RunReportDoc, page: RenderOptions) -> Iterator[str]:
    """Before and after, fact by fact, of what was done."""
    changed = [(step, change) for step in report.steps if step.outcome == "done" for change in step.changes]
    if changed:
        yield from ("", f"## {label('report-changes', page.lang)}", "")
    for _, change in changed:
        fact, _, values = change.partition(": ")
        yield f"- `{sanitized(fact).replace('`', '')}`: {escaped(values)}"


def _backups(report: RunReportDoc, page: RenderOptions) -> Iterator[str]:
    yield from ("", f"## {label('report-backups', page.lang)}", "")
    if not report.backups:
        yield label("report-no-backup", page.lang)
    for backup in report.backups:
        made = label("report-backup", page.lang, step=escaped(backup.step), made=backup.made)
        yield f"- {made}. {label('restore-on', page.lang, host=escaped(backup.host))}"
        yield from ("", *(f"      {sanitized(command)}" for command in backup.restore), "")
