#!/usr/bin/env python3
"""The product broken on purpose, in one place at a time, and who notices.

    python -m tests.sim.companions      # the table of docs/campaign.md

Each invariant of `audit.py` has at least one companion: the real engine with one function replaced. The campaign is
played on it, and it has to be caught by that invariant and by no other.
"""

# pyright: reportPrivateUsage=false

import contextlib
import dataclasses
import functools
import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import pytest

from actions.action import Action
from probes.command import Command
from probes.job import STATE_ROOT
from reconciler.core import identity
from reconciler.core.diff import Difference
from reconciler.core.events import Event
from reconciler.core.plan import Step
from reconciler.core.verdict import Verdict
from reconciler.engine import assess, executor, journal, lease, preflight, reconcile, run
from reconciler.engine.jobs.client import JobSpec
from reconciler.engine.jobs.scripts import APPROVE
from reconciler.engine.run import RunContext, RunState
from reconciler.engine.step import decision, runner
from specs import redact
from specs.diagnostic import Diagnostic
from tests.sim import simulation
from tests.sim.audit import NAMES
from tests.sim.campaign import Told, abandoned, duel, killed_at, on_a_broken_disk, play, restless
from tests.sim.operator import Wire

Break = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Companion:
    invariant: str
    what: str
    """What the product does, once it is broken."""
    replace: Break
    games: Callable[[], Iterable[Told]]


# I1


class _Nowhere:
    def write(self, event: Event) -> None:
        """Nothing is written."""


def _without_intent(monkeypatch: pytest.MonkeyPatch) -> None:
    real = runner._record_start

    def record_start(attempt: runner.StepAttempt, number: int, context: RunContext) -> None:
        real(attempt, number, dataclasses.replace(context, journal=_Nowhere()))

    monkeypatch.setattr(runner, "_record_start", record_start)


def _intent_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    real = runner._record_start

    def record_start(attempt: runner.StepAttempt, number: int, context: RunContext) -> None:
        first = context.run == "run-1"
        real(attempt, number, context if first else dataclasses.replace(context, journal=_Nowhere()))

    monkeypatch.setattr(runner, "_record_start", record_start)


def _unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(self: journal.Journal, event: Event) -> None:
        self._disk.append(json.dumps(self._record(event)).encode() + b"\n")

    monkeypatch.setattr(journal.Journal, "write", write)


def _deaf_to_its_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sync that failed is taken for one that did not."""

    def write(self: journal.Journal, event: Event) -> None:
        self._disk.append(json.dumps(self._record(event)).encode() + b"\n")
        with contextlib.suppress(OSError):
            self._disk.sync()

    monkeypatch.setattr(journal.Journal, "write", write)


# I2


def _unverified(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by the command that sees it end, nor afterwards."""

    async def await_effects(*_: Any) -> tuple[()]:
        return ()

    def no_question(*_: object) -> None:
        return None

    monkeypatch.setattr(runner, "_await_effects", await_effects)
    monkeypatch.setattr(simulation, "question_of", no_question)


# I3


