"""Undo: what must be so again, and which step brings it back.

A unit is started again only where nothing took its place. What stands there now stays, and both at once would fight
over the same ports; and an installer that was as much as started may have migrated the databases, which the old program
does not know. So the file is put back in any case, and a person starts it.
"""

from collections.abc import Iterator

from actions.undo import Restore, RestoreDirectory, RestoreFile, RestoreService, RestoreUnit
from actions.unit import EnableUnit, StartUnit
from probes.fact import AnyDrift, AnyExpected, AnyFact, Known, Readings, matches, require_fact_type
from probes.undo import LaterRuns, UndoItemState
from probes.unit import UnitActive, UnitEnabled
from reconciler.core.fact_reader import FactReader
from reconciler.core.identity import step_label
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision, Rule
from reconciler.core.undo_scope import SavedItem, UndoScope
from reconciler.rules import module_facts
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.module import Module
from specs.reason import Reason, reason


def facts_of_replacements(cluster: Cluster, undoing: UndoScope) -> tuple[AnyFact, ...]:
    """What must be read to tell whether anything took a unit's place."""
    expectations = (expected for item in undoing.saved_items for expected in _install_evidence(cluster, item))
    return tuple(dict.fromkeys(expected.fact for expected in expectations))


def _install_evidence(cluster: Cluster, item: SavedItem) -> tuple[AnyExpected, ...]:
    module = _module(cluster, item)
    if module is None:
        return ()
    return tuple(
        expected for expected in module_facts.install_evidence(cluster, module) if expected.fact.host == item.host
    )


def _module(cluster: Cluster, item: SavedItem) -> Module | None:
    for module in cluster.release.modules:
        names = {gone.name for gone in (*module.obsolete_units, *module.obsolete_services)}
        if item.entry.unit and item.entry.unit in names:
            return module
    return None


def replaced(cluster: Cluster, undoing: UndoScope, item: SavedItem, readings: Readings) -> str:
    """The module of the release that took its place, or may have, or nobody could tell; "" where none did."""
    module = _module(cluster, item)
    if module is None:
        return ""
    present = any(matches(expected, readings) is not False for expected in _install_evidence(cluster, item))
    return module.name if present or _begun(undoing, module) else ""


def _begun(undoing: UndoScope, module: Module) -> bool:
    """Whether the run has started anything that installs it."""
    calls = {step_label(f"bkcli.{call}", (module.cli,)) for call in ("install", "upgrade")}
    calls |= {step_label("container.install", (container.name,)) for container in module.containers}
    return any(step.step.split("@")[0] in calls for step in undoing.irreversible)


def expect(cluster: Cluster, undoing: UndoScope, readings: Readings) -> tuple[AnyExpected, ...]:
    """`readings`: of `successors`."""
    expectations = (
        expected for item in undoing.saved_items for expected in _expected(cluster, undoing, item, readings)
    )
    return (*expectations, *undoing.unread)


def _expected(cluster: Cluster, undoing: UndoScope, item: SavedItem, readings: Readings) -> Iterator[AnyExpected]:
    why, module = reason("undo-was-so", run=undoing.run), _module(cluster, item)
    name, free = module.name if module else "", not replaced(cluster, undoing, item, readings)
    if item.entry.what != "service" or free:
        yield item.state(undoing.run).must_be("back", because=why, source="", module=name)
    if item.entry.what == "unit" and free:
        if item.entry.boot:
            boot = UnitEnabled(host=item.host, unit=item.entry.unit)
            yield boot.must_be("enabled", because=why, source="", module=name)
        if item.entry.active:
            active = UnitActive(host=item.host, unit=item.entry.unit)
            yield active.must_be("active", because=why, source="", module=name)


def afterwards(cluster: Cluster, undoing: UndoScope, readings: Readings) -> tuple[Reason, ...]:
    """What is left to a person, told before."""
    return tuple(dict.fromkeys(_afterwards(cluster, undoing, readings)))


