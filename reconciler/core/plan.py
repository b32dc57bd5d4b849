"""A plan is data: complete, printable, made without the network. The executor adds nothing to it.

`Repair` is a rule's proposal for one drift; `Step` is an action in its place, with what comes before it and why.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from actions.action import Action
from probes.fact import AnyDrift, AnyExpected, AnyFact, AnyReading, fact_id
from specs.diagnostic import Diagnostic
from specs.reason import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A rule's proposal for one drift. `requires`: what must hold first, beyond what the action itself requires."""

    action: Action
    because: Reason
    source: str
    section: str
    """The guide's section ("7.8.1"): where the order is free, the guide's order is used."""
    requires: tuple[AnyExpected, ...] = ()
    common: tuple[AnyExpected, ...] = ()
    """More requirements, shared with the repairs of other hosts: the very same tuple, so that it is walked once."""

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
        """All that must hold first: its own requirements, the common ones, and the action's."""
        return self.requires, self.common, self.action.requires()


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """No repair of its own: it holds once others do (a service is healthy once its container runs)."""

    expected: AnyExpected
    depends_on: tuple[AnyExpected, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Reported by every assessment and left to a person: it holds now, and nothing safe can be done about what will
    become of it. So it is no drift for `apply` to repair; it neither fails a run nor keeps a cluster from converging.

    Only for what is latent (`rules/latent.py`): docker's data root that no file names, generated secrets that only the
    merged file has left. What is wrong now and cannot be repaired here is refused with a Diagnostic, and differs."""

    diagnostic: Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressing:
    """In transition, and may recover by itself: blocked like what is refused, but after the steps of a run it is waited
    for (a health check that lags behind, a container that docker restarts)."""

    diagnostic: Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    step: str
    because: Reason
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairedFact:
    """One fact that a step repairs."""

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
    """Everything that must hold when it starts; read again just before."""
    after: tuple[Dependency, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """A drift that is not repaired, and why not; `blocks` are the ids of facts that wait for it."""

    expected: AnyExpected
    diagnostic: Diagnostic
    blocks: tuple[str, ...] = ()
    progressing: bool = False
    """It may recover by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedStep:
    """A step that cannot be in the plan, because of a blocked fact. A part that was asked to hold it says so."""

    step: Step
    cause: AnyFact


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which part of a plan: `--until`, `--module`, `--host`. Of one kind any may match, of two kinds both have to."""

    until: tuple[str, ...] = ()
    """Step ids and sections of the guide."""
    modules: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.until or self.modules or self.hosts)


EVERYTHING = Selection()


def needs_backup(steps: Iterable[Step]) -> bool:
    """Does one of them do anything that only a backup brings back?"""
    return any(step.action.irreversible or step.action.disrupts == "data" for step in steps)


def aborts_run(blocked: Blocked, steps: Iterable[Step]) -> bool:
    """Is a run of these steps refused for it?"""
    match blocked.diagnostic.disposition:
        case "aborts-run":
            return True
        case "aborts-migration":
            return needs_backup(steps)
        case _:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """What a part does not do, and why: a step, or a fact for which there is no step."""

    because: Reason
    step: Step | None = None
    expected: AnyExpected | None = None
    diagnostic: Diagnostic | None = None
    """What blocks the fact."""

    @property
    def id(self) -> str:
        if self.step is not None:
            return self.step.id
        return "" if self.expected is None else fact_id(self.expected.fact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    release: str
    steps: tuple[Step, ...]
    blocked: tuple[Blocked, ...]
    derived: tuple[Derived, ...] = ()
    advice: tuple[Blocked, ...] = ()
    """Reported, not repaired; `blocks` is always empty."""
    unread_facts: frozenset[AnyFact] = frozenset()
    """Facts the plan depends on that were not read yet: read them and plan again. Empty in a finished plan."""
    blocked_steps: tuple[BlockedStep, ...] = ()
    """Of the whole plan."""
    selection: Selection = EVERYTHING
    """The part of the whole plan that this is (`core/selection.py`); without any, the whole."""
    remaining: tuple[Remaining, ...] = ()
    """What is in the whole plan and not in this part."""
    schema: Literal["bkrec.plan/1"] = "bkrec.plan/1"
