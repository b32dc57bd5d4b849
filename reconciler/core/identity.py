"""Identity of an action: its kind, its host, its subject. The step id and the job key are both made from it.

An upgrade of JOB on a host is the same work whatever sentence explains it, however long it is estimated to take,
whatever versions were read, and whatever the class is called in the code: only then does a later run, or a later bkrec,
find the attempts of an earlier one. Each action class names its subject in `Action.identity`, and a stored file
pins the identity of one action of each kind (tests/reconciler/core/identity.json).
"""

import hashlib
import json
import re
from dataclasses import fields
from typing import cast

from actions.action import Action


class IdentityClash(Exception):
    """Two different actions of one plan have one identity: a rule, or a class's `identity`, is wrong. A bug."""


def kind_of(action: Action) -> str:
    return str(getattr(action, "kind", type(action).__name__))


def subject(action: Action) -> tuple[str, ...]:
    values = (getattr(action, name) for name in action.identity)
    return tuple(",".join(value) if isinstance(value, tuple) else str(value) for value in values)  # pyright: ignore[reportUnknownArgumentType]


def plain_fields(action: Action) -> tuple[str, ...]:
    """`name=value` of its fields that are texts, numbers or lists of texts: what the words for it are filled with."""
    values = ((field.name, getattr(action, field.name)) for field in fields(action) if field.name not in _NOT_PLAIN)
    return tuple(f"{name}={text}" for name, value in values if (text := _plain(value)))


_NOT_PLAIN = ("host", "kind")
_LONGEST = 200


def _plain(value: object) -> str:
    """ "" for what no sentence shows: expected facts, whole files."""
    match value:
        case str() | int():
            text = str(value)
        case tuple() if all(isinstance(item, str) for item in cast("tuple[object, ...]", value)):
            text = ", ".join(cast("tuple[str, ...]", value))
        case _:
            return ""
    return text if len(text) <= _LONGEST else ""


def fingerprint(action: Action) -> str:
    """64 hex digits over kind, host and subject, and over nothing else."""
    text = json.dumps([kind_of(action), action.host, *subject(action)], ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def step_id(action: Action) -> str:
    """`bkcli.install-paas@10.0.0.1-3f2a9c`: for people and for `after`; the digits tell long subjects apart."""
    texts = tuple(text for name in action.identity if isinstance(text := getattr(action, name), str))
    return f"{step_label(kind_of(action), texts)}@{action.host}-{fingerprint(action)[:6]}"


def step_label(kind: str, parts: tuple[str, ...]) -> str:
    """What stands before the host: the last text of the subject, shortened."""
    last = parts[-1].rsplit("/", 1)[-1].lower() if parts else ""
    short = re.sub(r"[^a-z0-9.-]+", "-", last).strip("-.")[:40]
    return f"{kind}{'-' if short else ''}{short}"


def job_key(action: Action) -> str:
    """`bkcli-install-3f2a9c41d0e7`: the name of its attempts on the host, the same for every bkrec and run."""
    slug = re.sub(r"[^a-z0-9]+", "-", kind_of(action).lower()).strip("-")
    return f"{slug}-{fingerprint(action)[:12]}"


def job_id(key: str, attempt: int) -> str:
    return f"{key}.{attempt}"
