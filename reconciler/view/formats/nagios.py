"""A plugin of Nagios, Icinga and their kin: one line, performance data behind the bar, and their exit codes.

Only here does bkrec end with them: 0 OK; 1 WARNING, where there is only advice or latent drift; 2 CRITICAL, where the
cluster differs; 3 UNKNOWN, everything else, usage errors too.

Source: Monitoring Plugins' Development Guidelines, Plugin Output, Plugin Return Codes, Performance data.
"""

from typing import Literal

from reconciler.core.diff import counts
from reconciler.view.finding_groups import FindingGroups, heaviest_first
from reconciler.view.formats import Form, Format
from reconciler.view.messages.registry import diagnostic_text, fill
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, clipped, sanitized
from reconciler.view.reports import CheckReport, ChecksReport, ClusterReport, ErrorReport, ReportKind
from reconciler.view.text import latent
from reconciler.view.text.check import summary_lines
from reconciler.view.text.finding import group_line
from reconciler.view.text.verdict import verdict_line

State = Literal["OK", "WARNING", "CRITICAL", "UNKNOWN"]
MAX_COLUMNS = 300
"""Of the finding that is named: the line goes into text messages."""
EXIT_CODES: dict[State, int] = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}


def form(kind: ReportKind) -> Form | None:
    match kind:
        case "check" | "diff":
            return _compared
        case "checks":
            return _several
        case "error":
            return _error
        case (
            "ack" | "apply" | "doctor" | "explain" | "history" | "init" | "lock" | "pause" | "plan" | "probe"
            | "rehearse" | "report" | "runbook" | "schema" | "seal" | "status" | "trust" | "undo"
        ):  # fmt: skip
            return None


def state_of(report: ClusterReport | ErrorReport) -> State:
    if isinstance(report, ErrorReport):
        return "UNKNOWN"
    difference = report.difference
    match report.verdict:
        case "unknown":
            return "UNKNOWN"
        case "differs":
            return "CRITICAL" if counts(difference)["drift"] else "WARNING"
        case "converged":
            return "WARNING" if difference.advice else "OK"


def _exit_code(report: ClusterReport | ErrorReport | ChecksReport) -> int:
    return EXIT_CODES[worst(report) if isinstance(report, ChecksReport) else state_of(report)]


def worst(report: ChecksReport) -> State:
    """UNKNOWN outweighs CRITICAL here as everywhere in bkrec: with a cluster unread, nothing is concluded."""
    states = {state_of(item) for item in report.reports}
    order: tuple[State, ...] = ("UNKNOWN", "CRITICAL", "WARNING")
    for state in order:
        if state in states:
            return state
    return "OK"


def _several(report: ChecksReport, page: RenderOptions) -> str:
    """One line; the clusters by name and state, and their counts as `NAME.drift`."""
    words = ", ".join(f"{_name(item)} {state_of(item)}" for item in report.reports)
    data = tuple(
        f"{item.name}.{name}={number};;;0"
        for item in report.reports
        if isinstance(item, ClusterReport)
        for name, number in counts(item.difference).items()
    )
    return _line(worst(report), " ".join((*summary_lines(report, page), f"({words})")), data)


def _name(item: CheckReport) -> str:
    return item.cluster if isinstance(item, ErrorReport) else item.name


def _compared(report: ClusterReport, page: RenderOptions) -> str:
    difference, counted = report.difference, counts(report.difference)
    total = difference.matching + len(difference.drift) + len(difference.unknown)
    plain = RenderOptions(lang=page.lang, not_covered=report.not_covered, excluded=report.excluded)
    data = (
        f"facts={total};;;0",
        f"drift={counted['drift']};;0;0",
        *(f"{name}={counted[name]};0;;0" for name in ("latent", "advice")),
        *(f"{name}={counted[name]};;;0" for name in ("unknown", "waived")),
        f"consequences={difference.consequences};;;0",
    )
    text = f"{report.name}: {verdict_line(report.release, difference, plain)}{_first_cause(report, plain)}"
    return _line(state_of(report), text, data)


def _first_cause(report: ClusterReport, page: RenderOptions) -> str:
    """The finding that explains most: one line has no place for more."""
    groups = FindingGroups(report.difference)
    plain, _ = latent.parted(report.difference)
    causes = heaviest_first((*groups.of_unread(page), *groups.of_drift(plain, page)))
    cause = clipped(group_line(causes[0], page).strip(), MAX_COLUMNS) if causes else ""
    return label("first-cause", page.lang, cause=cause) if causes else ""


def _error(report: ErrorReport, page: RenderOptions) -> str:
    first, *more = report.diagnostics or (None,)
    text = (
        f"exit {report.exit_code}"
        if first is None
        else f"[{first.code}] {fill(diagnostic_text(first).what, first.fields, page.lang)}"
    )
    rest = f" ({label('and-more', page.lang, count=len(more))})" if more else ""
    cluster = f"{report.cluster}: " if report.cluster else ""
    return _line("UNKNOWN", f"{cluster}{text}{rest}")


def _line(state: State, text: str, data: tuple[str, ...] = ()) -> str:
    """The bar has one meaning: what follows it is data."""
    line = f"BKREC {state} - {sanitized(text).replace('|', '/')}"
    return f"{line} | {' '.join(data)}\n" if data else f"{line}\n"


FORMAT = Format(form=form, exit_code=_exit_code)
