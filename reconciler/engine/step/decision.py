"""What to do about a step next: start, attach, skip, wait, refuse or defer. Pure, on readings taken just before.

A step may be started only on fresh readings: no earlier attempt whose outcome is unexplained, everything it requires,
and the host's own uptime, which bounds the start. A requirement that does not hold yet, or cannot be read for the
moment, is waited for, each for as long as its kind takes to recover.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from probes.fact import AnyDrift, AnyExpected, AnyReading, Known, Readings, SameAs, Unknown, fact_id, matches
from probes.job import HostUptime, JobAttempts
from reconciler.core.diff import compare
from reconciler.core.identity import job_id, job_key
from reconciler.core.plan import Step
from reconciler.core.redact import clean
from reconciler.engine.timeouts import RECOVERY_TIMEOUT_S, UNREACHABLE_TIMEOUT_S
from specs import disposition
from specs.diagnostic import Diagnostic, diagnose


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Launch attempt `number`; by which boot and uptime of the host that was decided."""

    number: int
    boot: str
    uptime_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attach:
    """Follow attempt `number`, which is there already, be it ours or an earlier run's."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Everything it ensures holds already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Not now; the step fails with this diagnostic after so many seconds."""

    why: Diagnostic
    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseRepeat:
    """It was attempted before and must not be retried."""

    why: Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Defer:
    """The plan was decided on another value of this fact: the plan is out of date, nothing failed."""

    fact: str


StepDecision = Start | Attach | Skip | Wait | RefuseRepeat | Defer


def attempts_fact(step: Step) -> JobAttempts:
    return JobAttempts(host=step.action.host, key=job_key(step.action))


def uptime_fact(step: Step) -> HostUptime:
    return HostUptime(host=step.action.host)


def decide(step: Step, readings: Readings, sent_attempt: int | None) -> StepDecision:
    """`sent_attempt`: the attempt that we launched and whose fate is not known yet."""
    attempts = readings.get(attempts_fact(step))
    if not isinstance(attempts, Known):
        return Wait(why=_unread_diagnostic(step, attempts), timeout_s=_timeout_s(attempts))
    states = dict(word.split(":", 1) for word in attempts.value)
    if sent_attempt is not None and states.get(str(sent_attempt), "never") != "never":
        return Attach(number=sent_attempt)
    last, state = next(reversed(states.items()), ("0", "none"))
    if state == "running":
        return Attach(number=int(last))
    ensured = all(matches(expected, readings) is True for expected in step.action.ensures())
    if (why := _why_not_retry(step, last, state)) is not None:
        return Skip() if ensured else RefuseRepeat(why=why)
    if ensured:
        return Skip()
    changed = changed_plan_input(step.requires, readings)
    if changed is not None and sent_attempt is None:
        return Defer(fact=fact_id(changed.expected.fact))
    return _start_or_wait(step, readings, int(last) if state == "never" else int(last) + 1)


def _start_or_wait(step: Step, readings: Readings, number: int) -> Start | Wait:
    failed = failed_requirement(step.requires, readings)
    if failed is not None:
        drift, why = failed
        return Wait(why=why, timeout_s=max(_timeout_s(drift.reading), RECOVERY_TIMEOUT_S if step.after else 0.0))
    uptime = readings.get(uptime_fact(step))
    if not isinstance(uptime, Known):
        return Wait(why=_unread_diagnostic(step, uptime), timeout_s=_timeout_s(uptime))
    boot, seconds = uptime.value
    return Start(number=number, boot=boot, uptime_s=int(seconds))


def _unread_diagnostic(step: Step, reading: AnyReading | None) -> Diagnostic:
    why = reading.why if isinstance(reading, Unknown) else None
    return diagnose("job-unread", where=step.action.host, because=why)


def _timeout_s(reading: AnyReading | None) -> float:
    """A host that does not answer may be rebooting; one that refuses will refuse again."""
    return UNREACHABLE_TIMEOUT_S if is_unreachable(reading) else 0.0


def is_unreachable(reading: AnyReading | None) -> bool:
    return isinstance(reading, Unknown) and disposition.is_unreachable(getattr(reading.why, "code", ""))


def _why_not_retry(step: Step, last: str, state: str) -> Diagnostic | None:
    """What must not run twice is not retried while the outcome of the last attempt is unexplained."""
    if step.action.idempotent or state in ("none", "never") or state.startswith("verified"):
        return None
    host, job = step.action.host, job_id(job_key(step.action), int(last))
    if state == "vanished":
        return diagnose("job-vanished", where=host, job=job)
    return diagnose("job-repeat-refused", where=host, job=job, rc=state.partition(":")[2])


def changed_plan_input(expectations: Sequence[AnyExpected], readings: Readings) -> AnyDrift | None:
    drifts = (compare(expected, readings) for expected in expectations if expected.fact.decides)
    return next((drift for drift in drifts if drift is not None and is_plan_input(drift)), None)


def is_plan_input(drift: AnyDrift) -> bool:
    """Any known value is an answer: finding it out is what its step is for."""
    return drift.expected.fact.decides and isinstance(drift.reading, Known)


def failed_requirement(expectations: Sequence[AnyExpected], readings: Readings) -> tuple[AnyDrift, Diagnostic] | None:
    """A requirement that does not hold: the first that changed, else the first that could not be read."""
    drifts = [drift for expected in expectations if (drift := compare(expected, readings)) is not None]
    if not drifts:
        return None
    drift = min(drifts, key=lambda drift: isinstance(drift.reading, Unknown))
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
            return f"unknown ({getattr(why, 'code', 'inline')})"
        case _:
            return "absent"
