"""A fact is one question about one host with one small value, so that equality is the whole comparison.

A reading is `Known`, `Absent` or `Unknown`, and never None: "the unit does not exist" and "could not be read" call for
different repairs, and the second for none at all. An expected value is a reading too, or `SameAs`: equal to what
another fact reads (the scripts on every host equal the controller's, whatever they are). Two absent ones are not equal:
a copy and its reference that are both missing are a drift.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Generic, Literal, TypeVar, cast

from specs.reason import Reason

V = TypeVar("V")

Scalar = str | int | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known(Generic[V]):
    value: V
    kind: Literal["known"] = "known"


@dataclass(frozen=True, slots=True)
class Absent:
    kind: Literal["absent"] = "absent"


@dataclass(frozen=True, slots=True)
class Unknown:
    """The fact could not be read, and why: a `Reason`, so that it reads in both languages."""

    why: Reason
    kind: Literal["unknown"] = "unknown"


Reading = Known[V] | Absent | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Generic[V]):
    """Subclasses add their subject and `kind: Literal["unit.active"] = "unit.active"`; both are part of its id."""

    host: str
    """Address of the host as in install.config: "10.0.0.3"."""
    decides: ClassVar[bool] = False
    """The plan depends on it: where it reads otherwise than the plan assumed, the plan is stale and nothing has
    failed."""
    both_may_lack: ClassVar[bool] = False
    """Equal to another fact also where neither is there: no version is shown of a product that is not installed."""
    hollow: ClassVar[frozenset[str]] = frozenset()
    """Readings that mean "empty", treated as Absent in a reference: the digest of an empty file."""

    def must_be(self, value: V, *, because: Reason, source: str, module: str = "") -> "Expected[V]":
        return Expected(fact=self, reading=Known(value), because=because, source=source, module=module)

    def must_be_absent(self, *, because: Reason, source: str, module: str = "") -> "Expected[V]":
        return Expected(fact=self, reading=Absent(), because=because, source=source, module=module)

    def must_equal(self, other: "Fact[V]", *, because: Reason, source: str, module: str = "") -> "Expected[V]":
        return Expected(fact=self, reading=SameAs(other), because=because, source=source, module=module)


@dataclass(frozen=True, slots=True)
class SameAs(Generic[V]):
    """Expected to be there and to read what `fact` reads; Unknown when that is, and never so where that is nothing."""

    fact: Fact[V]
    kind: Literal["same"] = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected(Generic[V]):
    fact: Fact[V]
    reading: Known[V] | Absent | SameAs[V]
    because: Reason
    source: str
    module: str = ""
    """The module's name in install.config ("auth"), or "" where the fact is the cluster's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift(Generic[V]):
    """The expected fact and its reading. `expected.reading` is resolved; it is still a `SameAs` where its reference is
    missing (or where it matches, and a step is about to invalidate it)."""

    expected: Expected[V]
    reading: Reading[V]


AnyFact = Fact[Any]
AnyReading = Reading[Any]
AnyExpected = Expected[Any]
AnyDrift = Drift[Any]
Readings = Mapping[AnyFact, AnyReading]


F = TypeVar("F", bound=Fact[Any])


def require_fact_type(drift: AnyDrift, fact: type[F]) -> F:
    """The drift's fact as what it is; TypeError for a rule that was handed another family's."""
    if not isinstance(drift.expected.fact, fact):
        raise TypeError(f"{kind_of(drift.expected.fact)} is no {fact.__name__}")
    return drift.expected.fact


MOMENTS = ("since", "reference")
"""Fields that hold the time of a run."""


def kind_of(fact: AnyFact) -> str:
    return str(getattr(fact, "kind", type(fact).__name__))


def subject_of(fact: AnyFact) -> str:
    """The fields without the host: "bk-auth.service"; several fields are joined by a blank. Moments are not among them:
    every run has another."""
    own = (getattr(fact, f.name) for f in fields(fact) if f.name not in ("host", "kind", *MOMENTS))
    return " ".join(",".join(cast("tuple[str, ...]", v)) if isinstance(v, tuple) else str(v) for v in own)


def fact_id(fact: AnyFact) -> str:
    """Stable, unique, readable: `unit.active bk-auth.service @10.0.0.3`."""
    return f"{kind_of(fact)} {subject_of(fact)} @{fact.host}"


def matches(expected: AnyExpected, readings: Readings) -> bool | None:
    """True, False, or None where it was not read or read as Unknown."""
    reading = readings.get(expected.fact)
    required = resolve_target(expected, readings)
    if reading is None or required is None or isinstance(reading, Unknown):
        return None
    return reading == required


def resolve_target(expected: AnyExpected, readings: Readings) -> Known[Any] | Absent | SameAs[Any] | None:
    """The reading that is expected, or None where it rests on another fact that was not read.

    The `SameAs` itself, which no reading equals, where its standard is not there.
    """
    expectation = expected.reading
    if not isinstance(expectation, SameAs):
        return expectation
    reading = readings.get(expectation.fact)
    if reading is None or isinstance(reading, Unknown):
        return None
    return reading if expected.fact.both_may_lack or _is_present(expectation.fact, reading) else expectation


def _is_present(fact: AnyFact, reading: Known[Any] | Absent) -> bool:
    return isinstance(reading, Known) and reading.value not in fact.hollow
