"""Imports point one way, no two modules need each other, and pure code imports nothing that acts.

The contracts that lint-imports checks are in pyproject.toml; the graph here sees what it does not: circles between
modules of one layer, and imports within functions.
"""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.architecture import import_graph
from tests.architecture.tree import ROOT, Source, sources

LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def test_imports_point_one_way() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_no_module_needs_a_module_that_needs_it() -> None:
    found = import_graph.circles(import_graph.graph(sources()))
    assert found == []


def test_no_import_points_upwards_not_even_within_a_function() -> None:
    assert import_graph.upward(import_graph.graph(sources()), layers()) == []


def layers() -> list[list[str]]:
    """Of all packages, the highest first, as pyproject.toml lists them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    whole, inside = (contract for contract in contracts if contract["type"] == "layers")
    within = [[f"reconciler.{name}" for name in _names(layer)] for layer in inside["layers"]]
    return [*within, *([name] for name in whole["layers"] if name != "reconciler")]


def _names(layer: str) -> list[str]:
    return [name.strip() for name in layer.replace(":", "|").split("|")]


def test_every_package_is_in_a_layer() -> None:
    known = {name for layer in layers() for name in layer}
    packages = {
        f"reconciler.{path.name}" for path in (ROOT / "reconciler").iterdir() if (path / "__init__.py").exists()
    }
    assert packages <= known


def _module(name: str, text: str) -> Source:
    return Source(ROOT / name, ast.parse(text))


@pytest.mark.parametrize(
    ("texts", "circles"),
    [
        (["from specs import b", ""], []),
        (["from specs import b", "from specs import a"], [["specs.a", "specs.b"]]),
        (["from specs.b import x", "def f():\n    from specs.a import y"], [["specs.a", "specs.b"]]),
        (["from . import b", "from .a import x"], [["specs.a", "specs.b"]]),
        (["import specs.b", "import specs.c", "import specs.a"], [["specs.a", "specs.b", "specs.c"]]),
    ],
    ids=["one-way", "each-other", "hidden-in-a-function", "relative", "over-three"],
)
def test_a_circle_would_be_seen(texts: Sequence[str], circles: list[list[str]]) -> None:
    modules = [_module(f"specs/{name}.py", text) for name, text in zip("abc", texts, strict=False)]
    assert import_graph.circles(import_graph.graph(modules)) == circles


def test_an_arrow_upwards_would_be_seen() -> None:
    modules = [
        _module("specs/a.py", "def f():\n    from probes import b"),
        _module("probes/b.py", "from specs import a"),
    ]
    assert import_graph.upward(import_graph.graph(modules), [["probes"], ["specs"]]) == ["specs.a -> probes.b"]


def test_only_the_files_about_ssh_import_asyncssh() -> None:
    importers = {s.name for s in sources() if "import asyncssh" in s.path.read_text(encoding="utf-8")}
    assert {name for name in importers if not name.startswith("reconciler/engine/ssh")} == set()
    assert importers


def test_no_test_imports_another_test() -> None:
    """What tests share lies in tests/support, or beside them in a module of its own that holds no tests."""
    files = [path for path in sorted((ROOT / "tests").rglob("*.py")) if "vendor" not in path.parts]
    assert [f"{path.relative_to(ROOT)}: {name}" for path in files for name in _tests_imported(path)] == []
    assert len(files) > 200


def _tests_imported(path: Path) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            found += [name for name in names if name.startswith("test_") and _is_module(name)]
    return found


def _is_module(name: str) -> bool:
    return any((ROOT / "tests").rglob(f"{name}.py"))
