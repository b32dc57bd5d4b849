"""Values → the documents of `documents/`. Everything a person is shown is here too, in both languages."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields as fields_of
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeVar, cast

from probes.fact import Absent, AnyDrift, AnyFact, AnyReading, Known, Readings, SameAs, Unknown, fact_id, kind_of
from reconciler.core import events as ev
from reconciler.core import run_report
from reconciler.core.causes import cause_id
from reconciler.core.check_history import Alert, CheckHistory
from reconciler.core.diff import AdvisedDrift, Difference, WaivedDrift, counts, findings
from reconciler.core.estimate import Estimate, estimate
from reconciler.core.eta import NOTHING_KNOWN, Durations
from reconciler.core.interim_state import InterimState
from reconciler.core.listing import WHOLE, Listing, listed
from reconciler.core.plan import Blocked, Plan, Remaining, Step
from reconciler.core.preflight import CheckResult
from reconciler.core.redact import clean, redact_reading
from reconciler.core.rehearsal import Rehearsal
from reconciler.core.verdict import verdict
from reconciler.view import describe
from reconciler.view import documents as doc
from reconciler.view.messages.registry import diagnostic_text, fill, reason_text
from reconciler.view.overwritten import overwritten
from reconciler.view.reports import (
    ChecksReport,
    ClusterReport,
    DoctorReport,
    EndOfRun,
    ErrorReport,
    InitReport,
    RehearsalReport,
    RunReport,
    UndoPreview,
    UndoReport,
)
from reconciler.view.text.check import alert_text
from specs.diagnostic import Diagnostic
from specs.reason import CodedReason, Reason
from specs.text import LocalizedText

C = TypeVar("C", bound=doc.ComparisonDoc)
F = TypeVar("F", bound=doc.FindingDoc)


def comparison(
    model: type[C],
    release: str,
    difference: Difference,
    warnings: Iterable[Diagnostic] = (),
    not_covered: Iterable[str] = (),
    listing: Listing = WHOLE,
) -> C:
    shown = listed(difference, listing)
    return model(
        release=release,
        not_covered=list(not_covered),
        verdict=verdict(difference),
        matching=difference.matching,
        drift=[finding(drift, difference) for drift in shown.drift],
        unknown=[finding(drift, difference) for drift in shown.unknown],
        advice=[_advice(advised, difference) for advised in shown.advice],
        waived=[_waived(waived, difference) for waived in shown.waived],
        warnings=[problem(warning) for warning in warnings],
        listing=_listing(difference, listing) if listing.is_partial else None,
    )


def _listing(difference: Difference, listing: Listing) -> doc.ListingDoc:
    every, shown = (sum(1 for _ in findings(part)) for part in (difference, listed(difference, listing)))
    return doc.ListingDoc(
        hosts=list(listing.hosts), modules=list(listing.modules), latent=listing.latent, not_listed=every - shown
    )


def _waived(waived: WaivedDrift, difference: Difference) -> doc.WaivedDoc:
    return doc.WaivedDoc(
        **finding(waived.drift, difference).model_dump(by_alias=True),
        until=waived.waiver.until.isoformat(),
        waived_because=clean(waived.waiver.because),
    )


def diff_document(release: str, difference: Difference, warnings: Iterable[Diagnostic] = ()) -> doc.DiffDoc:
    return comparison(doc.DiffDoc, release, difference, warnings)


def check_document(release: str, difference: Difference, warnings: Iterable[Diagnostic] = ()) -> doc.CheckDoc:
    return comparison(doc.CheckDoc, release, difference, warnings)


def check_with_history(report: ClusterReport) -> doc.CheckDoc:
    compared = comparison(
        doc.CheckDoc, report.release, report.difference, report.warnings, report.not_covered, report.listing
    )
    updates: dict[str, Any] = {
        name: [with_history(item, report) for item in getattr(compared, name)]
        for name in ("drift", "unknown", "advice")
    }
    updates |= {"cluster": report.name, "checked": utc(report.checked_at), "last_success": utc(report.last_success)}
    return compared.model_copy(update=updates)


def checks_document(report: ChecksReport) -> doc.ChecksDoc:
    return doc.ChecksDoc(
        clusters=[
            doc.ClusterCheckDoc(
                cluster=item.cluster, verdict="unknown", problems=[problem(d) for d in item.diagnostics]
            )
            if isinstance(item, ErrorReport)
            else doc.ClusterCheckDoc(cluster=item.name, verdict=item.verdict, check=check_with_history(item))
            for item in report.reports
        ]
    )


def with_history(document: F, report: ClusterReport) -> F:
    """The finding with what earlier checks know of it."""
    record = report.history.get(document.fact)
    if record is None:
        return document
    since = {"since": utc(record.since), "times": record.times, "flapping": record.flapping}
    return document.model_copy(update=since)


def finding_lines(report: ClusterReport) -> Iterator[doc.FindingLineDoc]:
    for severity, drift in findings(report.listed):
        document = with_history(finding(drift, report.difference), report)
        own = {name: getattr(document, name) for name in doc.FindingDoc.model_fields}
        yield doc.FindingLineDoc(**own, cluster=report.name, severity=severity)


def summary_document(report: ClusterReport) -> doc.SummaryDoc:
    return doc.SummaryDoc(
        cluster=report.name,
        release=report.release,
        verdict=report.verdict,
        matching=report.difference.matching,
        **counts(report.difference),
        consequences=report.difference.consequences,
        checked=utc(report.checked_at),
        last_success=utc(report.last_success),
    )


def alert_document(alert: Alert, report: ClusterReport | ErrorReport, history: CheckHistory) -> doc.AlertDoc:
    new = history.unreported if alert == "drift" else ()
    failed = isinstance(report, ErrorReport)
    return doc.AlertDoc(
        alert=alert,
        cluster=report.cluster if failed else report.name,
        verdict="unknown" if failed else report.verdict,
        at=utc(report.checked_at),
        summary=doc.TextDoc(en=alert_text(report, new, "en"), zh=alert_text(report, new, "zh")),
        new=list(new),
        check=None if failed else check_with_history(report),
        problems=[problem(diagnostic) for diagnostic in report.diagnostics] if failed else [],
    )


def run_report_document(
    cluster: str, report: run_report.RunReport, torn: int, titles: Mapping[str, LocalizedText] = MappingProxyType({})
) -> doc.RunReportDoc:
    return doc.RunReportDoc(
        cluster=cluster,
        run=report.run,
        user=report.user,
        source=report.source,
        started=report.started,
        ended=report.ended,
        verdict=report.verdict or "",
        before=_fact_counts(report.before),
        after=_fact_counts(report.after),
        approvals=[f"{given.approval} {given.user}@{given.source}" for given in report.approvals],
        confirmed=[
            doc.ConfirmationDoc(user=given.user, source=given.source, how=given.how, steps=given.total)
            for given in report.confirmations
        ],
        steps=[_step_report(step) for step in report.steps],
        backups=[
            doc.BackupReportDoc(step=step.step, host=step.host, made=step.ended, restore=list(step.restore))
            for step in report.backups
        ],
        problems=[problem(diagnostic) for diagnostic in report.diagnostics],
        torn=torn,
        titles={name: doc.TextDoc(en=title.en, zh=title.zh) for name, title in titles.items()},
    )


def _fact_counts(counts: run_report.FactCounts | None) -> doc.FactCountsDoc | None:
    if counts is None:
        return None
    return doc.FactCountsDoc(
        verdict=counts.verdict, matching=counts.matching, drift=counts.drift, unknown=counts.unknown
    )


def _step_report(step: run_report.StepReport) -> doc.StepReportDoc:
    return doc.StepReportDoc(
        step=step.step,
        host=step.host,
        module=step.module,
        section=step.section,
        outcome=step.outcome,
        started=step.started,
        seconds=step.seconds,
        attempts=step.attempts,
        irreversible=step.irreversible,
        changes=list(step.changes),
        problem=problem(step.diagnostic) if step.diagnostic else None,
        log=list(step.log),
        ended=step.ended,
        what=_recorded_action(step),
        after=list(step.after),
        waited_for=step.waited_for,
        outage=step.outage,
        estimate_s=step.estimate_s,
    )


def _recorded_action(step: run_report.StepReport) -> doc.TextDoc | None:
    if not step.action:
        return None
    texts = (describe.recorded_action(step.action, step.host, step.fields, lang) for lang in ("en", "zh"))
    return doc.TextDoc(**dict(zip(("en", "zh"), texts, strict=True)))


def rehearsal_document(report: RehearsalReport) -> doc.RehearsalDoc:
    plan, planned, scenario = report.cluster.plan, report.planned, report.scenario
    steps = {step.id: step for step in plan.steps}
    return doc.RehearsalDoc(
        cluster=report.cluster.name,
        release=report.cluster.release,
        runs=report.cluster.durations.runs,
        read_at=report.read_at,
        p50_s=_rounded(planned.p50_s),
        p90_s=_rounded(planned.p90_s),
        steps=[
            doc.RehearsedStepDoc(
                id=name, host=steps[name].action.host, start_s=_rounded(span.start_s), end_s=_rounded(span.end_s)
            )
            for name, span in planned.schedule.spans.items()
        ],
        outages=_windows(planned),
        differing=planned.differing,
        unknown=planned.unknown,
        scenario=None if scenario is None else _scenario(report, scenario),
    )


def _rounded(seconds: float) -> float:
    """All documents alike."""
    return round(seconds, 1)


def _scenario(report: RehearsalReport, scenario: Rehearsal) -> doc.ScenarioDoc:
    return doc.ScenarioDoc(
        fails=list(report.fails),
        lost_host=report.lost.host if report.lost else "",
        lost_at_s=report.lost.at_s if report.lost else 0.0,
        ends_s=_rounded(scenario.schedule.total_s),
        failed=list(scenario.schedule.failed),
        blocked=list(scenario.schedule.blocked),
        irreversible=scenario.irreversible,
        outages=_windows(scenario),
        interim=interim_document(report.cluster.release, report.interim) if report.interim else None,
    )


def _windows(rehearsed: Rehearsal) -> list[doc.OutageWindowDoc]:
    return [
        doc.OutageWindowDoc(module=w.module, start_s=_rounded(w.start_s), end_s=_rounded(w.end_s))
        for w in rehearsed.outages
    ]


def utc(seconds: int) -> str:
    """Seconds since the epoch as people and programs write them; "" for none."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else ""


