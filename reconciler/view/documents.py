"""The documents that machines read: `bkrec.diff/1` and so on. Their fields only ever grow; a new meaning is a new name.

One model per document, so that `bkrec schema` is never a second copy of it. A list is `[]`, never missing; what may
be nothing is "" or null. Every sentence comes in both languages, so that a document needs no `--lang`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from actions.action import Undo
from reconciler.core.redact import in_json

Value = str | int | bool | list[str]
VerdictWord = Literal["converged", "differs", "unknown"]
UndoWord = Undo


class Doc(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ReasonDoc(Doc):
    """A reason: `code` lasts, the sentences may be reworded; "inline" where the release's own data words it."""

    code: str
    fields: dict[str, str] = Field(default_factory=dict)
    en: str
    zh: str


class KnownDoc(Doc):
    kind: Literal["known"] = "known"
    value: Value


class AbsentDoc(Doc):
    kind: Literal["absent"] = "absent"


class UnknownDoc(Doc):
    kind: Literal["unknown"] = "unknown"
    why: ReasonDoc


class SameDoc(Doc):
    """Expected to equal what another fact reads, which could not be read."""

    kind: Literal["same"] = "same"
    fact: str


ReadingDoc = Annotated[KnownDoc | AbsentDoc | UnknownDoc | SameDoc, Field(discriminator="kind")]


class Finding(Doc):
    """One fact that is not as expected, or could not be read."""

    fact: str
    """A stable id: `unit.active bk-auth.service @10.0.0.3`."""
    kind: str
    host: str
    module: str
    en: str
    zh: str
    expected: ReadingDoc
    reading: ReadingDoc
    because: ReasonDoc
    source: str
    latent: ReasonDoc | None = None
    """Set where it is right now and will not last: what will happen, and when."""


class Advice(Finding):
    """Told with every look, and no drift: it is right now, and what will come of it only a person can safely avert."""

    problem: "DiagnosticDoc"


class DiagnosticDoc(Doc):
    """A diagnostic: what, why and what next, in both languages."""

    code: str
    where: str
    fields: dict[str, str]
    what: "TextDoc"
    why: "TextDoc"
    hint: "TextDoc"
    because: ReasonDoc | None = None
    source: str = ""


class TextDoc(Doc):
    en: str
    zh: str


class DiffDoc(Doc):
    schema_: Literal["bkrec.diff/1"] = Field(default="bkrec.diff/1", alias="schema")
    release: str
    not_covered: list[str] = Field(default_factory=list[str])
    """Sections of the guide of which nothing is claimed."""
    verdict: VerdictWord
    matching: int
    drift: list[Finding]
    unknown: list[Finding]
    advice: list[Advice] = Field(default_factory=list[Advice])
    warnings: list[DiagnosticDoc] = Field(default_factory=list[DiagnosticDoc])


class CheckDoc(Doc):
    schema_: Literal["bkrec.check/1"] = Field(default="bkrec.check/1", alias="schema")
    release: str
    not_covered: list[str] = Field(default_factory=list[str])
    """Sections of the guide of which nothing is claimed."""
    verdict: VerdictWord
    matching: int
    drift: list[Finding]
    unknown: list[Finding]
    advice: list[Advice] = Field(default_factory=list[Advice])
    warnings: list[DiagnosticDoc] = Field(default_factory=list[DiagnosticDoc])


class DependencyDoc(Doc):
    step: str
    because: ReasonDoc
    source: str


class StepDoc(Doc):
    id: str
    number: int
    action: str
    """The action's kind: `unit.start`."""
    en: str
    zh: str
    host: str
    module: str
    section: str
    because: ReasonDoc
    source: str
    after: list[DependencyDoc]
    repairs: list[str]
    """Ids of the facts that it is there for."""
    disrupts: Literal["no", "service", "data"]
    outage: str
    irreversible: bool
    undo: UndoWord = "no-way-back"
    """"restored": `bkrec undo` brings it back; "beside": it changes nothing that was there; else it stays."""
    undo_because: ReasonDoc | None = None
    manual: bool
    """True where a person does it; it is seen done by what it mends."""
    approval: str = ""
    """What `apply --approve` has to name before it is begun; "" where nothing has to be approved."""
    deletes: ReasonDoc | None = None
    """What is gone for good afterwards and users may have made."""
    estimate_s: float
    side_effects: list[ReasonDoc]
    latent: list[ReasonDoc] = Field(default_factory=list[ReasonDoc])
    """What would happen without it, and when, of the facts that are right now."""


class BlockedDoc(Doc):
    fact: str
    host: str
    module: str
    problem: DiagnosticDoc
    blocks: list[str]


class OutageDoc(Doc):
    module: str
    estimate_s: float


class PlanDoc(Doc):
    schema_: Literal["bkrec.plan/1"] = Field(default="bkrec.plan/1", alias="schema")
    release: str
    estimate_s: float
    outages: list[OutageDoc]
    steps: list[StepDoc]
    blocked: list[BlockedDoc]
    derived: list[str] = Field(default_factory=list[str])
    """Ids of facts that have no repair of their own: they come right when the steps are done."""
    advice: list[BlockedDoc] = Field(default_factory=list[BlockedDoc])
    """Told and not owed: nothing here waits for it."""
    warnings: list[DiagnosticDoc] = Field(default_factory=list[DiagnosticDoc])


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
        "step-needs-human",
        "approval-given",
        "run-halted",
        "interrupted",
        "run-ended",
    ]
    gate: str | None = None
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
    line: str | None = None
    seconds: float | None = None
    exit_status: int | None = None
    attempt: int | None = None
    problem: DiagnosticDoc | None = None
    tail: list[str] | None = None
    cause: str | None = None
    running: list[str] | None = None
    verdict: Literal["converged", "differs", "unknown", "failed", "refused", "interrupted", "rolled-back"] | None = None
    done: int | None = None
    failed: int | None = None


