"""`tests/new_family.py` in a copy of the tree: linters accept what it writes, and its tests say where to continue."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.new_family import AT_MOST, NEW_FILES, Place, RefusedError, inserted

NAME = "disk_quota"
FILES = tuple(file.format(name=NAME) for file in NEW_FILES)
TESTS = tuple(file for file in FILES if "/test_" in file)
LEADS = {
    "probes/disk_quota.py": 4,
    "reconciler/view/messages/facts.py": 1,
    "tests/contracts/cases.py": 1,
    "tests/sim/states.py": 1,
    "actions/disk_quota.py": 2,
    "reconciler/view/messages/actions.py": 1,
    "reconciler/rules/disk_quota.py": 2,
    "tests/lab/support/drifts.py": 1,
    "deviations.toml": 1,
}
"""Where the failing tests send the author, and the least number of tests that name it."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("new-family") / "tree"
    root.mkdir()
    beside = shutil.ignore_patterns("__pycache__", ".*_cache", ".hypothesis", "vendor", "*.egg-info")
    for folder in ("specs", "probes", "actions", "reconciler", "tests", "typings"):
        shutil.copytree(ROOT / folder, root / folder, ignore=beside)
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def _run(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(root)}
    return subprocess.run(
        [sys.executable, *words], cwd=root, env=env, capture_output=True, text=True, timeout=250, check=False
    )


@pytest.fixture(scope="module")
def printed(copy: Path) -> str:
    done = _run(copy, "tests/new_family.py", NAME)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_says_which_files_an_author_has_to_write(copy: Path, printed: str) -> None:
    listed, whole = (re.findall(r"^  (\S+)$", part, re.MULTILINE) for part in printed.split("whole as they are:"))
    assert set(FILES) < set(listed)
    assert len(listed) <= AT_MOST
    marked = {file for file in listed if re.search("TODO|/todo", (copy / file).read_text(encoding="utf-8"))}
    assert set(listed) - marked == {"tests/sim/states.py"}
    assert [file for file in whole if "disk" not in (copy / file).read_text(encoding="utf-8")] == []


def test_what_it_writes_is_accepted_by_ruff(copy: Path, printed: str) -> None:
    written = re.findall(r"^  (\S+\.py)$", printed, re.MULTILINE)
    for words in (["check"], ["format", "--check"]):
        done = _run(copy, "-m", "ruff", *words, "--no-cache", *written)
        assert done.returncode == 0, done.stdout


def test_what_it_writes_is_accepted_by_the_type_checker(copy: Path, printed: str) -> None:
    tables = [file for file in re.findall(r"^  (\S+\.py)$", printed, re.MULTILINE) if file not in FILES]
    done = _run(copy, "-m", "basedpyright", "--pythonpath", sys.executable, *FILES, *tables)
    assert done.returncode == 0, done.stdout


def test_its_tests_fail_and_say_where_to_continue(copy: Path, printed: str) -> None:
    assert printed
    done = _run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", *TESTS)
    assert done.returncode == 1, done.stdout
    assert re.search(r"^E? .*(ImportError|SyntaxError|NameError)", done.stdout, re.MULTILINE) is None
    reasons = [line for line in done.stdout.splitlines() if "AssertionError" in line]
    short = {file: sum(file in line for line in reasons) for file in LEADS}
    assert {file: count for file, count in short.items() if count < LEADS[file]} == {}, done.stdout


def test_a_second_time_it_overwrites_nothing(copy: Path, printed: str) -> None:
    assert printed
    done = _run(copy, "tests/new_family.py", NAME)
    assert (done.returncode, done.stdout) == (64, "")
    assert "there already: probes/disk_quota.py" in done.stderr


def test_a_name_that_is_none_is_refused(copy: Path) -> None:
    done = _run(copy, "tests/new_family.py", "Disk-Quota")
    assert (done.returncode, done.stdout) == (64, "")
    assert "not a family's name" in done.stderr


def test_a_table_that_has_moved_is_said_and_nothing_is_written() -> None:
    with pytest.raises(RefusedError, match="x.py: nothing matches"):
        inserted("other = 1\n", Place("x.py", r"^TABLE", "line\n"), NAME)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("L = (\n    a,\n    z,\n)\n", "L = (\n    a,\n    m,\n    z,\n)\n"),
        ("L = (\n    a,\n    b,\n)\n", "L = (\n    a,\n    b,\n    m,\n)\n"),
        ("L = (\n    x,\n    a,\n)\n", "L = (\n    m,\n    x,\n    a,\n)\n"),
    ],
    ids=["between", "last", "in-a-list-without-order"],
)
def test_an_entry_of_a_list_comes_in_its_place(before: str, after: str) -> None:
    assert inserted(before, Place("x.py", r"^L = \(\n", "m", in_order=True), NAME) == after