def probe_document(
    release: str, readings: Readings, modules: Mapping[AnyFact, str], warnings: Iterable[Diagnostic] = ()
) -> doc.ProbeDoc:
    return doc.ProbeDoc(
        release=release,
        facts=[_fact(fact, read, modules.get(fact, "")) for fact, read in readings.items()],
        warnings=[problem(warning) for warning in warnings],
    )


def _fact(fact: AnyFact, read: AnyReading, module: str) -> doc.FactDoc:
    return doc.FactDoc(
        fact=fact_id(fact),
        kind=kind_of(fact),
        host=fact.host,
        module=module,
        en=describe.fact(fact, "en"),
        zh=describe.fact(fact, "zh"),
        reading=reading(read),
    )


def doctor_document(report: DoctorReport) -> doc.DoctorDoc:
    return doc.DoctorDoc(
        release=report.release,
        verdict=report.verdict,
        steps=report.steps,
        checks=[_check(result) for result in report.checks],
        problems=[problem(diagnostic) for diagnostic in report.problems],
        warnings=[problem(warning) for warning in report.warnings],
    )


def _check(result: CheckResult) -> doc.PreflightCheckDoc:
    expected, fact = result.expected, result.expected.fact
    return doc.PreflightCheckDoc(
        fact=fact_id(fact),
        kind=kind_of(fact),
        host=fact.host,
        en=describe.fact(fact, "en"),
        zh=describe.fact(fact, "zh"),
        state=_check_state(result),
        reading=reading(result.reading),
        because=why(expected.because),
        source=expected.source,
        problem=problem(result.diagnostic) if result.diagnostic else None,
    )


