"""JSON Schema of every document bkrec prints, and of the one file it reads: `bkrec schema [KIND]`."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from reconciler.view import documents as doc
from reconciler.view import readdocs
from specs.cluster import ClusterFile

MODELS: Mapping[str, type[BaseModel]] = {
    "diff": doc.DiffDoc,
    "plan": doc.PlanDoc,
    "check": doc.CheckDoc,
    "event": doc.EventDoc,
    "undo": doc.UndoDoc,
    "error": doc.ErrorDoc,
    "explain": doc.ExplainDoc,
    "ack": doc.AckDoc,
    "pause": doc.PauseDoc,
    "status": doc.StatusDoc,
    "history": doc.HistoryDoc,
    "lock": doc.LockDoc,
    "trust": readdocs.TrustDoc,
    "probe": readdocs.ProbeDoc,
    "cluster": ClusterFile,
}

KINDS = tuple(MODELS)


def schema(kind: str) -> Mapping[str, Any]:
    """KeyError where there is no such kind of document."""
    told = MODELS[kind].model_json_schema(by_alias=True, mode="validation" if kind == "cluster" else "serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"bkrec.{kind}/1", **told}


def schemas() -> Mapping[str, Any]:
    """All of them, by kind."""
    return {"schema": "bkrec.schema/1", "documents": {kind: schema(kind) for kind in KINDS}}
