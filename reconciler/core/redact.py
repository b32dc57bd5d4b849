"""Redaction, under the name the reconciler knows it by (what it is and why it is defined further down:
`specs/redact.py`), and which part of a reading is stored and shown.

A reading is compared as it is, and redacted only when it leaves: into a report, a plan file, a facts file.
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
    """The same reading without any secret in its value. The reason of an Unknown holds none anyway."""
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
            return tuple(redact_value(item) for item in cast("tuple[Any, ...]", value))
        case _:
            return value