def _check_state(result: CheckResult) -> doc.CheckState:
    if result.diagnostic is None:
        return "holds"
    if result.advice:
        return "advice"
    return "unknown" if isinstance(result.reading, Unknown) else "fails"


def plan_document(
    plan: Plan,
    warnings: Iterable[Diagnostic] = (),
    latent: Mapping[AnyFact, Reason] | None = None,
    part: ClusterReport | None = None,
    known: Durations = NOTHING_KNOWN,
) -> doc.PlanDoc:
    """`part`: the report, where the plan is not the whole one."""
    others = () if part is None else part.remaining
    estimated = estimate(plan.steps, known)
    return doc.PlanDoc(
        release=plan.release,
        estimate_s=_rounded(estimated.total_s),
        outages=[doc.OutageDoc(module=o.module, estimate_s=_rounded(o.seconds)) for o in estimated.outages],
        steps=[step_document(number, step, estimated, latent or {}) for number, step in enumerate(plan.steps, start=1)],
        blocked=[blocked_document(blocked) for blocked in plan.blocked],
        derived=[fact_id(derived.expected.fact) for derived in plan.derived],
        advice=[blocked_document(advice) for advice in plan.advice],
        warnings=[problem(warning) for warning in warnings],
        selection=None if part is None else _selection(part),
        remaining=[remaining_document(item) for item in others],
        interim=None if part is None or not others else interim_document(part.release, part.interim(others)),
    )


def _selection(part: ClusterReport) -> doc.SelectionDoc:
    selection = part.plan.selection
    return doc.SelectionDoc(
        until=list(selection.until), modules=list(selection.modules), hosts=list(selection.hosts), stop_at=part.stop_at
    )


