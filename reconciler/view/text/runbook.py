"""A runbook as Markdown, to be read and pasted step by step, and as one paste for a shell on the controller."""

from collections.abc import Iterator

from reconciler.core.estimate import estimate
from reconciler.core.plan import Step, aborts_run
from reconciler.view.markdown import escaped
from reconciler.view.messages.registry import diagnostic_text, fill
from reconciler.view.messages.ui import duration, label
from reconciler.view.render import RenderOptions, lines
from reconciler.view.reports import ClusterReport
from reconciler.view.runbook.library import NO_HISTORY
from reconciler.view.runbook.sections import Runbook, RunbookStep, Stage, runbook_of, single_line
from reconciler.view.text.part import spans, stage_title
from reconciler.view.text.rows import grouped

FENCE = "```"


def runbook_markdown(report: ClusterReport, page: RenderOptions) -> str:
    runbook = runbook_of(report, page)
    title = label("runbook-title", page.lang, cluster=report.name, release=report.release)
    head = (f"# {escaped(title)}", "", *(f"- {escaped(text)}" for text in _summary(report, page)))
    if not _steps(report):
        return lines(head)
    return lines(
        head,
        ("", *(f"{number}. {escaped(text)}" for number, text in enumerate(_manner("md", page), start=1))),
        ("", f"## {label('runbook-preparation', page.lang)}", "", *_code(NO_HISTORY + runbook.preparation)),
        (line for stage in runbook.stages for line in _stage(stage, report, page)),
        ("", f"## {label('runbook-ending', page.lang)}", "", *_code(runbook.ending)),
    )


def runbook_shell(report: ClusterReport, page: RenderOptions) -> str:
    """In parentheses: a shell reads all of it before it begins, so that no question takes the next line for its
    answer, and none of it stays in the shell it was pasted into."""
    runbook = runbook_of(report, page)
    title = label("runbook-title", page.lang, cluster=report.name, release=report.release)
    manner = _manner("sh", page) if _steps(report) else ()
    head = tuple(f"# {single_line(text)}" for text in (title, *_summary(report, page), *manner))
    if not _steps(report):
        return lines(head)
    body = "".join(_shell(runbook, report, page))
    return f"{lines(head)}{NO_HISTORY}(\n{runbook.preparation}{body}{runbook.ending})\n"


def _shell(runbook: Runbook, report: ClusterReport, page: RenderOptions) -> Iterator[str]:
    for stage in runbook.stages:
        yield f"\n# ==== {single_line(stage.section)} {single_line(stage_title(stage.section, report, page))}\n"
        for step in stage.steps:
            heading = (f"---- {_heading(step, report, page)}", *step.notes)
            yield "\n" + lines(f"# {single_line(text)}" for text in heading) + step.code


def _stage(stage: Stage, report: ClusterReport, page: RenderOptions) -> Iterator[str]:
    title = stage_title(stage.section, report, page)
    yield from ("", f"## {escaped(f'{stage.section} {title}'.strip())}")
    for step in stage.steps:
        yield from ("", f"### {escaped(_heading(step, report, page))}", "")
        yield from (f"- {escaped(note)}" for note in step.notes)
        yield from (f"- {label('runbook-check', page.lang)}: {escaped(check)}" for check in step.checks)
        yield from ("", *_code(step.code))


def _heading(step: RunbookStep, report: ClusterReport, page: RenderOptions) -> str:
    return "  ".join((f"{step.number}/{len(report.plan.steps)} {step.title}", *(f"[{tag}]" for tag in step.tags)))


def _steps(report: ClusterReport) -> tuple[Step, ...]:
    """None where a run of them would be refused."""
    refused = any(aborts_run(blocked, report.plan.steps) for blocked in report.plan.blocked)
    return () if refused else report.plan.steps


def _summary(report: ClusterReport, page: RenderOptions) -> Iterator[str]:
    plan = report.plan
    if not plan.steps:
        yield label("plan-nothing-possible" if plan.blocked else "runbook-nothing", page.lang, release=plan.release)
    else:
        numbered = {step.id: number for number, step in enumerate(plan.steps, start=1)}
        irreversible = [numbered[step.id] for step in plan.steps if step.action.irreversible]
        estimated = estimate(plan.steps, report.durations)
        counts = {"steps": len(plan.steps), "irreversible": len(irreversible)}
        yield label("runbook-counts", page.lang, **counts, time=duration(estimated.total_s, page.lang))
        if irreversible:
            yield label("runbook-irreversible", page.lang, numbers=spans(irreversible))
        for outage in estimated.outages:
            product, time = page.product(outage.module), duration(outage.seconds, page.lang)
            yield label("runbook-outage", page.lang, product=product, time=time, first=outage.first, last=outage.last)
    for diagnostic, blocked in grouped(plan.blocked, lambda blocked: blocked.diagnostic).items():
        what = fill(diagnostic_text(diagnostic).what, diagnostic.fields, page.lang)
        if any(aborts_run(item, plan.steps) for item in blocked):
            yield label("runbook-refusal", page.lang, code=diagnostic.code, what=what)
        else:
            yield label("runbook-blocked", page.lang, count=len(blocked), code=diagnostic.code, what=what)
    if report.is_partial:
        yield label("runbook-partial", page.lang)


def _manner(form: str, page: RenderOptions) -> Iterator[str]:
    return (label(name, page.lang) for name in (f"runbook-how-{form}", "runbook-how-ask", "runbook-how-again"))


def _code(text: str) -> Iterator[str]:
    fence = FENCE
    while fence in text:
        fence += "`"
    yield from (f"{fence}sh", *text.strip("\n").split("\n"), fence)
