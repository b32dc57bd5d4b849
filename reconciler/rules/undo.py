"""Undo: what must be so again, and which step brings it back.

A unit is started again only where nothing took its place. What stands there now stays, and both at once would fight
over the same ports; and an installer that was as much as started may have migrated the databases, which the old program
does not know. So the file is put back in any case, and a person starts it.
"""

from collections.abc import Iterator

from actions.undo import PutBack, PutBackDirectory, PutBackFile, PutBackService, PutBackUnit
from actions.unit import EnableUnit, StartUnit
from probes.fact import AnyDrift, AnyExpected, AnyFact, Known, Readings, about, holds
from probes.undo import UndoLeftBy, UndoStanding
from probes.unit import UnitActive, UnitEnabled
from reconciler.core.fact_reader import Seen
from reconciler.core.identity import step_label
from reconciler.core.plan import Blocked, Repair
from reconciler.core.planner import Mend, Rules
from reconciler.core.undo_scope import Kept, Undoing
from reconciler.rules import module_facts
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.module import Module
from specs.reason import Because, coded

BARRING = frozenset({"undo-changed", "undo-later", "undo-lost"})
"""Any of them refuses the whole undo: half of what belongs together is worse than all or nothing."""


def bars(blocked: Blocked) -> bool:
    return blocked.diagnostic.code in BARRING


def successors(cluster: Cluster, undoing: Undoing) -> tuple[AnyFact, ...]:
    """What must be read to tell whether anything took a unit's place."""
    wishes = (wish for kept in undoing.kept for wish in _proofs(cluster, kept))
    return tuple(dict.fromkeys(wish.fact for wish in wishes))


def _proofs(cluster: Cluster, kept: Kept) -> tuple[AnyExpected, ...]:
    module = _module(cluster, kept)
    if module is None:
        return ()
    return tuple(wish for wish in module_facts.proofs(cluster, module) if wish.fact.host == kept.host)


def _module(cluster: Cluster, kept: Kept) -> Module | None:
    for module in cluster.release.modules:
        names = {gone.name for gone in (*module.gone_units, *module.gone_services)}
        if kept.entry.unit and kept.entry.unit in names:
            return module
    return None


def replaced(cluster: Cluster, undoing: Undoing, kept: Kept, readings: Readings) -> str:
    """The module of the release that took its place, or may have, or nobody could tell; "" where none did."""
    module = _module(cluster, kept)
    if module is None:
        return ""
    there = any(holds(wish, readings) is not False for wish in _proofs(cluster, kept))
    return module.name if there or _begun(undoing, module) else ""


def _begun(undoing: Undoing, module: Module) -> bool:
    """Whether the run has started anything that installs it."""
    calls = {step_label(f"bkcli.{call}", (module.cli,)) for call in ("install", "upgrade")}
    calls |= {step_label("container.install", (container.name,)) for container in module.containers}
    return any(one.step.split("@")[0] in calls for one in undoing.stays)


def expect(cluster: Cluster, undoing: Undoing, readings: Readings) -> tuple[AnyExpected, ...]:
    """`readings`: of `successors`."""
    wishes = (wish for kept in undoing.kept for wish in _wishes(cluster, undoing, kept, readings))
    return (*wishes, *undoing.unread)


def _wishes(cluster: Cluster, undoing: Undoing, kept: Kept, readings: Readings) -> Iterator[AnyExpected]:
    why, module = coded("undo-was-so", run=undoing.run), _module(cluster, kept)
    name, free = module.name if module else "", not replaced(cluster, undoing, kept, readings)
    if kept.entry.what != "service" or free:
        yield kept.standing(undoing.run).must_be("back", because=why, source="", module=name)
    if kept.entry.what == "unit" and free:
        if kept.entry.boot:
            boot = UnitEnabled(host=kept.host, unit=kept.entry.unit)
            yield boot.must_be("enabled", because=why, source="", module=name)
        if kept.entry.active:
            active = UnitActive(host=kept.host, unit=kept.entry.unit)
            yield active.must_be("active", because=why, source="", module=name)


def afterwards(cluster: Cluster, undoing: Undoing, readings: Readings) -> tuple[Because, ...]:
    """What is left to a person, told before."""
    return tuple(dict.fromkeys(_afterwards(cluster, undoing, readings)))


