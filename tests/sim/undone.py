"""An undo on a cluster made of facts: what an upgrade's steps would have kept, and what putting it back makes true."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from actions.action import Action
from actions.consul import DeregisterService
from actions.env import EditEnv
from actions.install_config import PlaceModule
from actions.path import RetireDirectory
from actions.undo import Restore
from actions.unit import RetireUnit
from probes.consul import ConsulDefinition
from probes.fact import Absent, AnyExpected, AnyFact, AnyReading, Known
from probes.path import PathKind
from probes.undo import UndoEntries, UndoItemState, UndoRuns, UndoSteps
from probes.unit import UnitActive, UnitEnabled
from reconciler.core.plan import Plan, Step
from reconciler.core.planner import plan
from reconciler.core.simulate import apply_step
from reconciler.core.undo_scope import UndoScope, facts_to_read, undo_scope
from reconciler.rules import undo
from tests.sim.worlds import World

RUN = "20240601T020000-1f0c"


def unit_file(unit: str) -> str:
    return f"/usr/lib/systemd/system/{unit}"


def path_of(action: Action) -> str:
    """The path that an undo puts back after this action, or ""."""
    match action:
        case EditEnv():
            return action.file
        case PlaceModule():
            return action.config
        case RetireDirectory():
            return action.path
        case RetireUnit():
            return unit_file(action.unit)
        case DeregisterService():
            return f"/etc/consul.d/service/{action.service}.json"
        case _:
            return ""


def shown_by(fact: AnyFact) -> str:
    """The path whose content this fact reads, or ""."""
    match fact:
        case UnitActive() | UnitEnabled():
            return unit_file(fact.unit)
        case PathKind():
            return fact.path
        case ConsulDefinition():
            return f"/etc/consul.d/service/{fact.service}.json"
        case _:
            return str(getattr(fact, "file", getattr(fact, "path", "")))


def upgraded(before: World, after: World, steps: Sequence[Step]) -> World:
    """`after`, with what these steps of the run have kept of `before`."""
    facts = dict(after.facts)
    for host in before.cluster.inventory.hosts:
        mine = [step for step in steps if step.action.host == host]
        if mine:
            facts[UndoRuns(host=host)] = Known((f"1 {RUN}",))
        facts[UndoSteps(host=host, run=RUN)] = Known(tuple(f"{step.id} {step.action.undo_outcome}" for step in mine))
        kept = {path_of(step.action): step.action for step in mine if step.action.undo_outcome == "restored"}
        facts[UndoEntries(host=host, run=RUN)] = Known(tuple(sorted(_entry(before, *one) for one in kept.items())))
        facts |= {UndoItemState(host=host, run=RUN, path=path): Known("ours") for path in kept}
    return World(cluster=after.cluster, facts=facts, other=after.other)


def _entry(before: World, path: str, action: Action) -> str:
    match action:
        case RetireUnit():
            active, boot = (
                before.read([fact])[fact]
                for fact in (
                    UnitActive(host=action.host, unit=action.unit),
                    UnitEnabled(host=action.host, unit=action.unit),
                )
            )
            return "\t".join(("unit", path, action.unit, _word(active), _word(boot)))
        case DeregisterService():
            return "\t".join(("service", path, action.service, "", ""))
        case RetireDirectory():
            return "\t".join(("directory", path, "", "", ""))
        case _:
            return "\t".join(("file", path, "", "", ""))


def _word(reading: AnyReading) -> str:
    return str(reading.value) if isinstance(reading, Known) else ""


@dataclass(frozen=True, slots=True)
class Case:
    undoing: UndoScope
    expected: tuple[AnyExpected, ...]
    plan: Plan


def study(world: World, leave: Sequence[str] = ()) -> Case:
    """What `commands/undo.py` does with real hosts."""
    scope = undo_scope(RUN, world.read(facts_to_read(RUN, world.cluster.inventory.hosts)), leave)
    taken = world.read(undo.facts_of_replacements(world.cluster, scope))
    expected = undo.expect(world.cluster, scope, taken)
    readings = world.read(wish.fact for wish in expected)
    while True:
        made = plan("6.2.2", expected, readings, undo.rules(scope))
        if not made.unread_facts:
            return Case(scope, expected, made)
        readings |= world.read(made.unread_facts)


def put_back(before: World, world: World, steps: Iterable[Step]) -> World:
    """The world after these steps of an undo: where a thing is put back, what reads it reads as before."""
    steps = list(steps)
    now = dict(world.facts)
    for fact in [
        fact for step in steps for expected in (*step.requires, *step.action.ensures()) for fact in [expected.fact]
    ]:
        now.setdefault(fact, world.read([fact])[fact])
    for step in steps:
        apply_step(step, now)
        if isinstance(step.action, Restore):
            host, path = step.action.host, step.action.path
            now |= {fact: _again(before, fact) for fact in now if (fact.host, shown_by(fact)) == (host, path)}
            now[UndoItemState(host=host, run=RUN, path=path)] = Known("back")
    return World(cluster=world.cluster, facts=now, other=world.other)


def _again(before: World, fact: AnyFact) -> AnyReading:
    """A unit whose file is back is known to systemd, and neither runs nor starts at boot until it is told to."""
    was = before.read([fact])[fact]
    match fact:
        case UnitActive():
            return Known("inactive") if was != Absent() else was
        case UnitEnabled():
            return Known("disabled") if was != Absent() else was
        case _:
            return was