def remaining_document(item: Remaining) -> doc.RemainingDoc:
    step, expected = item.step, item.expected
    if step is not None:
        return doc.RemainingDoc(
            step=step.id,
            host=step.action.host,
            module=step.module,
            section=step.section,
            en=describe.action(step.action, "en"),
            zh=describe.action(step.action, "zh"),
            because=why(item.because),
        )
    fact = None if expected is None else expected.fact
    return doc.RemainingDoc(
        fact=item.id,
        host="" if fact is None else fact.host,
        module="" if expected is None else expected.module,
        en="" if fact is None else describe.fact(fact, "en"),
        zh="" if fact is None else describe.fact(fact, "zh"),
        because=why(item.because),
        problem=problem(item.diagnostic) if item.diagnostic else None,
    )


def interim_document(release: str, interim: InterimState) -> doc.InterimDoc:
    return doc.InterimDoc(
        state=interim.state,
        upgraded=list(interim.upgraded),
        pending=list(interim.pending),
        down=list(interim.down),
        unclear=list(interim.unclear),
        not_to_reboot=list(interim.not_to_reboot),
        advice=[why(reason) for reason in describe.interim(release, interim)],
    )


def undo_document(preview: UndoPreview) -> doc.UndoDoc:
    scope, plan, readings = preview.scope, preview.cluster.plan, preview.cluster.readings
    estimated = estimate(plan.steps, preview.cluster.durations)
    return doc.UndoDoc(
        run=scope.run,
        irreversible=[
            doc.IrreversibleDoc(host=step.host, step=step.step, undo=step.undo, because=why(describe.undo(step.undo)))
            for step in scope.irreversible
        ],
        restores=[
            doc.RestoredItemDoc(
                host=item.host,
                what=item.entry.what,
                path=item.entry.path,
                state=reading(readings.get(item.state(scope.run), Absent())),
            )
            for item in scope.saved_items
        ],
        steps=[step_document(number, step, estimated, {}) for number, step in enumerate(plan.steps, start=1)],
        blocked=[blocked_document(blocked) for blocked in plan.blocked],
        afterwards=[why(reason) for reason in preview.afterwards],
        estimate_s=_rounded(estimated.total_s),
        warnings=[problem(warning) for warning in preview.cluster.warnings],
    )


def run_document(report: RunReport) -> doc.RunDoc:
    cluster = report.cluster
    undone = report.preview if isinstance(report, UndoReport) else None
    return doc.RunDoc(
        command="apply" if undone is None else "undo",
        verdict=report.verdict,
        exit=report.exit_code,
        undo=None if undone is None else undo_document(undone),
        events=[event_document(event) for event in report.events],
        problems=[problem(diagnostic) for diagnostic in report.diagnostics],
        result=comparison(doc.DiffDoc, cluster.release, cluster.difference, cluster.warnings, cluster.not_covered),
        remaining=[remaining_document(item) for item in report.remaining],
        interim=interim_document(cluster.release, cluster.interim(report.remaining)) if report.remaining else None,
    )


def init_document(report: InitReport) -> doc.InitDoc:
    proposal = report.proposal
    return doc.InitDoc(
        path=report.path,
        name=proposal.name,
        release=proposal.release,
        controller=proposal.address,
        placement=[
            doc.PlacementDoc(module=module, hosts=list(hosts), because=why(because))
            for module, hosts, because in proposal.placement
        ],
        excluded=list(proposal.excluded),
    )


def event_document(event: ev.Event) -> doc.EventDoc:
    """Its own fields under their own names; a diagnostic as `problem`."""
    own = {f.name: getattr(event, f.name) for f in fields_of(event) if f.name != "diagnostic"}
    cause = problem(event.diagnostic) if isinstance(event, ev.StepFailed | ev.StepNeedsHuman | ev.RunHalted) else None
    listed = {name: list(cast(tuple[str, ...], v)) if isinstance(v, tuple) else v for name, v in own.items()}
    return doc.EventDoc.model_validate({**listed, "problem": cause})


def end_document(end: EndOfRun) -> doc.EventDoc:
    """The last line of a stream."""
    own = event_document(end.event)
    return own.model_copy(update={"remaining": [remaining_document(item) for item in end.remaining]})


def error_document(report: ErrorReport) -> doc.ErrorDoc:
    return doc.ErrorDoc(
        exit=report.exit_code,
        problems=[problem(diagnostic) for diagnostic in dict.fromkeys(report.diagnostics)],
        cluster=report.cluster,
        checked=utc(report.checked_at),
        last_success=utc(report.last_success),
    )


