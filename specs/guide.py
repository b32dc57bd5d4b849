"""The guide as data: each of its commands and what stands for it here, and where bkrec does not do as the guide says.

Read by `explain`, by docs/differences-from-the-guide.md and by the test that looks for holes; no rule asks it, so that
an entry can be wrong but never change what is done.
"""

from typing import Literal

from pydantic import Field, model_validator

from specs.text import Model, Worded

Kind = str
"""Of an action ("unit.retire") or a fact ("unit.active"), as reports name it."""

DifferenceKind = Literal["mended", "added", "left", "both", "trace"]
"""mended: the guide leaves it wrong. added: it has no line for it. left: it does it and bkrec does not.
both: neither does it. trace: neither is better, it is only what each leaves behind."""

ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class GuideCommand(Model):
    """One command of the guide, a line or a few that make one command."""

    section: str
    lines: str = Field(pattern=r"^[0-9]+(-[0-9]+)?$")
    run: str
    by: tuple[Kind, ...] = ()
    """Actions that do what it does."""
    seen: tuple[Kind, ...] = ()
    """Facts that show it was done."""
    gates: tuple[Kind, ...] = ()
    """Facts asked before the run's first write because of it."""
    left: str = ""
    """The reason why no step does it, or does less than it."""

    @model_validator(mode="after")
    def _stands_for_something(self) -> "GuideCommand":
        if not (self.by or self.seen or self.gates or self.left):
            raise ValueError("a command needs an action, a fact, a gate, or the reason why it is left out")
        return self


class Reason(Model):
    id: str = Field(pattern=ID)
    because: Worded


class Difference(Model):
    """Where a cluster that bkrec took to the release differs from one that was taken there by the guide."""

    id: str = Field(pattern=ID)
    sections: tuple[str, ...]
    """None: it is so in all of them."""
    kind: DifferenceKind
    title: Worded
    guide: Worded
    here: Worded
    source: str
    by: tuple[Kind, ...] = ()
    seen: tuple[Kind, ...] = ()


class Guide(Model):
    commands: tuple[GuideCommand, ...] = ()
    reasons: tuple[Reason, ...] = ()
    differences: tuple[Difference, ...] = ()

    def reason(self, name: str) -> Worded:
        """KeyError if no such reason is given."""
        return {reason.id: reason.because for reason in self.reasons}[name]

    @model_validator(mode="after")
    def _gives_each_reason(self) -> "Guide":
        given = {reason.id for reason in self.reasons}
        lacking = sorted({command.left for command in self.commands if command.left} - given)
        if lacking:
            raise ValueError(f"no reason is given for: {', '.join(lacking)}")
        return self
