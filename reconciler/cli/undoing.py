"""What `undo` is put together from: the hosts are asked what a run kept, and the same loop as `apply` puts it back.

As in `wiring.py`, nothing is decided here.
"""

import functools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from probes.fact import AnyExpected, Readings
from probes.registry import PROBES
from probes.undo import UndoRuns
from reconciler.cli import exits, wiring
from reconciler.cli.diary import LazyJournal
from reconciler.cli.reach import open_session
from reconciler.core import planner, undo_scope
from reconciler.core.events import Event
from reconciler.core.plan import Plan
from reconciler.engine import assess, journal, reconcile
from reconciler.engine.clock import SystemClock
from reconciler.engine.gather import GatherFacts, gather_facts
from reconciler.engine.stop import StopSignal
from reconciler.engine.transport import Transport
from reconciler.rules import undo as rules
from specs.cluster import Cluster
from specs.diagnostic import BkrecError, Diagnostic, diagnose
from specs.reason import Reason

SHOWN = 5
"""How many runs a diagnostic names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPreview:
    """All that is told before anything is done."""

    undoing: undo_scope.UndoScope
    studied: wiring.ClusterReport
    afterwards: tuple[Reason, ...]

    @property
    def left(self) -> int:
        """So many things are not yet as they were, or nobody could tell."""
        return len(self.studied.difference.drift) + len(self.studied.difference.unknown)


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRequest:
    """What a person asked for."""

    run: str = ""
    """"": the last one that did anything."""
    leave: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoCase:
    """One run on one cluster, decided."""

    cluster: Cluster
    undoing: undo_scope.UndoScope
    expected: tuple[AnyExpected, ...]
    afterwards: tuple[Reason, ...]
    known: tuple[str, ...]
    """Runs, the latest first."""

    def decide(self, readings: Readings) -> Plan:
        return planner.plan(self.cluster.release.version, self.expected, readings, rules.rules(self.undoing))

    def preview(self, assessment: assess.Assessment) -> UndoPreview:
        report = wiring.report(self.cluster, assessment)
        return UndoPreview(undoing=self.undoing, studied=report, afterwards=self.afterwards)


async def undo(
    path: Path,
    request: UndoRequest,
    *,
    show: Callable[[UndoPreview], None],
    confirm: Callable[[UndoPreview], Awaitable[bool]],
    emit: Callable[[Event], None],
    stop: StopSignal,
) -> tuple[UndoPreview, wiring.ApplyResult]:
    """Shows it, asks, does it, and looks again. Raises what `wiring.study` does, Misused, Refused."""
    clock = SystemClock()
    async with open_session(path) as (transport, cluster):
        look_ = functools.partial(gather_facts, transport, PROBES)
        case = await _case(look_, cluster, request)
        first = case.preview(await assess.assess(look_, case.expected, case.decide))
        show(first)
        if not first.left:
            nothing = diagnose("undo-nothing", where=cluster.name, run=case.undoing.run, runs=_few(case.known))
            raise exits.RefusedError(BkrecError(nothing))
        with LazyJournal(cluster.name, journal.new_run(clock), clock) as diary:
            context = _undertaking(transport, case, diary, confirm=confirm, emit=emit, stop=stop)
            applied = await reconcile.reconcile(context)
    return _ended(case, applied)


def _ended(case: UndoCase, applied: reconcile.RunResult) -> tuple[UndoPreview, wiring.ApplyResult]:
    last = case.preview(applied.assessment)
    blocked = tuple(blocked.diagnostic for blocked in applied.assessment.plan.blocked)
    told = applied.diagnostics or (blocked if applied.verdict in ("refused", "failed") else ())
    return last, wiring.ApplyResult(
        verdict=applied.verdict,
        exit_code=applied.exit_code,
        studied=last.studied,
        diagnostics=tuple(dict.fromkeys(told)),
    )


async def _case(gather: GatherFacts, cluster: Cluster, request: UndoRequest) -> UndoCase:
    hosts = cluster.inventory.everyone
    readings = (await gather([UndoRuns(host=host) for host in hosts])).readings
    known = undo_scope.known_runs(readings)[::-1]
    run = _chosen(request.run, known, undo_scope.unread_hosts(readings))
    kept = (await gather(undo_scope.facts_to_read(run, hosts))).readings
    _known_paths(undo_scope.undo_scope(run, kept), request.leave)
    undoing = undo_scope.undo_scope(run, kept, request.leave)
    taken = (await gather(rules.facts_of_replacements(cluster, undoing))).readings
    return UndoCase(
        cluster=cluster,
        undoing=undoing,
        expected=rules.expect(cluster, undoing, taken),
        afterwards=rules.afterwards(cluster, undoing, taken),
        known=known,
    )


def _chosen(run: str, known: Sequence[str], unheard: Sequence[Diagnostic]) -> str:
    """Raises Refused where nobody can tell which was the last, or whether there is such a run; Misused."""
    if unheard and run not in known:
        raise exits.RefusedError(BkrecError(*unheard))
    if run and run not in known:
        raise exits.UsageError(BkrecError(diagnose("undo-unknown-run", run=run, runs=_few(known))))
    if not known:
        raise exits.RefusedError(BkrecError(diagnose("undo-no-run")))
    return run or known[0]


def _known_paths(undoing: undo_scope.UndoScope, leave: Sequence[str]) -> None:
    paths = {item.entry.path for item in undoing.saved_items}
    strange = [path for path in leave if path not in paths]
    if strange:
        raise exits.UsageError(
            BkrecError(*(diagnose("undo-unknown-path", run=undoing.run, path=path) for path in strange))
        )


def _few(known: Sequence[str]) -> str:
    return ", ".join((*known[:SHOWN], *(("…",) if len(known) > SHOWN else ()))) or "-"


def _undertaking(
    transport: Transport,
    case: UndoCase,
    diary: LazyJournal,
    *,
    confirm: Callable[[UndoPreview], Awaitable[bool]],
    emit: Callable[[Event], None],
    stop: StopSignal,
) -> reconcile.RunContext:
    async def confirmed(assessment: assess.Assessment) -> bool:
        return await confirm(case.preview(assessment))

    context = wiring.run_context(
        transport, case.cluster, diary, (case.expected, case.decide), confirm=confirmed, emit=emit, stop=stop
    )
    return replace(context, undoes=True)
