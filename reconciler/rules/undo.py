"""Undo: what must be so again, and which step brings it back.

A unit is started again only where nothing took its place. What stands there now stays, and both at once would fight
over the same ports; and an installer that was as much as started may have migrated the databases, which the old program
does not know. So the file is put back in any case, and a person starts it.
"""

from collections.abc import Iterator

from actions.undo import Restore, RestoreDirectory, RestoreFile, RestoreService, RestoreUnit
from actions.unit import EnableUnit, StartUnit
from probes.fact import AnyDrift, AnyExpected, AnyFact, Known, Readings, matches, require_fact_type
from probes.undo import UndoItemState, UndoLeftBy
from probes.unit import UnitActive, UnitEnabled
from reconciler.core.fact_reader import FactReader
from reconciler.core.identity import step_label
from reconciler.core.plan import Blocked, Repair
from reconciler.core.planner import Decision, Rule
from reconciler.core.undo_scope import SavedItem, UndoScope
from reconciler.rules import module_facts
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.module import Module
from specs.reason import Reason, reason

ABORTING = frozenset({"undo-changed", "undo-later", "undo-lost"})
"""Any of them refuses the whole undo: half of what belongs together is worse than all or nothing."""


def aborts_run(blocked: Blocked) -> bool:
    return blocked.diagnostic.code in ABORTING


def facts_of_replacements(cluster: Cluster, undoing: UndoScope) -> tuple[AnyFact, ...]:
    """What must be read to tell whether anything took a unit's place."""
    wishes = (wish for kept in undoing.saved_items for wish in _install_evidence(cluster, kept))
    return tuple(dict.fromkeys(wish.fact for wish in wishes))


def _install_evidence(cluster: Cluster, kept: SavedItem) -> tuple[AnyExpected, ...]:
    module = _module(cluster, kept)
    if module is None:
        return ()
    return tuple(wish for wish in module_facts.install_evidence(cluster, module) if wish.fact.host == kept.host)


def _module(cluster: Cluster, kept: SavedItem) -> Module | None:
    for module in cluster.release.modules:
        names = {gone.name for gone in (*module.obsolete_units, *module.obsolete_services)}
        if kept.entry.unit and kept.entry.unit in names:
            return module
    return None


def replaced(cluster: Cluster, undoing: UndoScope, kept: SavedItem, readings: Readings) -> str:
    """The module of the release that took its place, or may have, or nobody could tell; "" where none did."""
    module = _module(cluster, kept)
    if module is None:
        return ""
    there = any(matches(wish, readings) is not False for wish in _install_evidence(cluster, kept))
    return module.name if there or _begun(undoing, module) else ""


def _begun(undoing: UndoScope, module: Module) -> bool:
    """Whether the run has started anything that installs it."""
    calls = {step_label(f"bkcli.{call}", (module.cli,)) for call in ("install", "upgrade")}
    calls |= {step_label("container.install", (container.name,)) for container in module.containers}
    return any(one.step.split("@")[0] in calls for one in undoing.irreversible)


def expect(cluster: Cluster, undoing: UndoScope, readings: Readings) -> tuple[AnyExpected, ...]:
    """`readings`: of `successors`."""
    wishes = (wish for kept in undoing.saved_items for wish in _wishes(cluster, undoing, kept, readings))
    return (*wishes, *undoing.unread)


def _wishes(cluster: Cluster, undoing: UndoScope, kept: SavedItem, readings: Readings) -> Iterator[AnyExpected]:
    why, module = reason("undo-was-so", run=undoing.run), _module(cluster, kept)
    name, free = module.name if module else "", not replaced(cluster, undoing, kept, readings)
    if kept.entry.what != "service" or free:
        yield kept.state(undoing.run).must_be("back", because=why, source="", module=name)
    if kept.entry.what == "unit" and free:
        if kept.entry.boot:
            boot = UnitEnabled(host=kept.host, unit=kept.entry.unit)
            yield boot.must_be("enabled", because=why, source="", module=name)
        if kept.entry.active:
            active = UnitActive(host=kept.host, unit=kept.entry.unit)
            yield active.must_be("active", because=why, source="", module=name)


