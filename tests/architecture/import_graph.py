"""Which module of the product imports which, as a graph; imports within functions and for types alone count too.

lint-imports compares layers; it does not see two modules of one layer that need each other, nor an import that a
function hides. A circle means that neither file can be read, tested or moved without the other.
"""

import ast
from collections.abc import Iterable, Mapping

from tests.architecture.tree import PRODUCT, Source, nodes

Graph = Mapping[str, frozenset[str]]
"""Module → the modules that it imports."""


def graph(sources: Iterable[Source]) -> Graph:
    found = list(sources)
    known = {source.module for source in found}
    return {source.module: frozenset(_imported(source, known) - {source.module}) for source in found}


def _imported(source: Source, known: set[str]) -> set[str]:
    names: set[str] = set()
    for node in nodes(source):
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name for alias in aliases}
            case ast.ImportFrom(module=module, names=aliases, level=level):
                base = ".".join(part for part in (_parent(source, level), module or "") if part)
                names |= {f"{base}.{a.name}" if f"{base}.{a.name}" in known else base for a in aliases}
            case _:
                continue
    return {name for name in names if name in known and name.partition(".")[0] in PRODUCT}


def _parent(source: Source, level: int) -> str:
    """The package that a relative import of so many dots starts from."""
    if level == 0:
        return ""
    package = source.module if source.path.name == "__init__.py" else source.module.rpartition(".")[0]
    return ".".join(package.split(".")[: len(package.split(".")) - (level - 1)])


def circles(graph: Graph) -> list[list[str]]:
    """Strongly connected components of more than one module, by Tarjan's algorithm; each in alphabetical order."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    components: list[list[str]] = []

    def visit(module: str) -> None:
        number[module] = low[module] = len(number)
        stack.append(module)
        for imported in sorted(graph.get(module, frozenset())):
            if imported not in number:
                visit(imported)
                low[module] = min(low[module], low[imported])
            elif imported in stack:
                low[module] = min(low[module], number[imported])
        if low[module] == number[module]:
            start = stack.index(module)
            components.append(sorted(stack[start:]))
            del stack[start:]

    for module in graph:
        if module not in number:
            visit(module)
    return sorted(component for component in components if len(component) > 1)


def upward(graph: Graph, layers: Iterable[Iterable[str]]) -> list[str]:
    """Imports from a lower layer into a higher one, or across two packages of one layer; the highest layer first."""
    rank = {package: number for number, packages in enumerate(layers) for package in packages}

    def place(module: str) -> tuple[int, str] | None:
        parts = module.split(".")
        name = next((".".join(parts[:n]) for n in (2, 1) if ".".join(parts[:n]) in rank), "")
        return (rank[name], name) if name else None

    arrows: list[str] = []
    for module, imports in graph.items():
        for imported in sorted(imports):
            here, there = place(module), place(imported)
            if here and there and here[1] != there[1] and there[0] <= here[0]:
                arrows.append(f"{module} -> {imported}")
    return arrows
