#!/usr/bin/env python3
"""Takes the pictures of terminal and HTML report that docs/reports.md shows; needs Debian's `chromium`.

python docs/pictures.py            # docs/pictures/*.png
python docs/pictures.py FOLDER     # the pages themselves, to open in a browser

Clusters and plans are those of docs/sessions.py, and so are the terminals: the same sessions, in colour. The run is an
apply of the whole plan, whose steps take what the plan estimates, a little more or less.
"""

import hashlib
import io
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from docs import sessions
from probes.fact import fact_id
from reconciler.commands.assess import comparing
from reconciler.core import events as ev
from reconciler.core.check_history import FindingRecord
from reconciler.core.eta import NOTHING_KNOWN
from reconciler.core.identity import kind_of, plain_fields
from reconciler.core.plan import Plan, Step
from reconciler.core.rehearsal import rehearse
from reconciler.core.run_report import run_report
from reconciler.core.schedule import LostHost, schedule, tasks_of
from reconciler.view import formats
from reconciler.view.documents import RunReportDoc
from reconciler.view.render import RenderOptions
from reconciler.view.reports import ClusterReport, RehearsalReport, ReportKind
from reconciler.view.to_documents import run_report_document
from specs.text import Lang
from tests.support.chromium import DESKTOP, PHONE, screenshot

HERE = Path(__file__).resolve().parent
BEGIN = datetime(2026, 5, 9, 22, 0, tzinfo=UTC)
MOMENT = int(BEGIN.timestamp())


def pages(lang: Lang) -> Iterator[tuple[str, str]]:
    for name, make in PAGES.items():
        kind, report = make()
        form = formats.load("html").form(kind)
        assert form is not None
        yield name, form(report, RenderOptions(lang=lang))


def drifted() -> ClusterReport:
    """A check that finds what was found before: one service down since midnight, one that comes and goes."""
    report = sessions.report_of(sessions.stopped_world(), comparing)
    names = [fact_id(drift.expected.fact) for drift in report.difference.drift]
    history = {
        name: FindingRecord(since=MOMENT - 7200, last=MOMENT, times=1, recent="00000000000000111111") for name in names
    }
    history[names[-1]] = FindingRecord(
        since=MOMENT - 600, last=MOMENT, times=6, recent="01101001000110010011", flapping=True
    )
    history["unit.active bk-nodeman.service @10.0.0.1"] = FindingRecord(
        since=MOMENT - 86400, last=MOMENT - 80000, times=2, present=False, recent="11100000110000000000"
    )
    return replace(report, history=history, checked_at=MOMENT, last_success=MOMENT)


def rehearsal() -> RehearsalReport:
    """Nothing is known of the cluster yet; a host is lost after 25 minutes."""
    cluster, lost = sessions.pristine_report(), LostHost(host="10.0.0.2", at_s=1500)
    planned, scenario = (
        rehearse(cluster.plan, cluster.expected, cluster.readings, NOTHING_KNOWN, lost=host) for host in (None, lost)
    )
    return RehearsalReport(cluster=cluster, planned=planned, scenario=scenario, lost=lost)


def run_document() -> RunReportDoc:
    cluster = sessions.pristine_report()
    events = ((at.isoformat(timespec="milliseconds"), event) for at, event in _events(cluster.plan))
    reported = run_report("20260509T220000-5f1e9c77d0a4b812", events)
    return run_report_document("prod", reported, 0, cluster.titles)


def _events(plan: Plan) -> Iterator[tuple[datetime, ev.Event]]:
    spans = schedule(tasks_of(plan.steps, {step.id: _seconds(step) for step in plan.steps})).spans
    begun = tuple((spans[step.id].start_s, 1, _started(step)) for step in plan.steps)
    done = tuple(
        (spans[step.id].end_s, 0, ev.StepDone(step=step.id, seconds=_seconds(step), exit_status=0))
        for step in plan.steps
    )
    steps = tuple(step.id for step in plan.steps)
    found = sessions.pristine_report().difference
    total = found.matching + len(found.drift) + len(found.unknown)
    yield BEGIN, ev.RunStarted(
        run="", epoch=3, steps=steps, user="wang", source="ops-1",
        matching=found.matching, drift=len(found.drift), unknown=len(found.unknown),
    )  # fmt: skip
    yield BEGIN, ev.PlanConfirmed(user="wang", source="ops-1", how="answer", total=len(steps))
    for seconds, _, event in sorted((*begun, *done), key=lambda item: item[:2]):
        yield BEGIN + timedelta(seconds=seconds + 4), event
    end = max(span.end_s for span in spans.values()) + 6
    yield (
        BEGIN + timedelta(seconds=end),
        ev.RunEnded(verdict="converged", done=len(steps), failed=0, seconds=end, matching=total, drift=0, unknown=0),
    )