def _afterwards(cluster: Cluster, undoing: Undoing, readings: Readings) -> Iterator[Because]:
    files = [kept.entry.path for kept in undoing.kept if kept.entry.what == "file"]
    if any(path.startswith(f"{cluster.paths.install}/") for path in files):
        yield coded("undo-then-merge", install=cluster.paths.install)
    down: dict[tuple[str, str, str], list[str]] = {}
    for kept in undoing.kept:
        module, was = replaced(cluster, undoing, kept, readings), kept.entry
        if module and (was.what == "service" or (was.what == "unit" and (was.active or was.boot))):
            down.setdefault((was.what, kept.host, module), []).append(was.unit)
    for (what, host, module), names in sorted(down.items()):
        code = "undo-not-started" if what == "unit" else "undo-not-registered"
        yield coded(code, names=" ".join(sorted(names)), host=host, module=module)


def rules(undoing: Undoing) -> Rules:
    known = {kept.standing(undoing.run): kept for kept in undoing.kept}

    def mend(drift: AnyDrift, seen: Seen) -> Mend:
        fact = drift.expected.fact
        if isinstance(fact, UndoStanding):
            return _standing(undoing, known[fact], drift, seen)
        return _unit(undoing, drift)

    return mend


def _standing(undoing: Undoing, kept: Kept, drift: AnyDrift, seen: Seen) -> Mend:
    where, run, path = f"{kept.host} {kept.entry.path}", undoing.run, kept.entry.path
    match drift.reading:
        case Known("ours"):
            return _repair(_put_back(undoing.run, kept), drift, _before(undoing, kept))
        case Known("later"):
            return diagnose("undo-later", where=where, path=path, run=run, later=_leaver(kept, seen))
        case Known("changed"):
            return diagnose("undo-changed", where=where, path=path, run=run)
        case _:
            return diagnose("undo-lost", where=where, path=path, run=run)


def _leaver(kept: Kept, seen: Seen) -> str:
    left = seen.read(UndoLeftBy(host=kept.host, path=kept.entry.path))
    return str(max(left.value, default="")) if isinstance(left, Known) else ""


def _put_back(run: str, kept: Kept) -> PutBack:
    host, path = kept.host, kept.entry.path
    match kept.entry.what:
        case "file":
            return PutBackFile(host=host, run=run, path=path)
        case "unit":
            return PutBackUnit(host=host, run=run, path=path, unit=kept.entry.unit)
        case "service":
            return PutBackService(host=host, run=run, path=path, service=kept.entry.unit)
        case "directory":
            return PutBackDirectory(host=host, run=run, path=path)


def _before(undoing: Undoing, kept: Kept) -> tuple[AnyExpected, ...]:
    """The reverse of how they were retired: what a unit runs from is there before systemd hears of it."""
    if kept.entry.what != "unit":
        return ()
    return tuple(
        one.standing(undoing.run).must_be("back", because=coded("undo-runs-from"), source="")
        for one in undoing.kept
        if one.host == kept.host and one.entry.what == "directory"
    )


def _unit(undoing: Undoing, drift: AnyDrift) -> Mend:
    fact = drift.expected.fact
    if isinstance(fact, UnitEnabled):
        return _repair(EnableUnit(host=fact.host, unit=fact.unit), drift, _files(undoing, fact))
    fact = about(drift, UnitActive)
    return _repair(StartUnit(host=fact.host, unit=fact.unit), drift, _files(undoing, fact))


def _files(undoing: Undoing, fact: UnitActive | UnitEnabled) -> tuple[AnyExpected, ...]:
    return tuple(
        one.standing(undoing.run).must_be(
            "back", because=coded("undo-file-first", unit=fact.unit), source="systemctl(1)"
        )
        for one in undoing.kept
        if (one.host, one.entry.what, one.entry.unit) == (fact.host, "unit", fact.unit)
    )


def _repair(action: PutBack | EnableUnit | StartUnit, drift: AnyDrift, needs: tuple[AnyExpected, ...]) -> Repair:
    return Repair(action=action, because=drift.expected.because, source="", section="", needs=needs)
