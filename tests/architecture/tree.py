"""The product's own source, as files and syntax trees, for the tests that hold the house to its plan."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("specs", "probes", "actions", "reconciler")
PURE = ("specs", "probes", "actions", "reconciler/core", "reconciler/rules", "reconciler/view")


@dataclass(frozen=True)
class Source:
    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        """`probes/unit.py`."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def module(self) -> str:
        return self.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def lines(self) -> int:
        return len(self.path.read_text(encoding="utf-8").splitlines())


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Every Python file below these folders of the product; below all of them unless said."""
    files = (file for folder in folders or PRODUCT for file in sorted((ROOT / folder).rglob("*.py")))
    return tuple(source_of(file) for file in files)


@cache
def source_of(file: Path) -> Source:
    """Parsed once, whichever folders it is asked for with."""
    return Source(file, ast.parse(file.read_text(encoding="utf-8"), str(file)))


@cache
def nodes(source: Source) -> tuple[ast.AST, ...]:
    """Every node of its tree, walked once for all rules."""
    return tuple(ast.walk(source.tree))


@cache
def calls(source: Source, *names: str) -> tuple[ast.Call, ...]:
    """Calls of a plain name or of `something.name`."""
    return tuple(node for node in nodes(source) if isinstance(node, ast.Call) and called(node) in names)


def called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


@cache
def strings(source: Source) -> frozenset[str]:
    constants = (node.value for node in nodes(source) if isinstance(node, ast.Constant))
    return frozenset(value for value in constants if isinstance(value, str))
