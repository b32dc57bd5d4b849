"""Which facts may be advice is said by the family whose rule says so of them: a comparison asks no other rule."""

import ast
import inspect
from types import ModuleType
from typing import Any

import pytest

from reconciler.rules import registry

FAMILIES: list[Any] = [*registry.CLUSTER_WIDE, *registry.OTHERS]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__.rpartition(".")[2])
def test_a_family_that_advises_says_of_which_facts(family: ModuleType) -> None:
    calls = (node for node in ast.walk(ast.parse(inspect.getsource(family))) if isinstance(node, ast.Call))
    advises = any(isinstance(call.func, ast.Name) and call.func.id == "Advice" for call in calls)
    named: tuple[type, ...] = getattr(family, "ADVISED", ())
    assert advises == bool(named)
    assert set(named) <= set(getattr(family, "FACTS", ()))


def test_some_advise() -> None:
    assert registry.ADVISED