def _afterwards(cluster: Cluster, undoing: UndoScope, readings: Readings) -> Iterator[Reason]:
    files = [item.entry.path for item in undoing.saved_items if item.entry.what == "file"]
    if any(path.startswith(f"{cluster.paths.install}/") for path in files):
        yield reason("undo-then-merge", install=cluster.paths.install)
    down: dict[tuple[str, str, str], list[str]] = {}
    for item in undoing.saved_items:
        module, was = replaced(cluster, undoing, item, readings), item.entry
        if module and (was.what == "service" or (was.what == "unit" and (was.active or was.boot))):
            down.setdefault((was.what, item.host, module), []).append(was.unit)
    for (what, host, module), names in sorted(down.items()):
        code = "undo-not-started" if what == "unit" else "undo-not-registered"
        yield reason(code, names=" ".join(sorted(names)), host=host, module=module)


def rules(undoing: UndoScope) -> Rule:
    known = {item.state(undoing.run): item for item in undoing.saved_items}

    def repair(drift: AnyDrift, facts: FactReader) -> Decision:
        fact = drift.expected.fact
        if isinstance(fact, UndoItemState):
            return _state(undoing, known[fact], drift, facts)
        return _unit(undoing, drift)

    return repair


def _state(undoing: UndoScope, item: SavedItem, drift: AnyDrift, facts: FactReader) -> Decision:
    where, run, path = f"{item.host} {item.entry.path}", undoing.run, item.entry.path
    match drift.reading:
        case Known("ours"):
            return Repair.of(drift, _restore(undoing.run, item), section="", requires=_before(undoing, item))
        case Known("later"):
            return diagnose("undo-later", where=where, path=path, run=run, later=_later_run(item, facts))
        case Known("changed"):
            return diagnose("undo-changed", where=where, path=path, run=run)
        case _:
            return diagnose("undo-copy-damaged", where=where, path=path, run=run)


def _later_run(item: SavedItem, facts: FactReader) -> str:
    runs = facts.read(LaterRuns(host=item.host, path=item.entry.path))
    return str(max(runs.value, default="")) if isinstance(runs, Known) else ""


def _restore(run: str, item: SavedItem) -> Restore:
    host, path = item.host, item.entry.path
    match item.entry.what:
        case "file":
            return RestoreFile(host=host, run=run, path=path)
        case "unit":
            return RestoreUnit(host=host, run=run, path=path, unit=item.entry.unit)
        case "service":
            return RestoreService(host=host, run=run, path=path, service=item.entry.unit)
        case "directory":
            return RestoreDirectory(host=host, run=run, path=path)


def _before(undoing: UndoScope, item: SavedItem) -> tuple[AnyExpected, ...]:
    """The reverse of how they were retired: what a unit runs from is there before systemd hears of it."""
    if item.entry.what != "unit":
        return ()
    return tuple(
        other.state(undoing.run).must_be("back", because=reason("undo-runs-from"), source="")
        for other in undoing.saved_items
        if other.host == item.host and other.entry.what == "directory"
    )


def _unit(undoing: UndoScope, drift: AnyDrift) -> Decision:
    fact = drift.expected.fact
    if isinstance(fact, UnitEnabled):
        return Repair.of(drift, EnableUnit(host=fact.host, unit=fact.unit), section="", requires=_files(undoing, fact))
    fact = require_fact_type(drift, UnitActive)
    return Repair.of(drift, StartUnit(host=fact.host, unit=fact.unit), section="", requires=_files(undoing, fact))


def _files(undoing: UndoScope, fact: UnitActive | UnitEnabled) -> tuple[AnyExpected, ...]:
    return tuple(
        item.state(undoing.run).must_be(
            "back", because=reason("undo-file-first", unit=fact.unit), source="systemctl(1)"
        )
        for item in undoing.saved_items
        if (item.host, item.entry.what, item.entry.unit) == (fact.host, "unit", fact.unit)
    )
