"""The documents that machines read: `bkrec.diff/1` and so on. Their fields only ever grow; a new meaning is a new name.

One model per document, so that `bkrec schema` is never a second copy of it.
"""

from reconciler.core.redact import in_json
from reconciler.view.documents.base import (
    AbsentDoc,
    DiagnosticDoc,
    Doc,
    ErrorDoc,
    KnownDoc,
    ReadingDoc,
    ReasonDoc,
    SameDoc,
    TextDoc,
    UnknownDoc,
)
from reconciler.view.documents.cluster import (
    AckDoc,
    ApprovalDoc,
    InitDoc,
    JobDoc,
    LockDoc,
    PauseDoc,
    PlacementDoc,
    RenderedFileDoc,
    SealChangeDoc,
    SealDoc,
    SealedHostDoc,
    SealedState,
    StatusDoc,
    TaskDoc,
    TaskState,
    UncomparedDoc,
)
from reconciler.view.documents.diff import (
    AdviceDoc,
    AlertDoc,
    CheckDoc,
    ChecksDoc,
    ClusterCheckDoc,
    ComparisonDoc,
    DiffDoc,
    FindingDoc,
    FindingLineDoc,
    ListingDoc,
    SummaryDoc,
    WaivedDoc,
)
from reconciler.view.documents.doctor import CheckState, DoctorDoc, PreflightCheckDoc
from reconciler.view.documents.explain import DeviationDoc, EntryDoc, ExplainDoc, GuideCommandDoc
from reconciler.view.documents.plan import (
    BlockedDoc,
    DependencyDoc,
    InterimDoc,
    OutageDoc,
    OverwrittenDoc,
    PlanDoc,
    RemainingDoc,
    SelectionDoc,
    StepDoc,
)
from reconciler.view.documents.probe import FactDoc, ProbeDoc
from reconciler.view.documents.rehearsal import OutageWindowDoc, RehearsalDoc, RehearsedStepDoc, ScenarioDoc
from reconciler.view.documents.run import (
    BackupReportDoc,
    ConfirmationDoc,
    EventDoc,
    FactCountsDoc,
    HistoryDoc,
    IrreversibleDoc,
    PastFindingDoc,
    RestoredItemDoc,
    RunDoc,
    RunReportDoc,
    RunSummaryDoc,
    StepReportDoc,
    UndoDoc,
)
from reconciler.view.documents.runbook import RunbookDoc, RunbookStepDoc
from reconciler.view.documents.trust import KeyDoc, ServerDoc, ServerState, TrustDoc

__all__ = [
    "AbsentDoc", "AckDoc", "AdviceDoc", "AlertDoc", "ApprovalDoc", "BackupReportDoc", "BlockedDoc", "CheckDoc",
    "CheckState", "ChecksDoc", "ClusterCheckDoc", "ComparisonDoc", "ConfirmationDoc", "DependencyDoc",
    "DeviationDoc", "DiagnosticDoc", "DiffDoc", "Doc", "DoctorDoc", "EntryDoc", "ErrorDoc", "EventDoc",
    "ExplainDoc", "FactCountsDoc", "FactDoc", "FindingDoc", "FindingLineDoc", "GuideCommandDoc", "HistoryDoc",
    "InitDoc", "InterimDoc", "IrreversibleDoc", "JobDoc", "KeyDoc", "KnownDoc", "ListingDoc", "LockDoc",
    "OutageDoc", "OutageWindowDoc", "OverwrittenDoc", "PastFindingDoc", "PauseDoc", "PlacementDoc", "PlanDoc",
    "PreflightCheckDoc", "ProbeDoc", "ReadingDoc", "ReasonDoc", "RehearsalDoc", "RehearsedStepDoc",
    "RemainingDoc", "RenderedFileDoc", "RestoredItemDoc", "RunDoc", "RunReportDoc", "RunSummaryDoc", "RunbookDoc",
    "RunbookStepDoc", "SameDoc", "ScenarioDoc", "SealChangeDoc", "SealDoc", "SealedHostDoc", "SealedState",
    "SelectionDoc", "ServerDoc", "ServerState", "StatusDoc", "StepDoc", "StepReportDoc", "SummaryDoc", "TaskDoc",
    "TaskState", "TextDoc", "TrustDoc", "UncomparedDoc", "UndoDoc", "UnknownDoc", "WaivedDoc", "dumped",
]  # fmt: skip


def dumped(document: Doc, *, indent: int | None = 2) -> str:
    """JSON text with a newline at the end; Chinese as itself, what moves a cursor as its number."""
    sparse = isinstance(document, EventDoc)
    return in_json(document.model_dump_json(indent=indent, by_alias=True, exclude_none=sparse) + "\n")
