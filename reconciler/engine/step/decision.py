"""Where a step stands: what may be done about it next, by what was read of its host just now. Nothing is done here.

A step may be begun only on what was seen a moment before: no earlier attempt at it that nobody can explain, all it
rests on, and the host's own time, by which the beginning is limited. Whatever is merely not so yet, or cannot be read
for the moment, is waited for, each for as long as its kind takes to come right.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from probes.fact import AnyDrift, AnyExpected, AnyReading, Known, Readings, SameAs, Unknown, fact_id, matches
from probes.job import HostUptime, JobAttempts
from reconciler.core.diff import compare
from reconciler.core.identity import job_id, job_key
from reconciler.core.plan import Step
from reconciler.core.redact import clean
from reconciler.engine.jobs.client import UNREACHABLE_TIMEOUT_S
from reconciler.engine.ssh.backoff import UNREACHABLE_CODES
from specs.diagnostic import Diagnostic, diagnose

RECOVERY_S = 60.0
"""How long a premise may take to come back after the steps before it: consul asks every ten seconds whether a unit that
was just restarted is there (bin/reg_consul_svc:161), as long as `Action.effects_timeout_s`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Nothing stands against it."""

    number: int
    boot: str
    uptime_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attach:
    """The attempt of that number is there, be it ours or an earlier run's."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """All it ensures holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Not now; given up with this trouble after so many seconds."""

    why: Diagnostic
    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseRepeat:
    """It was tried before and may not be tried again."""

    why: Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Defer:
    """What is desired rests on this fact, and it is known to be otherwise: the plan is out of date, nothing failed."""

    fact: str


StepDecision = Start | Attach | Skip | Wait | RefuseRepeat | Defer


def attempts_fact(step: Step) -> JobAttempts:
    return JobAttempts(host=step.action.host, key=job_key(step.action))


def uptime_fact(step: Step) -> HostUptime:
    return HostUptime(host=step.action.host)


def decide(step: Step, readings: Readings, sent_attempt: int | None) -> StepDecision:
    """`ordered`: the attempt that we have sent off without hearing what became of it."""
    tried = readings.get(attempts_fact(step))
    if not isinstance(tried, Known):
        return Wait(why=_unread(step, tried), timeout_s=_timeout_s(tried))
    states = dict(word.split(":", 1) for word in tried.value)
    if sent_attempt is not None and states.get(str(sent_attempt), "never") != "never":
        return Attach(number=sent_attempt)
    last, state = next(reversed(states.items()), ("0", "none"))
    if state == "running":
        return Attach(number=int(last))
    ensured = all(matches(expected, readings) is True for expected in step.action.ensures())
    if (unexplained := _unsafe_to_repeat(step, last, state)) is not None:
        return Skip() if ensured else RefuseRepeat(why=unexplained)
    if ensured:
        return Skip()
    outdated = changed_plan_input(step.requires, readings)
    if outdated is not None and sent_attempt is None:
        return Defer(fact=fact_id(outdated.expected.fact))
    return _start(step, readings, int(last) if state == "never" else int(last) + 1)


def _start(step: Step, readings: Readings, number: int) -> Start | Wait:
    moved = failed_requirement(step.requires, readings)
    if moved is not None:
        drift, why = moved
        patience = max(_timeout_s(drift.reading), RECOVERY_S if step.after else 0.0)
        return Wait(why=why, timeout_s=patience)
    told = readings.get(uptime_fact(step))
    if not isinstance(told, Known):
        return Wait(why=_unread(step, told), timeout_s=_timeout_s(told))
    boot, seconds = told.value
    return Start(number=number, boot=boot, uptime_s=int(seconds))


def _unread(step: Step, reading: AnyReading | None) -> Diagnostic:
    why = reading.why if isinstance(reading, Unknown) else None
    return diagnose("job-unread", where=step.action.host, because=why)


def _timeout_s(reading: AnyReading | None) -> float:
    """A host that says nothing may be booting; one that says no goes on saying it."""
    return UNREACHABLE_TIMEOUT_S if is_unreachable(reading) else 0.0


def is_unreachable(reading: AnyReading | None) -> bool:
    return isinstance(reading, Unknown) and getattr(reading.why, "code", "") in UNREACHABLE_CODES


def _unsafe_to_repeat(step: Step, last: str, state: str) -> Diagnostic | None:
    """A thing that must not happen twice is not started beside a first of which nobody knows what it did."""
    if step.action.idempotent or state in ("none", "never") or state.startswith("seen"):
        return None
    host, job = step.action.host, job_id(job_key(step.action), int(last))
    if state == "vanished":
        return diagnose("job-vanished", where=host, job=job)
    return diagnose("job-repeat-refused", where=host, job=job, rc=state.partition(":")[2])


def changed_plan_input(expectations: Sequence[AnyExpected], readings: Readings) -> AnyDrift | None:
    judged = (compare(expected, readings) for expected in expectations if expected.fact.decides)
    return next((drift for drift in judged if drift is not None and is_plan_input(drift)), None)


def is_plan_input(drift: AnyDrift) -> bool:
    """Whatever it says: to find that out is what its step is for."""
    return drift.expected.fact.decides and isinstance(drift.reading, Known)


def failed_requirement(expectations: Sequence[AnyExpected], readings: Readings) -> tuple[AnyDrift, Diagnostic] | None:
    """What the step rests on and does not hold: the first that moved, else the first nobody could read."""
    moved = [drift for expected in expectations if (drift := compare(expected, readings)) is not None]
    if not moved:
        return None
    drift = min(moved, key=lambda one: isinstance(one.reading, Unknown))
    host, fact = drift.expected.fact.host, fact_id(drift.expected.fact)
    if isinstance(drift.reading, Unknown):
        return drift, diagnose("step-requirement-unknown", where=host, because=drift.reading.why, fact=fact)
    diagnostic = diagnose(
        "step-requirement-changed",
        where=host,
        fact=fact,
        expected=expected_text(drift),
        reading=reading_text(drift.reading),
    )
    return drift, diagnostic


def expected_text(drift: AnyDrift) -> str:
    reading = drift.expected.reading
    return f"as {fact_id(reading.fact)}" if isinstance(reading, SameAs) else reading_text(reading)


def reading_text(reading: AnyReading) -> str:
    match reading:
        case Known(value):
            return clean(str(value))[:200]
        case Unknown(why):
            return f"unknown ({getattr(why, 'code', 'told')})"
        case _:
            return "absent"