def finding(drift: AnyDrift, difference: Difference) -> doc.FindingDoc:
    """`difference`: which it is of; that says whether it is latent, and what it follows from."""
    expected = drift.expected
    latent, cause = difference.latent.get(expected.fact), difference.causes.get(expected.fact)
    return doc.FindingDoc(
        fact=fact_id(expected.fact),
        kind=kind_of(expected.fact),
        host=expected.fact.host,
        module=expected.module,
        en=describe.fact(expected.fact, "en"),
        zh=describe.fact(expected.fact, "zh"),
        expected=reading(expected.reading),
        reading=reading(drift.reading),
        because=why(expected.because),
        source=expected.source,
        latent=why(latent) if latent else None,
        cause=clean(cause_id(cause)) if cause else None,
    )


def _advice(advised: AdvisedDrift, difference: Difference) -> doc.AdviceDoc:
    result = finding(advised.drift, difference)
    own = {name: getattr(result, name) for name in doc.FindingDoc.model_fields}
    return doc.AdviceDoc(**own, problem=problem(advised.diagnostic))


def reading(read: AnyReading | SameAs[Any]) -> doc.ReadingDoc:
    match read if isinstance(read, SameAs) else redact_reading(read):
        case Known(value):
            return doc.KnownDoc(value=list(cast(tuple[str, ...], value)) if isinstance(value, tuple) else value)
        case Absent():
            return doc.AbsentDoc()
        case Unknown(because):
            return doc.UnknownDoc(why=why(because))
        case SameAs(other):
            return doc.SameDoc(fact=fact_id(other))


def why(because: Reason) -> doc.ReasonDoc:
    coded = isinstance(because, CodedReason)
    return doc.ReasonDoc(
        code=because.code if coded else "inline",
        fields=dict(because.fields) if coded else {},
        en=reason_text(because, "en"),
        zh=reason_text(because, "zh"),
    )


def problem(diagnostic: Diagnostic) -> doc.DiagnosticDoc:
    words = diagnostic_text(diagnostic)
    return doc.DiagnosticDoc(
        code=diagnostic.code,
        where=diagnostic.where,
        fields=dict(diagnostic.fields),
        what=_both(words.what, diagnostic),
        why=_both(words.why, diagnostic),
        hint=_both(words.hint, diagnostic),
        because=why(diagnostic.because) if diagnostic.because else None,
        source=diagnostic.source,
    )


def _both(sentence: LocalizedText, diagnostic: Diagnostic) -> doc.TextDoc:
    return doc.TextDoc(en=fill(sentence, diagnostic.fields, "en"), zh=fill(sentence, diagnostic.fields, "zh"))


def step_document(number: int, step: Step, estimated: Estimate, latent: Mapping[AnyFact, Reason]) -> doc.StepDoc:
    done = step.action
    return doc.StepDoc(
        id=step.id,
        number=number,
        action=describe.action_kind(done),
        en=describe.action(done, "en"),
        zh=describe.action(done, "zh"),
        host=done.host,
        module=step.module,
        section=step.section,
        because=why(step.because),
        source=step.source,
        after=[doc.DependencyDoc(step=a.step, because=why(a.because), source=a.source) for a in step.after],
        repairs=[fact_id(repaired.expected.fact) for repaired in step.repairs],
        disrupts=done.disrupts,
        outage=done.outage,
        irreversible=done.irreversible,
        undo=done.undo_outcome,
        undo_because=why(describe.undo(done.undo_outcome)),
        manual=describe.manual_instruction(done),
        approval=done.approval_id,
        deletes=why(reason) if (reason := done.deletes()) is not None else None,
        estimate_s=_rounded(estimated.seconds[step.id]),
        side_effects=[why(effect) for effect in done.side_effects()],
        restore=list(done.restore_commands()),
        latent=[why(latent[m.expected.fact]) for m in step.repairs if m.expected.fact in latent],
        overwrites=[
            doc.OverwrittenDoc(
                fact=fact_id(drift.expected.fact),
                en=describe.fact(drift.expected.fact, "en"),
                zh=describe.fact(drift.expected.fact, "zh"),
                before=reading(drift.reading),
                after=reading(drift.expected.reading),
            )
            for drift in overwritten(step)
        ],
    )


def blocked_document(blocked: Blocked) -> doc.BlockedDoc:
    fact = blocked.expected.fact
    return doc.BlockedDoc(
        fact=fact_id(fact),
        host=fact.host,
        module=blocked.expected.module,
        problem=problem(blocked.diagnostic),
        blocks=list(blocked.blocks),
    )
