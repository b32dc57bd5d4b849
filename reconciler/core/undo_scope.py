"""What an undo of a run would restore, as its hosts report it: what the run saved there, and what cannot be restored.

The hosts know, not the journal: whoever undoes a run may sit at another machine than whoever ran it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from actions.action import Undo
from probes.fact import AnyExpected, AnyFact, AnyReading, Fact, Known, Readings, Unknown
from probes.undo import Entry, UndoEntries, UndoItemState, UndoRuns, UndoSteps, entry
from specs.diagnostic import Diagnostic, diagnose
from specs.reason import reason

RESTORED: Undo = "restored"
NO_CHANGE: Undo = "no-change"

T = TypeVar("T", bound=AnyFact)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedItem:
    """One thing of which the run saved the previous state."""

    host: str
    entry: Entry

    def state(self, run: str) -> UndoItemState:
        return UndoItemState(host=self.host, run=run, path=self.entry.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class IrreversibleStep:
    """One step of the run that is not undone; `undo` is why."""

    host: str
    step: str
    undo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoScope:
    run: str
    saved_items: tuple[SavedItem, ...]
    irreversible: tuple[IrreversibleStep, ...]
    unread: tuple[AnyExpected, ...] = field(default=())
    """Hosts where what the run saved could not be read: no verdict without them."""


def known_runs(readings: Readings) -> tuple[str, ...]:
    """Every run that started anything on a host that answered, the latest last: by epoch, which no clock can change."""
    epochs: dict[str, int] = {}
    for value in _values(readings, UndoRuns):
        for text in value:
            epoch, run = text.split(" ", 1)
            epochs[run] = max(int(epoch), epochs.get(run, 0))
    return tuple(sorted(epochs, key=lambda run: (epochs[run], run)))


def unread_hosts(readings: Readings) -> tuple[Diagnostic, ...]:
    """Hosts whose runs could not be read: any of them may know a later run than all others."""
    return tuple(
        diagnose("undo-runs-unread", where=fact.host, host=fact.host, because=reading.why)
        for fact, reading in _readings_of(readings, UndoRuns)
        if isinstance(reading, Unknown)
    )


def facts_to_read(run: str, hosts: Iterable[str]) -> tuple[AnyFact, ...]:
    """What must be read to know what an undo would restore."""
    return tuple(fact for host in hosts for fact in (UndoEntries(host=host, run=run), UndoSteps(host=host, run=run)))


def undo_scope(run: str, readings: Readings, exclude: Sequence[str] = ()) -> UndoScope:
    """`exclude`: paths that a person wants left as they are."""
    return UndoScope(
        run=run,
        saved_items=tuple(item for item in _saved_items(run, readings) if item.entry.path not in exclude),
        irreversible=tuple(_irreversible(run, readings)),
        unread=tuple(_unread_entries(run, readings)),
    )


def _saved_items(run: str, readings: Readings) -> Iterator[SavedItem]:
    for fact, reading in _readings_of(readings, UndoEntries):
        if fact.run == run and isinstance(reading, Known):
            yield from (SavedItem(host=fact.host, entry=entry(text)) for text in reading.value)


def _irreversible(run: str, readings: Readings) -> Iterator[IrreversibleStep]:
    for fact, reading in _readings_of(readings, UndoSteps):
        if fact.run == run and isinstance(reading, Known):
            pairs = (text.split(" ", 1) for text in reading.value)
            yield from (
                IrreversibleStep(host=fact.host, step=s, undo=undo)
                for s, undo in pairs
                if undo not in (RESTORED, NO_CHANGE)
            )


def _unread_entries(run: str, readings: Readings) -> Iterator[AnyExpected]:
    for fact, reading in _readings_of(readings, UndoEntries):
        if fact.run == run and isinstance(reading, Unknown):
            yield fact.must_be((), because=reason("undo-was-so", run=run), source="")


def _readings_of(readings: Readings, kind: type[T]) -> Iterator[tuple[T, AnyReading]]:
    matching = [(fact, reading) for fact, reading in readings.items() if isinstance(fact, kind)]
    yield from sorted(matching, key=lambda pair: pair[0].host)


def _values(readings: Readings, kind: type[Fact[tuple[str, ...]]]) -> Iterator[tuple[str, ...]]:
    for _, reading in _readings_of(readings, kind):
        if isinstance(reading, Known):
            yield reading.value
