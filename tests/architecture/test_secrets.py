"""A saved or shown value is never a secret's: no fact asks for one, no action carries one.

A fact about a secret is a yes or a no (`env.filled`, `env.same`, `mysql.login-path`); an action names the file where
the host finds it. Here by name; the lab looks for a planted canary in everything that was written.
"""

import importlib
import re
from dataclasses import fields

SECRET = re.compile(r"password|passwd|secret|token|private_key|passphrase")
NAMES_ONLY = {"password_key"}


def test_no_action_has_a_field_for_a_secret() -> None:
    catalogue = importlib.import_module("actions.registry")
    named = {f"{a.__name__}.{f.name}" for a in catalogue.ACTIONS for f in fields(a)}
    assert {name for name in named if SECRET.search(name.lower()) and name.split(".")[1] not in NAMES_ONLY} == set()


def test_no_fact_has_a_field_for_a_secret() -> None:
    catalogue = importlib.import_module("probes.registry")
    named = {f"{fact.__name__}.{f.name}" for probe in catalogue.PROBES for fact in probe.facts for f in fields(fact)}
    assert {name for name in named if SECRET.search(name.lower())} == set()


def test_the_release_shows_no_value_of_a_secret() -> None:
    """Only `literal` and `host` variables are read as values; the others are compared on the host."""
    from tests.architecture.tree import ROOT

    text = "\n".join(f.read_text(encoding="utf-8") for f in sorted((ROOT / "specs" / "releases").rglob("*.toml")))
    assert text
    shown = re.findall(r'key *= *"([A-Z0-9_]+)"[^\[]*?kind *= *"(?:literal|host)"', text)
    assert [key for key in shown if SECRET.search(key.lower())] == []
