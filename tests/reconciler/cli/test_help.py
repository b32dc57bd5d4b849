"""Every command's help shows an example, and the example is one that the command takes."""

import os
import re
import shlex
import subprocess
import sys
from typing import Any

import pytest
import typer.main

from reconciler.cli.app import app
from tests.architecture.tree import ROOT

ROOT_COMMAND: Any = typer.main.get_command(app)


def _commands(group: Any, *path: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        found |= {" ".join((*path, name)): command} if inner is None else _commands(command, *path, name)
    return found


COMMANDS = _commands(ROOT_COMMAND)
EXAMPLES = [
    (name, line.strip())
    for name, command in COMMANDS.items()
    for line in str(command.epilog or "").splitlines()
    if line.strip().startswith("bkrec ")
]


def test_the_commands_of_the_manual_are_there() -> None:
    assert {"init", "diff", "plan", "apply", "check", "explain", "status", "history", "schema"} <= set(COMMANDS)
    assert {"lock status", "lock break", "trust", "probe"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_and_an_example(name: str) -> None:
    assert COMMANDS[name].help
    assert [line for command, line in EXAMPLES if command == name]


@pytest.mark.parametrize(("name", "line"), EXAMPLES, ids=[line for _, line in EXAMPLES])
def test_an_example_is_taken_by_its_own_command(name: str, line: str) -> None:
    assert _parsed(ROOT_COMMAND, shlex.split(line)[1:]) == name


def _parsed(group: Any, words: list[str]) -> str:
    """Parses as `main` would, down to the command, and runs nothing."""
    ctx = group.make_context("bkrec", list(words), resilient_parsing=False)
    rest = [*getattr(ctx, "_protected_args", ()), *ctx.args]
    name, command, rest = group.resolve_command(ctx, rest)
    if hasattr(command, "commands"):
        return f"{name} {_parsed(command, rest)}"
    command.make_context(name, rest, parent=ctx)
    return str(name)


def _run(*args: str, **env: str) -> str:
    line = [sys.executable, "-c", "from reconciler.cli.main import main; main()", *args]
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **env}
    done = subprocess.run(line, capture_output=True, text=True, timeout=30, check=False, env=kept, encoding="utf-8")
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("args", "env", "word"),
    [
        pytest.param(("--help",), {"LANG": "zh_CN.UTF-8"}, "蓝鲸", id="the locale's"),
        pytest.param(("--help",), {"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "BlueKing", id="LC_ALL before LANG"),
        pytest.param(("--lang", "zh", "diff", "--help"), {}, "示例", id="as asked"),
        pytest.param(("--lang=en", "--help"), {"LANG": "zh_CN.UTF-8"}, "BlueKing", id="asked before the locale's"),
    ],
)
def test_help_speaks_the_language(args: tuple[str, ...], env: dict[str, str], word: str) -> None:
    assert word in _run(*args, **env)


def test_help_in_chinese_leaves_no_option_in_english() -> None:
    text = _run("--lang", "zh", "diff", "--help")
    texts = re.sub(r"(Usage|Options|Show this message and exit)", "", text)
    assert not re.search(r"[a-z]{4,} [a-z]{3,} [a-z]{3,}", texts)
