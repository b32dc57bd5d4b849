"""Base of all documents: values, reasons, diagnostics, readings.

Every sentence comes in both languages, so that a document needs no `--lang`. A list is `[]`, never missing; what may be
nothing is "" or null.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Value = str | int | bool | list[str]


class Doc(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)
    """Deferred: a command makes few of the hundred documents."""


class TextDoc(Doc):
    en: str
    zh: str


class ReasonDoc(Doc):
    """A reason: `code` lasts, the sentences may be reworded; "inline" where the release's own data words it."""

    code: str
    fields: dict[str, str] = Field(default_factory=dict)
    en: str
    zh: str


class DiagnosticDoc(Doc):
    """A diagnostic: what, why and what next, in both languages."""

    code: str
    where: str
    fields: dict[str, str]
    what: TextDoc
    why: TextDoc
    hint: TextDoc
    because: ReasonDoc | None = None
    source: str = ""


class ErrorDoc(Doc):
    """What stands on stdout with `-o json` where a command could not give its own document."""

    schema_: Literal["bkrec.error/1"] = Field(default="bkrec.error/1", alias="schema")
    exit: int
    problems: list[DiagnosticDoc]
    cluster: str = ""
    """Of `check`, as the two below: the cluster that could not be checked."""
    checked: str = ""
    """When (UTC)."""
    last_success: str = ""
    """When a check read everything last; "" where none did."""


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
