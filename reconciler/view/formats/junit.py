"""JUnit XML, as CI systems read it: a test case is a fact, a step or a problem.

A fact that differs is a failure, one that could not be read an error. Facts that match are one passing case, since a
report of a converged cluster without any case would be refused by some readers. A step that was not run is skipped.
Dialect: the common subset of Ant's and Surefire's schemas (testsuite, testcase, failure, error, skipped, system-out).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from probes.fact import AnyDrift, Unknown, fact_id, kind_of
from reconciler.core import events as ev
from reconciler.core.diff import Difference
from reconciler.core.plan import Blocked
from reconciler.core.preflight import CheckResult
from reconciler.view import describe
from reconciler.view.formats import Form, Format
from reconciler.view.messages.registry import reason_text
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, harmless_lines
from reconciler.view.reports import (
    ChecksReport,
    ClusterReport,
    DoctorReport,
    ErrorReport,
    ProbeReport,
    ReportKind,
    RunReport,
)
from reconciler.view.text.diagnostic import diagnostics_text
from reconciler.view.text.finding import cause_text
from reconciler.view.text.verdict import verdict_line
from specs.diagnostic import Diagnostic

Outcome = Literal["passed", "failure", "error", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    group: str
    """A host, or the command."""
    name: str
    outcome: Outcome = "passed"
    message: str = ""
    """One line."""
    text: str = ""
    seconds: float = 0.0


def form(kind: ReportKind) -> Form | None:
    match kind:
        case "diff" | "check":
            return _compared
        case "plan":
            return _planned
        case "probe":
            return _probed
        case "apply" | "undo":
            return _run
        case "doctor":
            return _doctor
        case "checks":
            return _several
        case "error":
            return _failed
        case (
            "ack"
            | "explain"
            | "history"
            | "init"
            | "lock"
            | "pause"
            | "rehearse"
            | "report"
            | "runbook"
            | "schema"
            | "seal"
            | "status"
            | "trust"
        ):
            return None


def _compared(report: ClusterReport, page: RenderOptions) -> str:
    return _suite(f"bkrec {report.release}", (*_facts(report, page), *_warnings(report.warnings, page)))


def _planned(report: ClusterReport, page: RenderOptions) -> str:
    steps = (
        Case(
            group=step.action.host,
            name=step.id,
            outcome="skipped",
            message=describe.action(step.action, page.lang),
            text=reason_text(step.because, page.lang),
        )
        for step in report.plan.steps
    )
    blocked = (_blocked(blocked, page) for blocked in report.plan.blocked)
    return _suite(f"bkrec plan {report.release}", (*steps, *blocked, *_warnings(report.warnings, page)))


def _probed(report: ProbeReport, page: RenderOptions) -> str:
    cases = (
        Case(
            group=fact.host,
            name=fact_id(fact),
            outcome="error" if isinstance(reading, Unknown) else "passed",
            message=describe.reading(reading, page, kind=kind_of(fact)) if isinstance(reading, Unknown) else "",
            text="" if isinstance(reading, Unknown) else describe.reading(reading, page, kind=kind_of(fact)),
        )
        for fact, reading in report.readings.items()
    )
    return _suite(f"bkrec probe {report.cluster.release}", (*cases, *_warnings(report.cluster.warnings, page)))


def _run(report: RunReport, page: RenderOptions) -> str:
    hosts = {event.step: event.host for event in report.events if isinstance(event, ev.StepStarted)}
    steps = (case for event in report.events for case in _step(event, hosts, page))
    problems = (_problem(diagnostic, page) for diagnostic in report.diagnostics)
    facts = _facts(report.cluster, page)
    return _suite(f"bkrec {report.cluster.release}: {report.verdict}", (*steps, *problems, *facts))


def _step(event: ev.Event, hosts: dict[str, str], page: RenderOptions) -> Iterator[Case]:
    match event:
        case ev.StepDone():
            yield Case(group=hosts.get(event.step, ""), name=event.step, seconds=event.seconds)
        case ev.StepSkipped():
            yield Case(group=hosts.get(event.step, ""), name=event.step)
        case ev.StepFailed():
            failed = _problem(event.diagnostic, page, group=hosts.get(event.step, ""), name=event.step)
            text = "\n".join((failed.text.rstrip(), *event.tail))
            yield Case(group=failed.group, name=failed.name, outcome="failure", message=failed.message, text=text)
        case ev.StepBlocked():
            yield Case(group="", name=event.step, outcome="skipped", message=event.cause)
        case ev.StepDeferred():
            yield Case(group="", name=event.step, outcome="skipped", message=event.fact)
        case ev.StepPostponed():
            yield Case(group="", name=event.step, outcome="skipped", message=event.event)
        case ev.StepNeedsHuman():
            yield Case(group="", name=event.step, outcome="skipped", message=event.diagnostic.code)
        case _:
            return


def _doctor(report: DoctorReport, page: RenderOptions) -> str:
    checks = (_preflight(check, page) for check in report.checks)
    problems = (_problem(diagnostic, page) for diagnostic in report.problems)
    return _suite(f"bkrec doctor {report.release}", (*checks, *problems, *_warnings(report.warnings, page)))


def _preflight(check: CheckResult, page: RenderOptions) -> Case:
    fact = check.expected.fact
    if check.diagnostic is None:
        return Case(group=fact.host, name=fact_id(fact))
    case = _problem(check.diagnostic, page, group=fact.host, name=fact_id(fact))
    outcome: Outcome = "skipped" if check.advice else "error" if isinstance(check.reading, Unknown) else "failure"
    return Case(group=case.group, name=case.name, outcome=outcome, message=case.message, text=case.text)


def _failed(report: ErrorReport, page: RenderOptions, name: str = "bkrec") -> str:
    return _suite(name, (_problem(diagnostic, page) for diagnostic in report.diagnostics))


def _several(report: ChecksReport, page: RenderOptions) -> str:
    suites = (
        _failed(item, page, f"bkrec {item.cluster}") if isinstance(item, ErrorReport) else _compared(item, page)
        for item in report.reports
    )
    return _HEAD + "".join(suite.removeprefix(_HEAD).removesuffix(_END) for suite in suites) + _END


def _facts(report: ClusterReport, page: RenderOptions) -> Iterator[Case]:
    difference, shown = report.difference, report.listed
    if difference.matching:
        yield Case(group="bkrec", name="matching", text=verdict_line(report.release, difference, page))
    for drift in shown.drift:
        yield _drift(drift, difference, page, "failure")
    for drift in shown.unknown:
        yield _drift(drift, difference, page, "error")


def _drift(drift: AnyDrift, difference: Difference, page: RenderOptions, outcome: Outcome) -> Case:
    fact, expected = drift.expected.fact, drift.expected
    kind, cause = kind_of(fact), difference.causes.get(fact)
    is_now, should_be = (describe.reading(reading, page, kind=kind) for reading in (drift.reading, expected.reading))
    because = () if cause is None else (f"{label('follows-from', page.lang)}: {cause_text(cause, page)}",)
    words = (describe.fact(fact, page.lang), reason_text(expected.because, page.lang), expected.source, *because)
    return Case(
        group=fact.host,
        name=fact_id(fact),
        outcome=outcome,
        message=is_now if isinstance(drift.reading, Unknown) else f"{is_now} -> {should_be}",
        text="\n".join(words),
    )


def _blocked(blocked: Blocked, page: RenderOptions) -> Case:
    fact = blocked.expected.fact
    return _problem(blocked.diagnostic, page, group=fact.host, name=fact_id(fact))


def _warnings(warnings: Iterable[Diagnostic], page: RenderOptions) -> Iterator[Case]:
    for warning in warnings:
        yield Case(group="bkrec", name=f"warning {warning.code}", text=diagnostics_text((warning,), page, "warning"))


def _problem(diagnostic: Diagnostic, page: RenderOptions, group: str = "bkrec", name: str = "") -> Case:
    text = diagnostics_text((diagnostic,), page)
    return Case(group=group, name=name or diagnostic.code, outcome="error", message=text.split("\n", 1)[0], text=text)


def _suite(name: str, cases: Iterable[Case]) -> str:
    cases = tuple(cases)
    outcomes = [case.outcome for case in cases]
    attributes = {
        "name": name,
        "tests": str(len(cases)),
        "failures": str(outcomes.count("failure")),
        "errors": str(outcomes.count("error")),
        "skipped": str(outcomes.count("skipped")),
        "time": f"{sum(case.seconds for case in cases):.3f}",
    }
    lines = (line for case in cases for line in _lines(case))
    body = "\n".join((f"<testsuite{_attributes(attributes)}>", *lines, "</testsuite>"))
    return f"{_HEAD}{body}\n{_END}"


_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
_END = "</testsuites>\n"


def _lines(case: Case) -> Iterator[str]:
    head = {"classname": case.group, "name": case.name, "time": f"{case.seconds:.3f}"}
    if case.outcome == "passed" and not case.text:
        yield f"  <testcase{_attributes(head)}/>"
        return
    yield f"  <testcase{_attributes(head)}>"
    if case.outcome == "passed":
        yield f"    <system-out>{_text(case.text)}</system-out>"
    else:
        yield f"    <{case.outcome}{_attributes({'message': case.message})}>{_text(case.text)}</{case.outcome}>"
    yield "  </testcase>"


def _attributes(values: dict[str, str]) -> str:
    return "".join(f" {name}={quoteattr(_text_only(value))}" for name, value in values.items())


def _text(value: str) -> str:
    return escape(_text_only(value))


def _text_only(value: str) -> str:
    """XML 1.0 has no place for control characters, not even escaped."""
    return "".join(char for char in harmless_lines(value) if char.isprintable() or char == "\n")


FORMAT = Format(form=form)
