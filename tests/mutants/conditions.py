#!/usr/bin/env python3
"""Does a row's test of docs/conditions.md fail where bkrec no longer does what the row says?

    python tests/mutants/conditions.py                   # every row: one line each; ends with 1 where one survives
    python tests/mutants/conditions.py curlrc my-cnf     # these

`conditions.toml` names texts of the code for each row and what they become. One is changed in a copy of the checkout,
and the tests of the row run there, each by itself; those of the lab do not.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = (
    "specs",
    "probes",
    "actions",
    "reconciler",
    "tests",
    "docs",
    "benchmarks",
    "pyproject.toml",
    "README.md",
    ".ci",
)
TIMEOUT_S = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    row: str
    file: str
    was: str
    becomes: str


@cache
def breakages() -> tuple[Breakage, ...]:
    found = tomllib.loads((Path(__file__).parent / "conditions.toml").read_text(encoding="utf-8"))
    return tuple(Breakage(**entry) for entry in found["breakage"])


def tests_of(row: str) -> list[str]:
    """Those that the page names, without the lab's."""
    page = (ROOT / "docs/conditions.md").read_text(encoding="utf-8")
    line = next(line for line in page.splitlines() if line.startswith(f"| `{row}` |"))
    return [test for test in re.findall(r"`(tests/[\w/]+\.py::test_\w+)`", line) if not test.startswith("tests/lab/")]


def blind(copy: Path, row: str) -> list[str]:
    """The row's tests that pass whatever is broken: each is to fail for one of the row's breakages."""
    left = tests_of(row)
    for breakage in (breakage for breakage in breakages() if breakage.row == row):
        file = copy / breakage.file
        before = file.read_text(encoding="utf-8")
        file.write_text(before.replace(breakage.was, breakage.becomes), encoding="utf-8")
        try:
            failing = failed(copy, left)
        finally:
            file.write_text(before, encoding="utf-8")
        left = [test for test in left if test not in failing]
    return left


def failed(copy: Path, tests: Sequence[str]) -> frozenset[str]:
    if not tests:
        return frozenset()
    environ = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1", "BKREC_CONDITIONS": "required"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=no", "-m", "", *tests]
    done = subprocess.run(
        command, cwd=copy, env=environ, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(tests)}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return frozenset(re.findall(r"^(?:FAILED|ERROR) (tests/[\w/]+\.py::test_\w+)", done.stdout, re.MULTILINE))


def _copy(to: Path) -> None:
    for each in COPIED:
        if (ROOT / each).is_dir():
            shutil.copytree(ROOT / each, to / each, ignore=shutil.ignore_patterns("__pycache__"), symlinks=True)
        else:
            shutil.copy2(ROOT / each, to / each)


def main(rows: Sequence[str]) -> int:
    chosen = [row for row in dict.fromkeys(breakage.row for breakage in breakages()) if not rows or row in rows]
    tests = [test for row in chosen for test in tests_of(row)]
    survived = 0
    with tempfile.TemporaryDirectory(prefix="bkrec-conditions-") as name:
        _copy(Path(name))
        if odd := failed(Path(name), list(dict.fromkeys(tests))):
            print("fails without anything broken:", *sorted(odd), sep="\n  ")
            return 1
        for row in chosen:
            left = blind(Path(name), row)
            survived += len(left)
            noticed = f"{row}: {len(tests_of(row)) - len(left)} of {len(tests_of(row))}"
            print(noticed, *left, sep="\n  passes: ", flush=True)
    print(f"{len(chosen)} rows, {len(tests) - survived} tests fail where what they show is broken, {survived} pass")
    return 1 if survived or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
