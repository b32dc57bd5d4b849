"""What a probe may answer to any output: every fact asked, a value of its type, or a refusal."""

from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import Any, cast, get_args, get_origin, get_type_hints

from probes.command import Output
from probes.fact import AnyFact, AnyReading, Known
from probes.probe import Probe


def value_fits(fact: AnyFact, reading: AnyReading) -> bool:
    """A value of the type that the fact declares: nothing else may ever be compared with what is expected."""
    return not isinstance(reading, Known) or _is(reading.value, _declared(type(fact)))


@cache
def _declared(kind: type[AnyFact]) -> Any:
    bases: tuple[Any, ...] = vars(kind)["__orig_bases__"]
    (base,) = [base for base in bases if get_args(base)]
    return get_args(base)[0]


def _is(value: Any, hint: Any) -> bool:
    if get_origin(hint) is tuple:
        return isinstance(value, tuple) and {type(one) for one in cast("tuple[Any, ...]", value)} <= {str}
    choices = get_args(hint)
    return value in choices if choices else type(value) is hint


def readings(probe: Probe, facts: Sequence[AnyFact], output: Output) -> dict[AnyFact, AnyReading]:
    try:
        readings = probe.parse(facts, output)
    except (LookupError, ValueError):
        return {}
    assert set(readings) == set(facts)
    assert [fact for fact in facts if not value_fits(fact, readings[fact])] == []
    return dict(readings)


def generic_fact(kind: type[AnyFact], name: str, host: str = "10.0.0.1") -> AnyFact:
    """One of a kind that is about this name, whatever its fields are."""
    hints = get_type_hints(kind)
    return kind(
        host=host, **{f.name: _value(hints[f.name], name) for f in fields(kind) if f.name not in ("kind", "host")}
    )


def _value(hint: Any, name: str) -> Any:
    if hint is str:
        return name
    choices = get_args(hint)
    return (name, name) if str in choices else choices[0] if choices else {int: 1, bool: True}[hint]
