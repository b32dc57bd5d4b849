"""What may stop the upgrade: each cause once with its hosts, what `apply` refuses for first; then the verdict."""

from collections.abc import Iterable, Iterator

from probes.fact import Unknown
from reconciler.core.preflight import CheckResult
from reconciler.core.verdict import Readiness
from reconciler.view.messages.ui import label
from reconciler.view.render import Colour, RenderOptions, lines
from reconciler.view.reports import DoctorReport
from reconciler.view.text.diagnostic import cause_blocks
from specs.diagnostic import Diagnostic

COLOURS: dict[Readiness, Colour] = {"ready": "green", "not-ready": "yellow", "unknown": "red"}


def doctor_text(report: DoctorReport, page: RenderOptions) -> str:
    refusing = [*report.problems, *_diagnostics(check for check in report.failed if not check.advice)]
    advice = _diagnostics(check for check in report.failed if check.advice)
    return lines(
        cause_blocks(refusing, page, "error"),
        cause_blocks(advice, page, "warning"),
        (_verdict(report, page),),
    )


def _diagnostics(checks: Iterable[CheckResult]) -> Iterator[Diagnostic]:
    return (check.diagnostic for check in checks if check.diagnostic is not None)


def _verdict(report: DoctorReport, page: RenderOptions) -> str:
    advice = sum(check.advice for check in report.failed)
    refusing = [check for check in report.failed if not check.advice]
    counts = {
        "release": report.release,
        "checks": len(report.checks),
        "holding": len(report.checks) - len(report.failed),
        "failed": sum(not isinstance(check.reading, Unknown) for check in refusing) + len(report.problems),
        "advice": advice,
        "unknown": report.unknown,
    }
    name = f"doctor-{report.verdict}"
    if report.verdict == "ready":
        name = "doctor-notices" if advice else "doctor-ready" if report.steps else "doctor-idle"
    return page.paint(label(name, page.lang, **counts), "bold", COLOURS[report.verdict])
