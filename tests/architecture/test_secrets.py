"""A saved or shown value is never a secret's: no fact asks for one, no action carries one.

A fact about a secret is a yes or a no (`env.filled`, `env.same`, `mysql.login-path`); an action names the file where
the host finds it. Here by name; the lab looks for a planted canary in everything that was written.
"""

import importlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

SECRET = re.compile(r"password|passwd|secret|token|private_key|passphrase")
NAMES_ONLY = {"password_key"}
ABOUT_SECRETS = {"SecretsTag", "RestoreSecretsTag"}
"""Named after the vendor's tag that keeps a module's secrets: a path, never a value."""


def test_no_action_has_a_field_for_a_secret() -> None:
    registry = importlib.import_module("actions.registry")
    assert _suspects(registry.ACTIONS) == set()


def test_no_fact_has_a_field_for_a_secret() -> None:
    registry = importlib.import_module("probes.registry")
    assert _suspects(fact for probe in registry.PROBES for fact in probe.facts) == set()


@dataclass(frozen=True)
class _Login:
    database_password: str


def test_a_field_for_a_secret_is_found() -> None:
    assert _suspects((_Login,)) == {"_Login.database_password"}


def _suspects(classes: Iterable[type[Any]]) -> set[str]:
    named = {(cls.__name__, field.name) for cls in classes for field in fields(cls) if field.name not in NAMES_ONLY}
    return {
        f"{cls}.{name}"
        for cls, name in named
        if SECRET.search(name.lower()) or (SECRET.search(cls.lower()) and cls not in ABOUT_SECRETS)
    }


def test_the_release_shows_no_value_of_a_secret() -> None:
    """Only `literal` and `host` variables are read as values; the others are compared on the host."""
    from tests.architecture.tree import ROOT

    text = "\n".join(f.read_text(encoding="utf-8") for f in sorted((ROOT / "specs" / "releases").rglob("*.toml")))
    assert text
    shown = re.findall(r'key *= *"([A-Z0-9_]+)"[^\[]*?kind *= *"(?:literal|host)"', text)
    assert [key for key in shown if SECRET.search(key.lower())] == []
