"""A runbook as a document for machines."""

from probes.fact import fact_id
from reconciler.view import describe
from reconciler.view import documents as doc
from reconciler.view.render import RenderOptions
from reconciler.view.reports import ClusterReport
from reconciler.view.text.runbook import runbook_shell
from specs.text import Lang


def runbook_document(report: ClusterReport) -> doc.RunbookDoc:
    langs: tuple[Lang, Lang] = ("en", "zh")
    pages = {lang: RenderOptions(lang=lang, titles=report.titles) for lang in langs}
    shell = {lang: runbook_shell(report, page) for lang, page in pages.items()}
    return doc.RunbookDoc(
        cluster=report.name,
        release=report.release,
        steps=[
            doc.RunbookStepDoc(
                id=step.id,
                number=number,
                host=step.action.host,
                title=doc.TextDoc(**{lang: describe.action(step.action, lang) for lang in langs}),
                checks=len(step.action.ensures()),
            )
            for number, step in enumerate(report.plan.steps, start=1)
        ],
        not_covered=[fact_id(blocked.expected.fact) for blocked in report.plan.blocked],
        shell=doc.TextDoc(**shell),
    )
