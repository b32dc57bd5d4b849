"""`bkrec.diff/1` and `bkrec.check/1`: the drift of a cluster. Only their texts differ."""

from typing import Literal

from pydantic import Field

from reconciler.core.diff import Severity
from reconciler.core.verdict import Verdict
from reconciler.view.documents.base import DiagnosticDoc, Doc, ReadingDoc, ReasonDoc, TextDoc


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
    cause: str | None = None
    """What it follows from: the id of another finding's fact, or the code and place of a problem (of a host that could
    not be read). null where it follows from nothing that is known."""
    since: str | None = None
    """Of `check`: when it was found first, since it was last not there (UTC)."""
    times: int | None = None
    """How often it came so far."""
    flapping: bool | None = None
    """It comes and goes."""


class AdviceDoc(FindingDoc):
    """Reported with every reading, and no drift: it is right now, and only a person can safely avert what will come."""

    problem: DiagnosticDoc


class WaivedDoc(FindingDoc):
    """A finding that cluster.toml waives: it counts for no verdict."""

    until: str
    """The last day: "2026-12-31"."""
    waived_because: str


class ListingDoc(Doc):
    """Which findings are listed. Verdict and exit code are those of the whole cluster all the same."""

    hosts: list[str]
    modules: list[str]
    latent: bool
    """Only latent drift."""
    not_listed: int
    """So many findings are not."""


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
    listing: ListingDoc | None = None
    """Set where a filter was given (`--host`, `--module`, `--latent`)."""


class DiffDoc(ComparisonDoc):
    schema_: Literal["bkrec.diff/1"] = Field(default="bkrec.diff/1", alias="schema")


class CheckDoc(ComparisonDoc):
    schema_: Literal["bkrec.check/1"] = Field(default="bkrec.check/1", alias="schema")
    cluster: str = ""
    checked: str = ""
    """When (UTC)."""
    last_success: str = ""
    """When a check read everything last; "" where none did."""


class ClusterCheckDoc(Doc):
    cluster: str
    verdict: Verdict
    check: CheckDoc | None = None
    """null where the cluster could not be checked."""
    problems: list[DiagnosticDoc] = Field(default_factory=list[DiagnosticDoc])
    """Why it could not."""


class ChecksDoc(Doc):
    """`check` of several clusters."""

    schema_: Literal["bkrec.checks/1"] = Field(default="bkrec.checks/1", alias="schema")
    clusters: list[ClusterCheckDoc]


class FindingLineDoc(FindingDoc):
    """A line of `check -o ndjson`."""

    schema_: Literal["bkrec.finding/1"] = Field(default="bkrec.finding/1", alias="schema")
    cluster: str
    severity: Severity


class SummaryDoc(Doc):
    """The last line of `check -o ndjson`: without it the output is not complete."""

    schema_: Literal["bkrec.summary/1"] = Field(default="bkrec.summary/1", alias="schema")
    cluster: str
    release: str
    verdict: Verdict
    matching: int
    drift: int
    latent: int
    unknown: int
    advice: int
    waived: int
    consequences: int = 0
    """Of drift and unknown: so many follow from another finding, or from another host that could not be read."""
    checked: str
    last_success: str


class AlertDoc(Doc):
    """What a command of `on_drift` and `on_recovery` reads on its stdin."""

    schema_: Literal["bkrec.alert/1"] = Field(default="bkrec.alert/1", alias="schema")
    alert: Literal["drift", "recovery"]
    cluster: str
    verdict: Verdict
    at: str
    summary: TextDoc
    """A few lines for a message: the verdict, then what is new."""
    new: list[str]
    """Findings that were not reported before, by their fact's id or by a problem's code and place."""
    check: CheckDoc | None
    """null where the cluster could not be read at all."""
    problems: list[DiagnosticDoc]
    """Why it could not be read."""
