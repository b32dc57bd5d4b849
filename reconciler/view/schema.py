"""JSON Schema of every document bkrec prints, and of cluster.toml: `bkrec schema [KIND]`."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from reconciler.view import documents as doc
from specs.cluster import ClusterFile

MODELS: Mapping[str, type[BaseModel]] = {
    "diff": doc.DiffDoc,
    "plan": doc.PlanDoc,
    "check": doc.CheckDoc,
    "checks": doc.ChecksDoc,
    "finding": doc.FindingLineDoc,
    "summary": doc.SummaryDoc,
    "alert": doc.AlertDoc,
    "event": doc.EventDoc,
    "undo": doc.UndoDoc,
    "run": doc.RunDoc,
    "init": doc.InitDoc,
    "error": doc.ErrorDoc,
    "explain": doc.ExplainDoc,
    "ack": doc.AckDoc,
    "pause": doc.PauseDoc,
    "seal": doc.SealDoc,
    "status": doc.StatusDoc,
    "history": doc.HistoryDoc,
    "report": doc.RunReportDoc,
    "lock": doc.LockDoc,
    "trust": doc.TrustDoc,
    "probe": doc.ProbeDoc,
    "doctor": doc.DoctorDoc,
    "rehearsal": doc.RehearsalDoc,
    "runbook": doc.RunbookDoc,
    "cluster": ClusterFile,
}

KINDS = tuple(MODELS)


def schema(kind: str) -> Mapping[str, Any]:
    """KeyError where there is no such kind of document."""
    mode = "validation" if kind == "cluster" else "serialization"
    fields = MODELS[kind].model_json_schema(by_alias=True, mode=mode)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"bkrec.{kind}/1", **fields}


def schemas() -> Mapping[str, Any]:
    """All of them, by kind."""
    return {"schema": "bkrec.schema/1", "documents": {kind: schema(kind) for kind in KINDS}}
