"""Interim state: what a cluster is between two parts of an upgrade, by what is left of the plan.

For whoever must decide whether users may work on it, and for how long it may stay so. It rests on the steps that are
left and on nothing else: a product is of the old release while a step is left that migrates it, and down while a step
is left that starts it and none that would stop what ran before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from probes.container import ContainerState, DockerDataRoot
from probes.fact import Absent, AnyFact
from probes.unit import UnitActive
from reconciler.core.plan import RepairedFact, Step
from specs.reason import CodedReason, Reason

LOST_AT_BOOT = frozenset({"latent-docker-root", "latent-containers", "latent-not-at-boot"})
"""Reasons of what is latent (`rules/latent.py`) that a reboot makes an outage of."""

State = Literal["down", "unclear", "mixed", "before", "complete"]
"""down: a product is stopped and not replaced yet. unclear: of a product it is not known. mixed: some products are of
the new release, others of the old one. before: every product still runs as it did. complete: all are of the new
release; what is left changes none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterimState:
    state: State
    upgraded: tuple[str, ...]
    pending: tuple[str, ...]
    """Products that are still of the old release, or not installed yet."""
    down: tuple[str, ...]
    unclear: tuple[str, ...]
    """Products of which something is blocked: that no step is left proves nothing."""
    not_to_reboot: tuple[str, ...] = ()
    """Hosts on which something that runs now would not be there after a reboot."""


def interim_state(
    products: Iterable[str],
    steps: Iterable[Step],
    blocked: Iterable[str] = (),
    new: Iterable[str] = (),
    not_to_reboot: Iterable[str] = (),
) -> InterimState:
    """`products`: modules that the release migrates or brings, of which `new` are not in the old one. `steps`: all that
    are left of the whole plan, blocked ones too. `blocked`: modules with facts that were not read, or that nothing can
    be done about."""
    known, remaining, stuck, added = tuple(products), tuple(steps), frozenset(blocked), frozenset(new)
    migrating = {name for step in remaining if step.action.irreversible for name in _products_of(step)}
    pending = tuple(name for name in known if name in migrating)
    unclear = tuple(name for name in known if name not in migrating and name in stuck)
    upgraded = tuple(name for name in known if name not in migrating and name not in stuck)
    down = tuple(name for name in pending if name not in added and _is_down(name, remaining))
    if down:
        state: State = "down"
    elif unclear:
        state = "unclear"
    elif pending:
        state = "mixed" if upgraded else "before"
    else:
        state = "complete"
    return InterimState(
        state=state,
        upgraded=upgraded,
        pending=pending,
        down=down,
        unclear=unclear,
        not_to_reboot=tuple(not_to_reboot),
    )


def hosts_not_to_reboot(
    latent: Mapping[AnyFact, Reason], steps: Iterable[Step], done_before: Iterable[Step] = ()
) -> tuple[str, ...]:
    """Where a reboot would take something away that is still to be repaired. `latent`: as read. `steps`: all that are
    left. `done_before`: those that are to be done first, with what they repair and what they invalidate."""
    done, open_facts = tuple(done_before), {repaired.expected.fact for step in steps for repaired in step.repairs}
    repaired_first = {repaired.expected.fact for step in done for repaired in step.repairs}
    known = {fact for fact, why in latent.items() if isinstance(why, CodedReason) and why.code in LOST_AT_BOOT}
    coming = {fact for step in done for fact in step.action.invalidates() if isinstance(fact, DockerDataRoot)}
    return tuple(sorted({fact.host for fact in known - repaired_first | coming & open_facts}))


def _products_of(step: Step) -> set[str]:
    """Whose users notice it; a step that has no outage counts for the modules it repairs."""
    if step.action.outage:
        return {step.action.outage}
    return {repaired.expected.module for repaired in step.repairs if not repaired.needed}


def _is_down(product: str, steps: tuple[Step, ...]) -> bool:
    """Something that its installation starts does not run, and no step is left that stops what it replaces."""
    installs = any(step.action.outage == product and step.action.irreversible and _starts(step) for step in steps)
    return installs and not any(_retires(repaired, product) for step in steps for repaired in step.repairs)


def _starts(step: Step) -> bool:
    facts = (repaired.expected.fact for repaired in step.repairs if repaired.expected.reading != Absent())
    return any(isinstance(fact, ContainerState | UnitActive) for fact in facts)


def _retires(repaired: RepairedFact, product: str) -> bool:
    expected = repaired.expected
    return expected.module == product and isinstance(expected.fact, UnitActive) and expected.reading == Absent()