def _identity_of_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it was once: whoever words a reason anew does once-only work a second time."""

    def fingerprint(action: Action) -> str:
        return hashlib.sha256(repr(action).encode()).hexdigest()

    monkeypatch.setattr(identity, "fingerprint", fingerprint)


def _always_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def why_not_retry(*_: Any) -> Diagnostic | None:
        return None

    monkeypatch.setattr(decision, "_why_not_retry", why_not_retry)


# I4


def _endless_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    def remaining_s(self: lease.LeaseValidity, now: float, *, wall_ahead: float = 0.0) -> float:
        return 3600.0

    monkeypatch.setattr(lease.LeaseValidity, "remaining_s", remaining_s)


def _invented_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    real = runner._job_spec

    def job_spec(*given: Any) -> JobSpec:
        spec = real(*given)
        return dataclasses.replace(spec, epoch=spec.epoch + 1)

    monkeypatch.setattr(runner, "_job_spec", job_spec)


def _released_too_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    def launch_pending(self: lease.LeaseValidity, now: float) -> bool:
        return False

    monkeypatch.setattr(lease.LeaseValidity, "launch_pending", launch_pending)


# I5


def _without_preflight(monkeypatch: pytest.MonkeyPatch) -> None:
    async def failed_checks(*_: Any) -> tuple[Diagnostic, ...]:
        return ()

    monkeypatch.setattr(preflight, "_failed_checks", failed_checks)


def _preflight_before_the_lease_only(monkeypatch: pytest.MonkeyPatch) -> None:
    real = reconcile.preflight

    async def once(context: RunContext, state: RunState) -> tuple[Diagnostic, ...]:
        return () if state.confirmed else await real(context, state)

    monkeypatch.setattr(reconcile, "preflight", once)


def _unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    real = reconcile.preflight

    async def yes(_: assess.Assessment) -> bool:
        return True

    async def unasked(context: RunContext, state: RunState) -> tuple[Diagnostic, ...]:
        return await real(dataclasses.replace(context, confirm=yes), state)

    monkeypatch.setattr(reconcile, "preflight", unasked)


def _unapproved(monkeypatch: pytest.MonkeyPatch) -> None:
    def human_action_needed(*_: Any) -> Diagnostic | None:
        return None

    monkeypatch.setattr(runner, "human_action_needed", human_action_needed)


def _approval_unrecorded(monkeypatch: pytest.MonkeyPatch) -> None:
    async def record_approvals(_: RunContext) -> None:
        """Whoever asks later finds nothing."""

    monkeypatch.setattr(reconcile, "_record_approvals", record_approvals)


def _requirements_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    def failed_requirement(*_: Any) -> None:
        return None

    monkeypatch.setattr(decision, "failed_requirement", failed_requirement)


# I6


def _unredacted(monkeypatch: pytest.MonkeyPatch) -> None:
    def may_contain_secret(_: str) -> bool:
        return False

    redact.safe.cache_clear()
    monkeypatch.setattr(redact, "_may_contain_secret", may_contain_secret)


# I7, I8


def _assessing_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    real = assess.assess

    async def writing(gather: functools.partial[Any], *more: Any) -> assess.Assessment:
        wire: Wire = gather.args[0].wire
        await wire.run("10.0.0.1", Command(script=APPROVE, args=(STATE_ROOT, "x", "x", "x")))
        return await real(gather, *more)

    monkeypatch.setattr(assess, "assess", writing)


def _always_a_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_to_start(*_: Any) -> bool:
        return False

    monkeypatch.setattr(reconcile, "nothing_to_start", nothing_to_start)


# I9, I10, apart


def _never_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed or vanished once is not tried again, be it as repeatable as it may."""
    real = decision._why_not_retry

    class Once:
        idempotent = False

        def __init__(self, action: Action) -> None:
            self._action = action

        def __getattr__(self, name: str) -> Any:
            return getattr(self._action, name)

    def why_not_retry(step: Any, last: str, state: str) -> Diagnostic | None:
        return real(dataclasses.replace(step, action=Once(step.action)), last, state)

    monkeypatch.setattr(decision, "_why_not_retry", why_not_retry)


def _unknown_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    def verdict(difference: Difference) -> Verdict:
        return "differs" if difference.drift else "converged"

    monkeypatch.setattr(run, "verdict", verdict)


def _lockless(monkeypatch: pytest.MonkeyPatch) -> None:
    def ready(self: executor._Scheduler, running: Sequence[Step], done: Set[str], _: object) -> Iterator[Step]:
        free = self.parallel - len(running)
        steps = (step for step in self.waiting.values() if all(before.step in done for before in step.after))
        return itertools.islice(steps, max(0, free))

    monkeypatch.setattr(executor._Scheduler, "_ready", ready)


# what is played


