"""`bkrec.explain/1`: what an id means, and what the guide's commands have to do with it."""

from typing import Literal

from pydantic import Field

from reconciler.view.documents.base import Doc, TextDoc


class GuideCommandDoc(Doc):
    """One command of the guide, and what bkrec does instead."""

    section: str
    run: str
    actions: list[str]
    """Kinds of actions."""
    facts: list[str]
    """Kinds of facts that show it was done."""
    preflight_checks: list[str]
    """Kinds of facts read before the first write."""
    omitted: TextDoc | None = None
    """Why no step does it, or does less."""


class DeviationDoc(Doc):
    """Where bkrec does not do as the guide says."""

    id: str
    kind: Literal["fixed", "added", "omitted", "both", "side-effect"]
    title: TextDoc
    guide: TextDoc
    here: TextDoc
    source: str


class EntryDoc(Doc):
    """What `explain` found for an id."""

    kind: Literal["diagnostic", "because", "section", "fact", "action"]
    title: TextDoc
    text: TextDoc
    commands: list[GuideCommandDoc] = Field(default_factory=list[GuideCommandDoc])
    """Of a section: its commands. Of an action or a fact: the commands it stands for."""
    deviations: list[DeviationDoc] = Field(default_factory=list[DeviationDoc])


class ExplainDoc(Doc):
    schema_: Literal["bkrec.explain/1"] = Field(default="bkrec.explain/1", alias="schema")
    id: str
    entries: list[EntryDoc]
