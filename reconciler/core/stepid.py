"""A step's id: readable, stable, and the same for the same action, so that a later run finds the job of an earlier one.

`bkcli.install-paas@10.0.0.1-3f2a9c`: kind, subject, host, and six hex digits over everything the action is.
"""

import hashlib
import re
from dataclasses import fields, is_dataclass
from typing import Any

from actions.action import Action

_SUBJECT = (
    "module",
    "unit",
    "container",
    "key",
    "code",
    "login_path",
    "user",
    "service",
    "line",
    "what",
    "path",
    "root",
    "into",
    "work",
    "app",
)


def step_id(action: Action) -> str:
    kind = str(getattr(action, "kind", type(action).__name__))
    subject = next((str(getattr(action, name)) for name in _SUBJECT if getattr(action, name, "")), "")
    return f"{head(kind, subject)}@{action.host}-{digest(action)[:6]}"


def head(kind: str, subject: str) -> str:
    """What stands before the host: `bkcli.install-redis-cluster`."""
    short = re.sub(r"[^a-z0-9.-]+", "-", subject.rsplit("/", 1)[-1].lower()).strip("-.")[:40]
    return f"{kind}{'-' if short else ''}{short}"


def digest(action: Action) -> str:
    return hashlib.sha256(_flat(action).encode()).hexdigest()


def _flat(value: Any) -> str:
    """Every field of every value, named: two actions that differ anywhere differ here."""
    if is_dataclass(value) and not isinstance(value, type):
        inner = ",".join(f"{f.name}={_flat(getattr(value, f.name))}" for f in fields(value))
        return f"{type(value).__name__}({inner})"
    if isinstance(value, tuple):
        parts: tuple[Any, ...] = value  # pyright: ignore[reportUnknownVariableType]
        return "[" + ",".join(_flat(part) for part in parts) + "]"
    return repr(value)
