"""A run as its journal has it, put together for those who were not there. Pure, over the journal's records.

The journal explains; it is not the truth about the cluster: "done" says that the step's effects were verified then. Of
a step that was planned again in a later round the last outcome counts. Journals of older versions lack who started the
run and what a step was to change: those fields are empty then.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from reconciler.core import events as ev
from reconciler.core.verdict import EventVerdict, Verdict
from specs.diagnostic import Diagnostic

StepOutcome = Literal[
    "done", "skipped", "failed", "blocked", "deferred", "postponed", "needs-human", "unfinished", "not-started"
]
"""unfinished: it was started, and the journal has no end of it. not-started: planned only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    step: str
    host: str = ""
    module: str = ""
    section: str = ""
    outcome: StepOutcome = "not-started"
    started: str = ""
    ended: str = ""
    seconds: float = 0.0
    attempts: int = 0
    irreversible: bool = False
    changes: tuple[str, ...] = ()
    restore: tuple[str, ...] = ()
    diagnostic: Diagnostic | None = field(default=None)
    log: tuple[str, ...] = ()
    action: str = ""
    """The action's kind; "" in a journal that an older bkrec wrote, as all of these are."""
    fields: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    outage: str = ""
    estimate_s: float = 0.0
    waited_for: str = ""
    """The step whose end it began at: the last of those that had to be done before it, or that shared a lock with
    it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactCounts:
    """The whole cluster at one moment."""

    matching: int
    drift: int
    unknown: int

    @property
    def verdict(self) -> Verdict:
        return "unknown" if self.unknown else "differs" if self.drift else "converged"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    run: str
    user: str = ""
    source: str = ""
    started: str = ""
    ended: str = ""
    verdict: EventVerdict | None = None
    before: FactCounts | None = None
    """None in a journal that an older bkrec wrote, and of a rollback."""
    after: FactCounts | None = None
    """None also where the run did not come to its end."""
    approvals: tuple[ev.ApprovalGiven, ...] = ()
    confirmations: tuple[ev.PlanConfirmed, ...] = ()
    steps: tuple[StepReport, ...] = ()
    """In the order in which they were started; those never started last."""
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def wall_s(self) -> float:
        """From the first step's start to the last one's end; 0 where nothing was done."""
        starts = [step.started for step in self.steps if step.started]
        ends = [step.ended for step in self.steps if step.ended]
        if not starts or not ends:
            return 0.0
        return (datetime.fromisoformat(max(ends)) - datetime.fromisoformat(min(starts))).total_seconds()

    @property
    def backups(self) -> tuple[StepReport, ...]:
        return tuple(step for step in self.steps if step.restore and step.outcome == "done")


def run_report(run: str, records: Iterable[tuple[str, ev.Event]]) -> RunReport:
    """`records`: when, and what, in their order."""
    report, steps, started = RunReport(run=run), dict[str, StepReport](), dict[str, int]()
    for at, event in records:
        report = replace(report, started=report.started or at)
        match event:
            case ev.RunStarted():
                report = replace(report, user=event.user, source=event.source, before=_counts(event))
                planned = (step for step in event.steps if step not in steps)
                steps |= {step: StepReport(step=step) for step in planned}
            case ev.ApprovalGiven():
                report = replace(report, approvals=(*report.approvals, event))
            case ev.PlanConfirmed():
                report = replace(report, confirmations=(*report.confirmations, event))
            case ev.RunHalted():
                report = replace(report, diagnostics=(*report.diagnostics, event.diagnostic))
            case ev.RunEnded():
                report = replace(report, ended=at, verdict=event.verdict, after=_counts(event))
            case ev.LeaseContended() | ev.JobAdopted() | ev.StepOutput() | ev.RunInterrupted():
                continue
            case _:
                if isinstance(event, ev.StepStarted):
                    started.setdefault(event.step, len(started))
                steps[event.step] = _stepped(steps.get(event.step, StepReport(step=event.step)), event, at)
    order = sorted(steps.values(), key=lambda step: started.get(step.step, len(started)))
    return replace(report, steps=tuple(replace(step, waited_for=_waited_for(step, order)) for step in order))


def _counts(event: ev.RunStarted | ev.RunEnded) -> FactCounts | None:
    if event.matching is None or event.drift is None or event.unknown is None:
        return None
    return FactCounts(matching=event.matching, drift=event.drift, unknown=event.unknown)


def _waited_for(step: StepReport, steps: Iterable[StepReport]) -> str:
    if not step.started:
        return ""
    before = [
        other
        for other in steps
        if other.ended
        and other.ended <= step.started
        and (other.step in step.after or not set(other.locks).isdisjoint(step.locks))
    ]
    return max(before, key=lambda other: other.ended).step if before else ""


StepEvent = (
    ev.StepStarted
    | ev.StepDone
    | ev.StepSkipped
    | ev.StepFailed
    | ev.StepBlocked
    | ev.StepDeferred
    | ev.StepPostponed
    | ev.StepNeedsHuman
)


def _stepped(step: StepReport, event: StepEvent, at: str) -> StepReport:
    match event:
        case ev.StepStarted():
            return replace(
                step,
                host=event.host,
                module=event.module,
                section=event.section,
                outcome="unfinished",
                started=step.started or at,
                attempts=step.attempts + 1,
                irreversible=event.irreversible,
                changes=step.changes or event.changes,
                restore=event.restore,
                action=event.action,
                fields=event.fields,
                after=event.after,
                locks=event.locks,
                outage=event.outage,
                estimate_s=event.estimate_s,
            )
        case ev.StepDone():
            return replace(step, outcome="done", ended=at, seconds=event.seconds, diagnostic=None, log=())
        case ev.StepSkipped():
            return replace(step, outcome="skipped", ended=at)
        case ev.StepFailed():
            return replace(step, outcome="failed", ended=at, diagnostic=event.diagnostic, log=event.tail)
        case ev.StepBlocked():
            return replace(step, outcome="blocked")
        case ev.StepDeferred():
            return replace(step, outcome="deferred")
        case ev.StepPostponed():
            return replace(step, outcome="postponed")
        case ev.StepNeedsHuman():
            return replace(step, outcome="needs-human", diagnostic=event.diagnostic)
