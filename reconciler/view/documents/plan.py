"""`bkrec.plan/1`: the steps in their order, with every reason; and what is not repaired."""

from typing import Literal

from pydantic import AliasChoices, Field

from actions.action import Undo
from reconciler.view.documents.base import DiagnosticDoc, Doc, ReadingDoc, ReasonDoc


class DependencyDoc(Doc):
    step: str
    because: ReasonDoc
    source: str


class OverwrittenDoc(Doc):
    """A value that is there and will be another: in a file that the owner may have edited."""

    fact: str
    en: str
    zh: str
    before: ReadingDoc
    after: ReadingDoc


class StepDoc(Doc):
    id: str
    number: int
    action: str
    """The action's kind: `unit.start`."""
    en: str
    zh: str
    host: str
    module: str
    section: str
    because: ReasonDoc
    source: str
    after: list[DependencyDoc]
    repairs: list[str]
    """Ids of the facts that it is there for."""
    disrupts: Literal["no", "service", "data"]
    outage: str
    irreversible: bool
    undo: Undo = "overwritten"
    """"restored": `bkrec undo` brings it back; "no-change": it changes nothing that was there; else it stays."""
    undo_because: ReasonDoc | None = None
    manual: bool
    """True where a person does it; it is verified by the facts that it repairs."""
    approval: str = ""
    """What `apply --approve` has to name before it is begun; "" where nothing has to be approved."""
    deletes: ReasonDoc | None = None
    """What is gone for good afterwards and users may have made."""
    estimate_s: float
    side_effects: list[ReasonDoc]
    restore: list[str] = Field(default_factory=list[str])
    """For root's shell on `host`: the commands that bring back the backup which this step makes."""
    latent: list[ReasonDoc] = Field(default_factory=list[ReasonDoc])
    """What would happen without it, and when, of the facts that are right now."""
    overwrites: list[OverwrittenDoc] = Field(default_factory=list[OverwrittenDoc])


class BlockedDoc(Doc):
    fact: str
    host: str
    module: str
    problem: DiagnosticDoc
    blocks: list[str]


REMAINING = AliasChoices("left", "remaining")
"""In JSON the list of these is called `left`."""


class RemainingDoc(Doc):
    """What a part of a plan, or a run, does not do: a step, or a fact without one; and why."""

    step: str = ""
    fact: str = ""
    host: str
    module: str
    section: str = ""
    en: str
    zh: str
    because: ReasonDoc
    problem: DiagnosticDoc | None = None
    """What blocks the fact."""


class InterimDoc(Doc):
    """What the cluster is while something is left, and what that means for its users and operators."""

    state: Literal["down", "unclear", "mixed", "before", "complete"]
    upgraded: list[str]
    pending: list[str]
    """Products that are still of the old release, or not installed yet."""
    down: list[str]
    unclear: list[str]
    """Products of which facts could not be read or repaired."""
    not_to_reboot: list[str] = Field(default_factory=list[str])
    """Hosts on which something that runs now would not be there after a reboot."""
    advice: list[ReasonDoc]


class SelectionDoc(Doc):
    until: list[str]
    modules: list[str]
    hosts: list[str]
    stop_at: str = ""


class OutageDoc(Doc):
    module: str
    estimate_s: float


class PlanDoc(Doc):
    schema_: Literal["bkrec.plan/1"] = Field(default="bkrec.plan/1", alias="schema")
    release: str
    estimate_s: float
    outages: list[OutageDoc]
    steps: list[StepDoc]
    blocked: list[BlockedDoc]
    derived: list[str] = Field(default_factory=list[str])
    """Ids of facts that have no repair of their own: they come right when the steps are done."""
    advice: list[BlockedDoc] = Field(default_factory=list[BlockedDoc])
    """Reported, not repaired: no step waits for it."""
    warnings: list[DiagnosticDoc] = Field(default_factory=list[DiagnosticDoc])
    selection: SelectionDoc | None = None
    """The part that was asked for; null for the whole plan."""
    remaining: list[RemainingDoc] = Field(
        default_factory=list[RemainingDoc], serialization_alias="left", validation_alias=REMAINING
    )
    """What these steps do not do, and why."""
    interim: InterimDoc | None = None
    """The cluster after these steps, where that is not the whole plan."""
