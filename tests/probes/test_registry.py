"""The registry names every family, each fact belongs to one, and ids stay what they are."""

from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

import probes
from probes.fact import AnyFact, Fact
from probes.probe import Probe
from probes.registry import PROBES

HOUSE = {"__init__", "command", "fact", "probe", "registry"}
"""No families: what all of them share."""

FILES = {path.stem for path in Path(probes.__file__ or "").parent.glob("*.py")} - HOUSE
FACTS = [fact for probe in PROBES for fact in probe.facts]


def test_every_family_is_listed_once() -> None:
    assert [probe.family for probe in PROBES] == sorted(FILES)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.family)
def test_a_family_lists_all_its_facts(probe: Probe) -> None:
    module = import_module(f"probes.{probe.family}")
    classes = [each for each in vars(module).values() if isinstance(each, type) and Fact in each.__mro__[1:]]
    own = {each.__name__ for each in classes if each.__module__ == module.__name__}
    assert {fact.__name__ for fact in probe.facts} == own


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.__name__)
def test_a_fact_s_kind_names_its_family(fact: type[AnyFact]) -> None:
    kind = {each.name: each.default for each in fields(fact)}["kind"]
    assert str(kind).partition(".")[0].replace("-", "_") == fact.__module__.rpartition(".")[2]


def test_kinds_are_different() -> None:
    kinds = [each.default for fact in FACTS for each in fields(fact) if each.name == "kind"]
    assert len(set(kinds)) == len(kinds)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.family)
def test_asking_nothing_is_possible(probe: Probe) -> None:
    assert probe.command([]).timeout_s > 0
