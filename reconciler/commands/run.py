"""What `apply` and `undo` have in common: the journal, the run context, the events of a run, a person's answer."""

import functools
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from probes.fact import AnyExpected
from probes.registry import PROBES
from reconciler.commands import caller
from reconciler.commands.assess import PlanInputs
from reconciler.commands.errors import RefusedError
from reconciler.commands.result import Answer
from reconciler.commands.session import ClusterSession
from reconciler.core.events import Event, StepOutput
from reconciler.core.plan import Plan
from reconciler.engine import journal, reconcile
from reconciler.engine.assess import Assessment
from reconciler.engine.clock import Clock, SystemClock
from reconciler.engine.gather import question_of
from reconciler.engine.journal import JournalError, LazyJournal
from reconciler.engine.stop import StopRequest
from reconciler.rules import preflight
from specs.diagnostic import Diagnostic

P_contra = TypeVar("P_contra", contravariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Console(Generic[P_contra]):
    """Where a run meets the person who started it."""

    confirm: Callable[[P_contra], Awaitable[Answer]]
    """Asked before the first step, and again when the plan has other steps."""
    emit: Callable[[Event], None]
    """Each event as it happens."""
    stop: StopRequest
    assumes_yes: bool = False
    """--yes: `confirm` asks nobody."""


@dataclass(slots=True)
class Transcript:
    """The events of a run, without what commands print, and what the person answered last."""

    events: list[Event] = field(default_factory=list[Event])
    times: list[str] = field(default_factory=list[str])
    """Of the events, as the journal writes them."""
    clock: Clock = field(default_factory=SystemClock)
    answer: Answer = "yes"

    def recording(self, emit: Callable[[Event], None]) -> Callable[[Event], None]:
        def record(event: Event) -> None:
            if not isinstance(event, StepOutput):
                self.events.append(event)
                self.times.append(self.clock.now().isoformat(timespec="milliseconds"))
            emit(event)

        return record

    def confirmed(self, answer: Answer) -> bool:
        self.answer = answer
        return answer == "yes"

    def diagnostics(self, diagnostics: tuple[Diagnostic, ...], unconfirmed: Diagnostic) -> tuple[Diagnostic, ...]:
        """Where there was no terminal to ask at, `not_asked` says so and what to type: nobody said no."""
        if self.answer != "not-asked":
            return diagnostics
        return tuple(unconfirmed if diagnostic.code == "not-confirmed" else diagnostic for diagnostic in diagnostics)


@contextmanager
def run_journal(cluster: str, cluster_file: Path) -> Generator[LazyJournal]:
    """Raises RefusedError where no journal can be written: nothing was begun."""
    clock = SystemClock()
    lazy = LazyJournal(cluster, cluster_file, journal.new_run(clock), clock)
    try:
        lazy.check_writable()
    except JournalError as error:
        raise RefusedError(*error.diagnostics) from error
    try:
        yield lazy
    finally:
        lazy.close()


def run_context(
    opened: ClusterSession,
    lazy: LazyJournal,
    plan_inputs: PlanInputs,
    *,
    confirm: Callable[[Assessment], Awaitable[bool]],
    emit: Callable[[Event], None],
    stop: StopRequest,
    approved: frozenset[str] = frozenset(),
    assumes_yes: bool = False,
) -> reconcile.RunContext:
    """For `apply` and `undo`; each adds what aborts it."""
    (expected, decide), cluster = plan_inputs, opened.cluster

    def preflight_checks(plan: Plan) -> tuple[AnyExpected, ...]:
        # by the clock as it is then: a person's answer, or an upgrade's first round, may lie in between
        return preflight.preflight_checks(cluster, int(lazy.clock.now().timestamp()), plan, approved)

    return reconcile.RunContext(
        run=lazy.run,
        user=caller.user(),
        source=caller.origin(),
        transport=opened.transport,
        gather=opened.gather,
        question=functools.partial(question_of, PROBES),
        controller=cluster.controller,
        hosts=cluster.inventory.everyone,
        expected=expected,
        make_plan=decide,
        journal=lazy,
        clock=lazy.clock,
        emit=emit,
        stop=stop,
        confirm=confirm,
        preflight_checks=preflight_checks,
        approved=approved,
        confirmed_by="option" if assumes_yes else "answer",
        hosts_required=functools.partial(preflight.hosts_required, cluster),
    )
