"""The guide as data: each of its commands with its counterpart here, and where bkrec deviates from it.

Read by `explain`, by docs/deviations-from-the-guide.md and by the test that looks for holes; no rule asks it, so that
a wrong entry never changes a plan.
"""

from typing import Literal

from pydantic import Field, model_validator

from specs.model import Model
from specs.text import LocalizedText

Kind = str
"""Of an action ("unit.retire") or a fact ("unit.active"), as reports name it."""

DeviationKind = Literal["fixed", "added", "omitted", "both", "side-effect"]
"""mended: the guide leaves it wrong. added: it has no line for it. left: it does it and bkrec does not.
both: neither does it. trace: neither is better, it is only what each leaves behind."""

ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class GuideCommand(Model):
    """One command of the guide, a line or a few that make one command."""

    section: str
    lines: str = Field(pattern=r"^[0-9]+(-[0-9]+)?$")
    run: str
    actions: tuple[Kind, ...] = ()
    """Actions that do what it does."""
    facts: tuple[Kind, ...] = ()
    """Facts that show it was done."""
    preflight: tuple[Kind, ...] = ()
    """Facts asked before the run's first write because of it."""
    omitted: str = ""
    """The reason why no step does it, or does less than it."""

    @model_validator(mode="after")
    def _has_counterpart(self) -> "GuideCommand":
        if not (self.actions or self.facts or self.preflight or self.omitted):
            raise ValueError("a command needs an action, a fact, a gate, or the reason why it is left out")
        return self


class OmissionReason(Model):
    id: str = Field(pattern=ID)
    because: LocalizedText


class Deviation(Model):
    """Where a cluster that bkrec took to the release differs from one that was taken there by the guide."""

    id: str = Field(pattern=ID)
    sections: tuple[str, ...]
    """None: it is so in all of them."""
    kind: DeviationKind
    title: LocalizedText
    guide: LocalizedText
    here: LocalizedText
    source: str
    actions: tuple[Kind, ...] = ()
    facts: tuple[Kind, ...] = ()


class Guide(Model):
    commands: tuple[GuideCommand, ...] = ()
    reasons: tuple[OmissionReason, ...] = ()
    deviations: tuple[Deviation, ...] = ()

    def reason(self, name: str) -> LocalizedText:
        """KeyError if no such reason is given."""
        return {reason.id: reason.because for reason in self.reasons}[name]

    @model_validator(mode="after")
    def _gives_each_reason(self) -> "Guide":
        given = {reason.id for reason in self.reasons}
        lacking = sorted({command.omitted for command in self.commands if command.omitted} - given)
        if lacking:
            raise ValueError(f"no reason is given for: {', '.join(lacking)}")
        return self
