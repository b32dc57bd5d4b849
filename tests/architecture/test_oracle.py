"""The oracle of a finished cluster knows nothing of bkrec: no import leads there, no file of the release is read."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import PRODUCT, ROOT

ORACLE = sorted((ROOT / "tests/oracle").glob("*.py"))


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def forbidden(path: Path, source: str, done: frozenset[Path] = frozenset()) -> Iterator[str]:
    """What of the product it imports, and what that which it imports of the tests does."""
    for name in imported(source):
        if name.partition(".")[0] in PRODUCT:
            yield f"{path.name}: {name}"
        for other in (ROOT / f"{name.replace('.', '/')}.py", ROOT / f"{name.rpartition('.')[0].replace('.', '/')}.py"):
            if name.startswith("tests.") and other.exists() and other not in done:
                yield from forbidden(other, other.read_text(encoding="utf-8"), done | {path, other})


def test_the_oracle_imports_nothing_of_the_product() -> None:
    assert [name for path in ORACLE for name in forbidden(path, path.read_text(encoding="utf-8"))] == []
    assert {path.name for path in ORACLE} >= {"finished.py", "layout.py", "record.py", "things.py"}


def test_the_oracle_reads_no_file_of_the_product() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in ORACLE if not path.name.startswith("test_")}
    assert [path.name for path, text in texts.items() if "specs" in text or "releases" in text] == []


def test_an_import_of_the_product_would_be_seen_over_two_files_too() -> None:
    assert list(forbidden(Path("a.py"), "def f():\n    import probes.unit")) == ["a.py: probes.unit"]
    assert [n.partition(":")[0] for n in forbidden(Path("a.py"), "from tests.sim.worlds import release")][:1] == [
        "worlds.py"
    ]


def test_nothing_of_the_product_is_loaded_with_it() -> None:
    script = (
        "import sys, tests.oracle.finished, tests.oracle.not_noticed, tests.oracle.record\n"
        f"print([name for name in sys.modules if name.partition('.')[0] in {PRODUCT}])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
