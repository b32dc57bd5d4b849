"""Expected × readings → drift and unknown. Equality decides that values differ; wording the difference is the view's.

Unknown is not drift: nobody may repair what nobody has seen.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from probes.fact import AnyDrift, AnyExpected, Drift, Readings, Unknown, resolve
from specs.reason import coded


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    drift: tuple[AnyDrift, ...]
    unknown: tuple[AnyDrift, ...]
    """Each with an `Unknown` reading that says why."""
    held: int
    """How many expected facts were read and are as they should be."""


_NOT_READ = Unknown(coded("not-read"))
_STANDARD_NOT_READ = Unknown(coded("standard-not-read"))


def diff(expected: Iterable[AnyExpected], readings: Readings) -> Difference:
    drift: list[AnyDrift] = []
    unknown: list[AnyDrift] = []
    held = 0
    for wish in expected:
        judged = judge(wish, readings)
        if judged is None:
            held += 1
        elif isinstance(judged.reading, Unknown):
            unknown.append(judged)
        else:
            drift.append(judged)
    return Difference(drift=tuple(drift), unknown=tuple(unknown), held=held)


def judge(expected: AnyExpected, readings: Readings) -> AnyDrift | None:
    """None where it holds; else the drift, whose reading is Unknown where it could not be told."""
    reading = readings.get(expected.fact, _NOT_READ)
    if reading == expected.reading:
        return None
    wanted = resolve(expected, readings)
    if wanted is None:
        return Drift(expected=expected, reading=_STANDARD_NOT_READ)
    if reading == wanted:
        return None
    return Drift(expected=replace(expected, reading=wanted), reading=reading)