class ErrorDoc(Doc):
    """What stands on stdout with `-o json` where a command could not give its own document."""

    schema_: Literal["bkrec.error/1"] = Field(default="bkrec.error/1", alias="schema")
    exit: int
    problems: list[DiagnosticDoc]


class GuideCommandDoc(Doc):
    """One command of the guide, and what of bkrec stands for it."""

    section: str
    run: str
    actions: list[str]
    """Kinds of actions."""
    facts: list[str]
    """Kinds of facts that show it was done."""
    gates: list[str]
    """Kinds of facts asked before the first write."""
    left: TextDoc | None = None
    """Why no step does it, or does less."""


class DeviationDoc(Doc):
    """Where bkrec does not do as the guide says."""

    id: str
    kind: Literal["fixed", "added", "omitted", "both", "side-effect"]
    title: TextDoc
    guide: TextDoc
    here: TextDoc
    source: str


class EntryDoc(Doc):
    """What `explain` found for an id."""

    kind: Literal["diagnostic", "because", "section", "fact", "action"]
    title: TextDoc
    text: TextDoc
    commands: list[GuideCommandDoc] = Field(default_factory=list[GuideCommandDoc])
    """Of a section: its commands. Of an action or a fact: the commands it stands for."""
    differences: list[DeviationDoc] = Field(default_factory=list[DeviationDoc])


class ExplainDoc(Doc):
    schema_: Literal["bkrec.explain/1"] = Field(default="bkrec.explain/1", alias="schema")
    id: str
    entries: list[EntryDoc]


class StaysDoc(Doc):
    """A step of the run that an undo leaves as it is, and why."""

    host: str
    step: str
    undo: str
    because: ReasonDoc


class RestoredItemDoc(Doc):
    host: str
    what: Literal["file", "unit", "service", "directory"]
    path: str
    standing: ReadingDoc
    """back: as before the run; ours: as the run left it; later: as a later run left it; changed; lost."""


class UndoDoc(Doc):
    """The first line of `undo -o json`: all that is known before anything is done. The events follow it."""

    schema_: Literal["bkrec.undo/1"] = Field(default="bkrec.undo/1", alias="schema")
    run: str
    stays: list[StaysDoc]
    puts_back: list[RestoredItemDoc]
    steps: list[StepDoc]
    blocked: list[BlockedDoc]
    afterwards: list[ReasonDoc]
    """What is left to a person once it is done."""
    estimate_s: float
    warnings: list[DiagnosticDoc] = Field(default_factory=list[DiagnosticDoc])


class LockDoc(Doc):
    schema_: Literal["bkrec.lock/1"] = Field(default="bkrec.lock/1", alias="schema")
    held: bool
    who: str = ""
    origin: str = ""
    run: str = ""
    epoch: int = 0
    age_s: float | None = None
    """Since it was renewed; null where the controller was started anew since."""


class RunDoc(Doc):
    run: str
    started: str
    verdict: str
    steps: int
    done: int
    failed: int
    approved: list[str] = Field(default_factory=list[str])
    """What was approved for it, and by whom: "topology root@ops"."""


class HistoryDoc(Doc):
    schema_: Literal["bkrec.history/1"] = Field(default="bkrec.history/1", alias="schema")
    runs: list[RunDoc]


class PauseDoc(Doc):
    schema_: Literal["bkrec.pause/1"] = Field(default="bkrec.pause/1", alias="schema")
    paused: bool
    who: str = ""
    since: str = ""
    why: str = ""


WorkState = Literal["done", "owed", "due", "untraced", "unread"]
"""due: not yet, its product is not upgraded either. untraced: by hand or not at all, only a person knows."""


class TaskDoc(Doc):
    task: str
    host: str
    state: WorkState
    origin: str = ""
    """The version its upgrade starts from, where it needs one and that is known."""


class AckDoc(Doc):
    schema_: Literal["bkrec.ack/1"] = Field(default="bkrec.ack/1", alias="schema")
    works: list[TaskDoc]


class ApprovalDoc(Doc):
    gate: str
    who: str
    since: str
    run: str


class JobDoc(Doc):
    host: str
    job: str
    line: str
    """The last line of its log."""


class StatusDoc(Doc):
    """The last run from this machine, as its journal tells it, and what goes on now; facts are `diff`'s business."""

    schema_: Literal["bkrec.status/1"] = Field(default="bkrec.status/1", alias="schema")
    last: RunDoc | None
    lock: LockDoc | None = None
    """null where the controller is out of reach; then nothing is known of pause and jobs either."""
    pause: PauseDoc | None = None
    jobs: list[JobDoc] = []
    approvals: list[ApprovalDoc] = []
    """The last of each gate, as the controller keeps it; each was for its own run only."""


def dumped(document: Doc, *, indent: int | None = 2) -> str:
    """JSON text with a newline at the end; Chinese as itself, what moves a cursor as its number."""
    sparse = isinstance(document, EventDoc)
    return in_json(document.model_dump_json(indent=indent, by_alias=True, exclude_none=sparse) + "\n")
