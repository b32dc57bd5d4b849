#!/usr/bin/env python3
"""Writes docs/commands.md and its Chinese sibling from the commands' own help: usage, options, examples.

python docs/commands.py

The CLI words its help when it is imported, in the language of the locale, so each language is a process of its own.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs.blocks import table
from specs.text import Lang

HERE = Path(__file__).resolve().parent
PAGES: dict[Lang, Path] = {"en": HERE / "commands.md", "zh": HERE / "commands.zh-CN.md"}
LOCALES: dict[Lang, str] = {"en": "C.UTF-8", "zh": "zh_CN.UTF-8"}
COMMON = {"cluster", "lang", "output", "report"}
"""Options that nearly every command takes: listed once."""
INTRO: dict[Lang, str] = {
    "en": """\
# Commands

*[简体中文](commands.zh-CN.md)*

Made by `docs/commands.py` from the commands' own `--help`: do not edit.

* Read-only, safe on a production cluster at any time: `init`, `trust`, `diff`, `plan`, `rehearse`, `runbook`, `doctor`,
  `check`, `probe`, `explain`, `status`, `history`, `lock status`, `schema`.
* Change hosts, after showing the plan and asking: `apply`, `undo`.
* Write one record below /var/lib/bkrec on the hosts, without asking: `pause`, `resume`, `ack`, `lock break`.

Exit codes: [README.md](../README.md#exit-codes). For scripts: `-o json`, whose JSON Schema `bkrec schema` prints.
""",
    "zh": """\
# 命令

*[English](commands.md)*

由 `docs/commands.py` 根据各命令的 `--help` 生成，请勿手工修改。

* 只读，可随时在生产集群上执行：`init`、`trust`、`diff`、`plan`、`rehearse`、`runbook`、`doctor`、`check`、`probe`、
  `explain`、`status`、`history`、`lock status`、`schema`。
* 会变更主机，先展示计划并询问：`apply`、`undo`。
* 不询问，仅在主机 /var/lib/bkrec 下写一条记录：`pause`、`resume`、`ack`、`lock break`。

退出码见 [README.zh-CN.md](../README.zh-CN.md#退出码)。供脚本使用：`-o json`，其 JSON Schema 由 `bkrec schema` 输出。
""",
}
WORDS: dict[Lang, tuple[str, str, str]] = {
    "en": ("option", "meaning", "## Options of every command"),
    "zh": ("选项", "含义", "## 各命令通用的选项"),
}


def page(lang: Lang) -> str:
    """From a process that speaks the language. Raises CalledProcessError."""
    environment = {**os.environ, "LC_ALL": LOCALES[lang], "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(  # noqa: TID251
        [sys.executable, __file__, lang], capture_output=True, encoding="utf-8", check=True, env=environment
    )
    return done.stdout


def _page(lang: Lang) -> str:
    import typer.main

    from reconciler.cli.app import app

    root: Any = typer.main.get_command(app)
    option, meaning, everywhere = WORDS[lang]
    head, context = (option, meaning), root.make_context("bkrec", [], resilient_parsing=True)
    common = [parameter for parameter in root.params if parameter.name in COMMON]
    parts = [INTRO[lang], everywhere + "\n", _table(head, common, context)]
    for name, command in _commands(root, "bkrec"):
        parts += [f"## {name}\n", f"{command.help}\n", "\n".join(("```", *_examples(command), "```\n"))]
        own = [parameter for parameter in command.params if parameter.name not in COMMON]
        if own:
            parts.append(_table(head, own, command.make_context(name, [], resilient_parsing=True)))
    return "\n".join(parts)


def _commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _examples(command: Any) -> Iterator[str]:
    for line in str(command.epilog or "").splitlines():
        if line.strip().startswith("bkrec "):
            yield line.strip()


def _table(head: tuple[str, str], parameters: Iterable[Any], context: Any) -> str:
    """Spelling and meaning as the help prints them, in the same form whichever typer prints it."""
    rows: list[tuple[str, str]] = []
    for parameter in parameters:
        spelling, meaning = parameter.get_help_record(context)
        if parameter.param_type_name == "argument":
            spelling = parameter.metavar or str(parameter.name).upper()
        spelling = re.sub(r"\[([\w|]+)\]$", r"<\1>", str(spelling))
        rows.append((f"`{_escaped(spelling)}`", _escaped(str(meaning))))
    return table(head, rows)


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    if sys.argv[1:]:
        sys.stdout.write(_page("zh" if sys.argv[1] == "zh" else "en"))
    else:
        for lang, path in PAGES.items():
            path.write_text(page(lang), encoding="utf-8")
