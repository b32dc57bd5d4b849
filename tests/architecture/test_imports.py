"""Imports point one way, and what is pure imports nothing that acts. The contracts stand in pyproject.toml."""

import subprocess
import sys

from tests.architecture.tree import ROOT

LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def test_imports_point_one_way() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_only_the_files_about_ssh_import_asyncssh() -> None:
    from tests.architecture.tree import sources

    importers = {s.name for s in sources() if "import asyncssh" in s.path.read_text(encoding="utf-8")}
    assert {name for name in importers if not name.startswith("reconciler/engine/ssh")} == set()
    assert importers
