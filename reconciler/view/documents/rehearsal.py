"""`bkrec.rehearsal/1`: how long a plan takes, who is cut off meanwhile, and what becomes of it when something fails."""

from typing import Literal

from pydantic import Field

from reconciler.view.documents.base import Doc
from reconciler.view.documents.plan import InterimDoc


class RehearsedStepDoc(Doc):
    id: str
    host: str
    start_s: float
    """Since the run began."""
    end_s: float


class OutageWindowDoc(Doc):
    module: str
    start_s: float
    end_s: float


class ScenarioDoc(Doc):
    """What was to go wrong, and what comes of it."""

    fails: list[str]
    lost_host: str
    """"" where none is lost."""
    lost_at_s: float
    ends_s: float
    failed: list[str]
    blocked: list[str]
    """Steps that are not started."""
    irreversible: int
    """Irreversible steps that are done by then."""
    outages: list[OutageWindowDoc]
    interim: InterimDoc | None = None


class RehearsalDoc(Doc):
    schema_: Literal["bkrec.rehearsal/1"] = Field(default="bkrec.rehearsal/1", alias="schema")
    cluster: str
    release: str
    runs: int
    """Runs of this cluster that the times are estimated from; 0: the release's estimates alone."""
    read_at: str = ""
    """When the readings were saved that it was made on; "" where they are those of now."""
    p50_s: float
    p90_s: float
    steps: list[RehearsedStepDoc]
    outages: list[OutageWindowDoc]
    differing: int
    """Facts that still differ once all steps are done."""
    unknown: int = 0
    """Facts of which nothing is known then, since they could not be read."""
    scenario: ScenarioDoc | None = None
