"""Crash points are all there are: no remote call and no journal write of `engine/` stands outside a registered one."""

import ast
from collections.abc import Iterator

from tests.architecture.tree import Source, sources

EFFECTS = [
    source for source in sources("reconciler/engine") if not source.name.endswith(("ssh/connection.py", "transport.py"))
]
"""Those two are what the others call."""
LEAST = 11
"""Places that are known to reach out; fewer found would mean that this test looks for the wrong thing."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _points(source: Source) -> set[str]:
    """Names that the module binds to `register(…)`."""
    bound = [node for node in source.tree.body if isinstance(node, ast.Assign)]
    return {ast.unparse(node.targets[0]) for node in bound if ast.unparse(node.value).startswith("register(")}


def _reaches_out(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return False
    owner, method = ast.unparse(call.func.value), call.func.attr
    return (method == "run" and owner.endswith("transport")) or (method in ("append", "sync") and owner == "self._disk")


def _places(source: Source) -> Iterator[tuple[Function, ast.Call]]:
    for function in ast.walk(source.tree):
        if isinstance(function, Function) and function.name != "__init__":
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and _reaches_out(call):
                    yield function, call


def _passes(function: Function, point: str, word: str) -> list[int]:
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    return [call.lineno for call in calls if ast.unparse(call.func) == f"{point}.{word}"]


def _is_framed(source: Source, function: Function, call: ast.Call) -> bool:
    return any(
        any(line < call.lineno for line in _passes(function, point, "before"))
        and any(line > call.lineno for line in _passes(function, point, "after"))
        for point in _points(source)
    )


def test_whatever_reaches_out_passes_a_failpoint_before_and_after() -> None:
    bare = [
        f"{source.name}:{call.lineno} {function.name}"
        for source in EFFECTS
        for function, call in _places(source)
        if not _is_framed(source, function, call)
    ]
    assert bare == []


def test_there_is_something_to_hold() -> None:
    assert sum(1 for source in EFFECTS for _ in _places(source)) >= LEAST
