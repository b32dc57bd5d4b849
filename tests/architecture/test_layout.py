"""Every file says what it is about, failures are never swallowed, and what is pure asks nobody outside.

lint-imports sees imports; it cannot see `open`, `print` or `datetime.now`, so those are held here.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.tree import PRODUCT, PURE, ROOT, Source, called, sources

IMPURE_CALLS = {"open", "input", "print", "eval", "exec", "breakpoint"}
IMPURE_METHODS = {
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("os", "getenv"),
    ("uuid", "uuid4"),
    ("uuid", "uuid1"),
    ("secrets", "token_hex"),
    ("sys", "exit"),
}


@pytest.mark.parametrize("source", sources(), ids=lambda s: s.name)
def test_every_file_says_what_it_is_about(source: Source) -> None:
    assert ast.get_docstring(source.tree) or not source.tree.body, f"{source.name} has no docstring"


@pytest.mark.parametrize("source", sources(), ids=lambda s: s.name)
def test_no_failure_is_swallowed(source: Source) -> None:
    assert list(_swallowed(source)) == []


@pytest.mark.parametrize("source", sources(*PURE), ids=lambda s: s.name)
def test_what_is_pure_asks_nobody(source: Source) -> None:
    assert list(_impure(source)) == []


def test_the_packages_are_the_ones_that_are_installed() -> None:
    assert all((ROOT / folder / "__init__.py").is_file() for folder in PRODUCT)


def test_tests_are_no_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def _swallowed(source: Source) -> Iterator[str]:
    """`except: pass` in any of its forms, for everything or for Exception and above."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and _broad(node.type) and _idle(node.body):
            yield f"{source.name}:{node.lineno}"
        if isinstance(node, ast.Call) and called(node) == "suppress" and any(_broad(arg) for arg in node.args):
            yield f"{source.name}:{node.lineno}"


def _broad(caught: ast.expr | None) -> bool:
    return caught is None or (isinstance(caught, ast.Name) and caught.id in ("Exception", "BaseException"))


def _idle(body: list[ast.stmt]) -> bool:
    return all(isinstance(s, ast.Pass | ast.Continue) or (isinstance(s, ast.Expr) and _constant(s)) for s in body)


def _constant(statement: ast.Expr) -> bool:
    return isinstance(statement.value, ast.Constant)


def _impure(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in IMPURE_CALLS:
                yield f"{source.name}:{node.lineno} {name}()"
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)) if (owner, name) in IMPURE_METHODS:
                yield f"{source.name}:{node.lineno} {owner}.{name}()"
            case ast.Global():
                yield f"{source.name}:{node.lineno} global {', '.join(node.names)}"
            case _:
                continue
