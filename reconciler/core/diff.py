"""Expected × readings → drift and unknown. Equality decides whether values differ; wording the difference is the
view's.

Unknown is not drift: nothing unread is repaired. Nor is advice: what is right now and will not last, and what cannot
be repaired safely here, is reported but not part of the drift.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from probes.fact import AnyDrift, AnyExpected, AnyFact, Drift, Readings, Unknown, resolve_target
from specs.diagnostic import Diagnostic
from specs.reason import Reason, reason
from specs.site import Waiver


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisedDrift:
    """A difference that is reported by every assessment, with what a person can do about it."""

    drift: AnyDrift
    diagnostic: Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class WaivedDrift:
    """A finding that cluster.toml waives: shown, and counted for no verdict."""

    drift: AnyDrift
    waiver: Waiver


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadHost:
    """A host that could not be asked, and why."""

    host: str
    diagnostic: Diagnostic


Cause = AnyFact | UnreadHost
"""What a finding follows from: another finding, by its fact; or a host that could not be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    drift: tuple[AnyDrift, ...]
    unknown: tuple[AnyDrift, ...]
    """Each with an `Unknown` reading that says why."""
    matching: int
    """How many expected facts were read and match."""
    advice: tuple[AdvisedDrift, ...] = ()
    latent: Mapping[AnyFact, Reason] = field(default_factory=dict[AnyFact, Reason])
    """Of drift and advice, what matches now: what will happen all the same, and when."""
    waived: tuple[WaivedDrift, ...] = ()
    causes: Mapping[AnyFact, Cause] = field(default_factory=dict[AnyFact, Cause])
    """Of drift and of what was not read, what follows from something else (`causes.py`)."""

    @property
    def consequences(self) -> int:
        """How many follow from another finding, or from another host's silence."""
        causes = self.causes.items()
        return sum(not (isinstance(cause, UnreadHost) and cause.host == fact.host) for fact, cause in causes)


_NOT_READ = Unknown(reason("not-read"))
REFERENCE_NOT_READ = Unknown(reason("reference-not-read"))


def diff(expected: Iterable[AnyExpected], readings: Readings) -> Difference:
    drift: list[AnyDrift] = []
    unknown: list[AnyDrift] = []
    matching = 0
    for expectation in expected:
        compared = compare(expectation, readings)
        if compared is None:
            matching += 1
        elif isinstance(compared.reading, Unknown):
            unknown.append(compared)
        else:
            drift.append(compared)
    return Difference(drift=tuple(drift), unknown=tuple(unknown), matching=matching)


def compare(expected: AnyExpected, readings: Readings) -> AnyDrift | None:
    """None where it holds; else the drift, whose reading is Unknown where it could not be read."""
    reading = readings.get(expected.fact, _NOT_READ)
    if reading == expected.reading:
        return None
    target = resolve_target(expected, readings)
    if target is None:
        return Drift(expected=expected, reading=REFERENCE_NOT_READ)
    if reading == target:
        return None
    return Drift(expected=replace(expected, reading=target), reading=reading)


def without_advice(difference: Difference, advice: Mapping[AnyFact, Diagnostic]) -> Difference:
    """The drift without what is advice."""
    if not advice:
        return difference
    advised = tuple(
        AdvisedDrift(drift=drift, diagnostic=advice[drift.expected.fact])
        for drift in difference.drift
        if drift.expected.fact in advice
    )
    remaining = tuple(drift for drift in difference.drift if drift.expected.fact not in advice)
    return replace(difference, drift=remaining, advice=advised)


Severity = Literal["drift", "latent", "unknown", "advice", "waived"]
"""Of a finding: what is wrong now; what is right now and will not last; what was not read; what is only reported; what
cluster.toml waives."""
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


def findings(difference: Difference) -> Iterator[tuple[Severity, AnyDrift]]:
    """All that a check has to report: drift, latent drift, what was not read, advice, what is waived."""
    for drift in difference.drift:
        yield "latent" if drift.expected.fact in difference.latent else "drift", drift
    for drift in difference.unknown:
        yield "unknown", drift
    for advised in difference.advice:
        yield "advice", advised.drift
    for waived in difference.waived:
        yield "waived", waived.drift


def counts(difference: Difference) -> Mapping[Severity, int]:
    counted = Counter(severity for severity, _ in findings(difference))
    return {severity: counted[severity] for severity in SEVERITIES}
