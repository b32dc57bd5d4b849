"""The rows of docs/conditions.md and the tests that carry a row's key name each other, and pytest collects them."""

import json
import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.mutants.conditions import Breakage, breakages
from tests.support import conditions

LIST = """
import json, sys
import pytest
class Collected:
    def pytest_collection_finish(self, session):
        found = {(item.nodeid.partition("[")[0], row) for item in session.items
                 for mark in item.iter_markers("condition") for row in mark.args}
        print("collected " + json.dumps(sorted(found)))
words = ["--collect-only", "-q", "-p", "no:cacheprovider", "-m", "condition"]
sys.exit(pytest.main([*words, *sys.argv[1:]], [Collected()]))
"""


@cache
def rows() -> dict[str, frozenset[str]]:
    """Row → the tests that the page names for it."""
    lines = (ROOT / "docs/conditions.md").read_text(encoding="utf-8").splitlines()
    found = [line for line in lines if line.startswith("| ") and not line.startswith("| row |")]
    keys = [re.match(r"\| `([a-z0-9-]+)` \|", line) for line in found]
    assert [line for line, key in zip(found, keys, strict=True) if key is None] == []
    named = {
        key[1]: frozenset(re.findall(r"`(tests/[\w/]+\.py::test_\w+)`", line))
        for line, key in zip(found, keys, strict=True)
        if key
    }
    assert len(named) == len(found), "a key is given twice"
    return named


def marked() -> dict[str, frozenset[str]]:
    """Row → the tests with its key, as pytest collects them."""
    files = sorted(
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("test_*.py")
        if "@pytest.mark.condition(" in path.read_text(encoding="utf-8")
    )
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        [sys.executable, "-c", LIST, *files], cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
        timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    (line,) = re.findall(r"^collected (.*)$", done.stdout, re.MULTILINE)
    found: dict[str, set[str]] = {}
    for test, row in json.loads(line):
        found.setdefault(row, set()).add(test)
    return {row: frozenset(tests) for row, tests in found.items()}


def test_every_row_has_tests_that_are_collected_and_name_it() -> None:
    assert marked() == rows()
    assert all(rows().values())
    assert len(rows()) > 30


def test_every_row_that_no_lab_is_needed_for_has_a_breakage() -> None:
    without = {row for row, tests in rows().items() if all(test.startswith("tests/lab/") for test in tests)}
    assert {breakage.row for breakage in breakages()} == rows().keys() - without


@pytest.mark.parametrize("breakage", breakages(), ids=lambda breakage: breakage.row)
def test_what_is_broken_is_there_once(breakage: Breakage) -> None:
    text = (ROOT / breakage.file).read_text(encoding="utf-8")
    assert text.count(breakage.was) == 1
    assert breakage.was != breakage.becomes


def test_each_of_a_pages_tests_is_where_it_is_named() -> None:
    assert [
        test for tests in rows().values() for test in tests if not Path(ROOT, test.partition("::")[0]).exists()
    ] == []


def test_the_breakages_are_read() -> None:
    text = (ROOT / "tests/mutants/conditions.toml").read_text(encoding="utf-8")
    assert len(tomllib.loads(text)["breakage"]) == len(breakages())


@pytest.mark.parametrize(
    ("setting", "code", "word"), [("required", 1, "did not run: Skipped: needs"), ("", 0, "1 skipped")]
)
def test_a_rows_test_that_is_skipped_has_failed_in_the_test_command(setting: str, code: int, word: str) -> None:
    """On a machine without `unshare` no field of sshds can be made."""
    test = "tests/reconciler/engine/ssh/test_conditions.py::test_files_of_the_system_count_as_for_ssh"
    environ = {"PATH": "/nonexistent", "HOME": "/nonexistent", conditions.SETTING: setting}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", test], cwd=ROOT, env=environ, capture_output=True,
        text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == code, done.stdout
    assert word in done.stdout