def afterwards(cluster: Cluster, undoing: UndoScope, readings: Readings) -> tuple[Reason, ...]:
    """What is left to a person, told before."""
    return tuple(dict.fromkeys(_afterwards(cluster, undoing, readings)))


def _afterwards(cluster: Cluster, undoing: UndoScope, readings: Readings) -> Iterator[Reason]:
    files = [kept.entry.path for kept in undoing.saved_items if kept.entry.what == "file"]
    if any(path.startswith(f"{cluster.paths.install}/") for path in files):
        yield reason("undo-then-merge", install=cluster.paths.install)
    down: dict[tuple[str, str, str], list[str]] = {}
    for kept in undoing.saved_items:
        module, was = replaced(cluster, undoing, kept, readings), kept.entry
        if module and (was.what == "service" or (was.what == "unit" and (was.active or was.boot))):
            down.setdefault((was.what, kept.host, module), []).append(was.unit)
    for (what, host, module), names in sorted(down.items()):
        code = "undo-not-started" if what == "unit" else "undo-not-registered"
        yield reason(code, names=" ".join(sorted(names)), host=host, module=module)


def rules(undoing: UndoScope) -> Rule:
    known = {kept.state(undoing.run): kept for kept in undoing.saved_items}

    def mend(drift: AnyDrift, seen: FactReader) -> Decision:
        fact = drift.expected.fact
        if isinstance(fact, UndoItemState):
            return _state(undoing, known[fact], drift, seen)
        return _unit(undoing, drift)

    return mend


def _state(undoing: UndoScope, kept: SavedItem, drift: AnyDrift, seen: FactReader) -> Decision:
    where, run, path = f"{kept.host} {kept.entry.path}", undoing.run, kept.entry.path
    match drift.reading:
        case Known("ours"):
            return _repair(_restore(undoing.run, kept), drift, _before(undoing, kept))
        case Known("later"):
            return diagnose("undo-later", where=where, path=path, run=run, later=_leaver(kept, seen))
        case Known("changed"):
            return diagnose("undo-changed", where=where, path=path, run=run)
        case _:
            return diagnose("undo-lost", where=where, path=path, run=run)


def _leaver(kept: SavedItem, seen: FactReader) -> str:
    left = seen.read(UndoLeftBy(host=kept.host, path=kept.entry.path))
    return str(max(left.value, default="")) if isinstance(left, Known) else ""


def _restore(run: str, kept: SavedItem) -> Restore:
    host, path = kept.host, kept.entry.path
    match kept.entry.what:
        case "file":
            return RestoreFile(host=host, run=run, path=path)
        case "unit":
            return RestoreUnit(host=host, run=run, path=path, unit=kept.entry.unit)
        case "service":
            return RestoreService(host=host, run=run, path=path, service=kept.entry.unit)
        case "directory":
            return RestoreDirectory(host=host, run=run, path=path)


def _before(undoing: UndoScope, kept: SavedItem) -> tuple[AnyExpected, ...]:
    """The reverse of how they were retired: what a unit runs from is there before systemd hears of it."""
    if kept.entry.what != "unit":
        return ()
    return tuple(
        one.state(undoing.run).must_be("back", because=reason("undo-runs-from"), source="")
        for one in undoing.saved_items
        if one.host == kept.host and one.entry.what == "directory"
    )


def _unit(undoing: UndoScope, drift: AnyDrift) -> Decision:
    fact = drift.expected.fact
    if isinstance(fact, UnitEnabled):
        return _repair(EnableUnit(host=fact.host, unit=fact.unit), drift, _files(undoing, fact))
    fact = require_fact_type(drift, UnitActive)
    return _repair(StartUnit(host=fact.host, unit=fact.unit), drift, _files(undoing, fact))


def _files(undoing: UndoScope, fact: UnitActive | UnitEnabled) -> tuple[AnyExpected, ...]:
    return tuple(
        one.state(undoing.run).must_be("back", because=reason("undo-file-first", unit=fact.unit), source="systemctl(1)")
        for one in undoing.saved_items
        if (one.host, one.entry.what, one.entry.unit) == (fact.host, "unit", fact.unit)
    )


def _repair(action: Restore | EnableUnit | StartUnit, drift: AnyDrift, needs: tuple[AnyExpected, ...]) -> Repair:
    return Repair(action=action, because=drift.expected.because, source="", section="", requires=needs)
