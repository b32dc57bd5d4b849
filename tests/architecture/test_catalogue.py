"""Catalogues are kept by hand, so that a reader sees all there is at one place; nothing may be missing from them."""

import importlib
from dataclasses import fields, is_dataclass
from types import ModuleType
from typing import Any

import pytest

from actions.action import Action
from probes.fact import Fact
from probes.probe import Probe
from tests.architecture.tree import sources

HELPERS = {"action", "fact", "probe", "command", "registry", "__init__"}


def _loaded(folder: str) -> dict[str, ModuleType]:
    files = (s for s in sources(folder) if s.path.stem not in HELPERS)
    return {s.name: importlib.import_module(s.module) for s in files}


def _classes(folder: str, base: type) -> dict[str, type]:
    """Concrete ones: those with a `kind` of their own."""
    found: dict[str, type] = {}
    for module in _loaded(folder).values():
        for name, value in vars(module).items():
            if (
                isinstance(value, type)
                and issubclass(value, base)
                and value.__module__ == module.__name__
                and _kind(value)
            ):
                found[f"{value.__module__}.{name}"] = value
    return found


def _kind(of: Any) -> str:
    named = (str(f.default) for f in fields(of) if f.name == "kind") if is_dataclass(of) else iter(())
    return next(named, "")


def _catalogue(folder: str) -> ModuleType:
    return importlib.import_module(f"{folder}.registry")


def test_every_probe_is_in_the_catalogue() -> None:
    listed = _catalogue("probes").PROBES
    theirs = {name: m.PROBE for name, m in _loaded("probes").items() if isinstance(getattr(m, "PROBE", None), Probe)}
    assert [name for name, probe in theirs.items() if probe not in listed] == []
    assert len(listed) == len(theirs)


def test_every_fact_is_answered_by_exactly_one_probe() -> None:
    answered = [fact for probe in _catalogue("probes").PROBES for fact in probe.facts]
    assert sorted(f.__name__ for f in answered) == sorted(f.__name__ for f in _classes("probes", Fact).values())


def test_every_action_is_in_the_catalogue() -> None:
    listed = _catalogue("actions").ACTIONS
    assert set(listed) == set(_classes("actions", Action).values())


@pytest.mark.parametrize(("folder", "base"), [("probes", Fact), ("actions", Action)], ids=["facts", "actions"])
def test_a_kind_is_used_once(folder: str, base: type) -> None:
    kinds = [_kind(cls) for cls in _classes(folder, base).values()]
    assert sorted(set(kinds)) == sorted(kinds)


@pytest.mark.parametrize(("folder", "base"), [("probes", Fact), ("actions", Action)], ids=["facts", "actions"])
def test_a_kind_begins_with_its_familys_name_or_one_of_its_words(folder: str, base: type) -> None:
    """So that what a report names can be found: `find . -name '*unit*'` is the whole story of `unit.active`."""
    strange = {f"{name}: {_kind(cls)}" for name, cls in _classes(folder, base).items() if not _related(cls)}
    assert len(strange) <= 6, strange


def _related(cls: type) -> bool:
    family = cls.__module__.rsplit(".", 1)[-1]
    return _kind(cls).split(".")[0].replace("-", "_") == family
