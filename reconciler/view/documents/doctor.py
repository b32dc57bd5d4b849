"""`bkrec.doctor/1`: the preflight checks of the upgrade, each with its result."""

from typing import Literal

from pydantic import Field

from reconciler.core.verdict import Readiness
from reconciler.view.documents.base import DiagnosticDoc, Doc, ReadingDoc, ReasonDoc

CheckState = Literal["holds", "fails", "advice", "unknown"]
"""advice: reported, and `apply` does not refuse for it; also where it could not be read."""


class PreflightCheckDoc(Doc):
    fact: str
    kind: str
    host: str
    en: str
    zh: str
    state: CheckState
    reading: ReadingDoc
    because: ReasonDoc
    source: str
    problem: DiagnosticDoc | None
    """What is wrong and what to do; null where it holds."""


class DoctorDoc(Doc):
    schema_: Literal["bkrec.doctor/1"] = Field(default="bkrec.doctor/1", alias="schema")
    release: str
    verdict: Readiness
    steps: int
    """Of the plan whose checks these are."""
    checks: list[PreflightCheckDoc]
    problems: list[DiagnosticDoc]
    """What no check says: hosts that were not read, and what the plan cannot do."""
    warnings: list[DiagnosticDoc] = Field(default_factory=list[DiagnosticDoc])
