"""Completion: the script of each shell, and what bash is given for a word, in a real bash."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.cli.main import run
from tests.architecture.tree import ROOT

ASK = """\
source "$1"
COMP_WORDS=(${2}) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_bkrec_completion bkrec
printf '%s\\n' "${COMPREPLY[@]}"
"""


def _completed(tmp_path: Path, script: str, line: str) -> list[str]:
    program = tmp_path / "bkrec"
    main = "from reconciler.cli.main import main; main()"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{main}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "completion").write_text(script, encoding="utf-8")
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    words = ["bash", "-c", ASK, "bash", str(tmp_path / "completion"), line]
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script_that_it_can_read(
    shell: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "_BKREC_COMPLETE" in script
    if shutil.which(shell) is not None:
        (tmp_path / "script").write_text(script, encoding="utf-8")
        checked = subprocess.run([shell, "-n", str(tmp_path / "script")], capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(("line", "words"), [("bkrec che", {"check"}), ("bkrec check --inst", {"--install-timer"})])
def test_bash_completes_commands_and_options(
    line: str, words: set[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(["completion", "bash"])
    assert set(_completed(tmp_path, capsys.readouterr().out, line)) == words


def test_an_unknown_shell_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "csh"]) == 64
    assert capsys.readouterr().out == ""
