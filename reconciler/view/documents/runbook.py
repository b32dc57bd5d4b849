"""`bkrec.runbook/1`: the plan as shell for a person, in both languages."""

from typing import Literal

from pydantic import Field

from reconciler.view.documents.base import Doc, TextDoc


class RunbookStepDoc(Doc):
    id: str
    number: int
    host: str
    title: TextDoc
    checks: int
    """So many facts are checked after it."""


class RunbookDoc(Doc):
    schema_: Literal["bkrec.runbook/1"] = Field(default="bkrec.runbook/1", alias="schema")
    cluster: str
    release: str
    steps: list[RunbookStepDoc]
    not_covered: list[str]
    """Ids of facts that no step repairs."""
    shell: TextDoc