def _seconds(step: Step) -> float:
    """Between two thirds of the estimate and a third more, the same at every call."""
    share = int(hashlib.sha256(step.id.encode()).hexdigest()[:4], 16) / 0xFFFF
    return round(step.action.estimate_s * (0.65 + 0.7 * share), 1)


def _started(step: Step) -> ev.StepStarted:
    changes = tuple(f"{fact_id(repaired.expected.fact)}: differs -> as expected" for repaired in step.repairs)
    return ev.StepStarted(
        step=step.id,
        host=step.action.host,
        job="",
        module=step.module,
        section=step.section,
        irreversible=step.action.irreversible,
        changes=changes,
        restore=step.action.restore_commands(),
        action=kind_of(step.action),
        fields=plain_fields(step.action),
        after=tuple(dependency.step for dependency in step.after),
        locks=step.action.locks,
        outage=step.action.outage,
        estimate_s=step.action.estimate_s,
    )


def terminal(session: str, lang: Lang) -> str:
    """A page that looks like the terminal after that session of docs/sessions.py."""
    lines = sessions.SESSIONS[session](RenderOptions(lang=lang, colour=True))
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="standard")
    for line in lines:
        console.print(Text.from_ansi(line), soft_wrap=True)
    return console.export_html(theme=MONOKAI, inline_styles=True, code_format=TERMINAL)


COLUMNS = 104
LINE_PX = 20
TERMINAL = (
    '<!DOCTYPE html><html><meta charset="utf-8"><body style="margin:0;background:#1b1e23"><pre style="margin:0;'
    "padding:16px;white-space:pre-wrap;overflow-wrap:anywhere;color:#d8dee6;"
    f"font:14px/{LINE_PX}px 'Noto Sans Mono CJK SC',monospace\">"
    "{code}</pre></body></html>"
)
PAGES: Mapping[str, Callable[[], tuple[ReportKind, object]]] = {
    "check": lambda: ("check", drifted()),
    "plan": lambda: ("plan", sessions.pristine_report()),
    "run": lambda: ("report", run_document()),
    "rehearsal": lambda: ("rehearse", rehearsal()),
}
PICTURES: tuple[tuple[str, str, Lang, int, int, bool], ...] = (
    # picture, page, language, width, height, dark
    ("check", "check", "en", DESKTOP, 1400, False),
    ("check-phone.zh-CN", "check", "zh", PHONE, 900, True),
    ("plan", "plan", "en", DESKTOP, 1700, False),
    ("plan.zh-CN", "plan", "zh", DESKTOP, 1700, False),
    ("run", "run", "en", DESKTOP, 1300, False),
    ("rehearsal", "rehearsal", "en", DESKTOP, 1200, False),
)
TERMINALS: tuple[tuple[str, str, Lang], ...] = (
    # picture, session, language
    ("terminal-check", "check-drift", "en"),
    ("terminal-apply", "apply-drift", "en"),
    ("terminal-plan.zh-CN", "plan", "zh"),
)


def take_terminals(folder: Path) -> None:
    for picture, session, lang in TERMINALS:
        page = terminal(session, lang)
        height = page.count("\n") * LINE_PX + 48
        screenshot(page, folder / f"{picture}.png", width=TERMINAL_PX, height=height)


TERMINAL_PX = 940

if __name__ == "__main__":
    made: dict[Lang, dict[str, str]] = {"en": dict(pages("en")), "zh": dict(pages("zh"))}
    if sys.argv[1:]:
        for language, texts in made.items():
            for title, text in texts.items():
                (Path(sys.argv[1]) / f"{title}.{language}.html").write_text(text, encoding="utf-8")
    else:
        (HERE / "pictures").mkdir(exist_ok=True)
        take_terminals(HERE / "pictures")
        for picture, title, language, wide, high, night in PICTURES:
            screenshot(made[language][title], HERE / "pictures" / f"{picture}.png", width=wide, height=high, dark=night)
