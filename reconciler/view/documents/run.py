"""Runs: their events (`bkrec.event/1`, a line each), what an undo would restore, how one ended, and those on record."""

from typing import Literal

from pydantic import Field

from reconciler.core.events import Confirmation
from reconciler.core.run_report import StepOutcome
from reconciler.core.verdict import EventVerdict, RunVerdict, Verdict
from reconciler.view.documents.base import DiagnosticDoc, Doc, ReadingDoc, ReasonDoc, TextDoc
from reconciler.view.documents.diff import DiffDoc
from reconciler.view.documents.plan import REMAINING, BlockedDoc, InterimDoc, RemainingDoc, StepDoc


class EventDoc(Doc):
    """One line of `apply -o json`. `event` says which of the other fields are there."""

    schema_: Literal["bkrec.event/1"] = Field(default="bkrec.event/1", alias="schema")
    event: Literal[
        "lease-contended",
        "run-started",
        "job-adopted",
        "step-started",
        "step-output",
        "step-done",
        "step-skipped",
        "step-failed",
        "step-blocked",
        "step-deferred",
        "step-postponed",
        "step-needs-human",
        "approval-given",
        "plan-confirmed",
        "run-halted",
        "interrupted",
        "run-ended",
    ]
    approval: str | None = None
    user: str | None = None
    source: str | None = None
    age_s: int | None = None
    run: str | None = None
    epoch: int | None = None
    steps: list[str] | None = None
    step: str | None = None
    fact: str | None = None
    host: str | None = None
    job: str | None = None
    module: str | None = None
    section: str | None = None
    irreversible: bool | None = None
    changes: list[str] | None = None
    """Of step-started: `FACT: BEFORE -> EXPECTED`."""
    restore: list[str] | None = None
    """Of the step-started of a backup: the commands that bring it back."""
    action: str | None = None
    """Of step-started: the action's kind."""
    fields: list[str] | None = None
    """Of step-started: what it is done to, `NAME=VALUE`."""
    after: list[str] | None = None
    """Of step-started: the steps that had to be done before it."""
    locks: list[str] | None = None
    """Of step-started: what no other step may use at the same time."""
    outage: str | None = None
    estimate_s: float | None = None
    how: Confirmation | None = None
    """Of plan-confirmed: the prompt was answered, or --yes was given."""
    total: int | None = None
    line: str | None = None
    seconds: float | None = None
    exit_status: int | None = None
    attempt: int | None = None
    problem: DiagnosticDoc | None = None
    tail: list[str] | None = None
    cause: str | None = None
    running: list[str] | None = None
    verdict: EventVerdict | None = None
    done: int | None = None
    failed: int | None = None
    matching: int | None = None
    """Of run-started and run-ended: how many facts of the whole cluster."""
    drift: int | None = None
    unknown: int | None = None
    remaining: list[RemainingDoc] | None = Field(default=None, serialization_alias="left", validation_alias=REMAINING)
    """Of run-ended: what is left to do, and why."""


class IrreversibleDoc(Doc):
    """A step of the run that an undo leaves as it is, and why."""

    host: str
    step: str
    undo: str
    because: ReasonDoc


class RestoredItemDoc(Doc):
    host: str
    what: Literal["file", "unit", "service", "directory"]
    path: str
    state: ReadingDoc
    """back: as before the run; ours: as the run left it; later: as a later run left it; changed; lost."""


class UndoDoc(Doc):
    """The first line of `undo -o json`: all that is known before anything is done. The events follow it."""

    schema_: Literal["bkrec.undo/1"] = Field(default="bkrec.undo/1", alias="schema")
    run: str
    irreversible: list[IrreversibleDoc]
    restores: list[RestoredItemDoc]
    steps: list[StepDoc]
    blocked: list[BlockedDoc]
    afterwards: list[ReasonDoc]
    """What is left to a person once it is done."""
    estimate_s: float
    warnings: list[DiagnosticDoc] = Field(default_factory=list[DiagnosticDoc])


