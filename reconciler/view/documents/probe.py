"""`bkrec.probe/1`: every fact as it was read; nothing is evaluated."""

from typing import Literal

from pydantic import Field

from reconciler.view.documents.base import DiagnosticDoc, Doc, ReadingDoc


class FactDoc(Doc):
    fact: str
    """A stable id: `unit.active bk-auth.service @10.0.0.3`."""
    kind: str
    host: str
    module: str
    """"" where it is the cluster's, or read for a plan alone."""
    en: str
    zh: str
    reading: ReadingDoc


class ProbeDoc(Doc):
    """All that was read, in the order of what is expected."""

    schema_: Literal["bkrec.probe/1"] = Field(default="bkrec.probe/1", alias="schema")
    release: str
    facts: list[FactDoc]
    warnings: list[DiagnosticDoc] = Field(default_factory=list[DiagnosticDoc])