def _quiet() -> Iterable[Told]:
    return (killed_at(None, power=False, seed=seed) for seed in range(1, 4))


def _killed() -> Iterable[Told]:
    """The second process has the rest to do."""
    return (killed_at(60, power=False, seed=seed) for seed in range(1, 4))


def _broken_disks() -> Iterable[Told]:
    return map(on_a_broken_disk, range(1, 4))


def _crowded() -> Iterable[Told]:
    """With steps that share a lock and could otherwise run at once."""
    return (killed_at(None, power=False, seed=seed) for seed in (5, 8))


def _restless() -> Iterable[Told]:
    return map(restless, range(4))


def _duels() -> Iterable[Told]:
    """The hosts cannot be told of the second holder; nothing requires anything, so that only the lease is stale."""
    return (duel(seed, deaf=True, independent=True) for seed in range(8))


def _abandoned() -> Iterable[Told]:
    return map(abandoned, range(6))


def _played(*seeds: int) -> Callable[[], Iterable[Told]]:
    return lambda: map(play, seeds)


COMPANIONS = (
    Companion("I1", "writes no intent", _without_intent, _quiet),
    Companion("I1", "relies on the intent of an earlier process", _intent_of_another, _killed),
    Companion("I1", "does not sync its journal", _unsynced, _quiet),
    Companion("I1", "takes a failed sync for a good one", _deaf_to_its_disk, _broken_disks),
    Companion("I2", "takes the end of a command for its effect", _unverified, _quiet),
    Companion("I3", "names a job by all that its action says", _identity_of_everything, _played(1, 3, 4, 5)),
    Companion("I3", "retries whatever failed", _always_again, _played(5, 8, 9)),
    Companion("I4", "sets no start deadline that its lease allows", _endless_lease, _duels),
    Companion("I4", "launches with an epoch that nobody granted", _invented_epoch, _quiet),
    Companion("I4", "frees its lease with a launch on its way", _released_too_soon, _abandoned),
    Companion("I5", "drops the preflight checks", _without_preflight, _quiet),
    Companion("I5", "checks before it has the lease, never after", _preflight_before_the_lease_only, _quiet),
    Companion("I5", "does not ask the person", _unasked, _quiet),
    Companion("I5", "deletes without an approval", _unapproved, _played(0, 9)),
    Companion("I5", "records no approval", _approval_unrecorded, _played(0, 1)),
    Companion("I5", "starts a step whose requirement fell", _requirements_unread, _restless),
    Companion("I6", "redacts nothing", _unredacted, _quiet),
    Companion("I7", "writes while it assesses", _assessing_writes, _quiet),
    Companion("I8", "takes the lease where there is nothing to do", _always_a_lease, _quiet),
    Companion("I9", "never retries what was cut short", _never_again, _played(1, 3)),
    Companion("I10", "calls converged what it could not read", _unknown_is_right, _played(2, 3, 15)),
    Companion("apart", "ignores locks", _lockless, _crowded),
)


def caught(companion: Companion) -> Mapping[str, int]:
    """In how many of its games each invariant was violated."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        companion.replace(monkeypatch)
        try:
            games = list(companion.games())
        finally:
            redact.safe.cache_clear()
    return Counter(name for game in games for name in {violation.partition(" ")[0] for violation in game.violations})


def table() -> str:
    lines: list[str] = []
    inexact: set[str] = set()
    for companion in COMPANIONS:
        found = caught(companion)
        inexact |= {companion.invariant} if set(found) != {companion.invariant} else set()
        by = ", ".join(f"{name} in {number}" for name, number in sorted(found.items())) or "NOBODY"
        lines.append(f"{companion.invariant:6} {companion.what:48} {by}".rstrip())
    exact = len({companion.invariant for companion in COMPANIONS} - inexact)
    return "\n".join((*lines, f"caught by their own invariant and no other: {exact} of {len(NAMES)}"))


if __name__ == "__main__":
    print(table())
