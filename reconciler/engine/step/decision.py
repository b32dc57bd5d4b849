"""Where a step stands: what may be done about it next, by what was read of its host just now. Nothing is done here.

A step may be begun only on what was seen a moment before: no earlier attempt at it that nobody can explain, all it
rests on, and the host's own time, by which the beginning is limited. Whatever is merely not so yet, or cannot be read
for the moment, is waited for, each for as long as its kind takes to come right.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from probes.fact import AnyDrift, AnyExpected, AnyReading, Known, Readings, Same, Unknown, fact_id, holds
from probes.job import HostUptime, JobAttempts
from reconciler.core.diff import judge
from reconciler.core.identity import job_id, job_key
from reconciler.core.plan import Step
from reconciler.core.redact import clean
from reconciler.engine.jobs.client import LOST_S
from reconciler.engine.ssh.backoff import SILENT
from specs.diagnostic import Diagnostic, diagnose

DISTURBED_S = 60.0
"""How long a premise may take to come back after the steps before it: consul asks every ten seconds whether a unit that
was just restarted is there (bin/reg_consul_svc:161), as long as `Action.settle_s`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """Nothing stands against it."""

    number: int
    boot: str
    uptime_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """The attempt of that number is there, be it ours or an earlier run's."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """All it ensures holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Not now; given up with this trouble after so many seconds."""

    why: Diagnostic
    patience_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Never:
    """It was tried before and may not be tried again."""

    why: Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """What is desired rests on this fact, and it is known to be otherwise: the plan is out of date, nothing failed."""

    fact: str


Stand = Begin | Follow | Skip | Wait | Never | Leave


def attempts(step: Step) -> JobAttempts:
    return JobAttempts(host=step.action.host, key=job_key(step.action))


def uptime(step: Step) -> HostUptime:
    return HostUptime(host=step.action.host)


def stand(step: Step, seen: Readings, ordered: int | None) -> Stand:
    """`ordered`: the attempt that we have sent off without hearing what became of it."""
    tried = seen.get(attempts(step))
    if not isinstance(tried, Known):
        return Wait(why=_unread(step, tried), patience_s=_patience(tried))
    states = dict(word.split(":", 1) for word in tried.value)
    if ordered is not None and states.get(str(ordered), "never") != "never":
        return Follow(number=ordered)
    last, state = next(reversed(states.items()), ("0", "none"))
    if state == "running":
        return Follow(number=int(last))
    ensured = all(holds(wish, seen) is True for wish in step.action.ensures())
    if (unexplained := _unexplained(step, last, state)) is not None:
        return Skip() if ensured else Never(why=unexplained)
    if ensured:
        return Skip()
    outdated = decided_otherwise(step.needs, seen)
    if outdated is not None and ordered is None:
        return Leave(fact=fact_id(outdated.expected.fact))
    return _begin(step, seen, int(last) if state == "never" else int(last) + 1)


def _begin(step: Step, seen: Readings, number: int) -> Begin | Wait:
    moved = premise(step.needs, seen)
    if moved is not None:
        drift, why = moved
        patience = max(_patience(drift.reading), DISTURBED_S if step.after else 0.0)
        return Wait(why=why, patience_s=patience)
    told = seen.get(uptime(step))
    if not isinstance(told, Known):
        return Wait(why=_unread(step, told), patience_s=_patience(told))
    boot, seconds = told.value
    return Begin(number=number, boot=boot, uptime_s=int(seconds))


def _unread(step: Step, reading: AnyReading | None) -> Diagnostic:
    why = reading.why if isinstance(reading, Unknown) else None
    return diagnose("job-unread", where=step.action.host, because=why)


def _patience(reading: AnyReading | None) -> float:
    """A host that says nothing may be booting; one that says no goes on saying it."""
    return LOST_S if silent(reading) else 0.0


def silent(reading: AnyReading | None) -> bool:
    return isinstance(reading, Unknown) and getattr(reading.why, "code", "") in SILENT


def _unexplained(step: Step, last: str, state: str) -> Diagnostic | None:
    """A thing that must not happen twice is not started beside a first of which nobody knows what it did."""
    if step.action.idempotent or state in ("none", "never") or state.startswith("seen"):
        return None
    host, job = step.action.host, job_id(job_key(step.action), int(last))
    if state == "vanished":
        return diagnose("job-vanished", where=host, job=job)
    return diagnose("job-not-repeated", where=host, job=job, rc=state.partition(":")[2])


def decided_otherwise(needs: Sequence[AnyExpected], readings: Readings) -> AnyDrift | None:
    judged = (judge(need, readings) for need in needs if need.fact.decides)
    return next((drift for drift in judged if drift is not None and found_out(drift)), None)


def found_out(drift: AnyDrift) -> bool:
    """Whatever it says: to find that out is what its step is for."""
    return drift.expected.fact.decides and isinstance(drift.reading, Known)


def premise(needs: Sequence[AnyExpected], readings: Readings) -> tuple[AnyDrift, Diagnostic] | None:
    """What the step rests on and does not hold: the first that moved, else the first nobody could read."""
    moved = [drift for need in needs if (drift := judge(need, readings)) is not None]
    if not moved:
        return None
    drift = min(moved, key=lambda one: isinstance(one.reading, Unknown))
    host, fact = drift.expected.fact.host, fact_id(drift.expected.fact)
    if isinstance(drift.reading, Unknown):
        return drift, diagnose("step-premise-unknown", where=host, because=drift.reading.why, fact=fact)
    told = diagnose("step-premise-moved", where=host, fact=fact, expected=wanted(drift), reading=worded(drift.reading))
    return drift, told


def wanted(drift: AnyDrift) -> str:
    reading = drift.expected.reading
    return f"as {fact_id(reading.fact)}" if isinstance(reading, Same) else worded(reading)


def worded(reading: AnyReading) -> str:
    match reading:
        case Known(value):
            return clean(str(value))[:200]
        case Unknown(why):
            return f"unknown ({getattr(why, 'code', 'told')})"
        case _:
            return "absent"
