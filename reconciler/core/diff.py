"""Expected × readings → drift and unknown. Equality decides that values differ; wording the difference is the view's.

Unknown is not drift: nobody may repair what nobody has seen. Nor is advice: what is right now and will not last, and
what nobody can safely do anything about here, is told and not owed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from probes.fact import AnyDrift, AnyExpected, AnyFact, Drift, Readings, Unknown, resolve_target
from specs.diagnostic import Diagnostic
from specs.reason import Reason, reason


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisedDrift:
    """A difference that is told on every look, with what a person can do about it."""

    drift: AnyDrift
    diagnostic: Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    drift: tuple[AnyDrift, ...]
    unknown: tuple[AnyDrift, ...]
    """Each with an `Unknown` reading that says why."""
    matching: int
    """How many expected facts were read and are as they should be."""
    advice: tuple[AdvisedDrift, ...] = ()
    latent: Mapping[AnyFact, Reason] = field(default_factory=dict[AnyFact, Reason])
    """Of drift and advice, what is right now: what will happen all the same, and when."""


_NOT_READ = Unknown(reason("not-read"))
_REFERENCE_NOT_READ = Unknown(reason("reference-not-read"))


def diff(expected: Iterable[AnyExpected], readings: Readings) -> Difference:
    drift: list[AnyDrift] = []
    unknown: list[AnyDrift] = []
    matching = 0
    for wish in expected:
        judged = compare(wish, readings)
        if judged is None:
            matching += 1
        elif isinstance(judged.reading, Unknown):
            unknown.append(judged)
        else:
            drift.append(judged)
    return Difference(drift=tuple(drift), unknown=tuple(unknown), matching=matching)


def compare(expected: AnyExpected, readings: Readings) -> AnyDrift | None:
    """None where it holds; else the drift, whose reading is Unknown where it could not be told."""
    reading = readings.get(expected.fact, _NOT_READ)
    if reading == expected.reading:
        return None
    wanted = resolve_target(expected, readings)
    if wanted is None:
        return Drift(expected=expected, reading=_REFERENCE_NOT_READ)
    if reading == wanted:
        return None
    return Drift(expected=replace(expected, reading=wanted), reading=reading)


def without_advice(difference: Difference, advice: Mapping[AnyFact, Diagnostic]) -> Difference:
    """With what is advice taken out of the drift."""
    if not advice:
        return difference
    told = tuple(
        AdvisedDrift(drift=drift, diagnostic=advice[drift.expected.fact])
        for drift in difference.drift
        if drift.expected.fact in advice
    )
    owed = tuple(drift for drift in difference.drift if drift.expected.fact not in advice)
    return replace(difference, drift=owed, advice=told)
