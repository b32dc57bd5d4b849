"""A file and its test are found by each other's name; where they are not, `mirror.toml` says what to open instead."""

import tomllib
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import TypedDict, cast

from tests.architecture.tree import PRODUCT, ROOT, sources


class Mirror(TypedDict):
    subjects: dict[str, str]
    """Test file: what it is about."""
    tested_by: dict[str, tuple[str, str]]
    """Pattern of product files: the test file to open, and why that one."""


MIRROR = cast("Mirror", tomllib.loads((ROOT / "tests/architecture/mirror.toml").read_text(encoding="utf-8")))


def test_every_test_has_its_file_or_says_its_subject() -> None:
    tests = [path for layer in PRODUCT for path in (ROOT / "tests" / layer).rglob("test_*.py")]
    lonely = {
        path.relative_to(ROOT).as_posix()
        for path in tests
        if not (ROOT / product_file(path.relative_to(ROOT).as_posix())).is_file()
    }
    assert lonely == set(MIRROR["subjects"])


def test_every_file_has_its_test_or_names_one() -> None:
    patterns = MIRROR["tested_by"]
    alone = {
        source.name for source in sources() if not source.name.endswith("__init__.py") and not has_test(source.name)
    }
    assert [name for name in sorted(alone) if not matching(name, patterns)] == []
    assert [pattern for pattern in patterns if not any(pattern in matching(name, patterns) for name in alone)] == []


def test_every_test_that_is_named_is_there() -> None:
    named = {test for test, _ in MIRROR["tested_by"].values()}
    assert [test for test in sorted(named) if not (ROOT / test).is_file()] == []


def test_names_lead_both_ways() -> None:
    """The search itself."""
    assert product_file("tests/probes/test_unit.py") == "probes/unit.py"
    assert has_test("probes/unit.py")
    assert not has_test("probes/no_such.py")
    assert matching("specs/deep/a.py", {"specs/*.py": ("", "")}) == []


def product_file(test: str) -> str:
    """`tests/probes/test_unit.py` is about `probes/unit.py`."""
    path = PurePosixPath(test).relative_to("tests")
    return str(path.with_name(path.name.removeprefix("test_")))


def has_test(name: str) -> bool:
    path = PurePosixPath("tests", name)
    return (ROOT / path.with_name(f"test_{path.name}")).is_file()


def matching(name: str, patterns: Mapping[str, tuple[str, str]]) -> list[str]:
    """Patterns of this file's own folder: `*` stands for no slash."""
    path = PurePosixPath(name)
    return [
        each
        for each in patterns
        if PurePosixPath(each).parent == path.parent and fnmatch(path.name, PurePosixPath(each).name)
    ]
