"""`bkrec.diff/1` and `bkrec.check/1`: the drift of a cluster. Only their texts differ."""

from typing import Literal

from pydantic import Field

from reconciler.core.verdict import Verdict
from reconciler.view.documents.base import DiagnosticDoc, Doc, ReadingDoc, ReasonDoc


class FindingDoc(Doc):
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


class AdviceDoc(FindingDoc):
    """Reported with every reading, and no drift: it is right now, and only a person can safely avert what will come."""

    problem: DiagnosticDoc


class WaivedDoc(FindingDoc):
    """A finding that cluster.toml waives: it counts for no verdict."""

    until: str
    """The last day: "2026-12-31"."""
    waived_because: str


class ComparisonDoc(Doc):
    """A cluster compared with its release."""

    release: str
    not_covered: list[str] = Field(default_factory=list[str])
    """Sections of the guide of which nothing is claimed."""
    verdict: Verdict
    matching: int
    drift: list[FindingDoc]
    unknown: list[FindingDoc]
    advice: list[AdviceDoc] = Field(default_factory=list[AdviceDoc])
    waived: list[WaivedDoc] = Field(default_factory=list[WaivedDoc])
    warnings: list[DiagnosticDoc] = Field(default_factory=list[DiagnosticDoc])


class DiffDoc(ComparisonDoc):
    schema_: Literal["bkrec.diff/1"] = Field(default="bkrec.diff/1", alias="schema")


class CheckDoc(ComparisonDoc):
    schema_: Literal["bkrec.check/1"] = Field(default="bkrec.check/1", alias="schema")
