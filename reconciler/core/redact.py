"""Redaction, under the name the reconciler knows it by (what it is and why it stands further down: `specs/redact.py`),
and what of a reading is kept and shown.

A reading is compared as it is, and only then leaves: into a report, a plan's file, a file of readings.
"""

from typing import Any, cast

from probes.fact import AnyReading, Known
from specs.redact import LIMIT, MARK, NO_SECRET, SECRET_KEY, clean, in_json, is_secret, redact, safe, without_secrets

__all__ = [
    "LIMIT",
    "MARK",
    "NO_SECRET",
    "SECRET_KEY",
    "clean",
    "in_json",
    "is_secret",
    "redact",
    "redact_reading",
    "redact_value",
    "safe",
    "without_secrets",
]


def redact_reading(reading: AnyReading) -> AnyReading:
    """The same reading, but for a secret in its value. Why one is Unknown holds none as it is."""
    match reading:
        case Known(value):
            safe_value = redact_value(value)
            return reading if safe_value == value else Known(safe_value)
        case _:
            return reading


def redact_value(value: Any) -> Any:
    match value:
        case str():
            return without_secrets(value)
        case tuple():
            return tuple(redact_value(one) for one in cast("tuple[Any, ...]", value))
        case _:
            return value
