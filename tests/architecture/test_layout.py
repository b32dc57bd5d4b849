"""Every file says what it is about, failures are never swallowed, and what is pure asks nobody outside.

lint-imports sees imports; it cannot see `open`, `print` or `datetime.now`, so those are held here.
"""

import ast
from collections.abc import Iterator

from tests.architecture.tree import PRODUCT, PURE, ROOT, Source, called, nodes, sources

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


def test_every_file_says_what_it_is_about() -> None:
    assert [s.name for s in sources() if s.tree.body and not ast.get_docstring(s.tree)] == []


def test_no_failure_is_swallowed() -> None:
    assert [place for source in sources() for place in _swallowed(source)] == []


def test_pure_code_calls_nothing_that_acts() -> None:
    assert [place for source in sources(*PURE) for place in _impure(source)] == []


def test_a_swallowed_failure_and_an_impure_call_would_be_seen() -> None:
    """The search itself."""
    text = "try: f()\nexcept Exception: pass\nwith suppress(BaseException): f()\nopen('x')\ndatetime.now()\n"
    source = Source(sources()[0].path, ast.parse(text))
    assert [place.rpartition(":")[2] for place in _swallowed(source)] == ["2", "3"]
    assert [place.partition(" ")[2] for place in _impure(source)] == ["open()", "datetime.now()"]


def test_the_packages_are_the_ones_that_are_installed() -> None:
    assert all((ROOT / folder / "__init__.py").is_file() for folder in PRODUCT)


def test_tests_are_no_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def _swallowed(source: Source) -> Iterator[str]:
    """`except: pass` in any of its forms, for everything or for Exception and above."""
    for node in nodes(source):
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
    for node in nodes(source):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in IMPURE_CALLS:
                yield f"{source.name}:{node.lineno} {name}()"
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)) if (owner, name) in IMPURE_METHODS:
                yield f"{source.name}:{node.lineno} {owner}.{name}()"
            case ast.Global():
                yield f"{source.name}:{node.lineno} global {', '.join(node.names)}"
            case _:
                continue