class RunDoc(Doc):
    """A whole `apply` or `undo`, once it has ended: what `--report json=FILE` writes. What commands printed is not in
    it (the journal has that), only the last lines of one that failed."""

    schema_: Literal["bkrec.run/1"] = Field(default="bkrec.run/1", alias="schema")
    command: Literal["apply", "undo"]
    verdict: RunVerdict
    exit: int
    undo: UndoDoc | None = None
    """Of an undo: what it restores and what stays."""
    events: list[EventDoc]
    problems: list[DiagnosticDoc]
    """Why it ended as it did, and what waits for a person."""
    result: DiffDoc
    """The cluster when it ended."""
    remaining: list[RemainingDoc] = Field(
        default_factory=list[RemainingDoc], serialization_alias="left", validation_alias=REMAINING
    )
    """What is left to do, and why."""
    interim: InterimDoc | None = None
    """What the cluster is until then; null where nothing is left."""


class RunSummaryDoc(Doc):
    run: str
    started: str
    verdict: str
    """"" where it was killed, or is still running."""
    steps: int
    done: int
    failed: int
    approved: list[str] = Field(default_factory=list[str])
    """What was approved for it, and by whom: "topology root@ops"."""


class StepReportDoc(Doc):
    step: str
    host: str
    module: str
    section: str
    outcome: StepOutcome
    started: str
    """"" where it was not started."""
    seconds: float
    attempts: int
    irreversible: bool
    changes: list[str]
    """`FACT: BEFORE -> EXPECTED`, as read before; of a step that is done the last was verified afterwards."""
    problem: DiagnosticDoc | None = None
    log: list[str] = Field(default_factory=list[str])
    """The last lines of one that failed."""
    ended: str = ""
    what: TextDoc | None = None
    """What was done; null in a journal that an older bkrec wrote."""
    after: list[str] = Field(default_factory=list[str])
    """The steps that had to be done before it."""
    waited_for: str = ""
    """The step whose end it began at; "" where it waited for none."""
    outage: str = ""
    """The module that its users missed meanwhile."""
    estimate_s: float = 0.0


class BackupReportDoc(Doc):
    step: str
    host: str
    made: str
    """When it was complete and verified."""
    restore: list[str]
    """For root's shell on that host."""


class ConfirmationDoc(Doc):
    """Who agreed to the plan, and how: answered the prompt, or gave --yes."""

    user: str
    source: str
    how: Confirmation
    steps: int


class FactCountsDoc(Doc):
    """The whole cluster at one moment."""

    verdict: Verdict
    matching: int
    drift: int
    unknown: int


class RunReportDoc(Doc):
    """`report RUN`: a run for those who were not there, from its journal."""

    schema_: Literal["bkrec.report/1"] = Field(default="bkrec.report/1", alias="schema")
    cluster: str
    run: str
    user: str
    """"" in a journal that an older bkrec wrote."""
    source: str
    started: str
    ended: str
    """"" where it was killed, or is still running."""
    verdict: EventVerdict | Literal[""]
    before: FactCountsDoc | None = None
    """As the run found the cluster; null in a journal that an older bkrec wrote, and of a rollback."""
    after: FactCountsDoc | None = None
    """As it left it; null also where it did not come to its end."""
    approvals: list[str]
    """What was approved for it, by whom: "cmdb-topology root@ops"."""
    confirmed: list[ConfirmationDoc] = Field(default_factory=list[ConfirmationDoc])
    """Again where a later round had other steps; empty in a journal that an older bkrec wrote."""
    steps: list[StepReportDoc]
    backups: list[BackupReportDoc]
    problems: list[DiagnosticDoc]
    """Why it started no further step."""
    torn: int
    """Lines of the journal that could not be read."""
    titles: dict[str, TextDoc] = Field(default_factory=dict[str, TextDoc])
    """What users call the modules."""


class PastFindingDoc(Doc):
    """What checks from this machine found, now or before."""

    finding: str
    """A fact's id, or the code and place of why the cluster could not be read."""
    present: bool
    flapping: bool
    since: str
    """When it came last (UTC)."""
    last: str
    """When it was there last."""
    times: int
    """How often it came."""
    recent: str = ""
    """The last checks, the newest last: 1 where it was there."""


class HistoryDoc(Doc):
    schema_: Literal["bkrec.history/1"] = Field(default="bkrec.history/1", alias="schema")
    runs: list[RunSummaryDoc]
    findings: list[PastFindingDoc] = Field(default_factory=list[PastFindingDoc])
    """Those that are there now first, each part by when they came, the latest last."""
