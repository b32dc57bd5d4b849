"""A plan is data: complete, printable, made without the network. The executor adds nothing to it.

`Repair` is a rule's proposal for one drift; `Step` is an action in its place, with what comes before it and why.
"""

from dataclasses import dataclass
from typing import Literal

from actions.action import Action
from probes.fact import AnyDrift, AnyExpected, AnyFact, AnyReading
from specs.diagnostic import Diagnostic
from specs.reason import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A rule's proposal for one drift. `requires`: facts that must hold first, beyond what the action requires."""

    action: Action
    because: Reason
    source: str
    section: str
    """The guide's section ("7.8.1"): where order is free, the guide's order is kept."""
    requires: tuple[AnyExpected, ...] = ()
    common: tuple[AnyExpected, ...] = ()
    """More needs, which it shares with the repairs of other hosts: the very same tuple, so that it is walked once."""

    @classmethod
    def of(
        cls,
        drift: AnyDrift,
        action: Action,
        *,
        section: str,
        requires: tuple[AnyExpected, ...] = (),
        common: tuple[AnyExpected, ...] = (),
    ) -> "Repair":
        """The repair that is done for the same reason as its fact is expected."""
        because, source = drift.expected.because, drift.expected.source
        return cls(action=action, because=because, source=source, section=section, requires=requires, common=common)

    def groups(self) -> tuple[tuple[AnyExpected, ...], ...]:
        """All that must hold first: its own needs, the common ones, and what the action itself requires."""
        return self.requires, self.common, self.action.requires()


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """No repair of its own: it comes right when others do (a service is healthy once its container runs)."""

    expected: AnyExpected
    depends_on: tuple[AnyExpected, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Told with every look and left to a person: it is right now, and nothing safe can be done about what will come of
    it. So it is no drift that `apply` owes, and neither fails a run nor keeps a cluster from being converged.

    Only for what is latent (`rules/latent.py`): docker's data root that no file names, generated secrets that only the
    merged file has left. What is wrong now and nobody here can mend is refused with a Diagnostic, and differs."""

    diagnostic: Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressing:
    """In between, and perhaps right by itself in a moment: told and left alone as what is refused, but after the steps
    of a run it is given its time (a check that lags behind what it looks at, a container that docker starts again)."""

    diagnostic: Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    step: str
    because: Reason
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairedFact:
    """One fact that a step is there for."""

    expected: AnyExpected
    reading: AnyReading
    needed: bool
    """False: part of the desired state. True: only another step needs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    id: str
    action: Action
    module: str
    section: str
    because: Reason
    source: str
    repairs: tuple[RepairedFact, ...]
    requires: tuple[AnyExpected, ...]
    """Everything that must hold when it starts: read again just before."""
    after: tuple[Dependency, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """A drift that is not repaired, and why not; `blocks` are the ids of facts that wait for it."""

    expected: AnyExpected
    diagnostic: Diagnostic
    blocks: tuple[str, ...] = ()
    progressing: bool = False
    """It may come right by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    release: str
    steps: tuple[Step, ...]
    blocked: tuple[Blocked, ...]
    derived: tuple[Derived, ...] = ()
    advice: tuple[Blocked, ...] = ()
    """What is told and not owed; `blocks` is always empty."""
    unread_facts: frozenset[AnyFact] = frozenset()
    """Facts the plan would rest on that were not read yet: read them and plan again. Empty in a finished plan."""
    schema: Literal["bkrec.plan/1"] = "bkrec.plan/1"
